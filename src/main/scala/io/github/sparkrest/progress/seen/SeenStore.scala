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
  private def hashed(text: String) = {
    val bytes = text.getBytes(UTF_8)
    RecordHash.bits(bytes, 0, bytes.length)
  }
}

/** Where files of records seen are. A file is written once, by the task that needs it, under a name that no other has. */
trait SeenStore {

  /** @param entries sorted, each identity once */
  def write(entries: Iterator[SeenEntry]): SeenFile

  /** All of a file, sorted. To be read to its end. */
  def read(file: SeenFile): Iterator[SeenEntry]

  /** How often the record was seen; 0: it is not in the file. */
  def count(file: SeenFile, of: SeenEntry): Int
}

/** For tests, and where nothing outlives the process: a preview, the inference of a schema. */
final class SeenInMemory extends SeenStore {
  private val files = mutable.HashMap.empty[String, Array[AnyRef]]

  def write(entries: Iterator[SeenEntry]): SeenFile = {
    val all = entries.toVector
    val file = SeenFile(s"memory-${files.size}", all.length.toLong, all.map(_.seen.rank).min, all.map(_.seen.rank).max)
    files(file.name) = all.toArray[AnyRef]
    file
  }
  def read(file: SeenFile): Iterator[SeenEntry] = files(file.name).iterator.collect { case e: SeenEntry => e }
  def count(file: SeenFile, of: SeenEntry): Int = {
    val all = files(file.name)
    val i = java.util.Arrays.binarySearch(all, of)
    if (i < 0) 0 else all(i).asInstanceOf[SeenEntry].seen.count
  }
}
