// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import io.github.sparkrest.pagelog.format.{PageFileWriter, RecordBlock}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.progress.{Change, KeptRecords}

/** One page file for polls that run at the same time. The pages of a poll go into it together, when the poll is over. So no poll
  * waits for the response of another, and a poll that is broken off leaves nothing. For one thread.
  *
  * Memory: [[HeldPages.MaxBytes]] for each poll that runs, and one writer. A poll with more records gets a separate file.
  */
final class SharedPageFile(store: LogStore, epoch: Long, location: String, changes: Boolean = false) {
  private val writer = new PageFileWriter(store, epoch, location, changes = changes)

  /** For one poll of an endpoint. */
  def sink(endpoint: String): HeldPages =
    new HeldPages(endpoint, () => new PageFileWriter(store, epoch, location, Some(endpoint), changes), changes)

  /** Takes the pages of a poll that is over, unless they are in a separate file. */
  def take(pages: HeldPages): Unit = pages.writeTo(writer)

  /** `None`: no poll returned a record. */
  def close(): Option[PolledFile] = writer.close()

  /** Leaves no file behind; does nothing after [[close]]. */
  def abandon(): Unit = writer.abandon()
}

/** The pages of one poll: held in memory, or in a separate file if they are many. For one thread. */
final class HeldPages(endpoint: String, ownFile: () => PageFileWriter, changes: Boolean = false) extends PageSink {
  import HeldPages._

  private var block = new RecordBlock(FirstBytes)
  private var pages = Vector.empty[Held]
  private var own: Option[PageFileWriter] = None
  private var finishedBytes = 0L

  def append(buf: Array[Byte], from: Int, to: Int): Unit = {
    if (own.isEmpty && !block.hasRoomFor(to - from)) makeRoom(to - from)
    own.fold(block.append(buf, from, to))(_.append(buf, from, to))
  }

  override def append(buf: Array[Byte], from: Int, to: Int, change: Change): Unit = {
    if (own.isEmpty && !block.hasRoomFor(to - from + 1)) makeRoom(to - from + 1)
    own.fold(block.append(buf, from, to, change.mark))(_.append(buf, from, to, change))
  }

  override def shownBytes: Long = KeptRecords.MaxBytes
  override def showAgain(visitor: KeptRecords.Visitor): Unit =
    own.fold(block.showAgain(pages.lastOption.fold(0)(_.end), visitor, Change.markBytes(changes)))(_.showAgain(visitor))

  def discardPage(): Unit = own.fold(block.truncate(pages.lastOption.fold(0)(_.end)))(_.discardPage())

  def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = own match {
    case Some(file) => file.endPage(offsetBefore, origin)
    case None       =>
      if (block.count > pages.lastOption.fold(0)(_.end)) pages :+= Held(block.count, offsetBefore, origin)
      finishedBytes = block.length.toLong
  }

  def bytes: Long = own.fold(finishedBytes)(_.bytes)

  /** The separate file, closed, if there is one. */
  def ownFileClosed(): Option[PolledFile] = own.flatMap(_.close())

  /** Leaves no file behind. */
  def abandon(): Unit = own.foreach(_.abandon())

  private[sparkrest] def writeTo(writer: PageFileWriter): Unit = if (own.isEmpty) {
    pages.foldLeft(0) { case (from, page) =>
      (from until page.end).foreach(i => writer.append(block.bytes, block.from(i), block.to(i)))
      writer.endPage(page.offsetBefore, page.origin, Some(endpoint))
      page.end
    }
    ()
  }

  private def makeRoom(recordBytes: Int): Unit = {
    val needed = block.length.toLong + recordBytes + 1
    if (needed <= MaxBytes) block.enlarge(math.min(MaxBytes.toLong, math.max(needed, block.bytes.length * 2L)).toInt)
    else {
      val file = ownFile()
      writeTo(file)
      (pages.lastOption.fold(0)(_.end) until block.count).foreach(i =>
        file.append(block.bytes, block.from(i), block.to(i))
      )
      own = Some(file)
      block = new RecordBlock(0)
    }
  }
}

object HeldPages {
  private val FirstBytes = 8 << 10

  /** @param end the record after its last one */
  final private case class Held(end: Int, offsetBefore: Option[String], origin: Option[PageOrigin])

  /** Of the records of one poll. */
  val MaxBytes: Int = 256 << 10 // guard: I4.12
}
