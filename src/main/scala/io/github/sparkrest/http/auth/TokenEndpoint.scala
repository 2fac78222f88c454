// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.time.Instant

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.{Clock, HttpClient}
import io.github.sparkrest.secret.Secret

/** Sends requests to a token endpoint. Its errors do not contain secrets. */
final class TokenEndpoint(config: RestConfig, options: AuthConfig.OAuth2, network: HttpClient, clock: Clock)
    extends Login {
  private val client = new LoginClient(config, network, clock)

  /** For grants without a refresh token. */
  def token(): Either[RestError, AccessToken] = ask(None).map(_.token)

  /** @param refreshToken for the grant of that name */
  def ask(refreshToken: Option[Secret]): Either[RestError, Granted] =
    options.assertion match {
      case None    => ask(refreshToken, None)
      case Some(a) =>
        JwtAssertion.sign(options, a, clock.now(), Crypto.nonce()).flatMap(signed => ask(refreshToken, Some(signed)))
    }

  private def ask(refreshToken: Option[Secret], assertion: Option[Secret]): Either[RestError, Granted] =
    client
      .send(OAuth2.request(options, refreshToken, assertion), refreshToken.toSeq ++ assertion) { answer =>
        OAuth2.granted(options, answer.status, answer.body, answer.at, answer.waitMs)
      }
      .left
      .map(again)

  /** This POST changes nothing, so it may be repeated after a broken connection. A refresh token is different: the request may use
    * it up.
    */
  private def again(e: RestError): RestError = if (options.onDriver) e else e.copy(repeatable = true)

  def now(): Instant = clock.now()
}
