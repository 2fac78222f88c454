// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.mirror

import io.github.sparkrest.config.{ChangesConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.seen.{Seen, SeenEntry, SeenMemory, SeenRecords}

/** The records that whoever applies the changes of a `snapshot` has, by key: see ADR 32.
  *
  * Invariant: the `boundary` of a progress, with the records of its traversal on top, is what was delivered. So a change is
  * the difference between a record and the mirror, and a delete is the difference between the mirror and a whole traversal.
  * A traversal that is restarted leaves what it delivered in the mirror.
  */
final private[sparkrest] class Mirror(config: RestConfig, val changes: ChangesConfig, memory: SeenMemory) {
  private val names = new RecordKey(config.offset.recordKey).names

  /** A progress whose records are known by key. What a stream delivered before `readChanges` was on is known by content alone, and
    * moves to `ahead`.
    */
  def adopted(state: Progress): Progress =
    if (state.mirror.isDefined) state
    else {
      val restarted = state.restarted(memory)
      restarted.copy(
        ahead = memory.join(restarted.ahead, restarted.boundary),
        boundary = SeenRecords.Empty,
        mirror = Some(names)
      )
    }

  /** After the last page of a traversal.
    *
    * @param isWhole the API had no further record. Otherwise nothing is missing
    * @param removed gets the keys of records that disappeared
    */
  def complete(state: Progress, seen: SeenRecords, isWhole: Boolean)(removed: String => Unit): Mirror.Completed =
    if (!isWhole) // guard: I8.5
      Mirror.Completed(state.copy(boundary = memory.overlay(state.boundary, seen), traversal = None), awaits = false)
    else {
      var next = seen
      var awaits = false
      val isSame = same(memory.entries(state.boundary), memory.entries(seen, keys = false)) { entry =>
        if (Mirrored.isHeld(entry.seen)) {
          val missed = entry.seen.count
          if (missed >= changes.deletedAfter) removed(entry.seen.key) // guard: I8.6
          else {
            awaits = true
            next = memory.add(next, Seq(entry.identity -> entry.seen.copy(count = missed + 1)))
          }
        }
      }
      val boundary = if (isSame) state.boundary else next
      Mirror.Completed(state.copy(boundary = boundary, traversal = None, ahead = SeenRecords.Empty), awaits)
    }

  /** Whether two sorted sequences are equal. Reads both to their ends.
    *
    * @param gone gets the entries that are in the first one alone
    */
  private def same(before: Iterator[SeenEntry], now: Iterator[SeenEntry])(gone: SeenEntry => Unit): Boolean = {
    val (mirror, list) = (before.buffered, now.buffered)
    var isSame = true
    while (mirror.hasNext || list.hasNext) {
      val order = if (mirror.isEmpty) 1 else if (list.isEmpty) -1 else mirror.head.compare(list.head)
      if (order < 0) gone(mirror.next())
      else if (order > 0) list.next()
      else {
        val (a, b) = (mirror.next().seen, list.next().seen)
        isSame &&= a.count == b.count && a.rank == b.rank
      }
      if (order != 0) isSame = false
    }
    isSame
  }
}

private[sparkrest] object Mirror {

  /** @param awaits a record is missing, and counts as deleted only when a later traversal lacks it too */
  final case class Completed(next: Progress, awaits: Boolean)

  /** Why a progress does not fit the options. */
  def obstacle(config: RestConfig, state: Progress): Option[RestError] = state.mirror.collect {
    case _ if !config.changes.exists(_.mirrors) =>
      changed(
        "readChanges was true with this checkpoint. Without it the stream cannot tell which records were delivered.",
        "Set readChanges=true, or start with a new checkpoint."
      )
    case names if names != new RecordKey(config.offset.recordKey).names => // guard: I8.7
      changed(
        s"recordKey was $names with this checkpoint, and readChanges knows the records by their keys.",
        "Put the option back, or start with a new checkpoint."
      )
  }

  private def changed(text: String, hint: String) = RestError(Condition.SourceChanged, text, hint)
}

/** The state of a key, in the count of a [[Seen]] record: 1 + the number of whole traversals in a row that lacked the record, or
  * [[Mirrored.Deleted]].
  */
private[mirror] object Mirrored {

  /** The API still returns the record, marked as deleted. */
  val Deleted: Int = -1

  def isHeld(seen: Seen): Boolean = seen.count != Deleted
}
