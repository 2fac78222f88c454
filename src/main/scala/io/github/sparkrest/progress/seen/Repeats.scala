// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import scala.collection.mutable

/** Walks through the records of one page in order, finds the repeated records, and collects what to remember.
  *
  * @param before number of times that earlier traversals contained a record
  * @param earlier number of times that earlier pages of this traversal contained it
  * @param continues earlier pages of this traversal contained records
  * @param moves the list may move during the traversal, so records of earlier pages may appear again on this page
  * @param unique records have a key, so a record that this traversal already contained is the same record
  * @param most number of records that are kept here; then [[Repeats.Spill]] takes them
  */
final private[sparkrest] class Repeats(
    before: String => Int,
    earlier: String => Int,
    continues: Boolean,
    moves: Boolean,
    unique: Boolean,
    most: Int,
    spill: Repeats.Spill
) {
  private var hasSpilled = false
  private val now = mutable.LinkedHashMap.empty[String, Seen]
  private val page = mutable.HashMap.empty[String, Int]

  /** What [[earlier]] said: it may have to look into files. */
  private val looked = mutable.HashMap.empty[String, Int]

  /** Records of this page that were not taken, each with how often this traversal held it so far. */
  def seen: Iterable[(String, Seen)] = now

  /** Notes a record.
    *
    * @param mayHaveCome whether an earlier traversal can have held it
    * @return whether it is a repeat
    */
  def note(identity: String, rank: Long, mayHaveCome: Boolean): Boolean = {
    val onEarlierPages = if (continues) looked.getOrElseUpdate(identity, earlier(identity)) else 0
    val known = now
      .get(identity)
      .fold(if (hasSpilled) math.max(onEarlierPages, spill.count(identity)) else onEarlierPages)(_.count) // guard: I1.80
    if (moves && onEarlierPages > 0 && onPage(identity) <= onEarlierPages || unique && known > 0) true
    else {
      now(identity) = Seen(known + 1, rank)
      if (now.size >= most) spillAll()
      mayHaveCome && known + 1 <= before(identity) // guard: I1.3
    }
  }

  private def spillAll(): Unit = {
    spill.take(now)
    now.clear()
    looked.clear()
    hasSpilled = true
  }

  /** How often the page held a record of earlier pages, with this one. */
  private def onPage(identity: String): Int = {
    val n = page.getOrElse(identity, 0) + 1
    page(identity) = n
    n
  }
}

private[sparkrest] object Repeats {

  /** Takes records of a page that are too many for the memory of a task. */
  trait Spill {
    def take(records: Iterable[(String, Seen)]): Unit

    /** How often this traversal held a record that was taken; 0: it was not taken. */
    def count(identity: String): Int
  }
}
