// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import scala.collection.mutable

import io.github.sparkrest.pagelog.format.RecordBlock

/** The blocks of one page file, in memory, with the number of the first record of each. */
final case class CachedPages(blocks: Vector[RecordBlock], starts: Vector[Long], bytes: Long)

object CachedPages {
  final class Builder {
    private var blocks = Vector.empty[RecordBlock]
    private var bytes = 0L
    private var tooLarge = false

    def add(b: RecordBlock): Unit =
      if (!tooLarge) {
        blocks :+= b
        bytes += b.bytes.length
        if (bytes > PageCache.maxBytes / 2) { tooLarge = true; blocks = Vector.empty }
      }
    def keep(n: Int): Unit = {
      blocks = blocks.take(n)
      bytes = blocks.map(_.bytes.length.toLong).sum
    }
    def result(): Option[CachedPages] =
      if (tooLarge) None else Some(CachedPages(blocks, blocks.scanLeft(0L)(_ + _.count).init, bytes))
  }
}

/** The pages that this executor polled and nobody has read yet, so that normally nothing is read back from storage. One cache per
  * JVM, bounded (I4); a miss costs a read.
  *
  * Pages are read once, in the order in which they were polled. So a full cache refuses a new page: if it evicted the oldest
  * page, every read would be a miss. A page leaves with its last record. Pages of a stopped query leave when they are old and
  * room is needed.
  */
object PageCache {
  val maxBytes: Long = math.min(32L << 20, Runtime.getRuntime.maxMemory / 16)
  private val StaleNanos = 60L * 1000 * 1000 * 1000

  final private case class Entry(pages: CachedPages, since: Long)
  private val entries = mutable.LinkedHashMap.empty[String, Entry]
  private var held = 0L

  /** @param name of the page file, unique in the world */
  def offer(name: String, pages: Option[CachedPages]): Unit = synchronized {
    pages.foreach { p =>
      if (held + p.bytes > maxBytes) {
        val now = System.nanoTime
        entries.filter { case (_, e) => now - e.since > StaleNanos }.keys.toList.foreach(remove)
      }
      if (held + p.bytes <= maxBytes) { // guard: I4.8
        entries(name) = Entry(p, System.nanoTime)
        held += p.bytes
      }
    }
  }

  def get(name: String): Option[CachedPages] = synchronized(entries.get(name).map(_.pages))

  def release(name: String): Unit = synchronized(remove(name))

  /** Drops pages that other tests polled and nobody read. */
  private[sparkrest] def clear(): Unit = synchronized(entries.keys.toList.foreach(remove))

  /** Bytes held now. */
  def bytes: Long = synchronized(held)

  private def remove(key: String): Unit = entries.remove(key).foreach(e => held -= e.pages.bytes)
}
