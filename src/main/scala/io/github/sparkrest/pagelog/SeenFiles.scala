// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.io.{BufferedInputStream, BufferedOutputStream, DataInputStream, DataOutputStream, EOFException}
import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8
import java.util.UUID

import scala.collection.mutable

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.pagelog.format.PageFile
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.progress.seen.{Seen, SeenEntry, SeenFile, SeenStore}

/** Files of records that were seen, in the page log's folder: `seen/<epoch>-<uuid>`. For one task, and the thread that polls.
  *
  * A file is a header line, then entries of 28 bytes, sorted: two halves of the identity, how often, rank. Blocks of them are
  * cached on this executor, because the next poll looks into the same files.
  *
  * A file counts once a state that counts names it. So a task whose result is lost leaves files that nothing names; the next
  * run deletes them.
  */
final class SeenFiles(store: LogStore, epoch: Long) extends SeenStore {
  import SeenFiles._

  private val made = mutable.LinkedHashSet.empty[String]

  def write(entries: Iterator[SeenEntry]): SeenFile = {
    val name = f"$epoch%010d-${UUID.randomUUID()}"
    made += name
    val out = new DataOutputStream(new BufferedOutputStream(store.create(path(name)), 1 << 16))
    var n = 0L
    var lowest = Long.MaxValue
    var highest = Long.MinValue
    try {
      out.write(Header)
      entries.foreach { e =>
        out.writeLong(e.high)
        out.writeLong(e.low)
        out.writeInt(e.seen.count)
        out.writeLong(e.seen.rank)
        lowest = math.min(lowest, e.seen.rank)
        highest = math.max(highest, e.seen.rank)
        n += 1
      }
    } finally out.close()
    SeenFile(name, n, lowest, highest)
  }

  def read(file: SeenFile): Iterator[SeenEntry] = {
    val in = new DataInputStream(new BufferedInputStream(opened(file, 0), 1 << 16))
    new Iterator[SeenEntry] {
      private var left = file.entries
      def hasNext: Boolean = left > 0
      def next(): SeenEntry = {
        val entry =
          try SeenEntry(in.readLong(), in.readLong(), { val n = in.readInt(); Seen(n, in.readLong()) })
          catch { case _: EOFException => throw missing(file, "is cut short") }
        left -= 1
        if (left == 0) in.close()
        entry
      }
    }
  }

  /** Binary search over the blocks, then within one. */
  def count(file: SeenFile, of: SeenEntry): Int = {
    var (low, high) = (0L, (file.entries - 1) / BlockEntries)
    while (low < high) {
      val middle = (low + high + 1) >>> 1
      if (compare(block(file, middle), 0, of) <= 0) low = middle else high = middle - 1
    }
    find(block(file, low), of)
  }

  private def find(block: Array[Byte], of: SeenEntry): Int = {
    var (low, high) = (0, block.length / EntryBytes - 1)
    var found = 0
    while (low <= high) {
      val middle = (low + high) >>> 1
      val order = compare(block, middle, of)
      if (order == 0) {
        found = ByteBuffer.wrap(block).getInt(middle * EntryBytes + 16)
        low = high + 1
      } else if (order < 0) low = middle + 1
      else high = middle - 1
    }
    found
  }

  private def compare(block: Array[Byte], i: Int, of: SeenEntry): Int = {
    val bytes = ByteBuffer.wrap(block)
    val first = java.lang.Long.compare(bytes.getLong(i * EntryBytes), of.high)
    if (first != 0) first else java.lang.Long.compare(bytes.getLong(i * EntryBytes + 8), of.low)
  }

  private def block(file: SeenFile, n: Long): Array[Byte] = cache.block(s"${store.location}/${file.name}", n) {
    val bytes = math.min(BlockEntries.toLong, file.entries - n * BlockEntries).toInt * EntryBytes
    val in = opened(file, n * BlockEntries * EntryBytes)
    try {
      val read = in.readNBytes(bytes)
      if (read.length < bytes) throw missing(file, "is cut short")
      read
    } finally in.close()
  }

  private def opened(file: SeenFile, at: Long) = {
    if (!store.length(path(file.name)).contains(Header.length + file.entries * EntryBytes))
      throw missing(file, "is not whole")
    store.open(path(file.name), Header.length + at)
  }

  private def missing(file: SeenFile, why: String) = RestError(
    Condition.CheckpointUnreadable,
    s"The file of delivered records ${path(file.name)} in ${store.location} $why.",
    "Restore the page log, or start with a new checkpoint."
  ).toException

  /** Deletes the files of this task that no result names: those that were merged, and all after a failure. */
  def keepOnly(named: Set[String]): Unit = {
    made.filterNot(named).foreach(name => store.delete(path(name)))
    made.clear()
  }
}

object SeenFiles {
  val Folder = "seen"
  val Version = 1
  val Header: Array[Byte] = s"""{"sparkRestSeen":$Version}\n""".getBytes(UTF_8)
  val EntryBytes = 28
  val BlockEntries = 1024

  /** Of blocks, on one executor. */
  val CacheBytes: Long = 64L << 20

  def path(name: String): String = s"$Folder/$name"
  def epochOf(name: String): Option[Long] = PageFile.epochOf(name)

  private val cache = new Blocks(CacheBytes)

  /** The blocks that were used last. Thread-safe. */
  final private class Blocks(maxBytes: Long) {
    private var bytes = 0L
    private val held = new java.util.LinkedHashMap[(String, Long), Array[Byte]](64, 0.75f, true)

    def block(file: String, n: Long)(read: => Array[Byte]): Array[Byte] = {
      val key = (file, n)
      val known = synchronized(held.get(key))
      if (known != null) known
      else {
        val found = read
        synchronized {
          if (held.put(key, found) == null) bytes += found.length
          val oldest = held.entrySet.iterator
          while (bytes > maxBytes && oldest.hasNext) {
            bytes -= oldest.next().getValue.length
            oldest.remove()
          }
        }
        found
      }
    }
  }
}
