// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.pagelog.{PageCache, PageOrigin, PolledFile}

/** Records `[from, to)` of one page file.
  *
  * @param location of the cache that may hold them
  * @param bytes approximate, for planning
  * @param pages that have records in the slice
  * @param format of the records, see [[Manifest.format]]
  */
final case class PageSlice(
    name: String,
    from: Long,
    to: Long,
    total: Long,
    bytes: Long,
    location: String,
    pages: Vector[PageInFile] = Vector.empty,
    format: Option[String] = None
) {
  def part(begin: Long, end: Long, partBytes: Long): PageSlice =
    copy(from = begin, to = end, bytes = partBytes, pages = PageInFile.within(pages, begin, end))
}

object PageSlice {

  /** A whole file that nobody else reads. */
  def whole(file: PolledFile): PageSlice =
    PageSlice(file.name, 0, file.records, file.records, file.bytes, "", PageInFile.of(file, Map.empty))
}

/** Reads the records of a slice, in order, block by block: from the cache of this executor if it has the block, otherwise from
  * the file.
  *
  * @param log opened only if a block is not cached
  */
final class PageFileReader(log: => LogStore, slice: PageSlice) {
  private lazy val store = log
  private val cached = PageCache.get(slice.name)
  private lazy val index = PageFile.readIndex(store, slice.name)
  private var nextBlock = {
    val inCache = cached.fold(-1)(_.blockWith(slice.from))
    if (inCache >= 0) inCache else math.max(0, index.starts.lastIndexWhere(_._1 <= slice.from))
  }
  private var isLeased = false
  private var left = slice.to - slice.from

  /** The current record is `block.bytes`, from `block.from(i)` to `block.to(i)`. After a call of [[next]] or [[close]] the array
    * may contain other records.
    */
  var block: RecordBlock = _
  var i: Int = -1

  /** Number of the current record in its file. */
  def record: Long = slice.to - left - 1

  def next(): Boolean =
    if (left == 0) false
    else {
      i += 1
      if (block == null || i >= block.count) advance()
      left -= 1
      true
    }

  /** After its last record nobody reads a file again, except a repeated batch, which reads the file itself. */
  def close(): Unit = {
    leave()
    if (left == 0 && slice.to == slice.total) PageCache.release(slice.name)
  }

  private def advance(): Unit = {
    val first = block == null
    leave()
    val inCache = cached.fold(null: RecordBlock)(PageCache.lease(_, nextBlock))
    isLeased = inCache != null
    block = if (isLeased) inCache else PageFile.readBlock(store, slice.name, index, nextBlock)
    i = if (first) (slice.from - firstRecord(nextBlock)).toInt else 0
    nextBlock += 1
  }

  private def firstRecord(n: Int): Long = if (isLeased) cached.get.starts(n) else index.starts(n)._1

  /** The block is no longer used here. */
  private def leave(): Unit = if (block != null) {
    val left = block
    block = null
    if (!isLeased) BlockPool.give(left)
    else cached.foreach(PageCache.giveBack(slice.name, _, nextBlock - 1, isRead = i >= left.count - 1))
  }
}

/** Records `[begin, end)` of a page file, and their origin.
  *
  * @param row with an input: the columns that appear next to the records, as a JSON object
  * @param offset the API offset of the request
  * @param changes each record begins with the mark of its change
  * @param commit that made the page count; `None`: nobody else reads the page
  */
final case class PageInFile(
    begin: Long,
    end: Long,
    row: String,
    offset: Option[String],
    origin: Option[PageOrigin],
    changes: Boolean = false,
    commit: Option[PageCommit] = None
)

/** @param version number of the manifest
  * @param atMs epoch milliseconds; `None`: an earlier version wrote the manifest, or `readChanges` was off
  */
final case class PageCommit(version: Long, atMs: Option[Long])

object PageInFile {

  /** @param rows by endpoint */
  def of(file: PolledFile, rows: Map[String, String], commit: Option[PageCommit] = None): Vector[PageInFile] = {
    val ends = file.pages.scanLeft(0L)(_ + _.records)
    file.pages
      .zip(ends.zip(ends.tail))
      .map { case (p, (begin, end)) =>
        val row = p.endpoint.flatMap(rows.get).getOrElse("{}")
        PageInFile(begin, end, row, p.offsetBefore, p.origin, p.changes, commit)
      }
      .toVector
  }

  /** The pages that have a record in `[from, to)`. */
  def within(pages: Vector[PageInFile], from: Long, to: Long): Vector[PageInFile] =
    pages.dropWhile(_.end <= from).takeWhile(_.begin < to)
}
