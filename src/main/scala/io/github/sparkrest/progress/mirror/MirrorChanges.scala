// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.mirror

import java.nio.charset.StandardCharsets.UTF_8

import scala.collection.mutable

import io.github.sparkrest.progress.seen.{Seen, SeenCursor, SeenEntry, SeenMemory, SeenRecords, SeenWriter}

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
