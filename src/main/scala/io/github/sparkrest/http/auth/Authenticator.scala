// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant
import java.util.Base64

import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.auth.signing.{CustomAuthenticator, DigestAuthenticator, HmacSignature, OAuth1, SigV4}
import io.github.sparkrest.http.{HttpRequest, HttpResponse}
import io.github.sparkrest.secret.Secret

/** Adds the credentials of one `authType` to one attempt of a request. [[AuthorizedClient]] calls it, and retries after a 401.
  *
  * A further type needs its options, its [[AuthConfig]], an authenticator, and a line in [[Authenticator.of]].
  */
abstract class Authenticator {

  /** @param token that was fetched, for types that fetch one
    * @return left: the options cannot authenticate this request, and nothing is sent
    */
  final def apply(request: HttpRequest, token: Option[Secret], now: Instant): Either[RestError, HttpRequest] =
    if (request.trusted) signed(request, token, now) else Right(request)

  protected def signed(request: HttpRequest, token: Option[Secret], now: Instant): Either[RestError, HttpRequest]

  /** Reads the 401 to a request. True: another attempt has other credentials. */
  def learns: (HttpRequest, HttpResponse) => Boolean = (_, _) => false

  /** A 401 is a challenge, which the server sends before it processes a request. */
  def isChallenged: Boolean = false

  /** Reads any other response. */
  def notes: (HttpRequest, HttpResponse) => Unit = (_, _) => ()

  /** Secrets of one attempt that are neither in the options nor in the token: from the request before, and as it is sent. */
  def secretsIn: (HttpRequest, HttpRequest) => Seq[Secret] = (_, _) => Nil
}

object Authenticator {
  def of(auth: AuthConfig): Authenticator = auth match {
    case AuthConfig.Anonymous             => each((request, _, _) => Right(request))
    case AuthConfig.Basic(user, password) =>
      each((request, _, _) => Right(authorization(request, basic(user.reveal, password.reveal))))
    case o: AuthConfig.Digest            => new DigestAuthenticator(o)
    case AuthConfig.Token(scheme, token) =>
      each((request, _, _) => Right(authorization(request, withScheme(scheme, token))))
    case k: AuthConfig.ApiKey => each((request, _, _) => PlacedKey(k.name, k.in, k.key, request))
    case o: AuthConfig.OAuth1 => each((request, _, now) => OAuth1.signed(o, request, now))
    // The token that `AuthorizedClient` got for this attempt.
    case o: AuthConfig.OAuth2 =>
      each((request, token, _) => Right(token.fold(request)(t => authorization(request, withScheme(o.scheme, t)))))
    case o: AuthConfig.SigV4     => each((request, _, now) => Right(SigV4.signed(o, request, now)))
    case o: AuthConfig.Session   => each((request, token, _) => SessionLogin.placed(o, request, token))
    case o: AuthConfig.Signature => each((request, _, now) => HmacSignature.signed(o, request, now, Crypto.nonce()))
    case o: AuthConfig.Custom    => new CustomAuthenticator(o)
  }

  /** Attempts that do not depend on each other. */
  private def each(
      sign: (HttpRequest, Option[Secret], Instant) => Either[RestError, HttpRequest]
  ): Authenticator = new Authenticator {
    protected def signed(request: HttpRequest, token: Option[Secret], now: Instant): Either[RestError, HttpRequest] =
      sign(request, token, now)
  }

  /** RFC 7617; UTF-8, as its `charset` parameter names. */
  private[http] def basic(user: String, password: String): String =
    "Basic " + Base64.getEncoder.encodeToString(s"$user:$password".getBytes(UTF_8))

  /** `Token token=` needs no blank. */
  private[auth] def withScheme(scheme: String, token: Secret): String =
    if (scheme.endsWith("=")) scheme + token.reveal else s"${scheme.trim} ${token.reveal}"

  private[auth] def authorization(request: HttpRequest, value: String): HttpRequest =
    PlacedKey.header(request, "Authorization", value)
}
