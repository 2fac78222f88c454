// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.nio.charset.StandardCharsets.UTF_8
import java.security.spec.ECGenParameterSpec
import java.security.{KeyPair, KeyPairGenerator, Signature}
import java.time.Instant
import java.util.Base64

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.error.Condition
import org.scalatest.funsuite.AnyFunSuite

/** RFC 7523. Signatures are checked by the JDK here, and by PyJWT in `test_auth.py`. */
class JwtAssertionSuite extends AnyFunSuite {
  private val now = Instant.ofEpochSecond(1700000000)

  private def keys(algorithm: String, curve: String = ""): KeyPair = {
    val made = KeyPairGenerator.getInstance(algorithm)
    if (curve.nonEmpty) made.initialize(new ECGenParameterSpec(curve))
    made.generateKeyPair()
  }
  private def pem(k: KeyPair): String =
    s"-----BEGIN PRIVATE KEY-----\n${Base64.getMimeEncoder.encodeToString(k.getPrivate.getEncoded)}\n-----END PRIVATE KEY-----\n"

  private def parsed(options: (String, String)*) =
    RestConfig.parse(
      Map("authType" -> "OAuth2", "url" -> "http://h/", "oauth2TokenUrl" -> "https://login/token") ++ options
    )
  private def oauth2(options: (String, String)*): AuthConfig.OAuth2 =
    parsed(options: _*).fold(e => fail(e.text), identity).auth match {
      case o: AuthConfig.OAuth2 => o
      case other                => fail(other.toString)
    }
  private def signed(o: AuthConfig.OAuth2): String =
    o.assertion.map(JwtAssertion.sign(o, _, now, "id1").fold(e => fail(e.text), _.reveal)).getOrElse(fail("no assertion"))

  private def decoded(part: String): Json =
    parse(new String(Base64.getUrlDecoder.decode(part), UTF_8)).fold(e => fail(e.getMessage), identity)
  private def header(jwt: String): Json = decoded(jwt.split("\\.")(0))
  private def claims(jwt: String): Map[String, Json] =
    decoded(jwt.split("\\.")(1)).asObject.map(_.toMap).getOrElse(Map.empty)

  test("each kind of key signs with its algorithm") {
    Seq(
      (keys("RSA"), "RS256", "SHA256withRSA"),
      (keys("EC", "secp256r1"), "ES256", "SHA256withECDSAinP1363Format"),
      (keys("EC", "secp384r1"), "ES384", "SHA384withECDSAinP1363Format"),
      (keys("Ed25519"), "EdDSA", "Ed25519")
    ).foreach { case (key, name, ofJdk) =>
      val jwt = signed(oauth2("oauth2GrantType" -> "jwt_bearer", "oauth2ClientId" -> "c", "oauth2PrivateKey" -> pem(key)))
      assert(header(jwt).noSpaces == s"""{"alg":"$name","typ":"JWT"}""")
      val verifier = Signature.getInstance(ofJdk)
      verifier.initVerify(key.getPublic)
      verifier.update(jwt.substring(0, jwt.lastIndexOf('.')).getBytes(UTF_8))
      assert(verifier.verify(Base64.getUrlDecoder.decode(jwt.split("\\.")(2))), name)
    }
  }

  private lazy val rsa = pem(keys("RSA"))

  test("claims have defaults, and oauth2Claims replaces them") {
    val bearer = Seq("oauth2GrantType" -> "jwt_bearer", "oauth2ClientId" -> "c", "oauth2PrivateKey" -> rsa)
    val text = Json.fromString _
    assert(
      claims(signed(oauth2(bearer: _*))) == Map(
        "iss" -> text("c"),
        "aud" -> text("https://login/token"),
        "jti" -> text("id1"),
        "iat" -> Json.fromLong(1700000000),
        "exp" -> Json.fromLong(1700000300)
      )
    )
    val further =
      bearer ++ Seq("oauth2Claims" -> """{"sub":"u@x","aud":"https://a"}""", "oauth2KeyId" -> "k", "oauth2Scope" -> "s")
    val jwt = signed(oauth2(further: _*))
    assert(Seq("sub", "aud", "scope").map(claims(jwt)(_)) == Seq(text("u@x"), text("https://a"), text("s")))
    assert(header(jwt).hcursor.get[String]("kid") == Right("k"))
  }

  test("the file of a service account has the key, its name, the issuer and the audience") {
    val file = Json.obj(
      "type" -> Json.fromString("service_account"),
      "private_key" -> Json.fromString(rsa),
      "private_key_id" -> Json.fromString("k1"),
      "client_email" -> Json.fromString("etl@project"),
      "token_uri" -> Json.fromString("https://oauth2/token")
    )
    val o = oauth2("oauth2GrantType" -> "jwt_bearer", "oauth2PrivateKey" -> file.noSpaces)
    val jwt = signed(o)
    assert(
      claims(jwt)("iss") == Json.fromString("etl@project") && claims(jwt)("aud") == Json.fromString(
        "https://oauth2/token"
      )
    )
    assert(header(jwt).hcursor.get[String]("kid") == Right("k1"))
    val body =
      OAuth2.request(o, None, o.assertion.map(JwtAssertion.sign(o, _, now, "i").fold(e => fail(e.text), identity))).body
    assert(body.exists(_.startsWith("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=")))
    assert(body.exists(!_.contains("client_id")))
  }

  test("a client may authenticate with an assertion instead of a secret") {
    val o = oauth2("oauth2ClientAuth" -> "private_key_jwt", "oauth2ClientId" -> "c", "oauth2PrivateKey" -> rsa)
    val assertion = o.assertion.map(JwtAssertion.sign(o, _, now, "i").fold(e => fail(e.text), identity))
    assert(assertion.exists(a => claims(a.reveal)("sub") == Json.fromString("c")))
    val request = OAuth2.request(o, None, assertion)
    assert(
      request.body.exists(
        _.startsWith(
          "grant_type=client_credentials&client_id=c&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion="
        )
      )
    )
    assert(!request.headers.exists(_._1 == "Authorization"))
  }

  test("the token may have another name, and the token request its own headers") {
    val o = oauth2(
      "oauth2ClientId" -> "c",
      "oauth2ClientSecret" -> "s3cret-value",
      "oauth2TokenField" -> "data.token",
      "oauth2Headers" -> """{"X-Tenant":"t"}"""
    )
    assert(OAuth2.request(o, None).headers.contains("X-Tenant" -> "t"))
    def token(body: String) = OAuth2.granted(o, 200, body.getBytes(UTF_8), now).map(_.token.value.reveal)
    assert(token("""{"data":{"token":"t1"},"access_token":"no"}""") == Right("t1"))
    assert(token("""{"access_token":"no"}""").left.exists(_.hint.contains("oauth2TokenField")))
  }

  test("what is missing or unusable is named, and the key is never shown") {
    def problem(options: (String, String)*) = parsed(options: _*).fold(_.text, c => fail(c.toString))
    assert(problem("oauth2GrantType" -> "jwt_bearer", "oauth2ClientId" -> "c").contains("oauth2PrivateKey: is required"))
    assert(problem("oauth2GrantType" -> "jwt_bearer", "oauth2PrivateKey" -> rsa).contains("oauth2ClientId: is required"))
    val unused = problem("oauth2ClientId" -> "c", "oauth2ClientSecret" -> "s", "oauth2PrivateKey" -> rsa)
    assert(unused.contains("oauth2PrivateKey: needs oauth2GrantType=jwt_bearer or oauth2ClientAuth=private_key_jwt"))
    assert(!unused.contains("PRIVATE KEY"))
    val broken = oauth2("oauth2GrantType" -> "jwt_bearer", "oauth2ClientId" -> "c", "oauth2PrivateKey" -> "n0t-a-key")
    val error = broken.assertion.map(JwtAssertion.sign(broken, _, now, "i").fold(identity, _ => fail("signed")))
    assert(
      error.exists(e =>
        e.condition == Condition.TokenRefused && e.message.contains("is not PEM") && !e.text.contains("n0t")
      )
    )
  }
}
