// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.pagelog.{PageCache, PolledFile}

/** Records `[from, to)` of one page file.
  *
  * @param location of the cache that may hold them
  * @param bytes roughly, for planning
  * @param pages that have records in it
  */
final case class PageSlice(
    name: String,
    from: Long,
    to: Long,
    total: Long,
    bytes: Long,
    location: String,
    pages: Vector[PageInFile] = Vector.empty
) {
  def part(begin: Long, end: Long, partBytes: Long): PageSlice =
    copy(from = begin, to = end, bytes = partBytes, pages = PageInFile.within(pages, begin, end))
}

object PageSlice {

  /** All of a file that nobody else reads. */
  def whole(file: PolledFile): PageSlice =
    PageSlice(file.name, 0, file.records, file.records, file.bytes, "", PageInFile.of(file, Map.empty))
}

/** Goes over the records of a slice, in order: from the cache of this executor, or else block by block from the file.
  *
  * @param log opened only for what is not cached
  */
final class PageFileReader(log: => LogStore, slice: PageSlice) {
  private lazy val store = log
  private val cached = PageCache.get(slice.name)
  private val index = if (cached.isDefined) null else PageFile.readIndex(store, slice.name)
  private val starts: Vector[Long] = cached.fold(index.starts.map(_._1))(_.starts)
  private var nextBlock = math.max(0, starts.lastIndexWhere(_ <= slice.from))
  private var left = slice.to - slice.from

  /** The current record is `block.bytes`, from `block.from(i)` to `block.to(i)`. */
  var block: RecordBlock = _
  var i: Int = -1
  val fromCache: Boolean = cached.isDefined

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

  /** After the last record of a file nobody reads it again, but for a repeated batch, which reads the file. */
  def close(): Unit = if (left == 0 && slice.to == slice.total) PageCache.release(slice.name)

  private def advance(): Unit = {
    val first = block == null
    block = cached.fold(load(nextBlock))(_.blocks(nextBlock))
    i = if (first) (slice.from - starts(nextBlock)).toInt else 0
    nextBlock += 1
  }

  private def load(n: Int): RecordBlock = {
    val (_, from) = index.starts(n)
    RecordBlock.ofLines(PageFile.readRange(store, slice.name, from, (index.ends(n) - from).toInt))
  }
}
