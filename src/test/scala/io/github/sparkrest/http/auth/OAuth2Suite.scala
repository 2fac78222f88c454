// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.nio.file.attribute.PosixFilePermissions
import java.nio.file.{Files, Path}
import java.time.Instant
import java.util.concurrent.atomic.AtomicInteger

import io.circe.Json
import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.http.{HttpRequest, LocalServer, RawServer}
import io.github.sparkrest.secret.Secret
import org.scalatest.funsuite.AnyFunSuite

/** RFC 6749: requests and responses, and how tokens are shared, renewed and stored. */
class OAuth2Suite extends AnyFunSuite {
  private val now = Instant.parse("2026-01-01T00:00:00Z")

  private def config(options: (String, String)*): RestConfig = RestConfig
    .parse(
      Map(
        "authType" -> "OAuth2",
        "url" -> "http://h/",
        "oauth2TokenUrl" -> "http://h:1/t/x",
        "oauth2ClientId" -> "s6BhdRkqt3"
      ) ++ options
    )
    .fold(e => fail(e.text), identity)
  private def oauth2(options: (String, String)*): AuthConfig.OAuth2 = config(options: _*).auth match {
    case o: AuthConfig.OAuth2 => o
    case other                => fail(other.toString)
  }
  private val secret = "oauth2ClientSecret" -> "7Fjfp0ZBr1KtDRbnfVdmIw"
  private def refreshing(options: (String, String)*) =
    oauth2(
      Seq(secret, "oauth2GrantType" -> "refresh_token", "oauth2RefreshToken" -> "tGzv3JOkF0XG5Qx2TlKWIA") ++ options: _*
    )

  test("§4.4.2, §4.3.2, §6: each of the three grants sends the request of the RFC") {
    val plain = OAuth2.request(oauth2(secret), None)
    assert(
      plain.method == "POST" && plain.url == "http://h:1/t/x" && plain.body.contains("grant_type=client_credentials")
    )
    // The header of the examples in the RFC.
    assert(plain.headers.contains("Authorization" -> "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"))
    assert(plain.headers.contains("Content-Type" -> "application/x-www-form-urlencoded"))
    val password = oauth2("oauth2GrantType" -> "password", "userId" -> "johndoe", "userPassword" -> "A3 ddj&3w")
    assert(
      OAuth2
        .request(password, None)
        .body
        .contains(
          "grant_type=password&username=johndoe&password=A3+ddj%263w&client_id=s6BhdRkqt3"
        )
    )
    val refresh = OAuth2.request(refreshing("oauth2ClientAuth" -> "body"), Some(Secret("new")))
    assert(
      refresh.body.contains(
        "grant_type=refresh_token&refresh_token=new&client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw"
      ) && !refresh.headers.exists(_._1 == "Authorization")
    )
    val more =
      OAuth2.request(oauth2(secret, "oauth2Scope" -> "a b", "oauth2Params" -> """{"audience": "https://x/"}"""), None)
    assert(more.body.contains("grant_type=client_credentials&scope=a+b&audience=https%3A%2F%2Fx%2F"))
    val own = Json.obj("grant_type" -> Json.fromString("account_credentials"), "account_id" -> Json.fromString("1"))
    val zoom = OAuth2.request(oauth2(secret, "oauth2Params" -> own.noSpaces), None)
    assert(zoom.body.contains("grant_type=account_credentials&account_id=1"), "once")
  }

  private def granted(body: String, status: Int = 200) =
    OAuth2.granted(oauth2(secret), status, body.getBytes("UTF-8"), now)
  private def refused(body: String, status: Int): RestError = granted(body, status).fold(identity, g => fail(g.toString))

  test("§5.1: a token expires by its lifetime, given as a number or as text, or never") {
    val found = granted(
      """{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example","expires_in":3600,"refresh_token":"r"}"""
    )
    assert(found.map(_.token.value.reveal) == Right("2YotnFZFEjr1zCsicMWpAA"))
    assert(
      found.map(_.token.renewAtMs) == Right(Some(now.plusSeconds(3540).toEpochMilli)),
      "renewed a minute before it expires"
    )
    assert(found.map(_.refreshToken) == Right(Some(Secret("r"))) && !found.toString.contains("2Yotn"))
    assert(
      granted("""{"access_token":"t","expires_in":"10"}""").map(_.token.renewAtMs) == Right(
        Some(now.plusSeconds(8).toEpochMilli)
      )
    )
    val endless = granted("""{"access_token":"t"}""").fold(e => fail(e.text), _.token)
    assert(!endless.isDue(now.plusSeconds(1000000)))
  }

  test("§5.2: a refusal names the option that may be wrong, and a temporary error can be retried") {
    val e = refused("""{"error":"invalid_client","error_description":"unknown client, secret=abc123"}""", 401)
    assert(e.condition == Condition.TokenRefused && e.text.contains("h:1 (oauth2TokenUrl)") && !e.text.contains("/t/x"))
    assert(
      e.text.contains("invalid_client (unknown client") && e.text.contains("oauth2ClientSecret") && !e.text.contains(
        "abc123"
      )
    )
    assert(refused("""{"error":"invalid_scope"}""", 400).hint.contains("oauth2Scope"))
    assert(refused("""{"error":"bad_verification_code"}""", 200).condition == Condition.TokenRefused, "GitHub's way")
    assert(refused("<html>", 404).text.contains("status 404"))
    assert(refused("<html>", 200).text.contains("no JSON object"))
    assert(refused("""{"access_token":"a\nb"}""", 200).condition == Condition.TokenRefused)
    assert(refused("""{"access_token":"t","token_type":"DPoP"}""", 200).text.contains("DPoP"))
    assert(Seq(500, 503, 429, 408).forall(refused("", _).condition == Condition.TokenUnavailable))
  }

  /** A token endpoint that counts requests. Each response has a new token and a new refresh token. */
  private def serving[A](test: (LocalServer, AtomicInteger) => A): A = {
    val count = new AtomicInteger
    val server = new LocalServer({ e =>
      Thread.sleep(50)
      val n = count.incrementAndGet()
      LocalServer.send(e, 200, s"""{"access_token":"access-$n","expires_in":3600,"refresh_token":"refresh-$n"}""")
    })
    try test(server, count)
    finally server.close()
  }

  private val network = new SttpClient(2000, 2000, () => false)

  test("threads that need a token at the same time share one request, also after the API refused the token") {
    serving { (server, count) =>
      val c = config(secret, "oauth2TokenUrl" -> server.url)
      val o = oauth2(secret, "oauth2TokenUrl" -> server.url)
      val source = new FetchedTokens(o, new TokenEndpoint(c, o, network, () => now), new TokenCache(2))
      def all(refused: Option[AccessToken]): Set[String] = {
        val found = java.util.concurrent.ConcurrentHashMap.newKeySet[String]()
        val threads =
          (1 to 8).map(_ => new Thread(() => found.add(source.token(refused).fold(_.text, _.value.reveal)): Unit))
        threads.foreach(_.start())
        threads.foreach(_.join())
        found.toArray.map(_.toString).toSet
      }
      assert(all(None) == Set("access-1") && count.get == 1)
      assert(all(Some(AccessToken(Secret("access-1"), None))) == Set("access-2") && count.get == 2)
    }
  }

  test("a token request has the user's User-Agent, unless that is a reference or a template, and no other header") {
    serving { (server, _) =>
      def sent(agent: String) = {
        val c = config(
          secret,
          "oauth2TokenUrl" -> server.url,
          "headers" -> s"""{"user-agent": "$agent", "X-Mine": "1"}"""
        )
        val o = oauth2(secret, "oauth2TokenUrl" -> server.url)
        assert(new TokenEndpoint(c, o, network, () => now).ask(None).isRight)
        server.asked.last.headers
      }
      assert(sent("acme/1").get("user-agent") == Some("acme/1") && !sent("acme/1").contains("x-mine"))
      val file = Files.createTempFile("agent", "")
      Files.write(file, "s3cret".getBytes("UTF-8"))
      assert(
        Seq(s"file:$file", "acme {offset}").map(sent(_)("user-agent").takeWhile(_ != '/')).distinct == Seq("spark-rest")
      )
    }
  }

  test("after a 401 a request is sent once more with a new token, and a second 401 is the response") {
    var taken = Set("access-2")
    val api = new LocalServer({ e =>
      val token = Option(e.getRequestHeaders.getFirst("Authorization")).fold("")(_.drop("Bearer ".length))
      LocalServer.send(e, if (taken(token)) 200 else 401, s"""["$token"]""")
    })
    try
      serving { (server, count) =>
        val c = config(secret, "oauth2TokenUrl" -> server.url)
        val o = oauth2(secret, "oauth2TokenUrl" -> server.url)
        val source = new FetchedTokens(o, new TokenEndpoint(c, o, network, () => now), new TokenCache(2))
        val client = new AuthorizedClient(c, network, Some(source), () => now)
        def status = client.send(HttpRequest("GET", api.url, Nil))(r => Right(r.status))
        assert(status == Right(200) && count.get == 2 && api.asked.size == 2)
        taken = Set.empty
        assert(status == Right(401) && count.get == 3 && api.asked.size == 4)
        val handed =
          new AuthorizedClient(c, network, Some(HandedToken(AccessToken(Secret("x"), None), renewed = false)), () => now)
        val back = handed.send(HttpRequest("GET", api.url, Nil))(r => Right(r.status))
        assert(back.left.map(_.condition) == Left(Condition.TokenExpired))
        assert(HandedToken(AccessToken(Secret("hidden"), None), renewed = true).toString.contains("***"))
        // A request to another origin gets no token.
        client.send(HttpRequest("GET", api.url + "/other", Nil, trusted = false))(r => Right(r.status))
      }
    finally api.close()
    assert(!api.asked.last.headers.contains("authorization") && api.asked.last.uri == "/other")
  }

  test("a rotated refresh token is stored for its owner only, survives the JVM, and ends with a change of the option") {
    serving { (server, _) =>
      val file = Files.createTempDirectory("tokens").resolve("deep/token.json")
      def options(refresh: String) = Seq(
        "oauth2TokenUrl" -> server.url,
        "oauth2TokenStore" -> file.toString,
        "oauth2RefreshToken" -> refresh
      )
      def token(refresh: String, cache: TokenCache): String = {
        val o = refreshing(options(refresh): _*)
        val c = config(Seq(secret, "oauth2GrantType" -> "refresh_token") ++ options(refresh): _*)
        new RefreshedTokens(o, new TokenEndpoint(c, o, network, () => now), TokenStore(o), cache)
          .token(None)
          .fold(e => fail(e.text), _.value.reveal)
      }
      val first = new TokenCache(2)
      assert(token("initial", first) == "access-1" && token("initial", first) == "access-1")
      assert(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)) == "rw-------")
      assert(text(file).contains("refresh-1") && !text(file).contains("access-1") && !text(file).contains("initial"))
      // A new cache behaves as a new JVM does: only the store knows the rotated token.
      assert(token("initial", new TokenCache(2)) == "access-2" && text(file).contains("refresh-2"))
      assert(TokenStore(refreshing(options("initial"): _*)).flatMap(_.read()).contains(Secret("refresh-2")))
      assert(TokenStore(refreshing(options("another"): _*)).flatMap(_.read()).isEmpty)
      Files.write(file, "{not json".getBytes("UTF-8"))
      val o = refreshing(options("initial"): _*)
      val c = config(Seq(secret, "oauth2GrantType" -> "refresh_token") ++ options("initial"): _*)
      val broken = new RefreshedTokens(o, new TokenEndpoint(c, o, network, () => now), TokenStore(o), new TokenCache(1))
      assert(broken.token(None).left.map(_.condition) == Left(Condition.TokenStoreFailed))
    }
  }

  test("a reader that cannot request a replacement gets a token that is at most a minute old") {
    serving { (server, count) =>
      var at = now
      val o = refreshing("oauth2TokenUrl" -> server.url)
      val c = config(
        secret,
        "oauth2TokenUrl" -> server.url,
        "oauth2GrantType" -> "refresh_token",
        "oauth2RefreshToken" -> "first"
      )
      val tokens = new RefreshedTokens(o, new TokenEndpoint(c, o, network, () => at), None, new TokenCache(1))
      def value(token: Either[RestError, AccessToken]) = token.fold(e => fail(e.text), _.value.reveal)
      assert(value(tokens.token(None)) == "access-1" && value(tokens.fresh()) == "access-1")
      at = now.plusSeconds(61)
      assert(value(tokens.token(None)) == "access-1" && value(tokens.fresh()) == "access-2")
      assert(value(tokens.token(None)) == "access-2" && count.get == 2)
    }
  }

  test("after Retry-After of the token endpoint, no reader sends a token request until the wait is over") {
    var at = now
    var status = 429
    val server = new LocalServer(LocalServer.send(_, status, """{"access_token":"t"}""", "Retry-After" -> "30"))
    try {
      val own = Seq(secret, "oauth2TokenUrl" -> server.url, "rateLimitMaxWait" -> "20")
      val o = oauth2(own: _*)
      val source =
        new FetchedTokens(o, new TokenEndpoint(config(own: _*), o, network, () => at), new TokenCache(1))
      def askedToWait(): Option[Long] = source.token(None).fold(_.retryAfterMs, t => fail(t.toString))
      assert(askedToWait().contains(20000L), "the wait is at most rateLimitMaxWait")
      status = 200
      at = now.plusSeconds(15)
      assert(askedToWait().contains(5000L) && server.asked.length == 1)
      at = now.plusSeconds(20)
      assert(source.token(None).map(_.value.reveal) == Right("t") && server.asked.length == 2)
    } finally server.close()
  }

  test(
    "a token request whose connection broke can be retried, unless it may have used up a refresh token"
  ) {
    val server = new RawServer({ (s, _) =>
      RawServer.head(s.getInputStream)
      RawServer.reset(s)
    })
    try
      Seq(oauth2(secret) -> true, refreshing() -> false).foreach { case (options, again) =>
        val o = options.copy(tokenUrl = server.url)
        val e = new TokenEndpoint(config(secret), o, network, () => now).ask(None).fold(identity, g => fail(g.toString))
        assert(e.condition == Condition.ConnectionFailed && e.repeatable == again, e.text)
      }
    finally server.close()
  }

  private def text(file: Path) = new String(Files.readAllBytes(file), "UTF-8")

  test("an error does not contain a secret that the token endpoint repeats") {
    val server = new LocalServer({ e =>
      val said = new String(e.getRequestBody.readAllBytes(), "UTF-8") + e.getRequestHeaders.getFirst("Authorization")
      LocalServer.send(
        e,
        400,
        s"""{"error":"invalid_request","error_description":"you said ${said.replace('"', ' ')}"}"""
      )
    })
    try {
      val marks = Seq("oauth2ClientSecret" -> "MARK é&1", "oauth2Params" -> """{"assertion": "MARK+2/="}""")
      val c = config(marks :+ ("oauth2TokenUrl" -> server.url): _*)
      val o = oauth2(marks :+ ("oauth2TokenUrl" -> server.url): _*)
      val e = new TokenEndpoint(c, o, network, () => now).ask(None).fold(identity, g => fail(g.toString))
      assert(e.text.contains("you said") && !e.text.contains("MARK") && !e.text.contains("czZCaGRSa3F0Mzp"), e.text)
    } finally server.close()
  }
}
