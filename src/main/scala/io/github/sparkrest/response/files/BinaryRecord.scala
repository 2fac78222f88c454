// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.files

import java.io.InputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.util.Base64

import io.circe.Json
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.json.ByteWindow
import io.github.sparkrest.response.{ByteText, Envelope, ReaderSettings, RecordReader, RecordSink}

/** The body as one record: `{"contentType":"image/png","length":3,"content":"AQID"}`. Spark reads a `BINARY` in JSON as Base64. An
  * empty body is not a record.
  *
  * @param most bytes that the body may have: it is in memory as bytes, and as text
  */
final class BinaryRecord(
    contentType: Option[String],
    settings: ReaderSettings,
    most: Int = ByteWindow.Largest / 4
) extends RecordReader {
  def read(body: InputStream, sink: RecordSink, recognized: Option[String] = None): Either[RestError, Envelope] = {
    val limit = math.min(settings.maxBytes, most.toLong).toInt
    val content = body.readNBytes(limit)
    if (body.read() >= 0) Left(tooLarge(limit))
    else {
      if (content.nonEmpty) {
        val kind = contentType.fold(Json.Null)(Json.fromString).noSpaces
        val head = s"""{"contentType":$kind,"length":${content.length},"content":"""".getBytes(UTF_8)
        val out = new ByteText
        out += head
        out += Base64.getEncoder.encode(content)
        out += '"'
        out += '}'
        sink.maybeLast(out.bytes, 0, out.length)
      }
      Right(Envelope.Empty)
    }
  }

  private def tooLarge(limit: Int) =
    if (limit < settings.maxBytes)
      RestError(
        Condition.ResponseTooLarge,
        s"The response is larger than $limit bytes, the share of memory that one record may take.",
        "Give the executors more memory, or request less in one response."
      )
    else
      RestError(
        Condition.ResponseTooLarge,
        s"The response is larger than $limit bytes.",
        "Raise maxResponseBytes."
      )
}
