// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.client

import java.nio.charset.StandardCharsets.UTF_8

import com.sun.net.httpserver.HttpExchange
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.auth.AuthorizedClient
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse, LocalServer}
import io.github.sparkrest.pagelog.{PageOrigin, PageSink}
import io.github.sparkrest.poll.{Poll, TaskBudget}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.request.NextUrl
import org.scalatest.funsuite.AnyFunSuite

/** Redirects of real servers. */
class RedirectsSuite extends AnyFunSuite {
  private def to(e: HttpExchange, status: Int, location: String): Unit =
    LocalServer.send(e, status, "moved", "Location" -> location)

  private def serving(answer: HttpExchange => Unit)(test: LocalServer => Unit): Unit = {
    val server = new LocalServer(answer)
    try test(server)
    finally server.close()
  }

  private def config(url: String, options: (String, String)*) =
    RestConfig.parse(Map("url" -> url) ++ options).fold(e => fail(e.text), identity)

  private def send(c: RestConfig, request: HttpRequest): Either[RestError, (Int, String)] = {
    val client = AuthorizedClient(c, SttpClient(c, () => false), None)
    new Redirects(c, client).send(request) { r =>
      Right((r.status, r.url + " " + new String(r.body.readAllBytes(), UTF_8)))
    }
  }

  private val bearer = Seq("authType" -> "Bearer", "oauthToken" -> "t0")

  Seq(301, 302, 303, 307, 308).foreach { status =>
    test(s"$status after a GET is followed by a GET with credentials and headers") {
      serving { e =>
        if (e.getRequestURI.getPath == "/a") to(e, status, "/b?x=%2F#part") else LocalServer.send(e, 200, "there")
      } { server =>
        val request = HttpRequest("GET", s"${server.url}/a", Seq("X-Key" -> "k"))
        assert(send(config(server.url, bearer: _*), request) == Right((200, s"${server.url}/b?x=%2F there")))
        val last = server.asked.last
        assert(last.uri == "/b?x=%2F" && last.headers("authorization") == "Bearer t0" && last.headers("x-key") == "k")
      }
    }

    test(s"$status after a POST is followed by a GET for 301, 302 and 303, and by the same POST otherwise") {
      serving { e =>
        val body = new String(e.getRequestBody.readAllBytes(), UTF_8)
        if (e.getRequestURI.getPath == "/a") to(e, status, "b") else LocalServer.send(e, 200, s"<$body>")
      } { server =>
        val request = HttpRequest("POST", s"${server.url}/a", Seq("Content-Type" -> "application/json"), Some("{}"))
        val same = status >= 307
        assert(send(config(server.url), request).map(_._2) == Right(s"${server.url}/b ${if (same) "<{}>" else "<>"}"))
        val last = server.asked.last
        assert(last.method == (if (same) "POST" else "GET") && last.headers.contains("content-type") == same)
      }
    }
  }

  test("a redirect to another origin is refused, and with allowedHosts it gets neither credentials nor headers") {
    serving(e => LocalServer.send(e, 200, "elsewhere")) { other =>
      serving { e =>
        if (e.getRequestURI.getPath == "/back") LocalServer.send(e, 200, "home")
        else to(e, 307, s"${other.url.replace("127.0.0.1", "localhost")}/x?api_key=hidden")
      } { server =>
        val request = HttpRequest("GET", s"${server.url}/a", Seq("X-Key" -> "k"))
        val e = send(config(server.url, bearer: _*), request).fold(identity, r => fail(r.toString))
        assert(
          e.condition == Condition.RedirectRefused && e.text.contains("localhost") && e.hint.contains("allowedHosts")
        )
        assert(other.asked.isEmpty && !e.text.contains("hidden"))
        val allowed = config(server.url, bearer ++ Seq("allowedHosts" -> "localhost"): _*)
        assert(send(allowed, request).map(_._1) == Right(200))
        assert(Set("authorization", "x-key").intersect(other.asked.last.headers.keySet).isEmpty)
      }
    }
  }

  test("a redirect never sends a body to another origin, for any status and method, even with allowedHosts") {
    serving(e => LocalServer.send(e, 200, "elsewhere")) { other =>
      var status = 307
      serving(e => to(e, status, s"${other.url.replace("127.0.0.1", "localhost")}/x")) { server =>
        val c = config(server.url, bearer :+ ("allowedHosts" -> "localhost"): _*)
        def ask(method: String, by: Int, body: Option[String]) = {
          status = by
          send(c, HttpRequest(method, s"${server.url}/a", Seq("Content-Type" -> "application/json"), body))
        }
        Seq("POST" -> 307, "POST" -> 308, "PUT" -> 301, "PATCH" -> 302, "PUT" -> 307).foreach { case (method, by) =>
          val e = ask(method, by, Some("""{"pass":"hidden"}""")).fold(identity, r => fail(s"$method $by: $r"))
          assert(e.condition == Condition.RedirectRefused && e.message.contains("has a body"), e.text)
          assert(e.hint.contains("url") && !e.text.contains("hidden"), e.text)
        }
        assert(other.asked.isEmpty)
        // A redirect that becomes a GET drops the body, and a request without a body has nothing to leak.
        assert(ask("POST", 303, Some("{}")).map(_._1) == Right(200))
        assert(ask("POST", 307, None).map(_._1) == Right(200))
        assert(other.asked.map(_.method) == Seq("GET", "POST"))
        assert(other.asked.forall(a => Set("authorization", "content-type").intersect(a.headers.keySet).isEmpty))
      }
    }
  }

  test("a redirect is not followed if maxRequestRate leaves no request for it") {
    serving { e =>
      if (e.getRequestURI.getPath == "/a") to(e, 302, "/b") else LocalServer.send(e, 200, "there")
    } { server =>
      val c = config(server.url)
      def within(most: Long) = {
        val metered = new MeteredClient(SttpClient(c, () => false), _ => most)
        val found = new Redirects(c, metered).send(HttpRequest("GET", s"${server.url}/a", Nil))(r => Right(r.status))
        (found, metered.ages().length)
      }
      assert(within(1) == ((Left(MeteredClient.NoneLeft), 1)) && server.asked.map(_.uri) == Seq("/a"))
      assert(within(2) == ((Right(200), 2)))
      val later = TaskBudget(Long.MaxValue, 60000, 2, mostSent = 2, later = Vector(300))
      // The time stands still at first, because the first request may take long.
      var stands = true
      val begun = System.nanoTime
      val metered = new MeteredClient(SttpClient(c, () => false), ms => later.sendable(if (stands) 0 else ms))
      def ask() = new Redirects(c, metered).send(HttpRequest("GET", s"${server.url}/a", Nil))(r => Right(r.status))
      assert(ask() == Left(MeteredClient.NoneLeft) && metered.sent == 1)
      stands = false
      while (metered.sent == 1) ask()
      assert(System.nanoTime - begun >= 299000000L && metered.sent == 2)
    }
  }

  test("a redirect that returns from another host gets no credentials") {
    var home = ""
    serving(e => to(e, 302, s"$home/back")) { other =>
      serving { e =>
        if (e.getRequestURI.getPath == "/back") LocalServer.send(e, 200, "home")
        else to(e, 302, other.url.replace("127.0.0.1", "localhost"))
      } { server =>
        home = server.url
        val c = config(server.url, bearer ++ Seq("allowedHosts" -> "localhost"): _*)
        assert(send(c, HttpRequest("GET", s"${server.url}/a", Nil)).map(_._1) == Right(200))
        assert(server.asked.map(_.headers.contains("authorization")) == Seq(true, false))
      }
    }
  }

  test("a redirect from https to http is refused, even to an allowed host") {
    val c = config("https://h/", "allowedHosts" -> "h,g")
    val client = new HttpClient {
      def send[A](r: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
        use(HttpResponse(302, Seq("location" -> "http://g/x"), new java.io.ByteArrayInputStream(Array.emptyByteArray)))
    }
    val e = new Redirects(c, client)
      .send(HttpRequest("GET", "https://h/", Nil))(r => Right(r.status))
      .fold(identity, s => fail(s"got $s"))
    assert(e.condition == Condition.RedirectRefused && e.message.contains("from https to a URL that is not"))
  }

  test("a circle of redirects and a long chain are errors") {
    serving { e =>
      val path = e.getRequestURI.getPath
      if (path.startsWith("/n")) to(e, 302, s"/n${path.drop(2).toInt + 1}")
      else to(e, 302, if (path == "/a") "/b" else "/a")
    } { server =>
      val circle = send(config(server.url), HttpRequest("GET", s"${server.url}/a", Nil))
      assert(circle.left.map(_.message).fold(_.contains("in a circle"), _ => false) && server.asked.length == 2)
      val chain = send(config(server.url), HttpRequest("GET", s"${server.url}/n1", Nil))
      assert(
        chain.left.map(_.message).fold(_.contains("more than 10 times"), _ => false) && server.asked.length == 2 + 11
      )
    }
  }

  test("a 302 without a Location, or in emptyStatusCodes, is the response") {
    serving(e => LocalServer.send(e, if (e.getRequestURI.getPath == "/a") 302 else 304, "")) { server =>
      assert(send(config(server.url), HttpRequest("GET", s"${server.url}/a", Nil)).map(_._1) == Right(302))
    }
    serving(e => to(e, 302, "/b")) { server =>
      val c = config(server.url, "emptyStatusCodes" -> "302")
      assert(send(c, HttpRequest("GET", s"${server.url}/a", Nil)).map(_._1) == Right(302))
    }
  }

  test("a poll counts redirects as requests, and resolves relative URLs against the redirected URL") {
    serving { e =>
      e.getRequestURI.toString match {
        case "/old/list" => to(e, 308, "/new/list")
        case "/new/list" => LocalServer.send(e, 200, """{"data":[{"id":1}],"next":"?page=2"}""")
        case _           => LocalServer.send(e, 200, """{"data":[{"id":2}]}""")
      }
    } { server =>
      val c = config(
        s"${server.url}/old/list",
        "pagination" -> "nextUrl",
        "nextField" -> "next",
        "offsetField" -> "id",
        "offsetType" -> "max_field"
      )
      val sink = new PageSink {
        def append(buf: Array[Byte], from: Int, to: Int): Unit = ()
        def discardPage(): Unit = ()
        def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = ()
        def bytes: Long = 0
      }
      val limits = TaskBudget(Long.MaxValue, 60000, 100)
      val outcome =
        new Poll(c, SttpClient(c, () => false), Clock.System).run(Progress.Initial, limits, sink)
      assert(outcome.error.isEmpty && outcome.records == 2 && outcome.requests == 3, outcome)
      assert(server.asked.map(_.uri) == Seq("/old/list", "/new/list", "/new/list?page=2"))
    }
  }

  test("relative URLs are resolved as in RFC 3986 §5.4") {
    Seq(
      "g" -> "http://a/b/c/g",
      "./g" -> "http://a/b/c/g",
      "g/" -> "http://a/b/c/g/",
      "/g" -> "http://a/g",
      "//g" -> "http://g",
      "?y" -> "http://a/b/c/d;p?y",
      "g?y" -> "http://a/b/c/g?y",
      "../g" -> "http://a/b/g",
      "https://x/y" -> "https://x/y",
      "g h|é" -> "http://a/b/c/g%20h%7C%C3%A9"
    ).foreach { case (found, complete) => assert(NextUrl.resolve("http://a/b/c/d;p?q", found) == complete) }
  }
}
