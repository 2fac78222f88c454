// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.io.InputStream
import java.time.Instant

import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.secret.Secret

/** The head of a response, and its body as a stream, decoded (`Content-Encoding`) but not read.
  *
  * @param headers names in lower case, in the order received
  * @param url that gave it, after redirects; empty: that of the request
  * @param tokens that were fetched, and sent with the request: the API may repeat them
  */
final case class HttpResponse(
    status: Int,
    headers: Seq[(String, String)],
    body: InputStream,
    url: String = "",
    tokens: Seq[Secret] = Nil
) {

  /** When it was made, by the clock of the server (RFC 9110 §6.6.1), epoch milliseconds. */
  def date: Option[Long] = header("Date").flatMap(HttpDate.parse)

  def header(name: String): Option[String] = headers.value(name)
}

/** Sends one request. The response lives inside `use`; afterwards its body is closed.
  *
  * Failures of the network come back as values. An `IOException` thrown by `use` while it reads the body counts as a
  * connection that broke; any other exception of `use` passes through.
  */
trait HttpClient {
  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A]

  /** When the request was made whose response is kept, if [[send]] would answer with it: what is younger is not in it. */
  def answeredAt: HttpRequest => Option[Instant] = _ => None
}
