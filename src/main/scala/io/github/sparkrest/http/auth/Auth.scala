// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant
import java.util.Base64

import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.options.values.KeyPlacement
import io.github.sparkrest.request.RequestTemplate
import io.github.sparkrest.secret.Secret

/** Adds credentials to a request. Pure: nothing is fetched here. */
object Auth {

  /** @param token what `OAuth2` fetched
    * @param now and `nonce`: of this attempt alone (RFC 5849 §3.3)
    */
  def apply(options: AuthConfig, token: Option[Secret], now: Instant, nonce: => String)(
      request: HttpRequest
  ): HttpRequest = options match {
    case _ if !request.trusted            => request
    case AuthConfig.Anonymous             => request
    case AuthConfig.Basic(user, password) => authorization(request, basic(user.reveal, password.reveal))
    case AuthConfig.Token(scheme, t)      => authorization(request, withScheme(scheme, t))
    case k: AuthConfig.ApiKey             => withKey(k, request)
    case o: AuthConfig.OAuth1             => authorization(request, OAuth1.header(o, request, now, nonce))
    case o: AuthConfig.OAuth2             => token.fold(request)(t => authorization(request, withScheme(o.scheme, t)))
  }

  /** RFC 7617; UTF-8, as its `charset` parameter names. */
  private[http] def basic(user: String, password: String): String =
    "Basic " + Base64.getEncoder.encodeToString(s"$user:$password".getBytes(UTF_8))

  /** `Token token=` needs no blank. */
  private def withScheme(scheme: String, token: Secret): String =
    if (scheme.endsWith("=")) scheme + token.reveal else s"${scheme.trim} ${token.reveal}"

  private[http] def authorization(request: HttpRequest, value: String): HttpRequest =
    header(request, "Authorization", value)

  private def header(request: HttpRequest, name: String, value: String): HttpRequest =
    request.copy(headers = request.headers.filterNot(_._1.equalsIgnoreCase(name)) :+ (name -> value))

  private def withKey(k: AuthConfig.ApiKey, request: HttpRequest): HttpRequest = k.in match {
    case KeyPlacement.Query =>
      request.copy(url = withParameter(request.url, RequestTemplate.percentEncode(k.name), k.key))
    case KeyPlacement.Cookie =>
      // RFC 6265 §4.2.1: one header holds all of them.
      val others = request.headers.collect { case (n, v) if n.equalsIgnoreCase("Cookie") => v }
      header(request, "Cookie", (others :+ s"${k.name}=${k.key.reveal}").mkString("; "))
    case KeyPlacement.Header => header(request, k.name, k.key.reveal)
  }

  /** In place of one of that name: an address that the API gave may hold it already. */
  private def withParameter(url: String, name: String, value: Secret): String = {
    val (base, query) = url.indexOf('?') match {
      case -1 => (url, Nil)
      case i  => (url.substring(0, i), url.substring(i + 1).split("&", -1).toList.filter(_.nonEmpty))
    }
    val others = query.filterNot(p => p == name || p.startsWith(s"$name="))
    (others :+ s"$name=${RequestTemplate.percentEncode(value.reveal)}").mkString(s"$base?", "&", "")
  }
}
