// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import scala.collection.mutable

/** Goes along one page, in order: which of its records came before, and what to remember of them.
  *
  * @param before of the last drain
  * @param seen of this drain, up to this page
  * @param moves the list may move while it is read: records of earlier pages may stand on this page again
  * @param unique records have a key: one that this drain held already is the same record
  * @param limit of what is remembered
  */
final private[offset] class Repeats(before: Boundary, seen: Boundary, moves: Boolean, unique: Boolean, limit: Int) {
  private val now = mutable.LinkedHashMap.empty[String, Int] ++= seen.counts
  private val page = mutable.HashMap.empty[String, Int]
  private var truncated = seen.truncated

  /** Notes a record.
    *
    * @param mayHaveCome whether the last drain can have held it
    * @return whether it is a repeat
    */
  def note(identity: String, mayHaveCome: Boolean): Boolean = {
    val onPage = page.getOrElse(identity, 0) + 1
    page(identity) = onPage
    if (moves && seen.count(identity) >= onPage || unique && now.contains(identity)) true
    else {
      val n = now.getOrElse(identity, 0) + 1
      now(identity) = n
      mayHaveCome && n <= before.count(identity)
    }
  }

  /** Records of this drain, this page included.
    *
    * @param dropOldest if there are too many: the newest records came last
    */
  def remembered(dropOldest: Boolean): Boundary = {
    if (now.size > limit) {
      truncated = true
      val entries = now.toList
      now.clear()
      now ++= (if (dropOldest) entries.takeRight(limit) else entries.take(limit))
    }
    Boundary(now.toMap, truncated)
  }
}
