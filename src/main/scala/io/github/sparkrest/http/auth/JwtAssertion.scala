// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.nio.charset.StandardCharsets.UTF_8
import java.security.interfaces.{ECPrivateKey, RSAPrivateKey}
import java.security.{PrivateKey, Signature}
import java.time.Instant
import java.util.Base64

import io.circe.Json
import io.github.sparkrest.config.AuthConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.tls.PemKey
import io.github.sparkrest.options.values.GrantType
import io.github.sparkrest.secret.Secret

/** A JWT (RFC 7519) that proves who the client is, or for whom it acts (RFC 7523). Signed as RFC 7518 and RFC 8037 define. Pure. */
private[auth] object JwtAssertion {
  private val LifeSeconds = 300L

  /** @param id different for each assertion */
  def sign(
      o: AuthConfig.OAuth2,
      a: AuthConfig.Assertion,
      now: Instant,
      id: String
  ): Either[RestError, Secret] = for {
    key <- PemKey.read(a.key.pem.reveal, None).left.map(unusable)
    algorithm <- algorithmOf(key).left.map(unusable)
  } yield {
    val kid = a.keyId.orElse(a.key.id).map("kid" -> Json.fromString(_))
    val header = Seq("alg" -> Json.fromString(algorithm.name), "typ" -> Json.fromString("JWT")) ++ kid
    val text = s"${part(header)}.${part(claims(o, a, now, id))}"
    val signature = Signature.getInstance(algorithm.ofJdk)
    signature.initSign(key)
    signature.update(text.getBytes(UTF_8))
    Secret(s"$text.${base64(signature.sign())}")
  }

  private def claims(
      o: AuthConfig.OAuth2,
      a: AuthConfig.Assertion,
      now: Instant,
      id: String
  ): Seq[(String, Json)] = {
    val isGrant = o.grant == GrantType.JwtBearer
    val client = Some(o.clientId.reveal).filter(_.nonEmpty)
    val texts = Seq(
      "iss" -> client.orElse(a.key.issuer),
      "sub" -> client.filterNot(_ => isGrant),
      "aud" -> a.key.audience.orElse(Some(o.tokenUrl)),
      // Google reads the scope here, and not in the request.
      "scope" -> o.scope.filter(_ => isGrant),
      "jti" -> Some(id)
    ).collect { case (name, Some(text)) => name -> Json.fromString(text) }
    val times = Seq("iat" -> now.getEpochSecond, "exp" -> (now.getEpochSecond + LifeSeconds))
    val replaced = a.claims.map { case (name, text) => name -> Json.fromString(text) }
    (texts ++ times.map { case (name, at) => name -> Json.fromLong(at) }).filterNot(c =>
      replaced.exists(_._1 == c._1)
    ) ++ replaced
  }

  /** @param ofJdk as `Signature` names it */
  final private case class Algorithm(name: String, ofJdk: String)

  private def algorithmOf(key: PrivateKey): Either[String, Algorithm] = key match {
    case _: RSAPrivateKey => Right(Algorithm("RS256", "SHA256withRSA"))
    case k: ECPrivateKey  =>
      k.getParams.getCurve.getField.getFieldSize match {
        case 256  => Right(Algorithm("ES256", "SHA256withECDSAinP1363Format"))
        case 384  => Right(Algorithm("ES384", "SHA384withECDSAinP1363Format"))
        case bits => Left(s"is on a curve of $bits bits; P-256 and P-384 are supported")
      }
    case k if Set("EdDSA", "Ed25519")(k.getAlgorithm) => Right(Algorithm("EdDSA", "Ed25519"))
    case k => Left(s"has the algorithm ${k.getAlgorithm}, which cannot sign assertions")
  }

  private def part(fields: Seq[(String, Json)]): String = base64(Json.fromFields(fields).noSpaces.getBytes(UTF_8))
  private def base64(bytes: Array[Byte]): String = Base64.getUrlEncoder.withoutPadding.encodeToString(bytes)

  private def unusable(why: String) = RestError(
    Condition.TokenRefused,
    s"oauth2PrivateKey: the private key $why.",
    "Give a private key as PEM, or the JSON file of a service account, as file:PATH."
  )
}
