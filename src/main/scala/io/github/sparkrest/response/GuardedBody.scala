// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.io.{InputStream, InputStreamReader, Reader}
import java.nio.charset.Charset
import java.nio.charset.StandardCharsets.{UTF_16BE, UTF_16LE, UTF_8}

import scala.util.Try
import scala.util.control.NonFatal

import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.{BlockStream, FirstBytes}
import io.github.sparkrest.json.{ByteWindow, Malformed, TooLarge}

/** The body of a response for a parser that reads ahead, with bounds for all of it and for one row: a quote that nobody closes
  * would make the rest of the response one value. It keeps what a read threw, because the parser hides it.
  *
  * @param readAhead bytes that the parser may have read of the rows behind the current one
  */
final private[response] class GuardedBody(in: InputStream, maxBytes: Long, mostOfRow: Long, readAhead: Long)
    extends BlockStream {
  private var total, ofRow = 0L
  private var failure: Option[Throwable] = None

  /** A row has ended. */
  def rowRead(): Unit = ofRow = 0

  /** The result of a parser that reads this body, or its error. A connection that breaks stays an exception: it is not the end of
    * the response.
    *
    * @param reason of an exception with which the parser refuses the format
    */
  def parsed(errors: FormatErrors, reason: PartialFunction[Throwable, String])(
      read: => Either[RestError, Envelope]
  ): Either[RestError, Envelope] =
    try read
    catch {
      case e: Malformed => Left(errors.malformed(e.reason))
      case NonFatal(e)  =>
        failure.getOrElse(e) match {
          case t: TooLarge                        => Left(errors.tooLarge(t))
          case cause if failure.isDefined         => throw cause // guard: I1.42, I1.62
          case cause if reason.isDefinedAt(cause) => Left(errors.malformed(reason(cause)))
          case cause                              => throw cause
        }
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

/** The charset of a text: a byte order mark (BOM) has precedence over every name. */
private[response] object ByteOrderMark {
  private val marks = Seq(UTF_8 -> Seq(0xef, 0xbb, 0xbf), UTF_16BE -> Seq(0xfe, 0xff), UTF_16LE -> Seq(0xff, 0xfe))
  private val Longest = 3

  /** @param charset of a text without a mark */
  def reader(in: InputStream, charset: Charset): Reader = {
    val source = new FirstBytes(in, Longest)
    val found = marks.find { case (_, mark) => source.beginsWith(mark: _*) }
    found.foreach { case (_, mark) => source.readNBytes(mark.length) }
    new InputStreamReader(source, found.fold(charset)(_._1))
  }

  /** @param name from an option or a header */
  def charset(name: String): Charset =
    Try(Charset.forName(name)).getOrElse(throw new Malformed(s"its charset $name is unknown to Java"))
}
