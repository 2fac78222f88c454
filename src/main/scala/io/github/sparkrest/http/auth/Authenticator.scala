// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant
import java.util.Base64

import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.{HttpRequest, HttpResponse}
import io.github.sparkrest.options.values.KeyPlacement
import io.github.sparkrest.request.RequestTemplate
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

  /** Reads any other response. */
  def notes: (HttpRequest, HttpResponse) => Unit = (_, _) => ()
}

object Authenticator {
  def of(auth: AuthConfig): Authenticator = auth match {
    case AuthConfig.Anonymous             => fixed(identity)
    case AuthConfig.Basic(user, password) => fixed(authorization(_, basic(user.reveal, password.reveal)))
    case o: AuthConfig.Digest             => new DigestAuthenticator(o)
    case AuthConfig.Token(scheme, token)  => fixed(authorization(_, withScheme(scheme, token)))
    case k: AuthConfig.ApiKey             => fixed(withKey(k, _))
    case o: AuthConfig.OAuth1             => new OAuth1Authenticator(o)
    case o: AuthConfig.OAuth2             => new OAuth2Authenticator(o)
    case o: AuthConfig.SigV4              => new SigV4Authenticator(o)
  }

  /** The same credentials for each attempt. */
  private def fixed(add: HttpRequest => HttpRequest): Authenticator = new Authenticator {
    protected def signed(request: HttpRequest, token: Option[Secret], now: Instant): Either[RestError, HttpRequest] =
      Right(add(request))
  }

  /** RFC 7617; UTF-8, as its `charset` parameter names. */
  private[http] def basic(user: String, password: String): String =
    "Basic " + Base64.getEncoder.encodeToString(s"$user:$password".getBytes(UTF_8))

  /** `Token token=` needs no blank. */
  private[auth] def withScheme(scheme: String, token: Secret): String =
    if (scheme.endsWith("=")) scheme + token.reveal else s"${scheme.trim} ${token.reveal}"

  private[auth] def authorization(request: HttpRequest, value: String): HttpRequest =
    header(request, "Authorization", value)

  private def header(request: HttpRequest, name: String, value: String): HttpRequest =
    request.copy(headers = request.headers.replacing(name, value))

  private def withKey(k: AuthConfig.ApiKey, request: HttpRequest): HttpRequest = k.in match {
    case KeyPlacement.Query =>
      request.copy(url = withParameter(request.url, RequestTemplate.percentEncode(k.name), k.key))
    case KeyPlacement.Cookie =>
      // RFC 6265 §4.2.1: one header holds all cookies.
      header(request, "Cookie", (request.headers.values("Cookie") :+ s"${k.name}=${k.key.reveal}").mkString("; "))
    case KeyPlacement.Header => header(request, k.name, k.key.reveal)
  }

  /** Replaces a parameter of that name: a URL that the API returned may contain it already. */
  private def withParameter(url: String, name: String, value: Secret): String = {
    val (base, query) = url.indexOf('?') match {
      case -1 => (url, Nil)
      case i  => (url.substring(0, i), url.substring(i + 1).split("&", -1).toList.filter(_.nonEmpty))
    }
    val others = query.filterNot(p => p == name || p.startsWith(s"$name="))
    (others :+ s"$name=${RequestTemplate.percentEncode(value.reveal)}").mkString(s"$base?", "&", "")
  }
}

/** `authType=OAuth2`: the access token that [[AuthorizedClient]] got for this attempt. */
final private class OAuth2Authenticator(o: AuthConfig.OAuth2) extends Authenticator {
  protected def signed(request: HttpRequest, token: Option[Secret], now: Instant): Either[RestError, HttpRequest] =
    Right(token.fold(request)(t => Authenticator.authorization(request, Authenticator.withScheme(o.scheme, t))))
}
