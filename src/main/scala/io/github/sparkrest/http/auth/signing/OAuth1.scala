// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth.signing

import java.net.{URI, URLDecoder}
import java.nio.charset.StandardCharsets.{US_ASCII, UTF_8}
import java.security.{GeneralSecurityException, InvalidKeyException, Signature}
import java.time.Instant
import java.util.Base64

import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.http.auth.{Authenticator, Crypto, PlacedKey}
import io.github.sparkrest.http.tls.PemKey
import io.github.sparkrest.options.values.SignatureMethod
import io.github.sparkrest.request.RequestTemplate.percentEncode
import io.github.sparkrest.secret.Secret

/** OAuth 1.0 (RFC 5849): the `Authorization` header of one attempt of a request. Pure; see ADR 10 for why it is our own.
  *
  * The URL is signed as it is sent, byte for byte: nothing decodes it and encodes it again.
  */
object OAuth1 {

  /** One attempt of a request, with a nonce and a timestamp (§3.3). */
  def signed(o: AuthConfig.OAuth1, request: HttpRequest, now: Instant): Either[RestError, HttpRequest] =
    try Right(Authenticator.authorization(request, header(o, request, now, Crypto.nonce())))
    catch {
      case e: InvalidKeyException if o.method == SignatureMethod.RsaSha1 => Left(noKey(e))
      case e: GeneralSecurityException                                   => Left(cannotSign(o.method, e))
      // The JDK's answer to a percent sign that begins no encoding.
      case _: IllegalArgumentException => Left(noForm)
    }

  /** @param nonce never used before with this second
    * @throws java.security.GeneralSecurityException the consumer secret is not an RSA key, with `RSA-SHA1`; or the JVM cannot sign
    */
  def header(o: AuthConfig.OAuth1, request: HttpRequest, now: Instant, nonce: String): String = {
    val unsigned = Seq(
      "oauth_consumer_key" -> o.consumerKey.reveal,
      "oauth_signature_method" -> o.method.text,
      "oauth_timestamp" -> now.getEpochSecond.toString,
      "oauth_nonce" -> nonce,
      "oauth_version" -> "1.0"
    ) ++ o.token.map(t => "oauth_token" -> t.reveal)
    val signed = unsigned :+ ("oauth_signature" -> signature(o, baseString(request, unsigned)))
    // §3.5.1: the signature does not cover the realm.
    (o.realm.map("realm" -> _).toSeq ++ signed)
      .map { case (k, v) => s"""${percentEncode(k)}="${percentEncode(v)}"""" }
      .mkString("OAuth ", ", ", "")
  }

  /** §3.4.1. */
  private[http] def baseString(request: HttpRequest, oauth: Seq[(String, String)]): String = {
    val all = parametersOf(request) ++ oauth
    val encoded = all.map { case (k, v) => (percentEncode(k), percentEncode(v)) }.sorted
    Seq(request.method.toUpperCase, baseUri(request.url), encoded.map { case (k, v) => s"$k=$v" }.mkString("&"))
      .map(percentEncode)
      .mkString("&")
  }

  /** §3.4.1.2. */
  private def baseUri(url: String): String = {
    val u = new URI(url)
    val scheme = u.getScheme.toLowerCase
    val default = if (scheme == "https") 443 else 80
    val port = if (u.getPort < 0 || u.getPort == default) "" else s":${u.getPort}"
    val path = Option(u.getRawPath).filter(_.nonEmpty).getOrElse("/")
    s"$scheme://${u.getHost.toLowerCase}$port$path"
  }

  /** §3.4.1.3.1: parameters of the query, and of the body if it is a form. */
  private def parametersOf(request: HttpRequest): Seq[(String, String)] = {
    val form = if (PlacedKey.isForm(request)) request.body.getOrElse("").split("&").toList.filter(_.nonEmpty) else Nil
    (PlacedKey.parameters(request.url) ++ form).map { p =>
      val parts = p.split("=", 2).map(URLDecoder.decode(_, "UTF-8"))
      (parts(0), parts.lift(1).getOrElse(""))
    }
  }

  private[http] def signature(o: AuthConfig.OAuth1, base: String): String = {
    val key = s"${percentEncode(o.consumerSecret.reveal)}&${percentEncode(o.tokenSecret.fold("")(_.reveal))}"
    o.method match {
      case SignatureMethod.Plaintext  => key
      case SignatureMethod.RsaSha1    => rsa(o.consumerSecret, base)
      case SignatureMethod.HmacSha256 => hmac("HmacSHA256", key, base)
      case SignatureMethod.HmacSha1   => hmac("HmacSHA1", key, base)
    }
  }

  private def hmac(algorithm: String, key: String, base: String): String =
    Base64.getEncoder.encodeToString(Crypto.hmac(algorithm, key.getBytes(US_ASCII), base.getBytes(US_ASCII)))

  /** §3.4.3: RSASSA-PKCS1-v1_5. */
  private def rsa(pem: Secret, base: String): String = {
    val signer = Signature.getInstance("SHA1withRSA")
    signer.initSign(
      PemKey.read(pem.reveal, None).fold(why => throw new java.security.InvalidKeyException(why), identity)
    )
    signer.update(base.getBytes(UTF_8))
    Base64.getEncoder.encodeToString(signer.sign())
  }

  private def noKey(e: InvalidKeyException) = Condition.InvalidOptions(
    s"oauthConsumerSecret: the private key ${e.getMessage}.",
    "oauthSignatureMethod=RSA-SHA1 needs an RSA key as PEM, best given as file:PATH."
  )

  private def cannotSign(method: SignatureMethod, e: GeneralSecurityException) = Condition.InvalidOptions(
    s"oauthSignatureMethod: this JVM cannot sign with $method (${e.getClass.getSimpleName}: ${e.getMessage}).",
    "Use another oauthSignatureMethod, or a JVM whose security settings allow this one."
  )

  private def noForm = Condition.InvalidOptions(
    "The body is sent as a form, and contains a % that does not begin a percent-encoding: authType=OAuth1 cannot sign it.",
    "Write %25 for it, or let bodyFormat=form encode the fields."
  )
}
