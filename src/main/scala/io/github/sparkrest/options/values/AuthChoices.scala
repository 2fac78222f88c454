// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

/** Where the key of `ApiKey` is sent. */
sealed abstract class KeyPlacement(val text: String) extends Choice
object KeyPlacement {
  case object Header extends KeyPlacement("header")
  case object Query extends KeyPlacement("query")
  case object Cookie extends KeyPlacement("cookie")
  val all: Seq[KeyPlacement] = Seq(Header, Query, Cookie)
}

/** How `OAuth1` signs (RFC 5849 §3.4). */
sealed abstract class SignatureMethod(val text: String) extends Choice
object SignatureMethod {
  case object HmacSha1 extends SignatureMethod("HMAC-SHA1")
  case object HmacSha256 extends SignatureMethod("HMAC-SHA256")
  case object RsaSha1 extends SignatureMethod("RSA-SHA1")
  case object Plaintext extends SignatureMethod("PLAINTEXT")
  val all: Seq[SignatureMethod] = Seq(HmacSha1, HmacSha256, RsaSha1, Plaintext)
}

/** Grant types of `OAuth2`.
  *
  * @param sent what the token endpoint expects
  */
sealed abstract class GrantType(val text: String, sent: Option[String] = None) extends Choice {
  def grantType: String = sent.getOrElse(text)
}
object GrantType {
  case object ClientCredentials extends GrantType("client_credentials")
  case object RefreshToken extends GrantType("refresh_token")
  case object Password extends GrantType("password")

  /** RFC 7523 §2.1. */
  case object JwtBearer extends GrantType("jwt_bearer", Some("urn:ietf:params:oauth:grant-type:jwt-bearer"))
  val all: Seq[GrantType] = Seq(ClientCredentials, RefreshToken, Password, JwtBearer)
}

/** How the client of `OAuth2` proves who it is: a secret in one of two places (RFC 6749 §2.3.1), or a signature. */
sealed abstract class ClientAuth(val text: String) extends Choice
object ClientAuth {
  case object Header extends ClientAuth("header")
  case object Body extends ClientAuth("body")

  /** RFC 7523 §2.2. */
  case object PrivateKeyJwt extends ClientAuth("private_key_jwt")
  val all: Seq[ClientAuth] = Seq(Header, Body, PrivateKeyJwt)
}
