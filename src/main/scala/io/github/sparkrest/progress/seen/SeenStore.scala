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
  def identity: String = SeenEntry.identity(high, low)
}

object SeenEntry {

  /** A content hash is its own 128 bits ([[RecordHash]]); any other identity, such as an id, is hashed. */
  def of(identity: String, seen: Seen = Seen(0)): SeenEntry =
    if (identity.length == HashLength) Try(decoded(identity, seen)).getOrElse(hashed(identity, seen))
    else hashed(identity, seen)

  private def decoded(hash: String, seen: Seen) = {
    val buffer = ByteBuffer.wrap(Base64.getUrlDecoder.decode(hash))
    SeenEntry(buffer.getLong, buffer.getLong, seen)
  }

  def identity(high: Long, low: Long): String =
    encoder.encodeToString(ByteBuffer.allocate(16).putLong(high).putLong(low).array())

  private val HashLength = 22
  private val encoder = Base64.getUrlEncoder.withoutPadding
  private def hashed(text: String, seen: Seen) = {
    val bytes = text.getBytes(UTF_8)
    SeenEntry(RecordHash.high(bytes, 0, bytes.length), RecordHash.low(bytes, 0, bytes.length), seen)
  }
}

/** An entry of a file without its key.
  *
  * @param place number of the entry in its file, or among those of all files that were searched
  */
final private[sparkrest] class SeenAt(val place: Long, val count: Int, val rank: Long)

/** Takes the entries of a new file, sorted, each identity once. */
private[sparkrest] trait SeenWriter {
  def add(high: Long, low: Long, count: Int, rank: Long, key: Array[Byte]): Unit
  final def add(c: SeenCursor): Unit = add(c.high, c.low, c.count, c.rank, c.key)
}

/** Where files of records seen are. A file is written once, by the task that needs it, under a name that no other has. */
trait SeenStore {

  /** `None`: without an entry, no file is made. */
  private[sparkrest] def write(fill: SeenWriter => Unit): Option[SeenFile]

  /** All of a file. To be read to its end, or closed.
    *
    * @param keys whether the keys are wanted
    */
  private[sparkrest] def cursor(file: SeenFile, keys: Boolean = true): SeenCursor

  /** `None`: the record is not in the file. */
  private[sparkrest] def find(file: SeenFile, high: Long, low: Long): Option[SeenAt]

  /** A file of bits, as words. Its [[SeenFile.entries]] are the words. */
  private[sparkrest] def writeBits(words: Array[Long]): SeenFile
  private[sparkrest] def readBits(file: SeenFile): Array[Long]
}

/** For tests, and where nothing outlives the process: a preview, the inference of a schema. */
final class SeenInMemory extends SeenStore {
  private val files = mutable.HashMap.empty[String, Array[SeenEntry]]
  private val bits = mutable.HashMap.empty[String, Array[Long]]

  private def name = s"memory-${files.size + bits.size}"

  private[sparkrest] def write(fill: SeenWriter => Unit): Option[SeenFile] = {
    val all = mutable.ArrayBuffer.empty[SeenEntry]
    fill { (high, low, count, rank, key) => all += SeenEntry(high, low, Seen(count, rank, new String(key, UTF_8))); () }
    if (all.isEmpty) None
    else {
      val ranks = all.map(_.seen.rank)
      val file = SeenFile(name, all.length.toLong, ranks.min, ranks.max, all.map(_.seen.key.length.toLong).sum)
      files(file.name) = all.toArray
      Some(file)
    }
  }
  private[sparkrest] def cursor(file: SeenFile, keys: Boolean): SeenCursor = SeenCursor.of(files(file.name))
  private[sparkrest] def find(file: SeenFile, high: Long, low: Long): Option[SeenAt] = {
    val all = files(file.name)
    val i = java.util.Arrays.binarySearch(all.asInstanceOf[Array[AnyRef]], SeenEntry(high, low, Seen(0)))
    if (i < 0) None else Some(new SeenAt(i.toLong, all(i).seen.count, all(i).seen.rank))
  }
  private[sparkrest] def writeBits(words: Array[Long]): SeenFile = {
    val file = SeenFile(name, words.length.toLong, 0, 0)
    bits(file.name) = words.clone()
    file
  }
  private[sparkrest] def readBits(file: SeenFile): Array[Long] = bits(file.name).clone()
}
