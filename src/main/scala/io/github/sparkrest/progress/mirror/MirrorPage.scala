// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.mirror

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.error.RestError
import io.github.sparkrest.progress.seen.{PageRecords, RecordHash, Seen, SeenMemory, SeenRecords}
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
  private var traversal = state.traversal.fold(SeenRecords.Empty)(_.seen)
  private var found = Option.empty[Change]
  private var differs = Option.empty[String]
  private var unusable = Option.empty[RestError]
  private var signature = 17L

  def isNew(buf: Array[Byte], from: Int, to: Int, novelty: Novelty): Boolean = {
    val bits = RecordHash.bits(buf, from, to)
    signature = signature * 31 + java.util.Arrays.hashCode(bits)
    found = keys.of(buf, from, to) match {
      case Right(key) => changeOf(key, content(bits), mark.isOn(buf, from, to), RecordHash.of(buf, from, to))
      case Left(why)  =>
        unusable = unusable.orElse(Some(why))
        None
    }
    found.isDefined
  }

  /** @param identity by content alone, as before `readChanges` was on */
  private def changeOf(key: String, content: Long, isDeleted: Boolean, identity: => String): Option[Change] = {
    val bytes = key.getBytes(UTF_8)
    val id = RecordHash.of(bytes, 0, bytes.length)
    memory.find(traversal, id) match { // guard: I8.8
      case Some(other) =>
        if (other.rank != content) differs = Some(key)
        None
      case None =>
        traversal = memory.add(traversal, Seq(id -> Seen(if (isDeleted) Mirrored.Deleted else 1, content, key)))
        val held = memory.find(state.boundary, id).filter(Mirrored.isHeld)
        val isHeld = held.isDefined || !state.ahead.isEmpty && memory.count(state.ahead, identity) > 0
        if (isDeleted) { if (isHeld) Some(Change.Delete) else None } // guard: I8.9
        else if (!isHeld) Some(Change.Insert)
        else if (held.forall(_.rank == content)) None
        else Some(Change.Update)
    }
  }

  /** A hash that is not the mark of a record without a rank. */
  private def content(bits: Array[Byte]): Long = {
    val hash = ByteBuffer.wrap(bits).getLong
    if (hash == Seen.Unranked) 0L else hash
  }

  def change(buf: Array[Byte], from: Int, to: Int): Option[Change] = found
  def lowest: Option[Long] = None
  def seen: SeenRecords = traversal
  def pageSignature(records: Long): String = s"$records:${signature.toHexString}"
  override def problem: Option[RestError] = unusable
  override def warning: Option[String] = differs.map { key =>
    s"A traversal had two different records with the key ${key.take(100)}: the first one counts. If both are valid records, recordKey does not identify them."
  }
}
