// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.client

import java.time.Instant

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.auth.{AuthorizedClient, HandedToken, TokenEndpoint}
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}

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
  def closeIdleConnections(): Unit = SttpClient.closeIdle()

  /** Answers the first request from a response that was already received, and cannot send another one. */
  def replaying(response: FirstResponse): HttpClient = new FirstResponseClient(response, NoNetwork, any = true)

  private object NoNetwork extends HttpClient {
    def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
      throw new IllegalStateException("the response that was already received answers one request")
  }
}
