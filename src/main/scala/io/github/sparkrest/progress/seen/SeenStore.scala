// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8
import java.util.Base64

import scala.collection.mutable
import scala.util.Try

/** One record in a file of records seen, by 128 bits of its identity. Sorted by them, as signed numbers. */
final case class SeenEntry(high: Long, low: Long, seen: Seen) extends Ordered[SeenEntry] {
  def compare(that: SeenEntry): Int =
    if (high != that.high) java.lang.Long.compare(high, that.high) else java.lang.Long.compare(low, that.low)

  /** Its 128 bits as text: [[SeenEntry.of]] reads it. */
  def identity: String =
    SeenEntry.encoder.encodeToString(ByteBuffer.allocate(16).putLong(high).putLong(low).array())
}

object SeenEntry {

  /** A content hash is its own 128 bits ([[RecordHash]]); any other identity, such as an id, is hashed. */
  def of(identity: String, seen: Seen = Seen(0)): SeenEntry = {
    val bits =
      if (identity.length == HashLength) Try(Base64.getUrlDecoder.decode(identity)).getOrElse(hashed(identity))
      else hashed(identity)
    val buffer = ByteBuffer.wrap(bits)
    SeenEntry(buffer.getLong, buffer.getLong, seen)
  }

  private val HashLength = 22
  private val encoder = Base64.getUrlEncoder.withoutPadding
  private def hashed(text: String) = {
    val bytes = text.getBytes(UTF_8)
    RecordHash.bits(bytes, 0, bytes.length)
  }
}

/** Where files of records seen are. A file is written once, by the task that needs it, under a name that no other has. */
trait SeenStore {

  /** @param entries sorted, each identity once */
  def write(entries: Iterator[SeenEntry]): SeenFile

  /** All of a file, sorted. To be read to its end.
    *
    * @param keys whether the keys are wanted
    */
  def read(file: SeenFile, keys: Boolean = true): Iterator[SeenEntry]

  /** What the file says of the record, without its key. `None`: it is not in the file. */
  def find(file: SeenFile, of: SeenEntry): Option[Seen]

  /** How often the record was seen; 0: it is not in the file. */
  final def count(file: SeenFile, of: SeenEntry): Int = find(file, of).fold(0)(_.count)
}

/** For tests, and where nothing outlives the process: a preview, the inference of a schema. */
final class SeenInMemory extends SeenStore {
  private val files = mutable.HashMap.empty[String, Array[AnyRef]]

  def write(entries: Iterator[SeenEntry]): SeenFile = {
    val all = entries.toVector
    val ranks = all.map(_.seen.rank)
    val keyBytes = all.map(_.seen.key.length.toLong).sum
    val file = SeenFile(s"memory-${files.size}", all.length.toLong, ranks.min, ranks.max, keyBytes)
    files(file.name) = all.toArray[AnyRef]
    file
  }
  def read(file: SeenFile, keys: Boolean): Iterator[SeenEntry] = files(file.name).iterator.collect {
    case e: SeenEntry => e
  }
  def find(file: SeenFile, of: SeenEntry): Option[Seen] = {
    val all = files(file.name)
    val i = java.util.Arrays.binarySearch(all, of)
    if (i < 0) None else Some(all(i).asInstanceOf[SeenEntry].seen.copy(key = ""))
  }
}
