// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.io.{BufferedInputStream, BufferedOutputStream, DataInputStream, DataOutputStream, EOFException}
import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8
import java.util.UUID

import scala.collection.mutable

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.pagelog.format.{LastPoll, Manifest, PageFile}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.progress.seen.{Seen, SeenEntry, SeenFile, SeenStore}

/** Files of records that were seen, in the page log's folder: `seen/<epoch>-<uuid>`. For one task, and the thread that polls.
  *
  * A file is a header line, then sorted entries of 28 bytes: two halves of the identity, a count, and the rank. Blocks of
  * entries are cached on this executor, because the next poll reads the same files.
  *
  * A file counts once a valid state names it. A task whose result is lost leaves files that nothing names; the next run deletes
  * them.
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
    val in = new DataInputStream(new BufferedInputStream(opened(file, 0, file.entries * EntryBytes), 1 << 16))
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

  /** Binary search over the blocks, then within a block. */
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
    var count = 0
    while (low <= high) {
      val middle = (low + high) >>> 1
      val order = compare(block, middle, of)
      if (order == 0) {
        count = ByteBuffer.wrap(block).getInt(middle * EntryBytes + 16)
        low = high + 1
      } else if (order < 0) low = middle + 1
      else high = middle - 1
    }
    count
  }

  private def compare(block: Array[Byte], i: Int, of: SeenEntry): Int = {
    val bytes = ByteBuffer.wrap(block)
    val first = java.lang.Long.compare(bytes.getLong(i * EntryBytes), of.high)
    if (first != 0) first else java.lang.Long.compare(bytes.getLong(i * EntryBytes + 8), of.low)
  }

  private def block(file: SeenFile, n: Long): Array[Byte] = cache.block(s"${store.location}/${file.name}", n) {
    val bytes = math.min(BlockEntries.toLong, file.entries - n * BlockEntries).toInt * EntryBytes
    val in = opened(file, n * BlockEntries * EntryBytes, bytes.toLong)
    try {
      val read = in.readNBytes(bytes)
      if (read.length < bytes) throw missing(file, "is cut short")
      read
    } finally in.close()
  }

  private def opened(file: SeenFile, at: Long, bytes: Long) = {
    if (!store.length(path(file.name)).contains(Header.length + file.entries * EntryBytes))
      throw missing(file, "is not whole")
    store.open(path(file.name), Header.length + at, bytes)
  }

  private def missing(file: SeenFile, why: String) = RestError(
    Condition.CheckpointUnreadable,
    s"The file of delivered records ${path(file.name)} in ${store.location} $why.",
    "Restore the page log, or start with a new checkpoint."
  ).toException

  /** Deletes the files of this task that no result names: merged files, and after a failure all of them. */
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

  /** Limit of the block cache of an executor. */
  val CacheBytes: Long = 64L << 20

  def path(name: String): String = s"$Folder/$name"
  def epochOf(name: String): Option[Long] = PageFile.epochOf(name)

  private val cache = new Blocks(CacheBytes)

  /** The most recently used blocks. Thread-safe. */
  final private class Blocks(maxBytes: Long) {
    private var bytes = 0L
    private val held = new java.util.LinkedHashMap[(String, Long), Array[Byte]](64, 0.75f, true)

    def block(file: String, n: Long)(read: => Array[Byte]): Array[Byte] = {
      val key = (file, n)
      val cached = synchronized(held.get(key))
      if (cached != null) cached
      else {
        val block = read
        synchronized {
          if (held.put(key, block) == null) bytes += block.length
          val oldest = held.entrySet.iterator
          while (bytes > maxBytes && oldest.hasNext) {
            bytes -= oldest.next().getValue.length
            oldest.remove()
          }
        }
        block
      }
    }
  }
}

/** The files of records seen that a manifest or note of this log named. A file is deleted when the last of them is gone.
  *
  * A file that only a lost attempt or a state between two notes named is deleted by the next run. Guarded by the page log.
  */
final private[sparkrest] class NamedSeenFiles(store: LogStore, ledger: ManifestIndex, note: Option[LastPoll]) {
  private var inNote = note.fold(Set.empty[String])(_.seenFiles)
  private var named = ledger.seenFiles ++ inNote

  def appended(m: Manifest): Unit = named ++= m.endpoints.valuesIterator.flatMap(_.seenFiles)

  def noted(written: LastPoll, ledger: ManifestIndex): Unit = {
    val lastNamed = inNote
    inNote = written.seenFiles
    named ++= inNote
    if (!lastNamed.subsetOf(inNote)) drop(ledger)
  }

  /** After the log has forgotten manifests or a note. */
  def drop(ledger: ManifestIndex): Unit = {
    val needed = ledger.seenFiles ++ inNote
    named.filterNot(needed).foreach(name => store.delete(SeenFiles.path(name)))
    named = needed
  }
}
