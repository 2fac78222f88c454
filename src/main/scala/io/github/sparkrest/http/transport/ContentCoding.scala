// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.{ByteArrayInputStream, FilterInputStream, IOException, InputStream}

import com.github.luben.zstd.ZstdInputStream
import io.github.sparkrest.error.{Condition, RestError}

/** `Content-Encoding` (RFC 9110 §8.4): what is asked for, and how it is undone while the body comes in. */
private[http] object ContentCoding {

  /** RFC 9659: a body over HTTP may ask for a window of 8 MB, and no more. */
  private val ZstdWindowLog = 23

  /** More codings than this over each other are no API. */
  private val Most = 3

  private def zstd(in: InputStream): InputStream = new ZstdInputStream(new ZstdFrames(in)).setLongMax(ZstdWindowLog)

  /** zstd comes with Spark, as native code that is unpacked into the JVM's temporary folder: not everywhere it may run. */
  private lazy val decoders: Map[String, InputStream => InputStream] = {
    val own: Map[String, InputStream => InputStream] = Map(
      "gzip" -> (new GzipStream(_)),
      "x-gzip" -> (new GzipStream(_)),
      "deflate" -> (new DeflateStream(_))
    )
    try { zstd(new ByteArrayInputStream(Array.emptyByteArray)).close(); own + ("zstd" -> (zstd(_))) }
    catch { case _: LinkageError => own }
  }

  /** For `Accept-Encoding`. */
  lazy val accepted: String = Seq("gzip", "deflate", "zstd").filter(decoders.contains).mkString(", ")

  /** The body as it was before it was encoded. Its reads throw [[BrokenBody]] where the encoding is broken or cut short. */
  def decode(headers: Seq[(String, String)], body: InputStream): Either[RestError, InputStream] = {
    val codings = headers
      .collect { case (k, v) if k.equalsIgnoreCase("Content-Encoding") => v }
      .flatMap(_.split(","))
      .map(_.trim.toLowerCase)
      .filterNot(c => c.isEmpty || c == "identity")
    codings.filterNot(decoders.contains).headOption match {
      case Some(unknown) => Left(refused(s"""has the Content-Encoding "${unknown.take(40)}", which was not asked for"""))
      case None if codings.lengthCompare(Most) > 0 => Left(refused(s"is encoded more than $Most times"))
      // They are listed in the order in which they were applied.
      case None => Right(codings.foldRight(body)((coding, in) => new Decoded(coding, decoders(coding)(in))))
    }
  }

  private def refused(what: String) = RestError(
    Condition.InvalidResponse,
    s"The response $what.",
    s"Understood are $accepted; take Accept-Encoding out of headers, or ask the API's owner."
  )

  /** Says of broken data which coding it was in. After its end it stays there; zstd-jni does not. */
  final private class Decoded(coding: String, in: InputStream) extends FilterInputStream(in) {
    private var ended = false
    override def read(): Int = checked(in.read())
    override def read(b: Array[Byte], off: Int, len: Int): Int = checked(in.read(b, off, len))

    private def checked(read: => Int): Int =
      try {
        val n = if (ended) -1 else read
        ended = n < 0
        n
      } catch {
        case e: BrokenBody  => throw e
        case e: IOException => throw new BrokenBody(s"its $coding encoding is broken: ${e.getMessage}", e)
      }
  }
}
