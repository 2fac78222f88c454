// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import java.lang.ref.SoftReference
import java.util.concurrent.ConcurrentLinkedDeque

import scala.annotation.tailrec

import io.github.sparkrest.json.Words
import io.github.sparkrest.progress.KeptRecords

/** Records one after the other, each followed by a line feed, with the place where each ends.
  *
  * @param capacity in bytes; a block of one record may be larger
  */
final class RecordBlock(capacity: Int) {
  var bytes: Array[Byte] = new Array[Byte](capacity)
  var length = 0
  private var ends = new Array[Int](64)
  var count = 0

  def hasRoomFor(recordBytes: Int): Boolean = recordBytes < bytes.length - length

  def append(buf: Array[Byte], from: Int, to: Int): Unit = {
    System.arraycopy(buf, from, bytes, length, to - from)
    length += to - from
    bytes(length) = '\n'
    length += 1
    endsAt(length)
  }

  /** With a mark in front of it. */
  def append(buf: Array[Byte], from: Int, to: Int, mark: Byte): Unit = {
    bytes(length) = mark
    length += 1
    append(buf, from, to)
  }

  private def endsAt(end: Int): Unit = {
    if (count == ends.length) ends = java.util.Arrays.copyOf(ends, count * 2)
    ends(count) = end
    count += 1
  }

  /** First byte of record `i`. */
  def from(i: Int): Int = if (i == 0) 0 else ends(i - 1)

  /** One past the last byte of record `i`, before its line feed. */
  def to(i: Int): Int = ends(i) - 1

  /** Shows the records from number `first` on, without the mark of their change, of so many bytes. */
  def showAgain(first: Int, visitor: KeptRecords.Visitor, mark: Int): Unit =
    (first until count).foreach(i => visitor.see(bytes, from(i) + mark, to(i)))

  def truncate(records: Int): Unit = {
    count = records
    length = from(records)
  }

  /** Makes room for more records. */
  def enlarge(capacity: Int): Unit = bytes = java.util.Arrays.copyOf(bytes, capacity)

  /** The first records, and the others in a separate block. */
  def splitAt(records: Int): (RecordBlock, RecordBlock) = {
    val rest = BlockPool.take(bytes.length)
    (records until count).foreach(i => rest.append(bytes, from(i), to(i)))
    truncate(records)
    (this, rest)
  }
}

/** The written blocks of a page that has not ended, as long as they are few. */
final private[format] class OpenPage {
  private var blocks = Vector.empty[RecordBlock]
  private var spare = Vector.empty[RecordBlock]
  private var bytes = 0L

  /** @param isSpare nobody else uses the block */
  def add(block: RecordBlock, isSpare: Boolean): Unit = {
    bytes += block.length
    blocks :+= block
    if (isSpare) spare :+= block
    if (bytes > KeptRecords.MaxBytes) forget() // guard: I4.15
  }

  def clear(): Unit = {
    bytes = 0
    forget()
  }

  private def forget(): Unit = {
    spare.foreach(BlockPool.give)
    spare = Vector.empty
    blocks = Vector.empty
  }

  def showAgain(visitor: KeptRecords.Visitor, mark: Int): Unit = blocks.foreach(_.showAgain(0, visitor, mark))
}

object RecordBlock {

  /** From the bytes of a page file: whole lines.
    *
    * @param fill puts so many bytes at the beginning of the array
    */
  def ofLines(length: Int)(fill: Array[Byte] => Unit): RecordBlock = {
    val block = BlockPool.take(length)
    fill(block.bytes)
    var i = Words.lineEnd(block.bytes, 0, length)
    while (i < length) {
      block.endsAt(i + 1)
      i = Words.lineEnd(block.bytes, i + 1, length)
    }
    block.length = length
    block
  }
}

/** Blocks that nobody uses now. Their memory is used again instead of being allocated, zeroed and moved by the garbage collector:
  * at full speed that would be a gigabyte in some seconds. One pool per JVM; the collector may take its blocks if memory is
  * short.
  */
private[sparkrest] object BlockPool {
  private val free = new ConcurrentLinkedDeque[SoftReference[RecordBlock]]

  /** An empty block of [[PageFile.BlockBytes]]. */
  @tailrec def take(): RecordBlock = {
    val reference = free.pollFirst()
    if (reference == null) new RecordBlock(PageFile.BlockBytes)
    else {
      val block = reference.get()
      if (block == null) take() else block
    }
  }

  /** An empty block with room for so many bytes. */
  def take(bytes: Int): RecordBlock = if (bytes <= PageFile.BlockBytes) take() else new RecordBlock(bytes)

  /** The caller, and whoever got the block from the caller, must not use it any more. */
  def give(block: RecordBlock): Unit = if (block.bytes.length == PageFile.BlockBytes) {
    block.truncate(0)
    free.addFirst(new SoftReference(block))
  }
}
