// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.client

import java.io.ByteArrayInputStream
import java.time.Instant

import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.{HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.secret.Secret

/** A response that was already received, whole, with the request that it answers.
  *
  * @param atMs when it was about to be requested, epoch milliseconds
  * @param url that gave it, after redirects
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
  override def toString: String = s"Sample($status, ${body.length} bytes)"
}

/** Answers one request from a sample: what a schema was inferred from is not asked for twice.
  *
  * @param any whether the sample answers the first request, whatever it is
  */
final class FirstResponseClient(sample: FirstResponse, network: HttpClient, any: Boolean = false) extends HttpClient {
  private var used = false

  override def answeredAt: HttpRequest => Option[Instant] =
    request => if (answers(request)) Some(Instant.ofEpochMilli(sample.atMs)) else None

  private def answers(request: HttpRequest) = !used && (any || request == sample.request)

  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
    if (!answers(request)) network.send(request)(use)
    else {
      used = true
      use(HttpResponse(sample.status, sample.headers, new ByteArrayInputStream(sample.body), sample.url, sample.tokens))
    }
}
