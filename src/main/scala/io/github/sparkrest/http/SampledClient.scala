// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.io.ByteArrayInputStream

import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.Secret
import io.github.sparkrest.request.HttpRequest

/** A response that was already received, whole, with the request that it answers.
  *
  * @param url that gave it, after redirects
  * @param tokens that were sent with the request
  */
final case class Sample(
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
final class SampledClient(sample: Sample, network: HttpClient, any: Boolean = false) extends HttpClient {
  private var used = false

  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
    if (used || !any && request != sample.request) network.send(request)(use)
    else {
      used = true
      use(HttpResponse(sample.status, sample.headers, new ByteArrayInputStream(sample.body), sample.url, sample.tokens))
    }
}
