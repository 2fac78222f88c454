// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import java.io.OutputStream

import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.pagelog.{CachedPages, PageCache, PageOrigin, PageSink, PolledFile, PolledPage}
import io.github.sparkrest.progress.{Change, KeptRecords}

/** Writes one page file, and gives its blocks to the cache of this executor. The file is created with the first record.
  *
  * Memory: one block, the blocks in the cache, and those of the page that has not ended, if it is short.
  *
  * @param changes each record is appended with its change, or with the mark of its change as its first byte
  */
final class PageFileWriter(
    store: LogStore,
    epoch: Long,
    location: String,
    endpoint: Option[String] = None,
    changes: Boolean = false
) extends PageSink {
  private val name = PageFile.newName(epoch)
  private var out: OutputStream = _
  private var at = 0L // bytes written
  private var block = BlockPool.take()
  private val cached = new CachedPages.Builder
  private var index = PageFile.Index(Vector.empty, Vector.empty, 0)
  private var pages = Vector.empty[PolledPage]
  private var pagedRecords = 0L

  // Since the last end of a page.
  private var pageStart = Mark(0, 0)
  private var pageBytes = 0L
  private var finishedBytes = 0L

  /** Its blocks that are written, up to [[KeptRecords.MaxBytes]]: in most cases the cache holds them too. */
  private val shown = new OpenPage

  /** @param blocks in the index
    * @param inBlock records in the block that is being filled
    */
  private case class Mark(blocks: Int, inBlock: Int)

  def bytes: Long = finishedBytes

  def append(buf: Array[Byte], from: Int, to: Int): Unit = {
    if (!block.hasRoomFor(to - from)) flush(to - from)
    block.append(buf, from, to)
    pageBytes += to - from + 1
  }

  override def append(buf: Array[Byte], from: Int, to: Int, change: Change): Unit = {
    if (!block.hasRoomFor(to - from + 1)) flush(to - from + 1)
    block.append(buf, from, to, change.mark)
    pageBytes += to - from + 2
  }

  def discardPage(): Unit = {
    // Bytes that are on the disk stay there as a hole that no index entry names.
    if (index.starts.length > pageStart.blocks) {
      val kept = PageFile.Index(
        index.starts.take(pageStart.blocks),
        index.ends.take(pageStart.blocks),
        recordsBefore(pageStart.blocks)
      )
      index = kept
      cached.keep(pageStart.blocks)
      block.truncate(0)
      pageStart = Mark(pageStart.blocks, 0)
    } else block.truncate(pageStart.inBlock)
    pageBytes = 0
    shown.clear()
  }

  override def shownBytes: Long = KeptRecords.MaxBytes
  override def showAgain(visitor: KeptRecords.Visitor): Unit = {
    val mark = Change.markBytes(changes) // guard: I8.61
    shown.showAgain(visitor, mark)
    block.showAgain(if (pageStart.blocks == index.starts.length) pageStart.inBlock else 0, visitor, mark)
  }

  def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit =
    endPage(offsetBefore, origin, endpoint)

  /** @param of the endpoint of the page */
  def endPage(offsetBefore: Option[String], origin: Option[PageOrigin], of: Option[String]): Unit = {
    val records = index.records + block.count - pagedRecords
    pagedRecords += records
    if (records > 0) pages :+= PolledPage(records, pageBytes, offsetBefore, of, origin, changes)
    finishedBytes += pageBytes
    pageBytes = 0
    pageStart = Mark(index.starts.length, block.count)
    shown.clear()
  }

  /** Ends the file. `None`: no record was written, so no file exists. */
  def close(): Option[PolledFile] = {
    discardPage()
    if (block.count > 0) flush(0)
    if (pages.isEmpty) { abandon(); None }
    else {
      val footerAt = at
      write(PageFile.footer(index))
      write(PageFile.trailer(footerAt))
      out.close()
      out = null
      PageCache.offer(name, cached.result())
      BlockPool.give(block)
      Some(PolledFile(name, at, location, pages))
    }
  }

  /** Leaves no file behind. Called after any failure; does nothing after [[close]]. */
  def abandon(): Unit = if (out != null) {
    val broken = out
    out = null
    store.abandon(PageFile.path(name), broken)
  }

  private def recordsBefore(blocks: Int): Long =
    if (blocks < index.starts.length) index.starts(blocks)._1 else index.records

  /** A page may begin inside a block that is flushed before the page ends: then the part before it must survive a discard. */
  private def flush(nextRecordBytes: Int): Unit = {
    if (pageStart.blocks == index.starts.length && pageStart.inBlock > 0 && pageStart.inBlock < block.count) {
      val (finished, open) = block.splitAt(pageStart.inBlock)
      writeBlock(finished, ofOpenPage = false)
      block = open
      pageStart = Mark(index.starts.length, 0)
    } else {
      val wholePageBefore = pageStart.blocks == index.starts.length && pageStart.inBlock == block.count
      writeBlock(block, ofOpenPage = !wholePageBefore)
      block = BlockPool.take(nextRecordBytes + 1)
      if (wholePageBefore) pageStart = Mark(index.starts.length, 0)
    }
    if (!block.hasRoomFor(nextRecordBytes)) flush(nextRecordBytes)
  }

  /** @param ofOpenPage it has records of the page that has not ended */
  private def writeBlock(b: RecordBlock, ofOpenPage: Boolean): Unit = if (b.count == 0) BlockPool.give(b)
  else {
    if (out == null) {
      out = store.create(PageFile.path(name))
      write(PageFile.Header)
    }
    index = PageFile.Index(index.starts :+ ((index.records, at)), index.ends :+ (at + b.length), index.records + b.count)
    out.write(b.bytes, 0, b.length)
    at += b.length
    val isCached = cached.add(b)
    if (ofOpenPage) shown.add(b, isSpare = !isCached) else if (!isCached) BlockPool.give(b)
  }

  private def write(bytes: Array[Byte]): Unit = {
    out.write(bytes)
    at += bytes.length
  }
}
