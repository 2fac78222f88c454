// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.client

import java.io.ByteArrayInputStream
import java.time.Instant

import scala.collection.mutable

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.auth.{AuthorizedClient, HandedToken, TokenEndpoint}
import io.github.sparkrest.http.transport.{Connections, SttpClient}
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.secret.Secret

/** The way of a request to the API. This is the only place that assembles it.
  *
  * From the outside in: the response that was already received, credentials, the count for `maxRequestRate`, the network.
  * [[Redirects]] come before it, because each hop is authorized and counted like any other request.
  */
final class ApiClient private (way: HttpClient, metered: MeteredClient) extends HttpClient {
  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
    way.send(request)(use)

  override def answeredAt: HttpRequest => Option[Instant] = way.answeredAt

  /** Requests that reached the network. */
  def sent: Int = metered.sent

  /** How many milliseconds ago each of them ended. */
  def ages(): List[Long] = metered.ages()
}

object ApiClient {

  /** For the polls of one thread.
    *
    * @param network also carries requests to the token endpoint, which `maxRequestRate` does not count
    * @param token that the driver sent with the task
    * @param sendable how many requests `maxRequestRate` grants: see [[MeteredClient]]
    * @param first answers the first request, if it is the same
    */
  def apply(
      config: RestConfig,
      network: HttpClient,
      token: Option[HandedToken],
      sendable: Long => Long,
      first: Option[FirstResponse] = None
  ): ApiClient = {
    val metered = new MeteredClient(network, sendable)
    val authorized = AuthorizedClient(config, metered, token, network)
    new ApiClient(first.fold[HttpClient](authorized)(new FirstResponseClient(_, authorized)), metered)
  }

  /** For calls, which several threads make. They have no `maxRequestRate`. */
  def ofCalls(config: RestConfig, token: Option[HandedToken], cancelled: () => Boolean): HttpClient =
    AuthorizedClient(config, network(config, cancelled), token)

  def tokenEndpoint(config: RestConfig, options: AuthConfig.OAuth2, cancelled: () => Boolean): TokenEndpoint =
    new TokenEndpoint(config, options, network(config, cancelled), Clock.System)

  /** @param cancelled checked while a response is awaited or read: true ends it */
  def network(config: RestConfig, cancelled: () => Boolean): HttpClient = SttpClient(config, cancelled)

  /** Closes the connections of this JVM that no request uses. Other queries connect again. */
  def closeIdleConnections(): Unit = Connections.closeIdle()

  /** Answers the first request from a response that was already received, and cannot send another one. */
  def replaying(response: FirstResponse): HttpClient = new FirstResponseClient(response, NoNetwork, any = true)

  private object NoNetwork extends HttpClient {
    def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
      throw new IllegalStateException("the response that was already received answers one request")
  }
}

/** Records when each request ended, by a clock that only moves forward: it reached the server before that. And sends at most as many
  * requests as `maxRequestRate` granted. A redirect and a retry after a 401 count too. For any thread.
  *
  * @param sendable maps milliseconds since this was created to the number of requests allowed by then; a further request is
  *   [[MeteredClient.NoneLeft]]. The milliseconds are rounded up: `RateLimiter` has one to spare
  */
final class MeteredClient(network: HttpClient, sendable: Long => Long = _ => Long.MaxValue) extends HttpClient {

  private val began = System.nanoTime
  private val over = mutable.ArrayBuffer.empty[Long]
  private var begun = 0

  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
    if (!mayBegin()) Left(MeteredClient.NoneLeft)
    else
      try network.send(request)(use)
      finally ended()

  /** A request counts when it begins, because others may be on their way. */
  private def mayBegin(): Boolean = synchronized {
    val may = begun < sendable((System.nanoTime - began + 999999L) / 1000000L) // guard: I7.4
    if (may) begun += 1
    may
  }

  private def ended(): Unit = synchronized { over += System.nanoTime; () }

  def sent: Int = synchronized(begun)

  /** How many milliseconds ago each request ended, the oldest first. Rounded down, so never too long ago. A request that has not
    * ended counts as ended now.
    */
  def ages(): List[Long] = synchronized {
    val now = System.nanoTime
    over.map(t => (now - t) / 1000000L).toList ++ List.fill(begun - over.length)(0L)
  }
}

object MeteredClient {
  val NoneLeft: RestError = Condition.ApiError(
    "maxRequestRate left no request for a redirect or a 401 retry.",
    "Set url to the final URL, or raise maxRequestRate."
  )
}

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
