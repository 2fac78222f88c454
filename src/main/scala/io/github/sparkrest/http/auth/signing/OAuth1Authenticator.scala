// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth.signing

import java.security.{GeneralSecurityException, InvalidKeyException}
import java.time.Instant

import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.http.auth.{Authenticator, Crypto}
import io.github.sparkrest.options.values.SignatureMethod
import io.github.sparkrest.secret.Secret

/** `authType=OAuth1`: a signature with a nonce and a timestamp for each attempt (RFC 5849 §3.3). */
final private[auth] class OAuth1Authenticator(o: AuthConfig.OAuth1) extends Authenticator {
  import OAuth1Authenticator._

  protected def signed(request: HttpRequest, token: Option[Secret], now: Instant): Either[RestError, HttpRequest] =
    try Right(Authenticator.authorization(request, OAuth1.header(o, request, now, Crypto.nonce())))
    catch {
      case e: InvalidKeyException if o.method == SignatureMethod.RsaSha1 => Left(noKey(e))
      case e: GeneralSecurityException                                   => Left(cannotSign(o.method, e))
      // The JDK's answer to a percent sign that begins no encoding.
      case _: IllegalArgumentException => Left(noForm)
    }
}

private object OAuth1Authenticator {
  private def noKey(e: InvalidKeyException) = RestError(
    Condition.InvalidOptions,
    s"oauthConsumerSecret: the private key ${e.getMessage}.",
    "oauthSignatureMethod=RSA-SHA1 needs an RSA key as PEM, best given as file:PATH."
  )

  private def cannotSign(method: SignatureMethod, e: GeneralSecurityException) = RestError(
    Condition.InvalidOptions,
    s"oauthSignatureMethod: this JVM cannot sign with $method (${e.getClass.getSimpleName}: ${e.getMessage}).",
    "Use another oauthSignatureMethod, or a JVM whose security settings allow this one."
  )

  private def noForm = RestError(
    Condition.InvalidOptions,
    "The body is sent as a form, and contains a % that does not begin a percent-encoding: authType=OAuth1 cannot sign it.",
    "Write %25 for it, or let bodyFormat=form encode the fields."
  )
}
