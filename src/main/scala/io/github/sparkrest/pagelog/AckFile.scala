// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.pagelog.format.{PageFile, PageFileReader, PageFileWriter, PageSlice}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.progress.queue.PendingAcks

/** Writes the values that acknowledge the records of one poll, into a page file that no batch reads. So memory is bounded, whatever
  * the API returns, and a page that does not count is dropped like its records. For one task.
  *
  * The file counts once a valid state names it: see [[PendingAcks]]. The task that has sent its last request deletes it. A file
  * that no state names is swept like any page file.
  */
final class AckFile(store: LogStore, epoch: Long) {

  /** Takes the values of each record, a JSON array. */
  def values: PageSink = writer
  private val writer = new PageFileWriter(store, epoch, location = "")

  /** `None`: the poll received no record. */
  def close(): Option[PendingAcks] = writer.close().map { file =>
    // Another executor may read the file, and then its blocks would never leave this cache.
    PageCache.release(file.name)
    PendingAcks(file.name, file.records)
  }

  /** Leaves no file behind. Called after any failure; does nothing after [[close]]. */
  def abandon(): Unit = writer.abandon()
}

object AckFile {

  /** The values of the records that remain, or nothing if the file is gone. */
  def read[A](store: LogStore, pending: PendingAcks)(use: Iterator[String] => A): A =
    if (store.length(PageFile.path(pending.file)).isEmpty) use(Iterator.empty)
    else {
      val slice = PageSlice(pending.file, pending.sent, pending.records, pending.records, 0, "")
      val reader = new PageFileReader(store, slice)
      try
        use(Iterator.continually(reader).takeWhile(_.next()).map { r =>
          val (from, to) = (r.block.from(r.i), r.block.to(r.i))
          new String(r.block.bytes, from, to - from, UTF_8)
        })
      finally reader.close()
    }

  /** After the last acknowledgement. */
  def delete(store: LogStore, pending: PendingAcks): Unit = {
    store.delete(PageFile.path(pending.file))
    ()
  }
}
