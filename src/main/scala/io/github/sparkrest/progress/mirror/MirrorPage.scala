// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.mirror

import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.error.RestError
import io.github.sparkrest.progress.seen._
import io.github.sparkrest.progress.strategies.Novelty
import io.github.sparkrest.progress.{Change, Progress}

/** The changes of one page of a `snapshot`: each record against the [[Mirror]]. Memory is bounded, whatever the number of
  * records: see [[SeenMemory]].
  *
  * A traversal delivers at most one change of a key, because `MERGE` refuses two rows for one row of the table. If a later page
  * has another version of a record, the next traversal delivers it.
  */
final private[sparkrest] class MirrorPage(mirror: Mirror, memory: SeenMemory, keys: RecordKey, state: Progress)
    extends PageRecords {
  private val mark = new DeletionMark(mirror.changes)
  private val marked = mirror.marks(state).map(_.begun())
  private var traversal = state.traversal.fold(SeenRecords.Empty)(_.seen)
  private var found = Option.empty[Change]
  private var differs = Option.empty[String]
  private var unusable = Option.empty[RestError]

  def isNew(buf: Array[Byte], from: Int, to: Int, novelty: Novelty): Boolean = {
    val content = contentOf(buf, from, to)
    signature = signature * 31 + content
    found = keys.of(buf, from, to) match {
      case Right(key) => changeOf(key, content, mark.isOn(buf, from, to), RecordHash.of(buf, from, to))
      case Left(why)  =>
        unusable = unusable.orElse(Some(why))
        None
    }
    found.isDefined
  }

  /** @param identity by content alone, as before `readChanges` was on */
  private def changeOf(key: String, content: Long, isDeleted: Boolean, identity: => String): Option[Change] = {
    val bytes = key.getBytes(UTF_8)
    val high = RecordHash.high(bytes, 0, bytes.length)
    val low = RecordHash.low(bytes, 0, bytes.length)
    lazy val id = SeenEntry.identity(high, low)
    val recent = if (state.boundary.recent.isEmpty) None else state.boundary.recent.get(id)
    val inFile = if (recent.isEmpty) memory.find(state.boundary.files, high, low) else None
    val repeated = (marked, inFile) match {
      case (Some(m), Some(entry)) => if (m.has(entry.place)) Some(rankOf(id, entry)) else None
      case _                      => memory.findNew(traversal, id).map(_.rank)
    }
    repeated match { // guard: I8.8
      case Some(rank) =>
        if (rank != content) differs = Some(key)
        None
      case None =>
        val count = if (isDeleted) Mirrored.Deleted else 1
        val isSame = inFile.exists(e => e.count == count && e.rank == content)
        val isNoted = marked.exists(m => inFile.exists { e => m.add(e.place); isSame }) // guard: I8.27
        if (!isNoted) traversal = memory.add(traversal, Seq(id -> Seen(count, content, key)))
        val held = recent.map(s => (s.count, s.rank)).orElse(inFile.map(e => (e.count, e.rank)))
        change(isDeleted, content, held.filter(h => Mirrored.isHeld(h._1)).map(_._2), identity)
    }
  }

  private def change(isDeleted: Boolean, content: Long, held: Option[Long], identity: => String): Option[Change] = {
    val isHeld = held.isDefined || !state.ahead.isEmpty && memory.count(state.ahead, identity) > 0
    if (isDeleted) { if (isHeld) Some(Change.Delete) else None } // guard: I8.9
    else if (!isHeld) Some(Change.Insert)
    else if (held.forall(_ == content)) None
    else Some(Change.Update)
  }

  /** The content of a marked record, as this traversal had it first. */
  private def rankOf(id: String, entry: SeenAt): Long = memory.findNew(traversal, id).fold(entry.rank)(_.rank)

  /** A hash that is not the mark of a record without a rank. */
  private def contentOf(buf: Array[Byte], from: Int, to: Int): Long = {
    val hash = RecordHash.high(buf, from, to)
    if (hash == Seen.Unranked) 0L else hash
  }

  def change(buf: Array[Byte], from: Int, to: Int): Option[Change] = found
  def lowest: Option[Long] = None
  def seen: SeenRecords = traversal
  override def marks: Option[Marks.InTask] = marked
  override def problem: Option[RestError] = unusable
  override def warning: Option[String] = differs.map { key =>
    s"A traversal had two different records with the key ${key.take(100)}: the first one counts. If both are valid records, recordKey does not identify them."
  }
}
