// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import java.io.InputStream

/** A sliding window over a stream. It discards the bytes before `mark`, so memory is that of the longest value, not of the
  * response. Positions move when the window slides: keep `mark`, not indexes, across a call of [[refill]].
  *
  * @param maxBytes of the whole stream; a longer stream is [[TooLarge]]
  */
final private[sparkrest] class ByteWindow(in: InputStream, maxBytes: Long) {
  var buf: Array[Byte] = new Array[Byte](1 << 16)
  var pos = 0
  var end = 0

  /** First byte that must be kept, or -1. */
  var mark: Int = -1
  private var total = 0L

  /** Bytes read from the stream before `pos`. */
  def consumed: Long = total - (end - pos)

  /** Makes more bytes available at `pos`; false at the end of the stream. */
  def refill(): Boolean = {
    val keep = if (mark >= 0) mark else pos
    if (keep > 0) {
      System.arraycopy(buf, keep, buf, 0, end - keep)
      pos -= keep
      end -= keep
      if (mark >= 0) mark = 0
    }
    if (end == buf.length) buf = java.util.Arrays.copyOf(buf, grown(buf.length))
    val n = in.read(buf, end, buf.length - end)
    if (n > 0) {
      end += n
      total += n
      if (total > maxBytes) throw new TooLarge(maxBytes)
    }
    n > 0
  }

  private def grown(length: Int): Int =
    if (length >= ByteWindow.Largest) throw new TooLarge(ByteWindow.Largest.toLong, ofRecord = true)
    else math.min(length.toLong * 2, ByteWindow.Largest.toLong).toInt
}

private[sparkrest] object ByteWindow {

  /** Several copies of a record are in memory until it is a row. A record larger than an eighth of the memory could end the JVM
    * and every task in it. Arrays have a limit too.
    */
  val Largest: Int = math.min(Int.MaxValue - 16L, math.max(1L << 20, Runtime.getRuntime.maxMemory / 8)).toInt
}

/** @param ofRecord the limit applies to a value that must be in memory as a whole; otherwise to the whole body */
final private[sparkrest] class TooLarge(val limit: Long, val ofRecord: Boolean = false)
    extends RuntimeException(null, null, false, false)

/** The bytes are not JSON, or end in the middle of a value. */
final private[sparkrest] class Malformed(val reason: String) extends RuntimeException(reason, null, false, false)
