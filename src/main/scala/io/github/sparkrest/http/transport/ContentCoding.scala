// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.{ByteArrayInputStream, IOException, InputStream, PushbackInputStream}
import java.util.zip.{Inflater, InflaterInputStream}

import com.github.luben.zstd.ZstdInputStream
import io.github.sparkrest.error.{Condition, RestError}
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream

/** `Content-Encoding` (RFC 9110 §8.4): what is asked for, and how it is undone while the body comes in. */
private[http] object ContentCoding {

  /** RFC 9659: a body over HTTP may ask for a window of 8 MB, and no more. */
  private val ZstdWindowLog = 23

  /** More codings than this over each other are no API. */
  private val Most = 3

  private def zstd(in: InputStream): InputStream = new ZstdInputStream(new ZstdFrames(in)).setLongMax(ZstdWindowLog)

  /** The JDK's `GZIPInputStream` takes a connection that breaks where a further member may begin for the end. */
  private def gzip(in: InputStream): InputStream = new GzipCompressorInputStream(in, true)

  /** zstd comes with Spark, as native code that is unpacked into the JVM's temporary folder: not everywhere it may run. */
  private lazy val decoders: Map[String, InputStream => InputStream] = {
    val own: Map[String, InputStream => InputStream] = Map(
      "gzip" -> (gzip(_)),
      "x-gzip" -> (gzip(_)),
      "deflate" -> (DeflateStream(_))
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
      case None => Right(codings.foldRight(body)((coding, in) => new Decoded(coding, decoders(coding), in)))
    }
  }

  private def refused(what: String) = RestError(
    Condition.InvalidResponse,
    s"The response $what.",
    s"Understood are $accepted; take Accept-Encoding out of headers, or ask the API's owner."
  )

  /** An empty body stays empty, whatever its coding. Errors name the coding. */
  final private class Decoded(coding: String, decoder: InputStream => InputStream, encoded: InputStream)
      extends InputStream {
    private val source = new PushbackInputStream(encoded)
    private var decoded = Option.empty[InputStream]
    private var ended = false

    override def read(): Int = {
      val one = new Array[Byte](1)
      if (read(one, 0, 1) < 0) -1 else one(0) & 0xff
    }

    override def read(b: Array[Byte], off: Int, len: Int): Int =
      try {
        // zstd-jni would read beyond its end.
        val n = if (ended) -1 else opened().fold(-1)(_.read(b, off, len))
        ended = n < 0
        n
      } catch {
        case e: BrokenBody  => throw e
        case e: IOException => throw new BrokenBody(s"its $coding encoding is broken: ${e.getMessage}", e)
      }

    private def opened(): Option[InputStream] = {
      if (decoded.isEmpty) {
        val first = source.read()
        if (first >= 0) {
          source.unread(first)
          decoded = Some(decoder(source))
        }
      }
      decoded
    }

    override def close(): Unit = decoded.getOrElse(source).close()
  }
}

/** `deflate`: zlib (RFC 1950) by the standard (RFC 9110 §8.4.1.2), and bare DEFLATE data from many servers. */
final private class DeflateStream private (in: InputStream, inflater: Inflater) extends InflaterInputStream(in, inflater) {
  override def read(b: Array[Byte], off: Int, len: Int): Int = {
    val n = super.read(b, off, len)
    // The JDK stops here, and would not see that the connection broke.
    if (n < 0 && (inflater.getRemaining > 0 || in.read() >= 0)) throw new IOException("there are bytes behind its end")
    n
  }

  override def close(): Unit = {
    inflater.end()
    super.close()
  }
}

private object DeflateStream {
  def apply(in: InputStream): InputStream = {
    val source = new PushbackInputStream(in, 2)
    val head = source.readNBytes(2)
    source.unread(head)
    val zlib = head.length == 2 && (head(0) & 0x0f) == 8 && ((head(0) & 0xff) << 8 | head(1) & 0xff) % 31 == 0
    new DeflateStream(source, new Inflater(!zlib))
  }
}
