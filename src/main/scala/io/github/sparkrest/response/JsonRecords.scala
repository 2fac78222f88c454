// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.io.InputStream

import io.github.sparkrest.error.RestError
import io.github.sparkrest.json.{ByteWindow, JsonScanner, Malformed, TooLarge}
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.response.forms.{FormedPass, Misshapen, RecordForm}

/** Records that one pass cuts out of JSON. Memory is that of the longest record.
  *
  * @param run the pass; its last argument is the `recognized` of [[RecordReader.read]]
  */
sealed abstract class ScannedRecords(settings: ReaderSettings)(
    run: (JsonScanner, RecordSink, Option[String]) => Either[RestError, Envelope]
) extends RecordReader {
  import ScannedRecords._

  def read(body: InputStream, sink: RecordSink, recognized: Option[String] = None): Either[RestError, Envelope] =
    try {
      val scanner = new JsonScanner(new ByteWindow(body, settings.maxBytes), settings.rules)
      run(scanner, sink, recognized).flatMap(e => settings.refused(e).toLeft(e))
    } catch {
      case e: Malformed => Left(errors.malformed(e.reason))
      case e: TooLarge  => Left(errors.tooLarge(e))
      case e: Misshapen => Left(e.error)
    }
}

/** A response that is one JSON value.
  *
  * @param dataField the path of the records: an array, or one value that is itself the record; `null` is not a record.
  *   Behind `[]` the same holds for each element, and an element without the rest of the path is not a record. `$` is the
  *   root. `None`: a root array, or `data`, or the only array of objects in the root object. Only then `recognized` counts:
  *   the records are in that field of the root object, or the response has none.
  */
final class JsonRecords(dataField: Option[FieldPath], settings: ReaderSettings)
    extends ScannedRecords(settings)((scanner, sink, recognized) => {
      val pass = new SlicingPass(scanner, settings, sink)
      dataField.fold(pass.recognise(recognized))(pass.at)
    })

/** A response that is one JSON value, and that value is the record, even if it is an array. A blank response has no record. */
final class WholeJson(settings: ReaderSettings)
    extends ScannedRecords(settings)((scanner, sink, _) => new SlicingPass(scanner, settings, sink).whole())

/** JSON values one after the other (NDJSON), with line breaks or blanks between them. Each value is a record, and an empty
  * response has none. The envelope is always empty.
  *
  * @param dataField is applied to each value, as behind a `[]`: with `$`, the elements of values that are arrays are records
  */
final class NdjsonRecords(dataField: Option[FieldPath], settings: ReaderSettings)
    extends ScannedRecords(settings)((scanner, sink, _) =>
      Right(new SlicingPass(scanner, settings, sink).lines(dataField))
    )

/** JSON whose records need more than a path: see [[RecordForm]].
  *
  * @param lines the response is NDJSON, and the form applies to each value
  */
final class FormedRecords(form: RecordForm, lines: Boolean, settings: ReaderSettings)
    extends ScannedRecords(settings)((scanner, sink, _) => {
      val pass = new FormedPass(scanner, form, settings, sink)
      if (lines) Right(pass.lines()) else pass.document()
    })

private object ScannedRecords {
  val errors: FormatErrors = FormatErrors(
    "JSON",
    limit => s"One record of the response is larger than $limit bytes, an eighth of the JVM's memory.",
    "Give the executors more memory, or let the API send smaller records."
  )
}
