// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.time.Instant

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.http.{Clock, HttpClient}
import io.github.sparkrest.options.values.Template
import io.github.sparkrest.secret.Secret

/** Sends requests to a token endpoint. Its errors do not contain secrets. */
final class TokenEndpoint(config: RestConfig, options: AuthConfig.OAuth2, network: HttpClient, clock: Clock) {

  /** The user's name for this program. The other headers are for the API alone, and a reference may be a secret. */
  private val userAgent = config.headers.filter { case (name, text) =>
    name.equalsIgnoreCase("User-Agent") && !config.references.areIn(text) && Template.parse(text).names.isEmpty
  }

  /** @param refreshToken for the grant of that name */
  def ask(refreshToken: Option[Secret]): Either[RestError, Granted] =
    options.assertion match {
      case None    => ask(refreshToken, None)
      case Some(a) =>
        JwtAssertion.sign(options, a, clock.now(), Crypto.nonce()).flatMap(signed => ask(refreshToken, Some(signed)))
    }

  private def ask(refreshToken: Option[Secret], assertion: Option[Secret]): Either[RestError, Granted] = {
    val request = OAuth2.request(options, refreshToken, assertion)
    val agent = userAgent.filterNot(_ => request.headers.has("User-Agent"))
    network
      .send(request.copy(headers = request.headers ++ agent)) { response =>
        val now = clock.now()
        val wait =
          ServerLimits.retryAfterMs(response.headers, now.toEpochMilli).map(math.min(_, config.limits.maxWaitMs))
        OAuth2.granted(options, response.status, response.body.readNBytes(TokenEndpoint.MaxBytes), now, wait)
      }
      .left
      .map(e => KnownSecrets(config, refreshToken.toSeq ++ assertion).hide(again(e)))
  }

  /** This POST changes nothing, so it may be repeated after a broken connection. A refresh token is different: the request may use
    * it up.
    */
  private def again(e: RestError): RestError = if (options.onDriver) e else e.copy(repeatable = true)

  def now(): Instant = clock.now()
}

private object TokenEndpoint {
  val MaxBytes: Int = 1 << 20
}
