// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth.signing

import java.nio.charset.StandardCharsets.UTF_8
import java.security.MessageDigest
import java.time.{Instant, ZoneOffset}

import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.http.auth.{Crypto, PlacedKey}
import io.github.sparkrest.options.values.{HeaderValue, Template}
import io.github.sparkrest.secret.Secret

/** `authType=Signature`: an HMAC over a template. Each attempt has a new time, nonce and signature. Pure.
  *
  * The URL and the body are signed as they are sent, byte for byte.
  */
private[auth] object HmacSignature {
  private val Name = "signature"

  /** @param nonce never used before */
  def signed(
      o: AuthConfig.Signature,
      request: HttpRequest,
      now: Instant,
      nonce: String
  ): Either[RestError, HttpRequest] = {
    val timestamp = o.time.render(now, ZoneOffset.UTC)
    // A URL that the API returned may contain the parameters of an earlier attempt.
    val plain = request.copy(url = o.params.foldLeft(request.url) { case (url, (name, _)) =>
      PlacedKey.withoutParameter(url, name)
    })
    def fill(template: Template, at: HttpRequest, signature: => String): String = template.render(
      {
        case "method"    => at.method
        case "host"      => SignedUrl(at.url).host
        case "path"      => SignedUrl(at.url).path
        case "query"     => SignedUrl(at.url).query
        case "target"    => SignedUrl(at.url).target
        case "body"      => at.body.getOrElse("")
        case "bodyHash"  => bodyHash(o, at)
        case "timestamp" => timestamp
        case "nonce"     => nonce
        case "apiKey"    => o.apiKey.fold("")(_.reveal)
        case Name        => signature
        case other       => throw new IllegalArgumentException(other)
      },
      identity
    )
    val (last, first) = o.params.partition(_._2.names.contains(Name))
    def withParams(to: HttpRequest, params: Seq[(String, Template)], signature: => String): HttpRequest =
      params.foldLeft(to) { case (r, (name, t)) =>
        r.copy(url = PlacedKey.inQuery(r.url, name, Secret(fill(t, r, signature))))
      }
    val dated = withParams(plain, first, "")
    val signature = sign(o, fill(o.template, dated, ""))
    val complete = withParams(dated, last, signature)
    val values = o.headers.map { case (name, t) => name -> fill(t, dated, signature) }
    values.collectFirst { case (name, v) if !HeaderValue.isValid(v) => name } match {
      case Some(name) => Left(notInHeader(name))
      case None       => Right(values.foldLeft(complete) { case (r, (name, v)) => PlacedKey.header(r, name, v) })
    }
  }

  private def sign(o: AuthConfig.Signature, text: String): String =
    o.encoding.encode(Crypto.hmac(o.algorithm.mac, o.keyEncoding.decode(o.key.reveal), text.getBytes(UTF_8)))

  private def bodyHash(o: AuthConfig.Signature, request: HttpRequest): String =
    o.encoding.encode(MessageDigest.getInstance(o.algorithm.hash).digest(request.body.getOrElse("").getBytes(UTF_8)))

  private def notInHeader(name: String) = Condition.InvalidOptions(
    s"signatureHeaders.$name: its value contains a line break or another control character, which a header cannot contain.",
    "Use placeholders whose values are on one line."
  )
}

/** The parts of a URL as they are sent. */
final private[auth] case class SignedUrl(url: String) {
  private val rest = url.substring(url.indexOf("://") + 3).takeWhile(_ != '#')
  val authority: String = rest.takeWhile(c => c != '/' && c != '?')

  /** Path and query. */
  val target: String = {
    val behind = rest.substring(authority.length)
    if (behind.startsWith("/")) behind else s"/$behind"
  }
  def path: String = target.takeWhile(_ != '?')
  def query: String = target.dropWhile(_ != '?').drop(1)

  /** As the transport writes the header: without the default port. */
  def host: String = authority
    .substring(authority.lastIndexOf('@') + 1)
    .toLowerCase
    .stripSuffix(if (HttpRequest.isHttps(url)) ":443" else ":80")
}
