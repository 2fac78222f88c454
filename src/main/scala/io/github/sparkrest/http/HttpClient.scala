// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.io.{ByteArrayInputStream, InputStream, PushbackInputStream, SequenceInputStream}
import java.time.Instant

import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.secret.Secret

/** The head of a response, and its body as a stream, decoded (`Content-Encoding`) but not read.
  *
  * @param headers names in lower case, in the order received
  * @param url that returned it, after redirects; empty: the URL of the request
  * @param tokens that were fetched and sent with the request: the API may repeat them in the body
  */
final case class HttpResponse(
    status: Int,
    headers: Seq[(String, String)],
    body: InputStream,
    url: String = "",
    tokens: Seq[Secret] = Nil
) {

  /** When the server made it, by the server's clock (RFC 9110 §6.6.1), epoch milliseconds. */
  def date: Option[Long] = header("Date").flatMap(HttpDate.parse)

  def header(name: String): Option[String] = headers.value(name)

  /** The first bytes of the body, at most so many, and the response with a body that can still be read from its beginning. */
  def peek(most: Int): (Array[Byte], HttpResponse) = {
    val head = body.readNBytes(most)
    (head, copy(body = new SequenceInputStream(new ByteArrayInputStream(head), body)))
  }
}

/** Sends one request. The response is valid within `use`; then its body is closed.
  *
  * Failures of the network are returned as values. A broken body that `use` reads counts as a broken connection. Any other
  * exception of `use` is passed on.
  */
trait HttpClient {
  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A]

  /** If [[send]] would answer from a kept response: when that was requested. The response does not contain younger records. */
  def answeredAt: HttpRequest => Option[Instant] = _ => None
}

/** One request, complete except for authentication. It contains secrets, so it prints as its method only.
  *
  * @param url percent-encoded, sent as it is
  * @param trusted whether it goes where the user pointed: only then credentials may be added
  */
final case class HttpRequest(
    method: String,
    url: String,
    headers: Seq[(String, String)],
    body: Option[String] = None,
    trusted: Boolean = true
) {
  override def toString: String = s"HttpRequest($method)"

  /** With this body. A `Content-Type` of the user stays. */
  def withBody(contentType: String, content: String): HttpRequest = copy(
    headers = if (headers.has("Content-Type")) headers else headers :+ ("Content-Type" -> contentType),
    body = Some(content)
  )
}

object HttpRequest {
  def isHttps(url: String): Boolean = url.regionMatches(true, 0, "https:", 0, 6)
}

/** Which requests may be sent again although the server may have acted on them (RFC 9110 §9.2.2). */
object RetryPolicy {
  private val idempotent = Set("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE")

  def isIdempotent(method: String): Boolean = idempotent(method.toUpperCase)
}

/** Looks up header lines by name. Names of headers have no case (RFC 9110 §5.1). */
object Headers {
  implicit final class Lookup(private val lines: Seq[(String, String)]) extends AnyVal {

    /** The value of the first line with this name. */
    def value(name: String): Option[String] = lines.collectFirst { case (k, v) if k.equalsIgnoreCase(name) => v }

    def values(name: String): Seq[String] = lines.collect { case (k, v) if k.equalsIgnoreCase(name) => v }

    def has(name: String): Boolean = lines.exists(_._1.equalsIgnoreCase(name))

    /** This line instead of all others with its name. */
    def replacing(name: String, value: String): Seq[(String, String)] =
      lines.filterNot(_._1.equalsIgnoreCase(name)) :+ (name -> value)
  }
}

/** A stream that defines only how a block is read. */
abstract private[sparkrest] class BlockStream extends InputStream {
  final override def read(): Int = {
    val one = new Array[Byte](1)
    if (read(one, 0, 1) < 0) -1 else one(0) & 0xff
  }

  override def read(b: Array[Byte], off: Int, len: Int): Int
}

/** A body whose first bytes can be seen before anybody reads it: they tell compressed files, archives and charsets apart.
  *
  * @param most bytes of the head; the head of a shorter body is the body
  */
final private[sparkrest] class FirstBytes(in: InputStream, most: Int) extends PushbackInputStream(in, most) {

  /** Waits for the bytes. To be called before the first read. */
  lazy val head: Seq[Byte] = {
    val bytes = readNBytes(most)
    unread(bytes)
    bytes.toSeq
  }

  def beginsWith(magic: Int*): Boolean = head.startsWith(magic.map(_.toByte))
}
