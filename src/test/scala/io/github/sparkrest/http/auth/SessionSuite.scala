// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.nio.file.Files
import java.time.Instant
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicInteger

import scala.jdk.CollectionConverters._

import com.sun.net.httpserver.HttpExchange
import io.github.sparkrest.config.AuthConfig.{Session, TokenPlace}
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.checks.TrustChecks
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.auth.LoginClient.Answer
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.http.{HttpRequest, LocalServer}
import io.github.sparkrest.options.values.{FieldPath, KeyPlacement, ValueSource}
import org.scalatest.funsuite.AnyFunSuite

/** A login whose response has the token of the other requests. */
class SessionSuite extends AnyFunSuite {
  private var now = Instant.parse("2026-01-01T00:00:00Z")

  private def parse(options: (String, String)*) =
    RestConfig.parse(Map("authType" -> "Session", "url" -> "http://h/", "sessionUrl" -> "http://h/login") ++ options)
  private def config(options: (String, String)*): RestConfig = parse(options: _*).fold(e => fail(e.text), identity)
  private def problems(options: (String, String)*): String =
    parse(options: _*).fold(_.text, c => fail(s"no problem was found: $c"))
  private def session(options: (String, String)*): Session = config(options: _*).auth match {
    case s: Session => s
    case other      => fail(other.toString)
  }
  private val body = "sessionBody" -> """{"user": "ada", "password": "pässw0rd &1"}"""

  test("the login sends JSON, a form, or Basic credentials, and references within the JSON are values") {
    val file = Files.createTempFile("password", "")
    Files.write(file, "s3cret {braces}\n".getBytes("UTF-8"))
    val nested = session(
      "sessionBody" -> s"""{"jsonrpc": "2.0", "params": [{"password": "file:$file"}], "id": 1}"""
    )
    val json = SessionLogin.request(nested)
    assert(json.method == "POST" && json.url == "http://h/login")
    assert(json.body.contains("""{"jsonrpc":"2.0","params":[{"password":"s3cret {braces}"}],"id":1}"""))
    assert(json.headers == Seq("Content-Type" -> "application/json", "Accept" -> "application/json"))
    assert(nested.secrets.map(_.reveal) == Seq("s3cret {braces}") && !nested.toString.contains("s3cret"))
    Files.write(file, """{"login": "adminuser", "pin": ["plainword"]}""".getBytes("UTF-8"))
    val whole = session("sessionBody" -> s"file:$file")
    assert(whole.secrets.map(_.reveal) == Seq("adminuser", "plainword"), "each text of a secret body is secret")
    val form = SessionLogin.request(session(body, "sessionBodyFormat" -> "form"))
    assert(form.body.contains("user=ada&password=p%C3%A4ssw0rd+%261"))
    assert(form.headers.contains("Content-Type" -> "application/x-www-form-urlencoded"))
    val basic = SessionLogin.request(session("userId" -> "ada", "userPassword" -> "s3cret"))
    assert(basic.body.isEmpty && basic.headers.contains("Authorization" -> Authenticator.basic("ada", "s3cret")))
    assert(!basic.headers.exists(_._1 == "Content-Type"))
  }

  private def answer(text: String, status: Int = 200, headers: Seq[(String, String)] = Nil) =
    Answer(status, headers, text.getBytes("UTF-8"), now, None)
  private def token(field: String, text: String, headers: (String, String)*): Either[RestError, String] =
    SessionLogin.token(session(body, "sessionTokenField" -> field), answer(text, 200, headers)).map(_.value.reveal)

  test("the token comes from a path, the whole body or a header") {
    assert(token("credentials.token", """{"credentials":{"token":"t1"}}""") == Right("t1"))
    assert(token("imdata[0].id", """{"imdata":[{"id":17}]}""") == Right("17"))
    assert(
      token("items[kind=session].value", """{"items":[{"kind":"a"},{"kind":"session","value":"t"}]}""") == Right("t")
    )
    assert(token("$", "\"t2\"") == Right("t2") && token("$", " AR-JWT-text\n") == Right("AR-JWT-text"))
    assert(token("header:X-Auth-Token", "{}", "x-auth-token" -> "t3") == Right("t3"))
  }

  test("without sessionTokenField the cookies of the response are the token, and each value is a secret") {
    val set =
      Seq("B1SESSION=s1d=x; HttpOnly; Path=/", "ROUTE=.node2", "OLD=gone; Max-Age=0", "B1SESSION=s2d; Secure", "E=")
    val found = SessionLogin.token(session(body), answer("{}", 200, set.map("set-cookie" -> _)))
    assert(found.map(_.value.reveal) == Right("ROUTE=.node2; B1SESSION=s2d"))
    assert(found.map(_.secrets.map(_.reveal)) == Right(Seq("ROUTE=.node2; B1SESSION=s2d", ".node2", "s2d")))
    val none = SessionLogin.token(session(body), answer("{}")).fold(_.text, t => fail(t.toString))
    assert(none.contains("set no cookie; set sessionTokenField"))
  }

  test("a token is renewed after sessionLifetime, and otherwise only after a 401") {
    val text = answer("""{"id":"t"}""")
    val brief = session(body, "sessionTokenField" -> "id", "sessionLifetime" -> "10m")
    val found = SessionLogin.token(brief, text).fold(e => fail(e.text), identity)
    assert(!found.isDue(now.plusSeconds(599)) && found.isDue(now.plusSeconds(600)))
    val endless = SessionLogin.token(session(body, "sessionTokenField" -> "id"), text).fold(e => fail(e.text), identity)
    assert(!endless.isDue(now.plusSeconds(1000000)))
  }

  private def refusal(status: Int, text: String, field: String = "id"): RestError =
    SessionLogin
      .token(session(body, "sessionTokenField" -> field), answer(text, status))
      .fold(identity, t => fail(t.toString))

  test("a failed login names the options, and shows no token") {
    val e = refusal(401, """{"message":"Wrong user","password":"x17"}""")
    assert(e.condition == Condition.TokenRefused && e.text.contains("h (sessionUrl) answered with status 401"))
    assert(e.text.contains("Wrong user") && e.hint.contains("sessionBody") && !e.text.contains("x17"))
    val elsewhere = refusal(200, """{"jsonrpc":"2.0","result":"t0ken-1234"}""")
    assert(elsewhere.text.contains("without id of sessionTokenField: a JSON object with jsonrpc, result"))
    assert(!elsewhere.text.contains("t0ken-1234"))
    val inside = refusal(200, """{"error":{"code":-32500,"data":"Login name or password is incorrect."}}""")
    assert(inside.text.contains("Login name or password is incorrect"))
    assert(refusal(200, "<html>").text.contains("the body is not JSON"))
    assert(refusal(302, "").text.contains("status 302"))
    assert(refusal(200, """{"id":"line\nbreak"}""").text.contains("cannot be sent in a header"))
    assert(Seq(500, 503, 429, 408).forall(refusal(_, "").condition == Condition.TokenUnavailable))
  }

  /** An API whose `/login` counts logins. Requests need the newest token, which the test can revoke. */
  final private class Api(find: (HttpExchange, String) => String, respond: (HttpExchange, String) => Unit) {
    val logins = new AtomicInteger
    val seen: java.util.Set[String] = ConcurrentHashMap.newKeySet[String]()
    @volatile var valid = ""
    @volatile var refusesLogins = false
    @volatile var refusal: (Int, String) = 401 -> ""
    val http: LocalServer = new LocalServer({ e =>
      val text = new String(e.getRequestBody.readAllBytes(), "UTF-8")
      if (e.getRequestURI.getPath == "/login") {
        val n = logins.incrementAndGet()
        Thread.sleep(50)
        if (refusesLogins) LocalServer.send(e, 403, s"""{"error":"denied: $text"}""")
        else {
          valid = s"t0ken/+$n="
          respond(e, valid)
        }
      } else {
        val found = find(e, text)
        seen.add(found)
        if (found == valid) LocalServer.send(e, 200, s"""["$found"]""")
        else LocalServer.send(e, refusal._1, if (refusal._2.isEmpty) s"""["$found"]""" else refusal._2)
      }
    })
  }

  private def inJson(e: HttpExchange, token: String): Unit = LocalServer.send(e, 200, s"""{"id":"$token"}""")
  private def inHeader(name: String)(e: HttpExchange, text: String): String =
    Option(e.getRequestHeaders.getFirst(name)).getOrElse(s"none in $text")

  private val network = new SttpClient(2000, 2000, () => false)

  private def serving[A](api: Api, options: (String, String)*)(test: (AuthorizedClient, RestConfig) => A): A =
    try {
      val c = config(Seq(body, "url" -> api.http.url, "sessionUrl" -> s"${api.http.url}/login") ++ options: _*)
      val s = c.auth match {
        case s: Session => s
        case other      => fail(other.toString)
      }
      val source = new FetchedTokens(s, new SessionLogin(c, s, network, () => now), new TokenCache(2))
      test(new AuthorizedClient(c, network, Some(source), () => now), c)
    } finally api.http.close()

  private val path = "sessionTokenField" -> "id"
  private def get(api: Api, query: String = ""): HttpRequest = HttpRequest("GET", s"${api.http.url}/data$query", Nil)

  private def placed(
      find: (HttpExchange, String) => String,
      request: Api => HttpRequest,
      options: (String, String)*
  ): Unit = {
    val api = new Api(find, inJson)
    serving(api, path +: options: _*) { (client, _) =>
      def status = client.send(request(api))(r => Right(r.status))
      assert(status == Right(200) && status == Right(200) && api.logins.get == 1, api.seen)
    }
  }

  test("the token is in Authorization after authScheme, in another header, in the query or in a cookie") {
    placed((e, t) => inHeader("Authorization")(e, t).stripPrefix("Bearer "), get(_))
    placed((e, t) => inHeader("Authorization")(e, t).stripPrefix("Splunk "), get(_), "authScheme" -> "Splunk")
    placed(inHeader("X-Metabase-Session"), get(_), "apiKeyName" -> "X-Metabase-Session")
    placed((e, t) => inHeader("Cookie")(e, t).stripPrefix("sid="), get(_), "apiKeyName" -> "sid", "apiKeyIn" -> "cookie")
    // An API may repeat the URL with an old token.
    placed(
      (e, _) => e.getRequestURI.getQuery.replaceFirst("^a=1&_sid=", ""),
      get(_, "?_sid=old&a=1"),
      "apiKeyName" -> "_sid",
      "apiKeyIn" -> "query"
    )
  }

  test("the token is a property of a JSON body, or a field of a form") {
    val json = HttpRequest("POST", "", Seq("Content-Type" -> "application/json"), Some("""{"auth":"old","n":1.50}"""))
    def auth(text: String) =
      io.circe.parser.parse(text).toOption.flatMap(_.hcursor.get[String]("auth").toOption).getOrElse("")
    val inBody = Seq("apiKeyName" -> "auth", "apiKeyIn" -> "body", "method" -> "POST", "body" -> "{}")
    placed(
      (_, text) => if (text.contains("1.50")) auth(text) else text,
      api => json.copy(url = api.http.url),
      inBody: _*
    )
    val form = HttpRequest("POST", "", Seq("Content-Type" -> "application/x-www-form-urlencoded"), Some("auth=x&a=b"))
    placed(
      (_, text) => java.net.URLDecoder.decode(text, "UTF-8").stripPrefix("a=b&auth="),
      api => form.copy(url = api.http.url),
      inBody: _*
    )
    serving(new Api((_, t) => t, inJson), path +: inBody: _*) { (client, c) =>
      val e =
        client.send(HttpRequest("POST", c.url, Nil, Some("[]")))(r => Right(r.status)).fold(identity, s => fail(s"$s"))
      assert(e.condition == Condition.InvalidOptions && e.text.contains("apiKeyIn: body needs"))
    }
  }

  private def all(client: AuthorizedClient, api: Api): Set[String] = {
    val found = ConcurrentHashMap.newKeySet[String]()
    val threads = (1 to 8).map(_ =>
      new Thread(() => found.add(client.send(get(api))(r => Right(r.status.toString)).fold(_.text, identity)): Unit)
    )
    threads.foreach(_.start())
    threads.foreach(_.join())
    found.asScala.toSet
  }

  test("many threads share one login, also after the API ended the session, and a second 401 is the response") {
    val api = new Api(inHeader("X-S"), inJson)
    serving(api, path, "apiKeyName" -> "X-S") { (client, _) =>
      assert(all(client, api) == Set("200") && api.logins.get == 1)
      api.valid = "ended"
      assert(all(client, api) == Set("200") && api.logins.get == 2)
      val other = client.send(get(api).copy(trusted = false))(r => Right(r.status))
      assert(other == Right(401) && api.logins.get == 2, "a request to another origin has no token, and needs no login")
    }
    val closed = new Api((_, _) => "never", inJson)
    serving(closed, path, "apiKeyName" -> "X-S") { (client, _) =>
      assert(client.send(get(closed))(r => Right(r.status)) == Right(401) && closed.logins.get == 2)
      assert(closed.http.asked.length == 4)
    }
  }

  test("a session whose end shows only in a body is renewed like one that ends with a 401") {
    val api = new Api(inHeader("X-S"), inJson)
    api.refusal = 200 -> """{"success": false, "error": {"code": 119}}"""
    val ended = "sessionEndedWhen" -> "error.code=119"
    serving(api, path, "apiKeyName" -> "X-S", ended) { (client, _) =>
      def text = client.send(get(api))(r => Right(new String(r.body.readAllBytes(), "UTF-8")))
      assert(text.exists(_.startsWith("[\"t0ken")) && api.logins.get == 1)
      api.valid = "ended"
      assert(text.exists(_.startsWith("[\"t0ken")) && api.logins.get == 2, "the whole body is there")
      // A longer body has records, whatever they say.
      api.refusal = 200 -> s"""{"error": {"code": 119}, "records": "${"x" * 70000}"}"""
      api.valid = "ended"
      assert(text.exists(_.length > 70000) && api.logins.get == 2)
    }
    val closed = new Api((_, _) => "never", inJson)
    closed.refusal = api.refusal.copy(_2 = """{"error": {"code": 119}}""")
    serving(closed, path, "apiKeyName" -> "X-S", ended) { (client, _) =>
      val e = client.send(get(closed))(r => Right(r.status)).fold(identity, s => fail(s"$s"))
      assert(
        e.condition == Condition.TokenRefused && e.text.contains("right after a new login") && closed.logins.get == 2
      )
    }
  }

  test("sessionHeaders are headers of the login alone, and replace the usual ones") {
    val s = session(body, "sessionHeaders" -> """{"X-Client": "s3cret-client", "accept": "text/plain"}""")
    val headers = SessionLogin.request(s).headers
    assert(headers == Seq("Content-Type" -> "application/json", "X-Client" -> "s3cret-client", "accept" -> "text/plain"))
    assert(s.secrets.exists(_.reveal == "s3cret-client"))
    assert(problems(body, "sessionHeaders" -> """{"X Y": "a"}""").contains("\"X Y\" is not a header name"))
    assert(problems(body, "sessionHeaders" -> """{"X": "a\nb"}""").contains("sessionHeaders.X: contains a line break"))
    assert(problems(body, "sessionEndedWhen" -> "a[").contains("sessionEndedWhen"))
  }

  test("with callStrictlyOnce the first 401 is the response, and the next request has another token") {
    val api = new Api(inHeader("X-S"), inJson)
    val once = Seq("inputData" -> """[{"n": 1}]""", "callStrictlyOnce" -> "Y", "method" -> "GET", "userId" -> "ada")
    val options = Seq(path, "apiKeyName" -> "X-S") ++ once.take(3)
    serving(api, options: _*) { (client, _) =>
      def status = client.send(get(api))(r => Right(r.status))
      assert(status == Right(200))
      api.valid = "ended"
      assert(status == Right(401) && status == Right(200) && api.logins.get == 2)
    }
  }

  test("with callStrictlyOnce the body of an ended session is an error and not a record") {
    val api = new Api(inHeader("X-S"), inJson)
    api.refusal = 200 -> """{"error": {"code": 119}}"""
    val once = Seq("inputData" -> """[{"n": 1}]""", "callStrictlyOnce" -> "Y", "method" -> "GET")
    val options = Seq(path, "apiKeyName" -> "X-S", "sessionEndedWhen" -> "error.code=119") ++ once
    serving(api, options: _*) { (client, _) =>
      def status = client.send(get(api))(r => Right(r.status))
      assert(status == Right(200))
      api.valid = "ended"
      val ended = status.fold(_.text, s => fail(s"$s"))
      assert(ended.contains("sessionEndedWhen") && ended.contains("callStrictlyOnce"), ended)
      assert(status == Right(200) && api.logins.get == 2, "the next request has another token")
    }
  }

  test("threads that wait for a login that fails fail with it, because a server may lock a user after several failures") {
    val api = new Api(inHeader("X-S"), inJson)
    api.refusesLogins = true
    serving(api, path, "apiKeyName" -> "X-S") { (client, _) =>
      val texts = all(client, api)
      assert(texts.size == 1 && texts.head.startsWith("[REST_TOKEN_REFUSED]"), texts)
      assert(texts.head.contains("denied: ") && !texts.head.contains("ssw0rd"), texts)
      val first = api.logins.get
      assert(first < 8)
      all(client, api)
      api.refusesLogins = false
      assert(all(client, api) == Set("200") && api.logins.get > first, "a later request logs in again")
    }
  }

  test("a login renews the session when its lifetime is over") {
    val api = new Api(inHeader("X-S"), inJson)
    serving(api, path, "apiKeyName" -> "X-S", "sessionLifetime" -> "60s") { (client, _) =>
      assert(all(client, api) == Set("200") && api.logins.get == 1)
      now = now.plusSeconds(61)
      assert(all(client, api) == Set("200") && api.logins.get == 2 && !api.seen.contains("ended"))
    }
  }

  test("the value of a cookie of a session is removed from texts, also without its name") {
    val api = new Api(
      (e, t) => inHeader("Cookie")(e, t).replaceFirst(".*SID=", "").replaceFirst(";.*", ""),
      (e, token) => LocalServer.send(e, 200, "{}", "Set-Cookie" -> "LB=n0de-17", "Set-Cookie" -> s"SID=$token; Path=/")
    )
    serving(api) { (client, c) =>
      val shown = client.send(get(api).copy(headers = Seq("Cookie" -> "theme=dark"))) { r =>
        Right(KnownSecrets(c, r.tokens).hide(s"${r.status}: ${new String(r.body.readAllBytes(), "UTF-8")}, n0de-17"))
      }
      assert(shown == Right("200: [\"***\"], ***"))
    }
  }

  test("a login without TLS is reported, except on this host") {
    def warnings(url: String) = TrustChecks.warnings(config(body, "url" -> "https://h/", "sessionUrl" -> url))
    assert(warnings("http://h/login").map(_.takeWhile(_ != ':')) == Seq("sessionUrl"))
    assert(warnings("https://h/login").isEmpty && warnings("http://localhost:8080/login").isEmpty)
  }

  test("options of Session that have no meaning together are reported") {
    assert(
      problems("sessionBody" -> "{}", "sessionUrl" -> "h/login").contains(
        "sessionUrl: must be an http:// or https:// URL"
      )
    )
    assert(problems().contains("userId: is required by authType=Session without sessionBody"))
    assert(problems(body, "apiKeyName" -> "X").contains("apiKeyName: needs sessionTokenField"))
    assert(problems(body, path, "apiKeyIn" -> "query").contains("apiKeyName: is required by apiKeyIn"))
    assert(
      problems(body, path, "apiKeyName" -> "X", "authScheme" -> "Y").contains(
        "authScheme: has no meaning with apiKeyName"
      )
    )
    assert(problems(body, "userId" -> "u").contains("userId: has no meaning with sessionBody"))
    assert(
      problems("userId" -> "u", "sessionBodyFormat" -> "form").contains("sessionBody: is required by sessionBodyFormat")
    )
    assert(
      problems("sessionBody" -> "[1]").contains("sessionBody: its value (***) is not allowed; allowed: a JSON object")
    )
    assert(problems("sessionBody" -> """{"a": {}}""", "sessionBodyFormat" -> "form").contains("names and texts"))
    assert(problems(body, "sessionTokenField" -> "link:next").contains("sessionTokenField"))
    assert(
      problems(body, path, "apiKeyName" -> "auth", "apiKeyIn" -> "body").contains("body: is required by apiKeyIn=body")
    )
    assert(
      problems("sessionBody" -> """{"p": "env:NO_SUCH"}""").contains(
        "sessionBody.p: the environment variable NO_SUCH is not set"
      )
    )
    assert(session(body, path).place == TokenPlace.Authorization("Bearer"))
    assert(session(body).place == TokenPlace.Cookies)
    val named = session(body, path, "apiKeyName" -> "_sid", "apiKeyIn" -> "query")
    assert(named.place == TokenPlace.Named("_sid", KeyPlacement.Query))
    assert(named.token.contains(ValueSource.InBody(FieldPath(List("id")))))
  }
}
