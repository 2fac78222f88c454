// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.time.Instant

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.http.auth.signing.SigV4
import io.github.sparkrest.secret.Secret
import org.scalatest.funsuite.AnyFunSuite

/** The vectors of AWS's published test suite for Signature Version 4, and the examples of the S3 documentation. */
class SigV4Suite extends AnyFunSuite {
  private val suite = AuthConfig.SigV4(
    "us-east-1",
    "service",
    Secret("AKIDEXAMPLE"),
    Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
    None
  )
  private val at = Instant.parse("2015-08-30T12:36:00Z")
  private val letters = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
  private val token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
  private val form = "application/x-www-form-urlencoded"
  private val formHash = "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"

  private def vector(
      name: String,
      signature: String,
      target: String,
      headers: Seq[(String, String)] = Nil,
      method: String = "GET",
      body: Option[String] = None,
      options: AuthConfig.SigV4 = suite
  ): Unit = test(name) {
    val request = HttpRequest(method, s"https://example.amazonaws.com$target", headers, body)
    val signed = SigV4.withSignature(options, request, at).headers
    val value = signed.value("Authorization").getOrElse("")
    assert(value.endsWith(s", Signature=$signature"), value)
    assert(value.startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "))
    assert(signed.values("X-Amz-Date") == Seq("20150830T123600Z"))
  }

  // format: off
  private val vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
  vector("get-vanilla", vanilla, "/")
  vector("get-vanilla, without a path", vanilla, "")
  vector("get-relative-normalized", vanilla, "/example/..")
  vector("get-relative-relative-normalized", vanilla, "/example1/example2/../..")
  vector("get-slash-dot-slash-normalized", vanilla, "/./")
  vector("get-slash-normalized", vanilla, "//")
  vector("get-slash-pointless-dot-normalized", "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5", "/./example")
  vector("get-slashes-normalized", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84", "//example//")
  vector("get-space-normalized", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741", "/example space/")
  vector("get-unreserved", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f", s"/$letters")
  vector("get-utf8", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85", "/ሴ")
  vector("get-vanilla-empty-query-key", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb", "/?Param1=value1")
  vector("get-vanilla-query-order-encoded", "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac", "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1")
  vector("get-vanilla-query-order-key-case", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500", "/?Param2=value2&Param1=value1")
  vector("get-vanilla-query-unreserved", "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197", s"/?$letters=$letters")
  vector("get-vanilla-utf8-query", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04", "/?ሴ=bar")
  vector("get-vanilla-with-session-token", "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8", "/",
    options = suite.copy(sessionToken = Some(Secret(token))))
  vector("get-header-key-duplicate", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea", "/",
    Seq("My-Header1" -> "value2", "My-Header1" -> "value2", "My-Header1" -> "value1"))
  vector("get-header-value-multiline", "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd", "/",
    Seq("My-Header1" -> "value1\n  value2\n     value3"))
  vector("get-header-value-order", "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01", "/",
    Seq("value4", "value1", "value3", "value2").map("My-Header1" -> _))
  vector("get-header-value-trim", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736", "/",
    Seq("My-Header1" -> " value1", "My-Header2" -> " \"a   b   c\""))
  vector("post-vanilla", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b", "/", method = "POST")
  vector("post-header-key-sort", "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c", "/",
    Seq("My-Header1" -> "value1"), "POST")
  vector("post-header-value-case", "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d", "/",
    Seq("My-Header1" -> "VALUE1"), "POST")
  vector("post-vanilla-query", "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11", "/?Param1=value1", method = "POST")
  vector("post-x-www-form-urlencoded", "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b", "/",
    Seq("Content-Type" -> form, "Content-Length" -> "13", "x-amz-content-sha256" -> formHash), "POST", Some("Param1=value1"))
  vector("post-x-www-form-urlencoded-parameters", "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422", "/",
    Seq("Content-Type" -> s"$form; charset=utf-8", "Content-Length" -> "13", "x-amz-content-sha256" -> formHash), "POST", Some("Param1=value1"))
  // format: on

  private val s3 = AuthConfig.SigV4(
    "us-east-1",
    "s3",
    Secret("AKIAIOSFODNN7EXAMPLE"),
    Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    None
  )
  private val s3At = Instant.parse("2013-05-24T00:00:00Z")
  private def signed(target: String, headers: (String, String)*): HttpRequest =
    SigV4.signed(s3, HttpRequest("GET", s"https://examplebucket.s3.amazonaws.com$target", headers), s3At)
  private def authorization(request: HttpRequest): String = request.headers.value("Authorization").getOrElse("")

  test("the examples of the S3 documentation have the documented signatures, and send and sign the hash of the body") {
    assert(
      authorization(signed("/test.txt", "Range" -> "bytes=0-9")) ==
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, " +
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, " +
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )
    assert(
      authorization(signed("/?max-keys=2&prefix=J"))
        .endsWith("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
    )
    assert(
      authorization(signed("/?lifecycle"))
        .endsWith("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
    )
  }

  private def sent(target: String, o: AuthConfig.SigV4 = suite): String =
    SigV4.signed(o, HttpRequest("GET", s"https://h$target", Nil), at).url.stripPrefix("https://h")

  test("the query is sent in the signed spelling, with the same values") {
    assert(
      sent("/a?q=a+b&r=%c3%bc&t=2024-01-01T00:00:00%2B02:00&u=%7E&empty=&flag&e=x=y") ==
        "/a?q=a%20b&r=%C3%BC&t=2024-01-01T00%3A00%3A00%2B02%3A00&u=~&empty=&flag&e=x=y"
    )
    assert(sent("/a%2fb/(c)?x=100%") == "/a%2fb/(c)?x=100%25", "the path is sent unchanged")
    assert(sent("/a%2fb/(c)+d//é", s3) == "/a%2Fb/%28c%29%2Bd//%C3%A9", "for S3 the path has one spelling too")
    assert(sent("/?") == "/")
  }

  test("two spellings of a query have the same signature, and two queries do not") {
    def signature(target: String) =
      authorization(SigV4.signed(suite, HttpRequest("GET", s"https://h$target", Nil), at)).split("=").last
    assert(Seq("/?b=2&a=x%20y", "/?a=x+y&b=2").map(signature).distinct == Seq(signature("/?a=x%20y&b=2")))
    assert(signature("/?a=x%2Fy&b=2") != signature("/?a=x/y&b=3"))
    assert(signature("/?a=x=y") == signature("/?a=x%3Dy"), "a server encodes the second = of a value")
    assert(signature("/a%20b") != signature("/a b"), "a service encodes the path that it receives")
  }

  private def headersOf(url: String, headers: (String, String)*): String = {
    val value = authorization(SigV4.signed(suite, HttpRequest("GET", url, headers), at))
    value.replaceFirst(".*SignedHeaders=", "").replaceFirst(",.*", "")
  }

  test("headers that a proxy may change are not signed, and of a repeated header only the last value is sent and signed") {
    val ours = "host;x-amz-content-sha256;x-amz-date"
    assert(headersOf("https://h/", "User-Agent" -> "me", "Authorization" -> "old", "accept-encoding" -> "br") == ours)
    assert(headersOf("https://h/", "Accept" -> "a", "X-B" -> "b") == s"accept;$ours".replace("date", "date;x-b"))
    def sign(headers: (String, String)*) = SigV4.signed(suite, HttpRequest("GET", "https://h/", headers), at)
    val (twice, once) = (sign("X-B" -> "1", "x-b" -> "2"), sign("x-b" -> "2"))
    assert(authorization(twice) == authorization(once) && twice.headers.values("x-b") == Seq("2"))
    assert(sign("X-Amz-Date" -> "old", "x-amz-content-sha256" -> "old").headers == sign().headers)
  }

  test("the host is signed as the transport writes it") {
    def host(url: String, headers: (String, String)*) =
      authorization(SigV4.signed(suite, HttpRequest("GET", url, headers), at))
    assert(host("https://H.Example:443/") == host("https://h.example/"))
    assert(host("http://h.example:80/") == host("https://h.example/"))
    assert(host("http://h.example:8080/") != host("https://h.example/"))
    assert(host("http://h.example:443/") != host("https://h.example/"))
    assert(host("http://proxied/", "Host" -> "h.example") == host("https://h.example/"))
  }

  test("each attempt has a new signature, and a request to another origin has no signature") {
    val one = Authenticator.of(suite)
    val request = HttpRequest("GET", "https://h/", Nil)
    def sign(r: HttpRequest, now: Instant) = one(r, None, now).fold(e => fail(e.text), identity)
    assert(authorization(sign(request, at)) != authorization(sign(request, at.plusSeconds(1))))
    val again = sign(sign(request, at), at.plusSeconds(1))
    assert(again == sign(request, at.plusSeconds(1)), "nothing of the earlier attempt remains")
    val elsewhere = request.copy(trusted = false)
    assert(sign(elsewhere, at) == elsewhere)
  }

  private def parsed(options: (String, String)*) = RestConfig.parse(
    Map(
      "url" -> "https://h/",
      "authType" -> "SigV4",
      "awsRegion" -> "eu-central-1",
      "awsService" -> "execute-api",
      "awsAccessKeyId" -> "AKIDEXAMPLE",
      "awsSecretAccessKey" -> "s3cret/key"
    ) ++ options
  )

  test("errors name missing and invalid options, and show no secret") {
    val auth = parsed("awsSessionToken" -> "t0ken").fold(e => fail(e.text), _.auth)
    assert(
      auth == AuthConfig.SigV4(
        "eu-central-1",
        "execute-api",
        Secret("AKIDEXAMPLE"),
        Secret("s3cret/key"),
        Some(Secret("t0ken"))
      )
    )
    assert(!Seq("AKID", "s3cret", "t0ken").exists(auth.toString.contains(_)))
    assert(auth.secrets.map(_.reveal) == Seq("AKIDEXAMPLE", "s3cret/key", "t0ken"))
    val wrong = parsed("awsRegion" -> "EU (Frankfurt)", "awsSessionToken" -> "a\nb").fold(_.text, c => fail(c.toString))
    assert(wrong.contains("""awsRegion: "EU (Frankfurt)" is not allowed; allowed: letters, digits and hyphens"""))
    assert(wrong.contains("awsSessionToken: contains a line break") && !wrong.contains("a\nb"))
    val missing = RestConfig.parse(Map("url" -> "https://h/", "authType" -> "SigV4")).fold(_.text, c => fail(c.toString))
    Seq("awsRegion", "awsService", "awsAccessKeyId", "awsSecretAccessKey").foreach { name =>
      assert(missing.contains(s"$name: is required by authType=SigV4 and was not given"), name)
    }
    assert(
      parsed("authType" -> "None")
        .fold(_.text, c => fail(c.toString))
        .contains("awsRegion: has no meaning with authType=None")
    )
  }
}
