// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files
import java.security.MessageDigest
import java.time.Instant
import java.util.Base64
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec

import scala.collection.mutable

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.auth.signing.HmacSignature
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.http.{HttpRequest, LocalServer}
import org.scalatest.funsuite.AnyFunSuite

/** An HMAC over a template of the request: published examples of APIs, and a server that computes each signature again. */
class SignatureSuite extends AnyFunSuite {
  private val now = Instant.ofEpochMilli(1499827319559L)

  private def parse(options: (String, String)*) =
    RestConfig.parse(Map("authType" -> "Signature", "url" -> "http://h/") ++ options)
  private def problems(options: (String, String)*): String =
    parse(options: _*).fold(_.text, c => fail(s"no problem was found: $c"))
  private def auth(options: (String, String)*): AuthConfig.Signature =
    parse(options: _*).fold(e => fail(e.text), _.auth) match {
      case s: AuthConfig.Signature => s
      case other                   => fail(other.toString)
    }
  private def signed(o: AuthConfig.Signature, request: HttpRequest, at: Instant = now): HttpRequest =
    HmacSignature.signed(o, request, at, "n0nce").fold(e => fail(e.text), identity)

  private val binance = auth(
    "apiKey" -> "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
    "signatureKey" -> "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j",
    "signatureTemplate" -> "{query}",
    "signatureTimeFormat" -> "epoch_ms",
    "signatureHeaders" -> """{"X-MBX-APIKEY": "{apiKey}"}""",
    "signatureParams" -> """{"signature": "{signature}", "timestamp": "{timestamp}"}"""
  )
  private val order = "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000"

  test("the example of Binance: the time is part of the signed query, and the signature comes last") {
    val sent = signed(binance, HttpRequest("POST", s"https://api.binance.com/api/v3/order?$order", Nil))
    val signature = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
    assert(sent.url == s"https://api.binance.com/api/v3/order?$order&timestamp=1499827319559&signature=$signature")
    assert(sent.headers.value("X-MBX-APIKEY").exists(_.startsWith("vmPUZE6")))
    // The API may repeat the URL of an earlier attempt as the next page.
    assert(signed(binance, sent.copy(headers = Nil)) == sent)
    val later = signed(binance, sent, now.plusMillis(1))
    assert(later.url.contains("timestamp=1499827319560&signature=") && later.url.split("timestamp=").length == 2)
  }

  test("the example of MEXC, which signs like Binance") {
    val mexc = auth(
      "signatureKey" -> "45d0b3c26f2644f19bfb98b07741b2f5",
      "signatureTemplate" -> "{query}",
      "signatureParams" -> """{"signature": "{signature}"}"""
    )
    val query = "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=11&recvWindow=5000&timestamp=1644489390087"
    assert(
      signed(mexc, HttpRequest("POST", s"https://h/o?$query", Nil)).url
        .endsWith("&signature=fd3e4e8543c5188531eb7279d68ae7d26a573d0fc5ab0d18eb692451654d837a")
    )
  }

  test("the examples of Gate: SHA-512, the hash of the body, and an empty query") {
    val gate = auth(
      "apiKey" -> "key",
      "signatureKey" -> "secret",
      "signatureAlgorithm" -> "HMAC-SHA512",
      "signatureTemplate" -> "{method}\n{path}\n{query}\n{bodyHash}\n{timestamp}",
      "signatureHeaders" -> """{"KEY": "{apiKey}", "Timestamp": "{timestamp}", "SIGN": "{signature}"}"""
    )
    val at = Instant.ofEpochSecond(1541993715L)
    def sign(request: HttpRequest) = signed(gate, request, at).headers.value("SIGN")
    val url = "https://api.gateio.ws/api/v4/futures/orders"
    assert(
      sign(HttpRequest("GET", s"$url?contract=BTC_USD&status=finished&limit=50", Nil)).contains(
        "55f84ea195d6fe57ce62464daaa7c3c02fa9d1dde954e4c898289c9a2407a3d6fb3faf24deff16790d726b66ac9f74526668b13bd01029199cc4fcc522418b8a"
      )
    )
    val body = """{"contract":"BTC_USD","type":"limit","size":100,"price":6800,"time_in_force":"gtc"}"""
    assert(
      sign(HttpRequest("POST", url, Nil, Some(body))).contains(
        "eae42da914a590ddf727473aff25fc87d50b64783941061f47a3fdb92742541fc4c2c14017581b4199a1418d54471c269c03a38d788d802e2c306c37636389f0"
      )
    )
    assert(signed(gate, HttpRequest("GET", url, Nil), at).headers.value("Timestamp").contains("1541993715"))
  }

  test("RFC 4231 §4.3 and RFC 2202 §2, 3: each algorithm, and each encoding of key and signature") {
    def sign(algorithm: String, more: (String, String)*) = {
      val options = Map(
        "signatureKey" -> "Jefe",
        "signatureAlgorithm" -> algorithm,
        "signatureTemplate" -> "{body}",
        "signatureHeaders" -> """{"S": "{signature}"}"""
      ) ++ more
      signed(
        auth(options.toSeq: _*),
        HttpRequest("POST", "http://h/", Nil, Some("what do ya want for nothing?"))
      ).headers
        .value("S")
        .getOrElse("")
    }
    val sha256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert(sign("HMAC-SHA256") == sha256)
    assert(sign("HMAC-SHA384").startsWith("af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"))
    assert(sign("HMAC-SHA512").startsWith("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"))
    assert(sign("HMAC-SHA1") == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    assert(sign("HMAC-MD5") == "750c783e6ab0b503eaa86e310a5db738")
    assert(sign("HMAC-SHA256", "signatureKey" -> "4a656665", "signatureKeyEncoding" -> "hex") == sha256)
    assert(sign("HMAC-SHA256", "signatureKey" -> "SmVmZQ==", "signatureKeyEncoding" -> "base64") == sha256)
    val bytes = sha256.grouped(2).map(Integer.parseInt(_, 16).toByte).toArray
    assert(sign("HMAC-SHA256", "signatureEncoding" -> "base64") == Base64.getEncoder.encodeToString(bytes))
    assert(
      sign("HMAC-SHA256", "signatureEncoding" -> "base64url") ==
        Base64.getUrlEncoder.withoutPadding.encodeToString(bytes)
    )
  }

  test("each placeholder is the part of the request that is sent") {
    def seen(placeholder: String, url: String): String = {
      val o = auth(
        "signatureKey" -> "k",
        "apiKey" -> "the-key",
        "signatureTemplate" -> "{path}",
        "signatureHeaders" -> s"""{"S": "{signature}", "X": "<$placeholder> {{literal}}"}"""
      )
      signed(o, HttpRequest("GET", url, Nil)).headers.value("X").getOrElse("")
    }
    val url = "https://API.example.com:443/a%2Fb/c?q=%20x&r"
    assert(
      Seq("method", "host", "path", "query", "target", "body", "timestamp", "nonce", "apiKey")
        .map(n => seen(s"{$n}", url)) == Seq(
        "GET",
        "api.example.com",
        "/a%2Fb/c",
        "q=%20x&r",
        "/a%2Fb/c?q=%20x&r",
        "",
        "1499827319",
        "n0nce",
        "the-key"
      ).map(v => s"<$v> {literal}")
    )
    assert(seen("{host}{target}", "http://h:8080") == "<h:8080/> {literal}")
    val o = auth(
      "signatureKey" -> "k",
      "signatureTimeFormat" -> "EEE, dd MMM yyyy HH:mm:ss 'GMT'",
      "signatureTemplate" -> "{timestamp}",
      "signatureHeaders" -> """{"Date": "{timestamp}", "S": "{signature}"}"""
    )
    assert(
      signed(o, HttpRequest("GET", "http://h/", Nil)).headers.value("Date").contains("Wed, 12 Jul 2017 02:41:59 GMT")
    )
  }

  test("a server that computes each signature again takes retries, and no nonce comes twice") {
    val nonces = mutable.Set.empty[String]
    val server = new LocalServer({ e =>
      def header(name: String) = Option(e.getRequestHeaders.getFirst(name)).getOrElse("")
      val body = new String(e.getRequestBody.readAllBytes(), UTF_8)
      val hash = Base64.getEncoder.encodeToString(MessageDigest.getInstance("SHA-256").digest(body.getBytes(UTF_8)))
      val text =
        Seq(header("X-Time"), header("X-Nonce"), e.getRequestMethod, e.getRequestURI.toString, hash).mkString("|")
      val mac = Mac.getInstance("HmacSHA256")
      mac.init(new SecretKeySpec("s3cret {key}".getBytes(UTF_8), "HmacSHA256"))
      val expected = s"HMAC k1:${Base64.getEncoder.encodeToString(mac.doFinal(text.getBytes(UTF_8)))}"
      val fresh = nonces.synchronized(nonces.add(header("X-Nonce")))
      LocalServer.send(e, if (fresh && header("Authorization") == expected) 200 else 403, "[]")
    })
    try {
      val file = Files.createTempFile("key", "")
      Files.write(file, "s3cret {key}\n".getBytes("UTF-8"))
      val config = parse(
        "url" -> server.url,
        "apiKey" -> "k1",
        "signatureKey" -> s"file:$file",
        "signatureEncoding" -> "base64",
        "signatureTemplate" -> "{timestamp}|{nonce}|{method}|{target}|{bodyHash}",
        "signatureHeaders" ->
          """{"Authorization": "HMAC {apiKey}:{signature}", "X-Time": "{timestamp}", "X-Nonce": "{nonce}"}"""
      ).fold(e => fail(e.text), identity)
      val client = new AuthorizedClient(config, new SttpClient(2000, 2000, () => false), None, () => Instant.now())
      val request =
        HttpRequest("POST", s"${server.url}/a%20b?x=%C3%BC&y", Seq("Content-Type" -> "text/plain"), Some("ü\n"))
      assert((1 to 3).map(_ => client.send(request)(r => Right(r.status))).distinct == Seq(Right(200)))
      assert(nonces.size == 3)
      assert(client.send(request.copy(trusted = false))(r => Right(r.status)) == Right(403))
      assert(!server.asked.last.headers.contains("authorization"))
    } finally server.close()
  }

  test("options of Signature that have no meaning are reported, and no secret is shown") {
    val key = "signatureKey" -> "5ecret-key"
    val template = "signatureTemplate" -> "{timestamp}{body}"
    val headers = "signatureHeaders" -> """{"S": "{signature}"}"""
    assert(Seq("signatureKey: is required", "signatureTemplate: is required").forall(problems(headers).contains))
    assert(problems(key, template).contains("neither signatureHeaders nor signatureParams contains {signature}"))
    assert(problems(key, headers, "signatureTemplate" -> "{date}").contains("signatureTemplate: {date} is not a known"))
    assert(problems(key, headers, "signatureTemplate" -> "{signature}").contains("{signature} is not a known"))
    assert(problems(key, headers, "signatureTemplate" -> "{body?}").contains("cannot be optional"))
    assert(problems(key, headers, "signatureTemplate" -> "{apiKey}").contains("apiKey: is required by {apiKey}"))
    assert(
      problems(key, template, "signatureHeaders" -> """{"a b": "{signature}"}""").contains("is not a header name")
    )
    val encoded = problems(key, template, headers, "signatureKeyEncoding" -> "base64")
    assert(encoded.contains("signatureKey: its value (***) is not base64") && !encoded.contains("5ecret"))
    assert(problems(key, template, headers, "signatureTimeFormat" -> "bbb!").contains("signatureTimeFormat"))
    val params = "signatureParams" -> """{"passphrase": "pa55phrase"}"""
    assert(auth(key, template, headers, params).secrets.map(_.reveal).contains("pa55phrase"))
  }
}
