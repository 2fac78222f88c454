// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.{ByteArrayInputStream, IOException, InputStream}
import java.util.zip.{Inflater, InflaterInputStream}

import com.github.luben.zstd.ZstdInputStream
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.{BlockStream, FirstBytes}
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream

/** `Content-Encoding` (RFC 9110 §8.4): which codings requests offer, and how a body is decoded while it arrives. A body that is a
  * compressed file is decoded too.
  */
private[sparkrest] object ContentCoding {

  /** RFC 9659: a body over HTTP may need a window of at most 8 MB. */
  private val ZstdWindowLog = 23

  /** A real API does not apply more codings than this to one body. */
  private val Most = 3

  private def zstd(in: InputStream): InputStream = new ZstdInputStream(new ZstdFrames(in)).setLongMax(ZstdWindowLog)

  /** The JDK's `GZIPInputStream` takes a connection that breaks where a further member may begin for the end. */
  private def gzip(in: InputStream): InputStream = new GzipCompressorInputStream(in, true)

  /** zstd-jni comes with Spark. It unpacks native code into the JVM's temporary folder, which may not run everywhere. */
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

  /** The decoded body. Its reads throw [[BrokenBody]] where the encoding is broken or cut.
    *
    * @param files whether a body that is a compressed file is decoded too
    */
  def decode(
      headers: Seq[(String, String)],
      body: InputStream,
      files: Boolean = true
  ): Either[RestError, InputStream] = {
    val codings = headers
      .values("Content-Encoding")
      .flatMap(_.split(","))
      .map(_.trim.toLowerCase)
      .filterNot(c => c.isEmpty || c == "identity")
    codings.filterNot(decoders.contains).headOption match {
      case Some(unknown) =>
        Left(refused(s"""has the Content-Encoding "${unknown.take(40)}", which the request did not offer"""))
      case None if codings.lengthCompare(Most) > 0 => Left(refused(s"is encoded more than $Most times"))
      // They are listed in the order in which they were applied.
      case None =>
        val decoded = codings.foldRight(body)((coding, in) => new Decoded(coding, decoders(coding), in))
        Right(if (files) ofFile(decoded) else decoded) // guard: I1.112
    }
  }

  /** The content of a file, which may be compressed. */
  def ofFile(file: InputStream): InputStream = new FileDecoded(file)

  /** The first bytes of compressed files. No text in UTF-8 begins with them. */
  private val files = Seq("gzip" -> Seq(0x1f, 0x8b, 0x08), "zstd" -> Seq(0x28, 0xb5, 0x2f, 0xfd))

  /** A download of a compressed file, such as `export.csv.gz`: the body is compressed, and no header says so. */
  final private class FileDecoded(in: InputStream) extends BlockStream {
    private val source = new FirstBytes(in, Longest)
    private var opened = Option.empty[InputStream]

    override def read(b: Array[Byte], off: Int, len: Int): Int = if (len == 0) 0 else stream.read(b, off, len)
    override def close(): Unit = opened.getOrElse(source).close()

    private def stream: InputStream = opened.getOrElse {
      val file = files.find { case (coding, magic) => source.beginsWith(magic: _*) && decoders.contains(coding) }
      val result = file.fold[InputStream](source) { case (coding, _) => new Decoded(coding, decoders(coding), source) }
      opened = Some(result)
      result
    }
  }

  private lazy val Longest = files.map(_._2.length).max

  private def refused(what: String) = Condition.InvalidResponse(
    s"The response $what.",
    s"Remove Accept-Encoding from headers; $accepted can be decoded. Otherwise contact the API's owner."
  )

  /** An empty body stays empty, whatever its coding. Errors name the coding. */
  final private class Decoded(coding: String, decoder: InputStream => InputStream, encoded: InputStream)
      extends BlockStream {
    private val source = new FirstBytes(encoded, 1)
    private var decoded = Option.empty[InputStream]
    private var ended = false

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
      if (decoded.isEmpty && source.head.nonEmpty) decoded = Some(decoder(source))
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
    val source = new FirstBytes(in, 2)
    val head = source.head
    val zlib = head.length == 2 && (head(0) & 0x0f) == 8 && ((head(0) & 0xff) << 8 | head(1) & 0xff) % 31 == 0
    new DeflateStream(source, new Inflater(!zlib))
  }
}
