// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.files

import java.io.InputStream

import scala.annotation.tailrec

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.FirstBytes
import io.github.sparkrest.json.{FirstNames, TooLarge}
import io.github.sparkrest.response.{Envelope, RecordReader, RecordSink}
import io.github.sparkrest.secret.Redact

/** A response that is a zip archive: each file in it is a body of the response's format, in the order of the archive. A file may
  * be compressed once more.
  *
  * @param files reads one file
  * @param maxBytes of all files together
  */
final private[response] class ZippedFiles(files: RecordReader, maxBytes: Long) extends RecordReader {

  def read(body: InputStream, sink: RecordSink, recognized: Option[String] = None): Either[RestError, Envelope] =
    try {
      val archive = new ZipArchive(body, maxBytes)
      val each = new SinkOfFiles(sink)
      @tailrec def further(before: Envelope): Either[RestError, Envelope] = archive.next() match {
        case None       => Right(before)
        case Some(name) =>
          file(archive, each, before.recognized.orElse(recognized)) match {
            case Left(e)         => Left(ZippedFiles.named(e, name))
            case Right(envelope) => further(ZippedFiles.joined(before, envelope))
          }
      }
      further(Envelope.Empty).filterOrElse(_ => each.files > 0, ZippedFiles.unreadable("it contains no file"))
    } catch {
      case e: BrokenArchive => Left(ZippedFiles.unreadable(e.reason))
      case e: TooLarge      => Left(ZippedFiles.tooLarge(e))
    }

  private def file(archive: ZipArchive, sink: SinkOfFiles, recognized: Option[String]): Either[RestError, Envelope] = {
    val result = files.read(archive.content, sink, recognized)
    sink.fileRead()
    if (sink.lost) Left(ZippedFiles.ambiguous) else result
  }
}

private[response] object ZippedFiles {
  def isArchive(body: FirstBytes): Boolean = ZipArchive.Magics.exists(body.beginsWith(_: _*))

  /** Bytes of the head that [[isArchive]] needs. */
  val HeadBytes: Int = ZipArchive.Magics.map(_.length).max

  /** The first file with a value counts. */
  private def joined(one: Envelope, other: Envelope) =
    Envelope(
      one.values ++ other.values,
      (one.names ++ other.names).distinct,
      one.recognized.orElse(other.recognized),
      (one.items ++ other.items).reduceOption(_ + _)
    )

  private def named(e: RestError, file: String) =
    e.copy(message = s"in the file ${Redact.snippet(FirstNames.shown(file))} of the archive: ${e.message}")

  private def unreadable(reason: String) = Condition.InvalidResponse(
    s"The response is a zip archive that cannot be read: $reason.",
    "The same request is sent again at the next interval."
  )

  private def ambiguous = Condition.DataFieldNotFound(
    "the records are in another place than in the files before it.",
    "Set dataField to the path of the records."
  )

  private def tooLarge(e: TooLarge) = Condition.ResponseTooLarge(
    s"The files of the archive are larger than ${e.limit} bytes together.",
    "Request smaller archives, or raise maxResponseBytes."
  )
}

/** Passes on the records of one file after the other. A reader may discard the records of its own file only. */
final private class SinkOfFiles(sink: RecordSink) extends RecordSink {

  /** Files that were read. */
  var files = 0

  /** A reader has discarded records of an earlier file. */
  var lost = false
  private var before, here = false

  def record(buf: Array[Byte], from: Int, to: Int): Unit = { here = true; sink.record(buf, from, to) }
  override def maybeLast(buf: Array[Byte], from: Int, to: Int): Unit = { here = true; sink.maybeLast(buf, from, to) }

  def fileRead(): Unit = {
    files += 1
    before ||= here
    here = false
  }

  def restart(): Unit = {
    lost ||= before // guard: I1.63
    here = false
    sink.restart()
  }
}
