// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.io.InputStream

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.json.{SliceRules, TooLarge}
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.Each

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
  def malformed(reason: String): RestError = Condition.InvalidResponse(
    s"The response is not valid $format: $reason.",
    "The same request is sent again at the next interval."
  )

  def tooLarge(e: TooLarge): RestError =
    if (e.ofRecord) Condition.ResponseTooLarge(longRecord(e.limit), remedy)
    else
      Condition.ResponseTooLarge(
        s"The response is larger than ${e.limit} bytes.",
        "Request smaller pages, or raise maxResponseBytes."
      )
}

/** The errors of a JSON response without records at the expected place. Each names the fields or arrays of the response. */
private[sparkrest] object NoRecords {

  /** @param fields of the root
    * @param arrays of the response, by path
    */
  def at(path: String, fields: List[String], arrays: Iterable[String]): RestError = {
    val exist =
      if (arrays.nonEmpty) s"Arrays in it: ${arrays.take(20).mkString(", ")}."
      else s"Its fields: ${if (fields.isEmpty) "none" else fields.take(20).mkString(", ")}."
    notFound(
      s"The response has no records at $path. $exist",
      "Set dataField to the path of the records, or to $ if the response itself is the record."
    )
  }

  def several(fields: List[String]): RestError = notFound(
    s"Several fields of the response hold arrays of objects: ${fields.mkString(", ")}.",
    "Set dataField to the path of the records."
  )

  /** @param field of the root that contained the records of earlier responses */
  def moved(field: String): RestError = notFound(
    s"Earlier responses had their records in the field $field; this one is an array.",
    "Set dataField to the path of the records."
  )

  def rootIsArray(path: FieldPath): RestError = notFound(
    s"dataField is $path, but the response is an array.",
    s"Remove dataField: a root array needs none. For a field of each element, set ${FieldPath(Each +: path.segments)}."
  )

  /** @param why the beginning of the sentence */
  def rootIsScalar(why: String): RestError = notFound(
    s"$why the response is a single value, not an object or an array.",
    "If it is the record, set dataField to $."
  )

  private def notFound(message: String, hint: String): RestError = Condition.DataFieldNotFound(message, hint)
}
