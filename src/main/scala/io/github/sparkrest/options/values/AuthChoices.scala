// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

import java.nio.charset.StandardCharsets.UTF_8

/** Where the key of `ApiKey`, or the token of `Session`, is sent. */
sealed abstract class KeyPlacement(val text: String) extends Choice
object KeyPlacement {
  case object Header extends KeyPlacement("header")
  case object Query extends KeyPlacement("query")
  case object Cookie extends KeyPlacement("cookie")
  case object Body extends KeyPlacement("body")
  val all: Seq[KeyPlacement] = Seq(Header, Query, Cookie, Body)
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

/** How `Signature` signs (RFC 2104).
  *
  * @param mac as `Mac` names it
  * @param hash of `{bodyHash}`, as `MessageDigest` names it
  */
sealed abstract class SignatureAlgorithm(val text: String, val mac: String, val hash: String) extends Choice
object SignatureAlgorithm {
  case object HmacSha256 extends SignatureAlgorithm("HMAC-SHA256", "HmacSHA256", "SHA-256")
  case object HmacSha512 extends SignatureAlgorithm("HMAC-SHA512", "HmacSHA512", "SHA-512")
  case object HmacSha384 extends SignatureAlgorithm("HMAC-SHA384", "HmacSHA384", "SHA-384")
  case object HmacSha1 extends SignatureAlgorithm("HMAC-SHA1", "HmacSHA1", "SHA-1")
  case object HmacMd5 extends SignatureAlgorithm("HMAC-MD5", "HmacMD5", "MD5")
  val all: Seq[SignatureAlgorithm] = Seq(HmacSha256, HmacSha512, HmacSha384, HmacSha1, HmacMd5)
}

/** How the bytes of a signature become text. */
sealed abstract class SignatureEncoding(val text: String) extends Choice {
  def encode(bytes: Array[Byte]): String
}
object SignatureEncoding {
  case object Hex extends SignatureEncoding("hex") {
    private val Digits = "0123456789abcdef"
    def encode(bytes: Array[Byte]): String = {
      val out = new StringBuilder(2 * bytes.length)
      bytes.foreach(b => out += Digits.charAt((b >> 4) & 0xf) += Digits.charAt(b & 0xf))
      out.result()
    }
  }
  case object Base64 extends SignatureEncoding("base64") {
    def encode(bytes: Array[Byte]): String = java.util.Base64.getEncoder.encodeToString(bytes)
  }
  case object Base64Url extends SignatureEncoding("base64url") {
    def encode(bytes: Array[Byte]): String = java.util.Base64.getUrlEncoder.withoutPadding.encodeToString(bytes)
  }
  val all: Seq[SignatureEncoding] = Seq(Hex, Base64, Base64Url)
}

/** How the text of a key becomes its bytes. */
sealed abstract class KeyEncoding(val text: String) extends Choice {

  /** Throws if the text is written in another way. */
  def decode(key: String): Array[Byte]
}
object KeyEncoding {
  case object Text extends KeyEncoding("text") {
    def decode(key: String): Array[Byte] = key.getBytes(UTF_8)
  }
  case object Hex extends KeyEncoding("hex") {
    def decode(key: String): Array[Byte] = {
      require(key.length % 2 == 0)
      key.grouped(2).map(Integer.parseInt(_, 16).toByte).toArray
    }
  }
  case object Base64 extends KeyEncoding("base64") {
    def decode(key: String): Array[Byte] = java.util.Base64.getDecoder.decode(key.trim)
  }
  val all: Seq[KeyEncoding] = Seq(Text, Hex, Base64)
}
