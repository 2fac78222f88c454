// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant
import java.util.Base64

import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.auth.signing.{
  CustomAuthenticator,
  DigestAuthenticator,
  OAuth1Authenticator,
  SigV4Authenticator,
  SignatureAuthenticator
}
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
    case AuthConfig.Anonymous             => fixed(Right(_))
    case AuthConfig.Basic(user, password) => fixed(r => Right(authorization(r, basic(user.reveal, password.reveal))))
    case o: AuthConfig.Digest             => new DigestAuthenticator(o)
    case AuthConfig.Token(scheme, token)  => fixed(r => Right(authorization(r, withScheme(scheme, token))))
    case k: AuthConfig.ApiKey             => fixed(PlacedKey(k.name, k.in, k.key, _))
    case o: AuthConfig.OAuth1             => new OAuth1Authenticator(o)
    case o: AuthConfig.OAuth2             => new OAuth2Authenticator(o)
    case o: AuthConfig.SigV4              => new SigV4Authenticator(o)
    case o: AuthConfig.Session            => new SessionAuthenticator(o)
    case o: AuthConfig.Signature          => new SignatureAuthenticator(o)
    case o: AuthConfig.Custom             => new CustomAuthenticator(o)
  }

  /** The same credentials for each attempt. */
  private def fixed(add: HttpRequest => Either[RestError, HttpRequest]): Authenticator = new Authenticator {
    protected def signed(request: HttpRequest, token: Option[Secret], now: Instant): Either[RestError, HttpRequest] =
      add(request)
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

/** `authType=OAuth2`: the access token that [[AuthorizedClient]] got for this attempt. */
final private class OAuth2Authenticator(o: AuthConfig.OAuth2) extends Authenticator {
  protected def signed(request: HttpRequest, token: Option[Secret], now: Instant): Either[RestError, HttpRequest] =
    Right(token.fold(request)(t => Authenticator.authorization(request, Authenticator.withScheme(o.scheme, t))))
}
