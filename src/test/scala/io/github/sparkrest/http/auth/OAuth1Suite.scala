// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.nio.file.{Files, Paths}
import java.security.interfaces.RSAPrivateCrtKey
import java.security.spec.RSAPublicKeySpec
import java.security.{KeyFactory, Signature}
import java.time.Instant
import java.util.Base64

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.http.auth.signing.OAuth1
import io.github.sparkrest.http.tls.PemKey
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.options.values.SignatureMethod
import io.github.sparkrest.secret.Secret
import org.scalatest.funsuite.AnyFunSuite

/** The examples of RFC 5849, and of OAuth Core 1.0, the specification before it. */
class OAuth1Suite extends AnyFunSuite {
  private def options(secret: String, tokenSecret: Option[String], method: SignatureMethod = SignatureMethod.HmacSha1) =
    AuthConfig.OAuth1(
      Secret("dpf43f3p2l4k3l03"),
      Secret(secret),
      tokenSecret.map(_ => Secret("nnch734d00sl2jdk")),
      tokenSecret.map(Secret(_)),
      method,
      None
    )

  private val form = HttpRequest(
    "POST",
    "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
    Seq("content-type" -> "application/x-www-form-urlencoded"),
    Some("c2&a3=2+q")
  )
  private val formParameters = Seq(
    "oauth_consumer_key" -> "9djdj82h48djs9d2",
    "oauth_token" -> "kkk9d7dh3k39sjv7",
    "oauth_signature_method" -> "HMAC-SHA1",
    "oauth_timestamp" -> "137131201",
    "oauth_nonce" -> "7d8f3e4a"
  )

  test("§3.4.1.1: the base string contains query, form and OAuth parameters, and the host in lower case") {
    assert(
      OAuth1.baseString(form, formParameters) ==
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26" +
        "c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26" +
        "oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )
    // The secrets are from erratum 2550.
    val signed = OAuth1.signature(options("j49sk3j29djd", Some("dh893hdasih9")), OAuth1.baseString(form, formParameters))
    assert(signed == "r6/TJjbCOr97/+UU0NsvSne7s5g=")
  }

  test("a body that is not a form is not signed") {
    val json = form.copy(headers = Seq("Content-Type" -> "application/json"))
    assert(!OAuth1.baseString(json, formParameters).contains("c2"))
  }

  private def example(method: String, url: String, tokenSecret: String, own: (String, String)*): String = {
    val parameters =
      Seq("oauth_consumer_key" -> "dpf43f3p2l4k3l03", "oauth_signature_method" -> "HMAC-SHA1") ++ own
    OAuth1.signature(
      options("kd94hf93k423kf44", Some(tokenSecret)),
      OAuth1.baseString(HttpRequest(method, url, Nil), parameters)
    )
  }

  test("§1.2: the three requests of the example have the signatures of the RFC") {
    assert(
      example(
        "POST",
        "https://photos.example.net/initiate",
        "",
        "oauth_timestamp" -> "137131200",
        "oauth_nonce" -> "wIjqoS",
        "oauth_callback" -> "http://printer.example.com/ready"
      ) == "74KNZJeDHnMBp0EMJ9ZHt/XKycU="
    )
    assert(
      example(
        "POST",
        "https://photos.example.net/token",
        "hdhd0244k9j7ao03",
        "oauth_token" -> "hh5s93j4hdidpola",
        "oauth_timestamp" -> "137131201",
        "oauth_nonce" -> "walatlh",
        "oauth_verifier" -> "hfdp7dh39dks9884"
      ) == "gKgrFCywp7rO0OXSjdot/IHF7IU="
    )
    assert(
      example(
        "GET",
        "http://photos.example.net/photos?file=vacation.jpg&size=original",
        "pfkkdhi9sl3r4s00",
        "oauth_token" -> "nnch734d00sl2jdk",
        "oauth_timestamp" -> "137131202",
        "oauth_nonce" -> "chapoH"
      ) == "MdpQcU8iPSUjWoN/UDMsK2sui9I="
    )
  }

  private val photos = HttpRequest("GET", "http://photos.example.net/photos?file=vacation.jpg&size=original", Nil)
  private def header(o: AuthConfig.OAuth1) =
    OAuth1.header(o, photos, Instant.ofEpochSecond(1191242096L), "kllo9940pd9333jh")

  test("OAuth Core 1.0 A.5: the example gives the header of the specification") {
    assert(
      header(options("kd94hf93k423kf44", Some("pfkkdhi9sl3r4s00"))) ==
        """OAuth oauth_consumer_key="dpf43f3p2l4k3l03", oauth_signature_method="HMAC-SHA1", oauth_timestamp="1191242096", """ +
        """oauth_nonce="kllo9940pd9333jh", oauth_version="1.0", oauth_token="nnch734d00sl2jdk", """ +
        """oauth_signature="tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D""""
    )
  }

  test("§3.4.4: PLAINTEXT joins the two secrets, a missing token leaves its part empty, and the realm comes first") {
    assert(
      header(options("a b", Some("c&d"), SignatureMethod.Plaintext)).endsWith("""oauth_signature="a%2520b%26c%2526d"""")
    )
    val alone = header(options("s", None, SignatureMethod.Plaintext).copy(realm = Some("Photos")))
    assert(alone.startsWith("""OAuth realm="Photos", """) && alone.endsWith("""oauth_signature="s%26""""))
    assert(!alone.contains("oauth_token"))
  }

  test("§3.4.3 RSA-SHA1: the public key confirms the signature") {
    val pem = new String(Files.readAllBytes(Paths.get("src/test/resources/keys/rsa-pkcs1.pem")), "UTF-8")
    val key = PemKey.read(pem, None).fold(fail(_), _.asInstanceOf[RSAPrivateCrtKey])
    val base = OAuth1.baseString(photos, formParameters)
    val signed = OAuth1.signature(options(pem, Some("unused"), SignatureMethod.RsaSha1), base)
    val verifier = Signature.getInstance("SHA1withRSA")
    verifier.initVerify(
      KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(key.getModulus, key.getPublicExponent))
    )
    verifier.update(base.getBytes("UTF-8"))
    assert(verifier.verify(Base64.getDecoder.decode(signed)))
  }

  /** The error of a request that must not be sent. */
  private def refused(request: HttpRequest, method: String): RestError = {
    val config = RestConfig
      .parse(
        Map(
          "url" -> "http://h/",
          "authType" -> "OAuth1",
          "oauthConsumerKey" -> "k",
          "oauthConsumerSecret" -> "hidden",
          "oauthSignatureMethod" -> method
        )
      )
      .fold(e => fail(e.text), identity)
    val client = AuthorizedClient(config, new SttpClient(1000, 1000, () => false), None)
    client.send(request)(_ => Right(())).fold(identity, _ => fail("it was sent"))
  }

  test("a body with the content type of a form that is not a form is an error") {
    val form = Seq("Content-Type" -> "application/x-www-form-urlencoded")
    val e = refused(HttpRequest("POST", "http://h/", form, Some("rate=100%&x=%zz")), "HMAC-SHA1")
    assert(e.condition == Condition.InvalidOptions && e.hint.contains("%25") && !e.text.contains("%zz"), e.text)
  }

  test("a secret that is not an RSA key is an error that names its option") {
    val e = refused(photos, "RSA-SHA1")
    assert(
      e.condition == Condition.InvalidOptions && e.text.contains("oauthConsumerSecret") && !e.text.contains("hidden")
    )
  }
}
