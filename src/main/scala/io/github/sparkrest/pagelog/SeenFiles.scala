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
  * entries are cached on this executor, because the next poll reads the same files. Keys are in a second file: each as its
  * length and its bytes, in the order of the entries. Only what reads all entries reads it.
  *
  * A file counts once a valid state names it. A task whose result is lost leaves files that nothing names; the next run deletes
  * them.
  */
final class SeenFiles(store: LogStore, epoch: Long) extends SeenStore {
  import SeenFiles._

  private val made = mutable.LinkedHashSet.empty[String]

  def write(entries: Iterator[SeenEntry]): SeenFile = {
    val file = SeenFile(f"$epoch%010d-${UUID.randomUUID()}", 0, Long.MaxValue, Long.MinValue)
    val out = created(file.name)
    var keys = Option.empty[DataOutputStream]
    var (n, keyBytes) = (0L, 0L)
    var (lowest, highest) = (file.lowest, file.highest)
    try {
      out.write(Header)
      entries.foreach { e =>
        out.writeLong(e.high)
        out.writeLong(e.low)
        out.writeInt(e.seen.count)
        out.writeLong(e.seen.rank)
        if (e.seen.key.nonEmpty) {
          if (keys.isEmpty) keys = Some(created(file.keys))
          val key = e.seen.key.getBytes(UTF_8)
          keys.foreach { k => k.writeInt(key.length); k.write(key) }
          keyBytes += 4 + key.length
        }
        lowest = math.min(lowest, e.seen.rank)
        highest = math.max(highest, e.seen.rank)
        n += 1
      }
    } finally {
      out.close()
      keys.foreach(_.close())
    }
    file.copy(entries = n, lowest = lowest, highest = highest, keyBytes = keyBytes)
  }

  private def created(name: String) = {
    made += name
    new DataOutputStream(new BufferedOutputStream(store.create(path(name)), 1 << 16))
  }

  def read(file: SeenFile, keys: Boolean): Iterator[SeenEntry] = {
    val in = new DataInputStream(new BufferedInputStream(opened(file, 0, file.entries * EntryBytes), 1 << 16))
    val texts = if (keys && file.keyBytes > 0) Some(keysOf(file)) else None
    new Iterator[SeenEntry] {
      private var left = file.entries
      def hasNext: Boolean = left > 0
      def next(): SeenEntry = {
        val entry =
          try SeenEntry(in.readLong(), in.readLong(), Seen(in.readInt(), in.readLong(), texts.fold("")(nextKey)))
          catch { case _: EOFException => throw missing(file, "is cut short") }
        left -= 1
        if (left == 0) {
          in.close()
          texts.foreach(_.close())
        }
        entry
      }
    }
  }

  private def keysOf(file: SeenFile) = {
    if (!store.length(path(file.keys)).contains(file.keyBytes)) throw missing(file, "has no keys")
    new DataInputStream(new BufferedInputStream(store.open(path(file.keys), 0, file.keyBytes), 1 << 16))
  }

  private def nextKey(in: DataInputStream): String = {
    val bytes = new Array[Byte](in.readInt())
    in.readFully(bytes)
    new String(bytes, UTF_8)
  }

  /** Hashes are spread evenly, so the first guess is the right block or close to it. After a few guesses, the search halves. */
  def find(file: SeenFile, of: SeenEntry): Option[Seen] = {
    val key = s"${store.location}/${file.name}"
    var (low, high) = (0L, (file.entries - 1) / BlockEntries)
    var at = guess(of, high)
    var guesses = 0
    var found = Option.empty[Seen]
    while (low <= high) {
      val entries = block(key, file, at)
      if (compare(entries, 0, of) > 0) high = at - 1
      else if (compare(entries, entries.length / EntryBytes - 1, of) < 0) low = at + 1
      else {
        found = find(entries, of)
        low = high + 1
      }
      guesses += 1
      at = if (guesses > MostGuesses) (low + high) >>> 1 else math.max(low, math.min(at, high))
    }
    found
  }

  private def guess(of: SeenEntry, last: Long): Long = {
    val place = (of.high.toDouble - Long.MinValue.toDouble) / math.pow(2, 64)
    math.min(last, (place * (last + 1)).toLong)
  }

  private def find(block: Array[Byte], of: SeenEntry): Option[Seen] = {
    var (low, high) = (0, block.length / EntryBytes - 1)
    var found = Option.empty[Seen]
    while (low <= high) {
      val middle = (low + high) >>> 1
      val order = compare(block, middle, of)
      if (order == 0) {
        val bytes = ByteBuffer.wrap(block)
        found = Some(Seen(bytes.getInt(middle * EntryBytes + 16), bytes.getLong(middle * EntryBytes + 20)))
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

  private def block(key: String, file: SeenFile, n: Long): Array[Byte] = cache.block(key, n) {
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
  private val MostGuesses = 4

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
