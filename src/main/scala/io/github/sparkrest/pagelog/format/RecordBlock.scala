// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

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
    if (count == ends.length) ends = java.util.Arrays.copyOf(ends, count * 2)
    ends(count) = length
    count += 1
  }

  /** First byte of record `i`. */
  def from(i: Int): Int = if (i == 0) 0 else ends(i - 1)

  /** One past the last byte of record `i`, before its line feed. */
  def to(i: Int): Int = ends(i) - 1

  def truncate(records: Int): Unit = {
    count = records
    length = from(records)
  }

  /** Makes room for more records. */
  def enlarge(capacity: Int): Unit = bytes = java.util.Arrays.copyOf(bytes, capacity)

  /** The first records, and the others in a separate block. */
  def splitAt(records: Int): (RecordBlock, RecordBlock) = {
    val rest = new RecordBlock(bytes.length)
    (records until count).foreach(i => rest.append(bytes, from(i), to(i)))
    truncate(records)
    (this, rest)
  }
}

object RecordBlock {

  /** From the bytes of a page file: whole lines. */
  def ofLines(lines: Array[Byte]): RecordBlock = {
    val block = new RecordBlock(0)
    block.bytes = lines
    var i = 0
    while (i < lines.length) {
      if (lines(i) == '\n') {
        if (block.count == block.ends.length) block.ends = java.util.Arrays.copyOf(block.ends, block.count * 2)
        block.ends(block.count) = i + 1
        block.count += 1
      }
      i += 1
    }
    block.length = lines.length
    block
  }
}
