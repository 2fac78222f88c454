// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.csv

import java.io.{InputStream, Reader}

import io.github.sparkrest.json.{ByteWindow, TooLarge}

/** The body of a response, with bounds for all of it and for one row: a quote that nobody closes would make the rest of the
  * response one value. It keeps what a read threw, because the parser hides it.
  */
final private[csv] class GuardedBody(in: InputStream, maxBytes: Long, mostOfRow: Long) extends InputStream {
  private var total, ofRow = 0L
  var failure: Option[Throwable] = None

  /** A row has ended. */
  def rowRead(): Unit = ofRow = 0

  def read(): Int = {
    val one = new Array[Byte](1)
    if (read(one, 0, 1) < 0) -1 else one(0) & 0xff
  }

  override def read(b: Array[Byte], off: Int, len: Int): Int =
    try {
      val n = in.read(b, off, len)
      if (n > 0) {
        total += n
        ofRow += n
        if (total > maxBytes) throw new TooLarge(maxBytes)
        if (ofRow > mostOfRow + GuardedBody.ReadAhead) throw new TooLarge(mostOfRow, ofRecord = true) // guard: I4.40
      }
      n
    } catch {
      case e: Throwable =>
        failure = failure.orElse(Some(e))
        throw e
    }
}

private[csv] object GuardedBody {

  /** Half as much as a record of JSON may have: the parser keeps a value and its row as characters of two bytes. */
  val MostOfRow: Long = ByteWindow.Largest / 2L

  /** What the parser may have read of the rows behind the current one: a character has at most four bytes. */
  private val ReadAhead: Long = 4L * CsvSettings.BufferChars + (1 << 16)
}

/** Fills each buffer to its end: the parser looks for the form of line breaks in the first one, and the network may have sent
  * only half of a line break.
  */
final private[csv] class FullReader(in: Reader) extends Reader {
  def read(buf: Array[Char], off: Int, len: Int): Int = {
    var n = 0
    var last = 0
    while (n < len && last >= 0) {
      last = in.read(buf, off + n, len - n)
      if (last > 0) n += last
    }
    if (n == 0 && len > 0) -1 else n
  }

  def close(): Unit = in.close()
}
