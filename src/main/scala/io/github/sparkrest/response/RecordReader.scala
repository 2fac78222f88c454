// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.io.InputStream

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.json.{SliceRules, TooLarge}
import io.github.sparkrest.options.values.FieldPath

/** Cuts the body of a response into records: one implementation per format. [[ResponseReader]] chooses it.
  *
  * A reader makes one streaming pass, keeps nothing between two calls, and may be shared by threads.
  */
trait RecordReader {

  /** Passes each record to the sink.
    *
    * @param recognized where the records of an earlier response were (`Envelope.recognized`)
    * @return the fields next to the records
    */
  def read(body: InputStream, sink: RecordSink, recognized: Option[String] = None): Either[RestError, Envelope]
}

/** Takes the records of a response in their order, while the body arrives. */
trait RecordSink {

  /** One record, in `[from, to)`. The array is used again: copy what you keep. The record is never `null`. */
  def record(buf: Array[Byte], from: Int, to: Int): Unit

  /** As [[record]], if the response may have no record after this one. Any other record is followed by another record. So a
    * sink that needs only the last record can pass over the others.
    */
  def maybeLast(buf: Array[Byte], from: Int, to: Int): Unit = record(buf, from, to)

  /** Discards the records of this response so far: they were in the wrong field. */
  def restart(): Unit
}

/** What all readers of a source need to know.
  *
  * @param maxBytes of the body
  * @param outside paths of fields next to the records that the envelope must contain
  * @param refused the error that the response reports about itself (`errorWhen`): it often has no records then
  * @param empty whether the response says that it has no records (`emptyWhen`)
  * @param rules the JSON that is accepted, and bounds of memory
  */
final case class ReaderSettings(
    maxBytes: Long,
    outside: Seq[FieldPath] = Nil,
    refused: Envelope => Option[RestError] = _ => None,
    empty: Envelope => Boolean = _ => false,
    rules: SliceRules = SliceRules()
)

/** The errors of a response that is not of its format, or too large.
  *
  * @param longRecord says that a record has more bytes than this limit
  * @param remedy of a long record
  */
final private[response] case class FormatErrors(format: String, longRecord: Long => String, remedy: String) {
  def malformed(reason: String): RestError = RestError(
    Condition.InvalidResponse,
    s"The response is not valid $format: $reason.",
    "The same request is sent again at the next interval."
  )

  def tooLarge(e: TooLarge): RestError =
    if (e.ofRecord) RestError(Condition.ResponseTooLarge, longRecord(e.limit), remedy)
    else
      RestError(
        Condition.ResponseTooLarge,
        s"The response is larger than ${e.limit} bytes.",
        "Request smaller pages, or raise maxResponseBytes."
      )
}
