// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.io.{IOException, InputStream}
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.nio.channels.FileChannel.MapMode.READ_ONLY
import java.nio.file.StandardOpenOption.READ
import java.nio.file.{Files, Path, StandardCopyOption}

import io.github.sparkrest.pagelog.SeenFiles.EntryBytes
import io.github.sparkrest.progress.seen.SeenAt

/** The files of records seen that this executor has mapped into memory, for all its tasks. The memory belongs to the operating
  * system, which takes it back when it needs it; the heap holds nothing. Files never change, so a mapping is never stale.
  *
  * A file of another machine is copied to a disk of this one. The copy has no name any more when it is mapped, so nothing of it
  * remains after the executor, however that ends. Its bytes are free when the mapping is garbage.
  *
  * @param copyBytes limit of the copies
  * @param mostFiles the kernel limits the mappings of a process, to 65,530 by default
  * @param idleNanos a file that was not searched for so long may be deleted, and its mapping would keep its bytes
  */
final private[pagelog] class MappedFiles(copyBytes: Long, mostFiles: Int, idleNanos: Long) {
  import MappedFiles._

  private val held = new java.util.LinkedHashMap[String, Held](64, 0.75f, true)

  /** Bytes of the copies that tasks are making, by key. */
  private var copying = Map.empty[String, Long]

  /** `None`: no task has mapped it, or it was dropped. */
  def known(key: String): Option[MappedEntries] = synchronized {
    val found = Option(held.get(key))
    found.foreach(_.usedAt = System.nanoTime)
    found.map(_.entries)
  }

  /** `None`: a copy does not fit, or another task is making it. A copy may take seconds. Meanwhile the other tasks read blocks of this
    * file, and search the files that are mapped.
    */
  def get(key: String, entries: Long, isCopy: Boolean)(map: => MappedEntries): Option[MappedEntries] = {
    val copied = if (isCopy) entries * EntryBytes else 0L
    synchronized(known(key).toRight(mayBegin(key, copied))) match {
      case Right(found)   => Some(found)
      case Left(mayBegin) =>
        if (!mayBegin) None
        else
          try {
            val made = map // guard: I4.91
            synchronized { held.put(key, new Held(made, copied, System.nanoTime)); () }
            Some(made)
          } catch { case _: IOException if isCopy => None }
          finally if (isCopy) synchronized(copying -= key)
    }
  }

  private def mayBegin(key: String, copied: Long): Boolean = {
    val left = copyBytes - copying.values.sum - copied
    val may = left >= 0 && !copying.contains(key)
    drop(System.nanoTime, if (may) left else copyBytes)
    if (may && copied > 0) copying += key -> copied
    may
  }

  /** Drops the least recently used files, until so many bytes of copies are left. */
  private def drop(now: Long, copies: Long): Unit = {
    var bytes = 0L
    held.values.forEach(h => bytes += h.copied)
    val oldest = held.values.iterator
    while (oldest.hasNext) {
      val h = oldest.next()
      if (now - h.usedAt > idleNanos || held.size >= mostFiles || bytes > copies && h.copied > 0) { // guard: I4.90
        bytes -= h.copied
        oldest.remove()
      }
    }
  }

  def forget(key: String): Unit = synchronized { held.remove(key); () }

  def keys: Set[String] = synchronized(held.keySet.toArray(Array.empty[String]).toSet)
}

private[pagelog] object MappedFiles {
  val OfExecutor: MappedFiles = new MappedFiles(copyBytes = 8L << 30, mostFiles = 1000, idleNanos = 600L * 1000000000L)

  final private class Held(val entries: MappedEntries, val copied: Long, var usedAt: Long)
}

/** The sorted entries of a file, by number.
  *
  * @param chunks each with `ChunkEntries` entries, and the last one with the rest
  */
final private[pagelog] class MappedEntries(chunks: Array[ByteBuffer], val size: Long) {
  import MappedEntries._

  def chunk(n: Long): ByteBuffer = chunks((n >>> ChunkBits).toInt)
  def offset(n: Long): Int = (n & (ChunkEntries - 1)).toInt * EntryBytes

  /** Hashes are spread evenly, so each guess is much closer than the one before, and a few of them suffice. Whatever the hashes are,
    * the search halves after some more.
    */
  def find(high: Long, low: Long): Option[SeenAt] = {
    var (first, last) = (0L, size - 1)
    var at = math.min(last, (share(high) * size).toLong)
    var guesses = 0
    var found = Option.empty[SeenAt]
    while (first <= last) {
      val order = compare(at, high, low)
      if (order == 0) {
        val from = offset(at)
        found = Some(new SeenAt(at, chunk(at).getInt(from + 16), chunk(at).getLong(from + 20)))
        first = last + 1
      } else {
        val away = (share(high) - share(chunk(at).getLong(offset(at)))) * size
        if (order < 0) first = at + 1 else last = at - 1
        guesses += 1
        at = if (guesses > MostGuesses) (first + last) >>> 1 else math.max(first, math.min(last, at + away.toLong))
      }
    }
    found
  }

  /** The entry's place relative to that of a record. */
  def compare(n: Long, high: Long, low: Long): Int = {
    // A pair of them would be an object for each guess.
    val in = chunk(n)
    val from = offset(n)
    val order = java.lang.Long.compare(in.getLong(from), high)
    if (order != 0) order else java.lang.Long.compare(in.getLong(from + 8), low)
  }
}

private[pagelog] object MappedEntries {

  /** A buffer has less than 2 GB. */
  private val ChunkBits = 25
  private val ChunkEntries = 1L << ChunkBits
  private val MostGuesses = 16

  /** The part of all hashes that is lower. */
  def share(high: Long): Double = high.toDouble / 18446744073709551616.0 + 0.5

  /** @param at byte of the first entry */
  def of(file: Path, at: Long, entries: Long): MappedEntries = {
    val channel = FileChannel.open(file, READ)
    try {
      val chunks = (0L until entries by ChunkEntries).map { n =>
        channel.map(READ_ONLY, at + n * EntryBytes, math.min(ChunkEntries, entries - n) * EntryBytes): ByteBuffer
      }
      new MappedEntries(chunks.toArray, entries)
    } finally channel.close()
  }

  /** @param in the entries */
  def ofCopy(in: InputStream, scratch: () => Path, entries: Long): MappedEntries = {
    val file = scratch()
    try {
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING)
      if (Files.size(file) < entries * EntryBytes) throw new IOException(s"the copy of $entries entries is cut short")
      of(file, 0, entries)
    } finally
      // Windows refuses to delete it while it is mapped.
      if (!file.toFile.delete()) file.toFile.deleteOnExit()
  }
}
