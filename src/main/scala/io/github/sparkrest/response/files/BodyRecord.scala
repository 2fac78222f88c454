// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.files

import java.io.{InputStream, OutputStream}
import java.nio.charset.StandardCharsets.UTF_8
import java.security.MessageDigest
import java.util.Base64

import io.circe.Json
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.FirstBytes
import io.github.sparkrest.json.{ByteWindow, TooLarge}
import io.github.sparkrest.options.values.SignatureEncoding
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
      Condition.ResponseTooLarge(
        s"The response is larger than $limit bytes, the share of memory that one record may take.",
        "Give the executors more memory, or request less in one response."
      )
    else BinaryRecord.tooLarge(limit.toLong)
}

private object BinaryRecord {
  def tooLarge(limit: Long): RestError =
    Condition.ResponseTooLarge(s"The response is larger than $limit bytes.", "Raise maxResponseBytes.")
}

/** The body as a file, and its path as the record (`saveTo`). Memory does not grow with the body. An empty body is not a record. */
final private[response] class SavedRecord(contentType: Option[String], bodies: BodyStore, settings: ReaderSettings)
    extends RecordReader {
  def read(body: InputStream, sink: RecordSink, recognized: Option[String] = None): Either[RestError, Envelope] =
    try {
      val begun = new FirstBytes(body, 1)
      if (begun.head.nonEmpty) {
        val saved = bodies.save(begun, settings.maxBytes)
        val record = Json.obj(
          "path" -> Json.fromString(saved.path),
          "contentType" -> contentType.fold(Json.Null)(Json.fromString),
          "length" -> Json.fromLong(saved.length),
          "sha256" -> Json.fromString(saved.sha256)
        )
        val bytes = record.noSpaces.getBytes(UTF_8)
        sink.maybeLast(bytes, 0, bytes.length)
      }
      Right(Envelope.Empty)
    } catch { case e: TooLarge => Left(BinaryRecord.tooLarge(e.limit)) }
}

/** A body in a file.
  *
  * @param sha256 of its content, in hexadecimal digits
  */
final case class SavedBody(path: String, length: Long, sha256: String)

/** The folder of `saveTo`. */
trait BodyStore {

  /** Reads the body to its end. The file appears as a whole, or not at all.
    *
    * @param most bytes; a longer body is [[TooLarge]]
    */
  def save(body: InputStream, most: Long): SavedBody
}

object BodyStore {

  /** For samples of an API: nothing is saved. */
  val Nowhere: BodyStore = (body: InputStream, most: Long) => copy(body, OutputStream.nullOutputStream(), most)

  /** @return a body without a path */
  def copy(body: InputStream, out: OutputStream, most: Long): SavedBody = {
    val digest = MessageDigest.getInstance("SHA-256")
    val buffer = new Array[Byte](1 << 16)
    var length = 0L
    var n = body.read(buffer)
    while (n >= 0) {
      length += n
      if (length > most) throw new TooLarge(most) // guard: I4.65
      digest.update(buffer, 0, n)
      out.write(buffer, 0, n)
      n = body.read(buffer)
    }
    SavedBody("", length, SignatureEncoding.Hex.encode(digest.digest()))
  }
}
