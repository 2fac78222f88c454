// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.mirror

import java.nio.charset.StandardCharsets.UTF_8

import scala.collection.mutable

import io.github.sparkrest.config.{ChangesConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.seen._

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
    * @param seen records that the mirror lacks, or has in another state. Without marks, all records
    * @param marks entries of the mirror that the traversal had
    * @param isWhole the API had no further record. Otherwise nothing is missing
    * @param removed gets the keys of records that disappeared
    */
  def complete(state: Progress, seen: SeenRecords, marks: Option[Marks.InTask], isWhole: Boolean)(
      removed: String => Unit
  ): Mirror.Completed =
    if (!isWhole) // guard: I8.5
      Mirror.Completed(state.copy(boundary = memory.overlay(state.boundary, seen), traversal = None), awaits = false)
    else if (state.boundary.recent.isEmpty && seen.isEmpty && marks.exists(_.areAll(entries(state)))) // guard: I8.28
      Mirror.Completed(state.copy(traversal = None, ahead = SeenRecords.Empty), awaits = false)
    else {
      var awaits = false
      val boundary = MirrorChanges.applied(memory, state.boundary) { next =>
        val (mirror, list) = (memory.cursor(state.boundary), memory.cursor(seen))
        var (held, listed) = (mirror.next(), list.next())
        while (held || listed) {
          val order = if (!held) 1 else if (!listed) -1 else mirror.compare(list)
          if (order < 0 && !marks.exists(_.has(mirror.place))) awaits |= isAwaited(mirror, next)(removed) // guard: I8.24
          else if (order > 0 || order == 0 && !mirror.hasStateOf(list)) next.add(list)
          if (order <= 0) held = mirror.next()
          if (order >= 0) listed = list.next()
        }
      }
      Mirror.Completed(state.copy(boundary = boundary, traversal = None, ahead = SeenRecords.Empty), awaits)
    }

  /** Notes that a whole traversal lacked a record. True: a later traversal decides about it. */
  private def isAwaited(missing: SeenCursor, next: MirrorChanges)(removed: String => Unit): Boolean = {
    val missed = missing.count
    val isHeld = Mirrored.isHeld(missed)
    if (!isHeld || missed >= changes.deletedAfter) { // guard: I8.6
      if (isHeld) removed(new String(missing.key, UTF_8))
      next.remove(missing, isHeld)
      false
    } else {
      next.add(missing.high, missing.low, missed + 1, missing.rank, missing.key)
      true
    }
  }

  /** The marks of the traversal so far. `None`: it began without them, or there is nothing to mark, or too much. */
  def marks(state: Progress): Option[Marks.InTask] = {
    val all = entries(state)
    state.traversal match {
      case None    => if (all == 0 || all > memory.limits.marked) None else Some(Marks.InTask(MarkedBits.of(all), 0))
      case Some(d) => d.marks.map(memory.inTask(_, all))
    }
  }

  private def entries(state: Progress): Long = state.boundary.files.map(_.entries).sum
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

  private def changed(text: String, hint: String) = Condition.SourceChanged(text, hint)
}

/** The state of a key, in the count of a record: 1 + the number of whole traversals in a row that lacked the record, or
  * [[Mirrored.Deleted]].
  */
private[mirror] object Mirrored {

  /** The API still returns the record, marked as deleted; or the record is gone, and an older file has its key. */
  val Deleted: Int = -1

  def isHeld(count: Int): Boolean = count > 0
}

/** The changes of a mirror after a whole traversal. Takes the changes in order, each key once. The first `seenInTask` of them are in
  * memory, and more go to a file.
  *
  * @param before the mirror before
  * @param file takes the changes as soon as there are many
  */
final private[mirror] class MirrorChanges(before: SeenRecords, mostInMemory: Int, file: SeenWriter) extends SeenWriter {
  private val few = mutable.ArrayBuffer.empty[SeenEntry]
  private var isLong = false

  /** Recent records of the mirror before that are not so any more. */
  private val replaced = mutable.HashSet.empty[String]

  def add(high: Long, low: Long, count: Int, rank: Long, key: Array[Byte]): Unit = {
    if (before.recent.nonEmpty) replaced += SeenEntry.identity(high, low)
    if (!isLong && few.length == mostInMemory) {
      few.foreach(e => file.add(e.high, e.low, e.seen.count, e.seen.rank, e.seen.key.getBytes(UTF_8)))
      few.clear()
      isLong = true
    }
    if (isLong) file.add(high, low, count, rank, key)
    else few += SeenEntry(high, low, Seen(count, rank, new String(key, UTF_8)))
  }

  /** @param isHeld it counts as present so far */
  def remove(gone: SeenCursor, isHeld: Boolean): Unit =
    if (before.files.isEmpty) replaced += SeenEntry.identity(gone.high, gone.low)
    // Without this an older file would have it still.
    else if (isHeld) add(gone.high, gone.low, Mirrored.Deleted, gone.rank, gone.key) // guard: I8.26

  private def result(written: SeenRecords): SeenRecords = written.copy(
    recent = (written.recent -- replaced) ++ few.iterator.map(e => e.identity -> e.seen)
  )

  private def isEmpty: Boolean = few.isEmpty && !isLong && replaced.isEmpty
}

private[mirror] object MirrorChanges {

  /** The mirror after the changes; without changes the same object. */
  def applied(memory: SeenMemory, before: SeenRecords)(walk: MirrorChanges => Unit): SeenRecords = {
    var changes = Option.empty[MirrorChanges]
    val file = memory.write { into =>
      val made = new MirrorChanges(before, memory.limits.seenInTask, into)
      walk(made)
      changes = Some(made)
    }
    changes.filterNot(_.isEmpty).fold(before)(c => memory.layered(c.result(before.copy(files = before.files ++ file))))
  }
}
