// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.io.{ByteArrayInputStream, InputStream, SequenceInputStream}
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
