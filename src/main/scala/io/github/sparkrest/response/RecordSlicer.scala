// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.io.InputStream

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.json.{ByteWindow, JsonScanner, Malformed, SliceRules, TooLarge}
import io.github.sparkrest.options.values.FieldPath

/** Takes the records of a response, one after the other, as they come in. */
trait RecordSink {

  /** One record, in `[from, to)` of an array that is used again: it must be copied to be kept. Never `null`. */
  def record(buf: Array[Byte], from: Int, to: Int): Unit

  /** The records of this response so far were none: forget them. */
  def restart(): Unit
}

/** Cuts a JSON response into records in one streaming pass: memory is that of the longest record.
  *
  * @param dataField where the records are: an array, or one value that is itself the record; `null` there is no record.
  *   Behind `[]` the same holds for each element, and an element without the rest of the path is no record. `$` is the
  *   root. `None`: a root array, or `data`, or the only array of objects in the root object
  * @param wanted paths to keep from outside the records
  * @param refused what a response says of itself may be an error (`errorWhen`); it often has no records then
  * @param empty a response without records may say that there are none (`emptyWhen`)
  * @param rules what it may hold, and which JSON it takes
  */
final class RecordSlicer(
    dataField: Option[FieldPath],
    wanted: Seq[FieldPath],
    maxBytes: Long,
    refused: Envelope => Option[RestError] = _ => None,
    empty: Envelope => Boolean = _ => false,
    rules: SliceRules = SliceRules()
) {

  /** @param recognized where the records of an earlier response were (`Envelope.recognized`): then they are in that field of
    *   the root object, or there are none. It counts only without a `dataField`
    */
  def slice(
      body: InputStream,
      sink: RecordSink,
      recognized: Option[String] = None
  ): Either[RestError, Envelope] =
    pass(body, sink)(p => dataField.fold(p.recognise(recognized))(p.at))

  /** A body of JSON values one after the other (NDJSON), with line breaks or blanks between them; an empty one has none.
    * Each is a record. If a `dataField` is given, it is looked for in each value, as behind a `[]`; so `$` takes the
    * elements of values that are arrays. What is beside the records is not kept: the envelope is empty.
    */
  def sliceLines(body: InputStream, sink: RecordSink): Either[RestError, Envelope] =
    pass(body, sink)(p => Right(p.lines(dataField)))

  private def pass(body: InputStream, sink: RecordSink)(
      run: SlicingPass => Either[RestError, Envelope]
  ): Either[RestError, Envelope] =
    try
      run(new SlicingPass(new JsonScanner(new ByteWindow(body, maxBytes), rules), wanted, sink, refused, empty)).flatMap(
        e => refused(e).toLeft(e)
      )
    catch {
      case e: Malformed =>
        Left(
          RestError(
            Condition.InvalidResponse,
            s"The response is not valid JSON: ${e.reason}.",
            "The same request is sent again at the next interval."
          )
        )
      case e: TooLarge =>
        Left(
          RestError(
            Condition.ResponseTooLarge,
            if (e.ofRecord)
              s"One record of the response is larger than ${e.limit} bytes, an eighth of the JVM's memory."
            else s"The response is larger than ${e.limit} bytes.",
            if (e.ofRecord) "Give the executors more memory, or let the API send smaller records."
            else "Ask for smaller pages, or raise maxResponseBytes."
          )
        )
    }
}
