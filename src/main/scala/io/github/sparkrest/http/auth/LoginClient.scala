// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.net.URLEncoder
import java.time.Instant

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest}
import io.github.sparkrest.options.values.Template
import io.github.sparkrest.secret.Secret

/** Sends requests whose responses contain a token. Its errors do not contain secrets. */
final private[auth] class LoginClient(config: RestConfig, network: HttpClient, clock: Clock) {
  import LoginClient._

  /** The user's name for this program. The other headers are for the API alone, and a reference may be a secret. */
  private val userAgent = config.headers.filter { case (name, text) =>
    name.equalsIgnoreCase("User-Agent") && !config.references.areIn(text) && Template.parse(text).names.isEmpty
  }

  /** @param secrets of this request, in addition to the options */
  def send[A](request: HttpRequest, secrets: Seq[Secret])(
      read: Answer => Either[RestError, A]
  ): Either[RestError, A] = {
    val agent = userAgent.filterNot(_ => request.headers.has("User-Agent"))
    network
      .send(request.copy(headers = request.headers ++ agent)) { response =>
        val now = clock.now()
        val wait =
          ServerLimits.retryAfterMs(response.headers, now.toEpochMilli).map(math.min(_, config.limits.maxWaitMs))
        read(Answer(response.status, response.headers, response.body.readNBytes(MaxBytes), now, wait))
      }
      .left
      .map(KnownSecrets(config, secrets).hide(_))
  }
}

private[auth] object LoginClient {
  private val MaxBytes: Int = 1 << 20

  /** The error of a transient status. `None`: the status is final.
    *
    * @param who the beginning of the sentence
    */
  def unavailable(who: String, status: Int, waitMs: Option[Long]): Option[RestError] =
    if (status / 100 == 5 || status == 408 || status == 429)
      Some(
        Condition.TokenUnavailable(
          s"$who answered with status $status.",
          RestError.Retried,
          waitMs
        )
      )
    else None

  /** `application/x-www-form-urlencoded`, with a plus sign for a blank (RFC 6749 §B). */
  def form(fields: Seq[(String, String)]): String =
    fields.map { case (k, v) => s"${encoded(k)}=${encoded(v)}" }.mkString("&")

  def encoded(text: String): String = URLEncoder.encode(text, "UTF-8")

  /** @param body as long as such a response may be
    * @param waitMs how long the server wants no further request
    */
  final case class Answer(
      status: Int,
      headers: Seq[(String, String)],
      body: Array[Byte],
      at: Instant,
      waitMs: Option[Long]
  )
}

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
