// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.io.InputStream

import io.github.sparkrest.json.{ByteWindow, TooLarge}

/** The body of a response for a parser that reads ahead, with bounds for all of it and for one row: a quote that nobody closes
  * would make the rest of the response one value. It keeps what a read threw, because the parser hides it.
  *
  * @param readAhead bytes that the parser may have read of the rows behind the current one
  */
final private[response] class GuardedBody(in: InputStream, maxBytes: Long, mostOfRow: Long, readAhead: Long)
    extends InputStream {
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
        if (ofRow > mostOfRow + readAhead) throw new TooLarge(mostOfRow, ofRecord = true) // guard: I4.40
      }
      n
    } catch {
      case e: Throwable =>
        failure = failure.orElse(Some(e))
        throw e
    }
}

private[response] object GuardedBody {

  /** Half as much as a record of JSON may have: parsers of text keep a value and its row as characters of two bytes. */
  val MostOfRow: Long = ByteWindow.Largest / 2L
}
