// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}

/** Adds credentials to each attempt of a request, so that every attempt has a new signature, nonce and token. It is next to the
  * network: redirects and retries come before it. Its errors do not contain secrets.
  *
  * This is the only place that retries after a 401: with `OAuth2`, once, with another token, and with `Digest`, once, with the
  * response to a challenge. A second 401 is the response. With `callStrictlyOnce` and `OAuth2` the first 401 is the response, and
  * later requests get another token. A challenge is different: the server has not processed the request.
  *
  * @param tokens of `OAuth2`
  */
final class AuthorizedClient(config: RestConfig, network: HttpClient, tokens: Option[TokenSource], clock: Clock)
    extends HttpClient {
  private val authenticator = Authenticator.of(config.auth)

  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] = tokens match {
    case Some(source) if request.trusted =>
      source.token(None).flatMap { first =>
        if (!source.canRenew) once(request, Some(first))(use)
        else if (config.input.exists(_.strictlyOnce))
          once(request, Some(first)) { r =>
            if (r.status == 401) source.token(Some(first)): Unit
            use(r)
          }
        else
          once(request, Some(first))(r => if (r.status == 401) Right(None) else use(r).map(Some(_))).flatMap {
            case Some(answer) => Right(answer)
            case None         => source.token(Some(first)).flatMap(next => once(request, Some(next))(use))
          }
      }
    case _ =>
      once(request, None) { r =>
        if (request.trusted && r.status == 401 && authenticator.learns(request, r)) Right(None)
        else noted(request, r)(use).map(Some(_))
      }.flatMap {
        case Some(answer) => Right(answer)
        case None         => once(request, None)(noted(request, _)(use))
      }
  }

  private def noted[A](request: HttpRequest, response: HttpResponse)(
      use: HttpResponse => Either[RestError, A]
  ): Either[RestError, A] = {
    if (request.trusted) authenticator.notes(request, response)
    use(response)
  }

  private def once[A](request: HttpRequest, token: Option[AccessToken])(
      use: HttpResponse => Either[RestError, A]
  ): Either[RestError, A] = {
    val tokens = token.map(_.value).toSeq
    // A stored URL may contain the mark of a token. The newest token takes its place.
    val complete = if (tokens.isEmpty) request else request.copy(url = KnownSecrets.ofTokens(tokens).open(request.url))
    authenticator(complete, token.map(_.value), clock.now())
      .flatMap(network.send(_)(r => use(r.copy(tokens = tokens))))
      .left
      .map(KnownSecrets(config, tokens).hide(_))
  }
}

object AuthorizedClient {
  def apply(config: RestConfig, network: HttpClient, handed: Option[HandedToken]): HttpClient =
    apply(config, network, handed, network)

  /** @param handed the token that the driver sent, for a grant that only the driver may use
    * @param toEndpoint sends requests to the token endpoint
    */
  def apply(
      config: RestConfig,
      network: HttpClient,
      handed: Option[HandedToken],
      toEndpoint: HttpClient
  ): HttpClient = {
    val tokens = config.auth match {
      case o: AuthConfig.OAuth2 if !o.onDriver =>
        Some(new FetchedTokens(o, new TokenEndpoint(config, o, toEndpoint, Clock.System), TokenCache.OfJvm))
      case _ => handed
    }
    new AuthorizedClient(config, network, tokens, Clock.System)
  }
}
