// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.client

import java.io.ByteArrayInputStream
import java.time.Instant

import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.{HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.secret.Secret

/** A complete response that was already received, with its request.
  *
  * @param atMs time just before the request, epoch milliseconds
  * @param url that returned it, after redirects
  * @param tokens that were sent with the request
  */
final case class FirstResponse(
    request: HttpRequest,
    status: Int,
    headers: Seq[(String, String)],
    body: Array[Byte],
    atMs: Long,
    url: String,
    tokens: Seq[Secret] = Nil
) {
  override def toString: String = s"FirstResponse($status, ${body.length} bytes)"
}

/** Answers one request from a first response, so that the request that inferred the schema is not repeated.
  *
  * @param any the first response answers the first request, whichever it is
  */
final class FirstResponseClient(first: FirstResponse, network: HttpClient, any: Boolean = false) extends HttpClient {
  private var used = false

  override def answeredAt: HttpRequest => Option[Instant] =
    request => if (answers(request)) Some(Instant.ofEpochMilli(first.atMs)) else None

  private def answers(request: HttpRequest) = !used && (any || request == first.request)

  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
    if (!answers(request)) network.send(request)(use)
    else {
      used = true
      use(HttpResponse(first.status, first.headers, new ByteArrayInputStream(first.body), first.url, first.tokens))
    }
}
