// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.nio.ByteBuffer
import java.nio.file.Path

import scala.collection.mutable

import io.github.sparkrest.pagelog.SeenFiles.{BlockEntries, EntryBytes, missing, opened, path}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.progress.seen.{SeenAt, SeenFile}

/** Finds records in sorted files. A large file is mapped into memory ([[MappedFiles]]); if it is not on a disk of this machine, only
  * after so many lookups that a copy is worth it. All other files are read in blocks, which the executor caches. For one task.
  */
final private[pagelog] class SeenIndex(store: LogStore, scratch: () => Path, mapFrom: Long) {
  import SeenIndex._

  private val mapped = mutable.HashMap.empty[String, MappedEntries]

  /** Bytes of blocks that this task read of a file that is not mapped. */
  private val read = mutable.HashMap.empty[String, Long]

  def find(file: SeenFile, high: Long, low: Long): Option[SeenAt] = mapped.get(file.name).orElse(map(file)) match {
    case Some(entries) =>
      try entries.find(high, low)
      // The kernel could not read the page, for example because the disk is gone.
      catch { case _: InternalError => throw missing(store, file, "cannot be read") }
    case None => inBlocks(file, high, low)
  }

  /** The file, if this task has mapped it. */
  def known(file: SeenFile): Option[MappedEntries] = mapped.get(file.name)

  private def map(file: SeenFile): Option[MappedEntries] =
    if (file.entries * EntryBytes < mapFrom) None
    else {
      val found = store.localFolder.map(_.resolve(path(file.name))) match {
        case None if !read.contains(file.name) => MappedFiles.OfExecutor.known(keyOf(file.name))
        case local => if (local.isDefined || isWorthCopying(file)) mapped(file, local) else None
      }
      if (found.isEmpty && !read.contains(file.name)) read(file.name) = 0
      found.foreach(mapped(file.name) = _)
      found
    }

  private def mapped(file: SeenFile, local: Option[Path]): Option[MappedEntries] = {
    // Without room for a copy, the next lookups read blocks as before.
    read(file.name) = 0
    MappedFiles.OfExecutor.get(keyOf(file.name), file.entries, local.isEmpty) {
      // Checks that the file is whole.
      val in = opened(store, file, 0, file.entries * EntryBytes)
      try
        local.fold(MappedEntries.ofCopy(in, scratch, file.entries))(
          MappedEntries.of(_, SeenFiles.Header.length.toLong, file.entries)
        )
      finally in.close()
    }
  }

  private def isWorthCopying(file: SeenFile): Boolean = read(file.name) * CopyShare >= file.entries * EntryBytes

  def forget(name: String): Unit = {
    mapped -= name
    MappedFiles.OfExecutor.forget(keyOf(name))
  }

  private def keyOf(name: String) = s"${store.location}/$name"

  /** Hashes are spread evenly, so the first guess is the right block or close to it. After a few guesses, the search halves. */
  private def inBlocks(file: SeenFile, high: Long, low: Long): Option[SeenAt] = {
    val key = keyOf(file.name)
    var (first, last) = (0L, (file.entries - 1) / BlockEntries)
    var at = math.min(last, (MappedEntries.share(high) * (last + 1)).toLong)
    var guesses = 0
    var found = Option.empty[SeenAt]
    while (first <= last) {
      val entries = new MappedEntries(Array(ByteBuffer.wrap(block(key, file, at))), entriesOf(file, at).toLong)
      if (entries.compare(0, high, low) > 0) last = at - 1
      else if (entries.compare(entries.size - 1, high, low) < 0) first = at + 1
      else {
        found = entries.find(high, low).map(s => new SeenAt(at * BlockEntries + s.place, s.count, s.rank))
        first = last + 1
      }
      guesses += 1
      at = if (guesses > MostGuesses) (first + last) >>> 1 else math.max(first, math.min(at, last))
    }
    found
  }

  private def entriesOf(file: SeenFile, block: Long): Int =
    math.min(BlockEntries.toLong, file.entries - block * BlockEntries).toInt

  private def block(key: String, file: SeenFile, n: Long): Array[Byte] = cache.block(key, n) {
    val bytes = entriesOf(file, n) * EntryBytes
    read(file.name) = read.getOrElse(file.name, 0L) + bytes
    val in = opened(store, file, n * BlockEntries * EntryBytes, bytes.toLong)
    try {
      val block = in.readNBytes(bytes)
      if (block.length < bytes) throw missing(store, file, "is cut short")
      block
    } finally in.close()
  }
}

private[pagelog] object SeenIndex {
  private val MostGuesses = 4

  /** A file is copied after an eighth of it was read in blocks. */
  private val CopyShare = 8

  /** Limit of the block cache of an executor. */
  val CacheBytes: Long = 64L << 20

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
