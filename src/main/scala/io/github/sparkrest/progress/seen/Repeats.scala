// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import scala.collection.mutable

/** Goes along one page, in order: which of its records came before, and what to remember of them.
  *
  * @param before how often a record was seen in earlier traversals
  * @param earlier how often it was seen on earlier pages of this traversal
  * @param moves the list may move while it is read: records of earlier pages may be on this page again
  * @param unique records have a key: one that this traversal held already is the same record
  */
final private[sparkrest] class Repeats(before: String => Int, earlier: String => Int, moves: Boolean, unique: Boolean) {
  private val now = mutable.LinkedHashMap.empty[String, Seen]
  private val page = mutable.HashMap.empty[String, Int]

  /** What [[earlier]] said: it may have to look into files. */
  private val looked = mutable.HashMap.empty[String, Int]

  /** Records of this page, each with how often this traversal held it so far. */
  def seen: Iterable[(String, Seen)] = now

  /** Notes a record.
    *
    * @param mayHaveCome whether an earlier traversal can have held it
    * @return whether it is a repeat
    */
  def note(identity: String, rank: Long, mayHaveCome: Boolean): Boolean = {
    val onPage = page.getOrElse(identity, 0) + 1
    page(identity) = onPage
    val onEarlierPages = looked.getOrElseUpdate(identity, earlier(identity))
    val known = now.get(identity).fold(onEarlierPages)(_.count)
    if (moves && onPage <= onEarlierPages || unique && known > 0) true
    else {
      now(identity) = Seen(known + 1, rank)
      mayHaveCome && known + 1 <= before(identity) // guard: I1.3
    }
  }
}
