// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.{EOFException, IOException, InputStream}

import io.github.sparkrest.http.BlockStream

/** Passes on zstd data (RFC 8878 §3.1), and checks that it ends only where a frame ends.
  *
  * zstd-jni accepts an end in the middle of another frame if both frames came in one read, and records of NDJSON would be lost. So
  * no read crosses the border of a frame, and the borders are checked here.
  */
final private[http] class ZstdFrames(in: InputStream) extends BlockStream {
  import ZstdFrames._

  /** The bytes that were read to find a border, and are not yet passed on; then the number of bytes that need no check. */
  private var head = Array.emptyByteArray
  private var at = 0
  private var left = 0L
  private var state: State = BetweenFrames
  private var checksum = false

  override def read(b: Array[Byte], off: Int, len: Int): Int =
    if (len == 0) 0
    else if (at < head.length) {
      val n = math.min(len, head.length - at)
      System.arraycopy(head, at, b, off, n)
      at += n
      n
    } else if (left > 0) {
      val n = in.read(b, off, math.min(len.toLong, left).toInt)
      if (n < 0) throw early
      left -= n
      n
    } else if (advance()) read(b, off, len)
    else -1

  /** Moves to the next part of a frame; false at the end, between two frames. */
  private def advance(): Boolean = {
    at = 0
    state match {
      case BetweenFrames =>
        val first = in.read()
        if (first < 0) return false
        head = first.toByte +: exactly(3)
        val magic = number(head)
        if (magic == Magic) {
          val descriptor = exactly(1)
          val d = descriptor(0) & 0xff
          val single = (d & 0x20) != 0
          val size = Seq(if (single) 1 else 0, 2, 4, 8)(d >> 6)
          head = head ++ descriptor ++ exactly((if (single) 0 else 1) + Seq(0, 1, 2, 4)(d & 3) + size)
          checksum = (d & 4) != 0
          state = InFrame
        } else if ((magic & ~0xfL) == Skippable) {
          val size = exactly(4)
          head = head ++ size
          left = number(size)
        } else throw new IOException("it is not zstd")
      case InFrame =>
        head = exactly(3)
        val block = number(head)
        left = if ((block >> 1 & 3) == RunLength) 1 else block >> 3
        if ((block & 1) != 0) {
          if (checksum) left += 4
          state = BetweenFrames
        }
    }
    true
  }

  private def exactly(n: Int): Array[Byte] = {
    val bytes = in.readNBytes(n)
    if (bytes.length < n) throw early
    bytes
  }

  override def close(): Unit = in.close()
}

private object ZstdFrames {
  sealed private trait State
  private case object BetweenFrames extends State
  private case object InFrame extends State

  private val Magic = 0xfd2fb528L
  private val Skippable = 0x184d2a50L
  private val RunLength = 1

  private def early = new EOFException("it ends early")

  /** Little-endian. */
  private def number(bytes: Array[Byte]): Long = bytes.foldRight(0L)((b, n) => n << 8 | (b & 0xffL))
}
