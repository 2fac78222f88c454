// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.io.{ByteArrayInputStream, IOException, InputStream}

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.transport.{BrokenBody, ContentCoding, ResponseLimits}

/** A response as a connection delivers it.
  *
  * @param body encoded by `Content-Encoding`, or in another way
  * @param step the number of bytes that arrive at a time
  * @param breaks the connection ends with an error after the body
  */
final case class RawAnswer(
    status: Int,
    headers: Seq[(String, String)],
    body: Array[Byte],
    step: Int = Int.MaxValue,
    breaks: Boolean = false
)

/** A client without a network. It treats responses as [[SttpClient]] does: limits, decoding, broken connections. */
final class RawAnswers(answer: HttpRequest => RawAnswer) extends HttpClient {
  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] = {
    val raw = answer(request)
    val headers = raw.headers.map { case (k, v) => k.toLowerCase -> v }
    ResponseLimits()
      .refuse(headers)
      .toLeft(())
      .flatMap(_ => ContentCoding.decode(headers, pieces(raw)))
      .flatMap { body =>
        try use(HttpResponse(raw.status, headers, body))
        catch { case e: IOException => Left(RestError(Condition.ConnectionFailed, s"broken: ${e.getMessage}", "")) }
        finally body.close()
      }
  }

  private def pieces(raw: RawAnswer): InputStream = new InputStream {
    private val in = new ByteArrayInputStream(raw.body)
    private def ended(n: Int) = if (n < 0 && raw.breaks) throw new BrokenBody("reset", null) else n
    def read(): Int = ended(in.read())
    override def read(b: Array[Byte], off: Int, len: Int): Int = ended(in.read(b, off, math.min(len, raw.step)))
  }
}

object RawAnswers {
  val codings: Seq[String] = Seq("gzip", "deflate", "zstd").filter(ContentCoding.accepted.contains)

  def encode(coding: String, bytes: Array[Byte]): Array[Byte] = {
    val out = new java.io.ByteArrayOutputStream
    val coded = coding match {
      case "gzip"    => new java.util.zip.GZIPOutputStream(out)
      case "deflate" => new java.util.zip.DeflaterOutputStream(out)
      case "zstd"    => new com.github.luben.zstd.ZstdOutputStream(out)
    }
    coded.write(bytes)
    coded.close()
    out.toByteArray
  }
}
