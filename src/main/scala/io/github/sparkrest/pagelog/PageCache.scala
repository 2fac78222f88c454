// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import scala.collection.mutable

import io.github.sparkrest.pagelog.format.{BlockPool, RecordBlock}

/** The first blocks of one page file, in memory. A long file has further blocks, which are only in the file.
  *
  * A block leaves when its last record was read. Its memory is used again when no reader holds it: two slices may share a block,
  * and a speculative task reads a slice a second time.
  */
final class CachedPages private (blocks: Vector[RecordBlock]) {
  private val slots = blocks.map(new CachedPages.Slot(_))

  /** Number of the first record of each block, and of the first record after them. */
  val starts: Vector[Long] = blocks.scanLeft(0L)(_ + _.count)

  /** Number of the block with a record; -1: the record is only in the file. */
  def blockWith(record: Long): Int = if (record < starts.last) starts.lastIndexWhere(_ <= record) else -1

  private[pagelog] def bytes: Long = slots.map(_.bytes).sum

  /** As many of the first blocks as have room. The memory of the others is used again. */
  private[pagelog] def within(room: Long): CachedPages = {
    val fitting = blocks.scanLeft(0L)(_ + _.bytes.length).tail.takeWhile(_ <= room).length
    blocks.drop(fitting).foreach(BlockPool.give)
    new CachedPages(blocks.take(fitting))
  }

  private[pagelog] def lease(n: Int): RecordBlock = if (n < slots.length) slots(n).lease() else null
  private[pagelog] def giveBack(n: Int, isRead: Boolean): Long = slots(n).giveBack(isRead)
  private[pagelog] def drop(): Unit = slots.foreach(_.drop())
}

object CachedPages {

  /** Collects the blocks of a file while it is written. */
  final class Builder {
    private var blocks = Vector.empty[RecordBlock]
    private var bytes = 0L
    private var isFull = false

    /** Whether the block will be cached. Otherwise it is the caller's. */
    def add(b: RecordBlock): Boolean = {
      isFull ||= bytes + b.bytes.length > PageCache.maxBytes / 2
      if (!isFull) {
        blocks :+= b
        bytes += b.bytes.length
      }
      !isFull
    }
    def keep(n: Int): Unit = {
      isFull &&= n > blocks.length
      blocks = blocks.take(n)
      bytes = blocks.map(_.bytes.length.toLong).sum
    }
    def result(): CachedPages = new CachedPages(blocks)
  }

  /** @param block null when it has left */
  final private class Slot(private var block: RecordBlock) {
    private var readers = 0
    private var leaving = false

    def bytes: Long = if (block == null || leaving) 0 else block.bytes.length.toLong

    def lease(): RecordBlock = if (block == null || leaving) null else { readers += 1; block }

    /** @return bytes that left the cache */
    def giveBack(isRead: Boolean): Long = {
      val before = bytes
      readers -= 1
      leaving ||= isRead
      recycle()
      before - bytes
    }

    def drop(): Unit = { leaving = true; recycle() }

    private def recycle(): Unit = if (leaving && readers == 0 && block != null) { // guard: I2.10
      BlockPool.give(block)
      block = null
    }
  }
}

/** The pages that this executor polled and nobody has read yet, so that normally nothing is read back from storage. One cache per
  * JVM, bounded (I4); a miss costs a read.
  *
  * Pages are read once, in the order in which they were polled. So a full cache refuses a new page: if it evicted the oldest
  * page, every read would be a miss. Pages of a stopped query leave when they are old and room is needed.
  */
object PageCache {
  val maxBytes: Long = math.min(64L << 20, Runtime.getRuntime.maxMemory / 16)
  private val StaleNanos = 60L * 1000 * 1000 * 1000

  final private case class Entry(pages: CachedPages, since: Long)
  private val entries = mutable.LinkedHashMap.empty[String, Entry]
  private var held = 0L

  /** @param name of the page file, unique in the world */
  def offer(name: String, pages: CachedPages): Unit = synchronized {
    if (held + pages.bytes > maxBytes) {
      val now = System.nanoTime
      entries.filter { case (_, e) => now - e.since > StaleNanos }.keys.toList.foreach(remove)
    }
    val fitting = pages.within(maxBytes - held) // guard: I4.8
    if (fitting.bytes > 0) {
      entries(name) = Entry(fitting, System.nanoTime)
      held += fitting.bytes
    }
  }

  def get(name: String): Option[CachedPages] = synchronized(entries.get(name).map(_.pages))

  /** A block, for one reader; null: it is only in the file. The reader gives it back. */
  def lease(pages: CachedPages, block: Int): RecordBlock = synchronized(pages.lease(block))

  /** @param isRead its last record was read, so nobody else needs it */
  def giveBack(name: String, pages: CachedPages, block: Int, isRead: Boolean): Unit = synchronized {
    val freed = pages.giveBack(block, isRead)
    if (entries.get(name).exists(_.pages eq pages)) held -= freed
  }

  def release(name: String): Unit = synchronized(remove(name))

  /** Drops pages that other tests polled and nobody read. */
  private[sparkrest] def clear(): Unit = synchronized(entries.keys.toList.foreach(remove))

  /** Bytes held now. */
  def bytes: Long = synchronized(held)

  private def remove(key: String): Unit = entries.remove(key).foreach { e =>
    held -= e.pages.bytes
    e.pages.drop()
  }
}
