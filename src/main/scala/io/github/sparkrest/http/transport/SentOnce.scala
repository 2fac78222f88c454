// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.net.URI
import java.net.http.HttpRequest.BodyPublisher
import java.net.http.{HttpClient => JavaClient, HttpHeaders, HttpRequest => JavaRequest}
import java.nio.ByteBuffer
import java.time.Duration
import java.util.Optional
import java.util.concurrent.Flow
import java.util.concurrent.atomic.AtomicBoolean

/** A request that the JDK must not send again by itself, as it does with a GET whose connection closed before an answer
  * (`MultiExchange.retryOnFailure`): an OAuth1 nonce is good for one attempt, and `maxRequestRate` counts each. Its second
  * attempt fails; ours is signed anew, and granted.
  */
final private[http] class SentOnce(request: JavaRequest) extends JavaRequest {
  private val sent = new AtomicBoolean

  /** The JDK asks for the length of the body at the beginning of each attempt. */
  private object Body extends BodyPublisher {
    private val inner = request.bodyPublisher.orElseGet(() => JavaRequest.BodyPublishers.noBody())
    override def contentLength(): Long =
      if (sent.compareAndSet(false, true)) inner.contentLength
      else throw new IllegalStateException("the connection was closed before an answer")
    override def subscribe(s: Flow.Subscriber[_ >: ByteBuffer]): Unit = inner.subscribe(s)
  }

  override def bodyPublisher(): Optional[BodyPublisher] = Optional.of(Body)
  override def method(): String = request.method
  override def timeout(): Optional[Duration] = request.timeout
  override def expectContinue(): Boolean = request.expectContinue
  override def uri(): URI = request.uri
  override def version(): Optional[JavaClient.Version] = request.version
  override def headers(): HttpHeaders = request.headers
}

private[http] object SentOnce {
  def ifSigned(request: JavaRequest): JavaRequest =
    if (request.headers.firstValue("Authorization").orElse("").startsWith("OAuth ")) new SentOnce(request) else request
}
