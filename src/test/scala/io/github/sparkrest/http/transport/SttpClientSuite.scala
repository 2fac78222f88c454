// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.ByteArrayOutputStream
import java.net.ServerSocket
import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant
import java.util.concurrent.{CountDownLatch, Semaphore, TimeUnit}
import java.util.zip.GZIPOutputStream

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.auth.Authenticator
import io.github.sparkrest.http.client.StatusPolicy
import io.github.sparkrest.http.{HttpRequest, HttpResponse, LocalServer, RawServer}
import io.github.sparkrest.options.values.KeyPlacement
import io.github.sparkrest.secret.Secret
import org.scalatest.funsuite.AnyFunSuite

/** Requests to real servers, well-behaved or not. */
class SttpClientSuite extends AnyFunSuite {
  private val client = new SttpClient(connectTimeoutMs = 20000, readTimeoutMs = 20000, () => false)
  private val hasty = new SttpClient(connectTimeoutMs = 20000, readTimeoutMs = 300, () => false)
  private def get(url: String, headers: (String, String)*) = HttpRequest("GET", url, headers)
  private def body(r: HttpResponse): Either[RestError, String] = Right(new String(r.body.readAllBytes(), UTF_8))

  private def serving[A](answer: com.sun.net.httpserver.HttpExchange => Unit)(test: LocalServer => A): A = {
    val server = new LocalServer(answer)
    try test(server)
    finally server.close()
  }

  /** A server for raw bytes. */
  private def raw[A](answer: java.net.Socket => Unit)(test: String => A): A = {
    val socket = new ServerSocket(0, 50, java.net.InetAddress.getByName("127.0.0.1"))
    val thread = new Thread(() =>
      try
        while (true) {
          val s = socket.accept()
          RawServer.thread(answer(s))
        }
      catch { case _: java.io.IOException => () }
    )
    thread.setDaemon(true)
    thread.start()
    try test(s"http://127.0.0.1:${socket.getLocalPort}/")
    finally socket.close()
  }

  test("the server receives the URL exactly as it was written") {
    serving(LocalServer.send(_, 200, "ok")) { server =>
      Seq(
        "/a%2Fb/c%20d?x=%2B+y&z=%C3%BC&e=&flag&t=2024-01-01T00%3A00%3A00%2B02%3A00",
        "/?a=b%26c=d;e,f:g@h!$'()*",
        "/a//b/../c?q=~-._"
      ).foreach { path =>
        assert(client.send(get(server.url + path))(body) == Right("ok"))
        assert(server.asked.last.uri == path)
      }
    }
  }

  test("the User-Agent is this program and its version, unless the user sets another User-Agent") {
    serving(LocalServer.send(_, 200, "ok")) { server =>
      def agent(headers: (String, String)*) = {
        client.send(get(server.url, headers: _*))(body)
        server.asked.last.headers.get("user-agent")
      }
      val version = new String(java.nio.file.Files.readAllBytes(java.nio.file.Paths.get("VERSION")), UTF_8).trim
      assert(agent() == Some(s"spark-rest/$version"))
      assert(agent("user-agent" -> "acme (ops@acme.example)") == Some("acme (ops@acme.example)"))
    }
  }

  test("the server receives the user's headers, and credentials replace a header of the same name") {
    serving(LocalServer.send(_, 200, "ok")) { server =>
      def authorized(options: AuthConfig, request: HttpRequest) = {
        client.send(Authenticator.of(options)(request, None, Instant.EPOCH).fold(e => fail(e.text), identity))(body)
        server.asked.last
      }
      val byToken = AuthConfig.Token("SSWS", Secret("t0"))
      val asked = authorized(byToken, get(server.url, "X-API-Key" -> "k", "authorization" -> "old"))
      assert(asked.headers("x-api-key") == "k" && asked.headers("authorization") == "SSWS t0")
      val rails = authorized(AuthConfig.Token("Token token=", Secret("t0")), get(server.url))
      assert(rails.headers("authorization") == "Token token=t0")
      val basic = authorized(AuthConfig.Basic(Secret("ü"), Secret("")), get(server.url))
      assert(basic.headers("authorization") == "Basic w7w6")
      def key(in: KeyPlacement, request: HttpRequest) =
        authorized(AuthConfig.ApiKey("api k", Secret("s&t"), in), request)
      assert(key(KeyPlacement.Query, get(server.url + "/p?api%20k=old&a=1")).uri == "/p?a=1&api%20k=s%26t")
      assert(key(KeyPlacement.Query, get(server.url + "/p")).uri == "/p?api%20k=s%26t")
      val cookie =
        authorized(AuthConfig.ApiKey("sid", Secret("s"), KeyPlacement.Cookie), get(server.url, "Cookie" -> "a=b"))
      assert(cookie.headers("cookie") == "a=b; sid=s")
      val header =
        authorized(AuthConfig.ApiKey("X-Key", Secret("s"), KeyPlacement.Header), get(server.url, "x-key" -> "old"))
      assert(header.headers("x-key") == "s")
      val untrusted = authorized(byToken, get(server.url).copy(trusted = false))
      assert(!untrusted.headers.contains("authorization"))
    }
  }

  test("a gzip response is decoded") {
    serving { e =>
      val bytes = new ByteArrayOutputStream
      val zip = new GZIPOutputStream(bytes)
      zip.write(("x" * 100000).getBytes(UTF_8))
      zip.close()
      e.getResponseHeaders.add("Content-Encoding", "gzip")
      e.sendResponseHeaders(200, bytes.size.toLong)
      e.getResponseBody.write(bytes.toByteArray)
    } { server =>
      assert(client.send(get(server.url))(body) == Right("x" * 100000))
      assert(server.asked.last.headers("accept-encoding").contains("gzip"))
    }
  }

  private def connectionFails(url: String, client: SttpClient, says: String = ""): Unit = {
    val error = client.send(get(s"$url?api_key=hidden"))(body).fold(identity, b => fail(s"got $b"))
    assert(
      error.condition == Condition.ConnectionFailed && !error.text.contains("hidden") && error.text.contains(says),
      error.text
    )
    assert(!Thread.currentThread.isInterrupted)
  }

  test("a refused connection is an error without secrets") {
    val free = new ServerSocket(0)
    free.close()
    connectionFails(s"http://127.0.0.1:${free.getLocalPort}/", client)
  }

  test("a response that does not start within readTimeout is an error") {
    raw(_ => Thread.sleep(20000))(connectionFails(_, hasty, "no data for 0.3 s"))
  }

  test("a body that pauses longer than readTimeout is an error") {
    raw { s =>
      s.getOutputStream.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1,".getBytes(UTF_8))
      // A client without a limit would wait until here.
      Thread.sleep(20000)
      s.close()
    } { url =>
      val began = System.nanoTime
      connectionFails(url, hasty, "no data for 0.3 s")
      assert(System.nanoTime - began < 10000L * 1000000, "the error came too late")
    }
  }

  test("a connection that breaks in the middle of a body is an error") {
    raw { s =>
      s.getOutputStream.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1,".getBytes(UTF_8))
      s.close()
    }(connectionFails(_, client))
    raw { s =>
      s.getOutputStream.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".getBytes(UTF_8))
      s.close()
    }(connectionFails(_, client))
  }

  test("an exception of `use` is not reported as a network error") {
    serving(LocalServer.send(_, 200, "ok")) { server =>
      intercept[java.io.FileNotFoundException](
        client.send(get(server.url))((_: HttpResponse) => throw new java.io.FileNotFoundException("disk"))
      )
    }
  }

  test("an interrupted thread stops at once while it waits for a response") {
    val asked = new CountDownLatch(1)
    raw { s =>
      RawServer.head(s.getInputStream)
      asked.countDown()
      Thread.sleep(40000)
    } { url =>
      val slow = new SttpClient(20000, 60000, () => false)
      val thread = new Thread(() =>
        try { slow.send(get(url))(body); () }
        catch { case _: InterruptedException => () }
      )
      thread.start()
      assert(asked.await(20, TimeUnit.SECONDS))
      thread.interrupt()
      thread.join(20000)
      assert(!thread.isAlive)
    }
  }

  test("a cancelled poll stops at once in the middle of a body") {
    val begun = new CountDownLatch(1)
    raw { s =>
      s.getOutputStream.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1,".getBytes(UTF_8))
      begun.countDown()
      Thread.sleep(40000)
    } { url =>
      @volatile var cancelled = false
      val slow = new SttpClient(20000, 60000, () => cancelled)
      @volatile var result = Option.empty[Either[RestError, String]]
      val thread = new Thread(() => result = Some(slow.send(get(url))(body)))
      thread.start()
      assert(begun.await(20, TimeUnit.SECONDS))
      Thread.sleep(300)
      cancelled = true
      thread.join(20000)
      assert(result.exists(_.fold(_.message, identity).contains("cancelled")))
    }
  }

  test("an invalid header is an error that does not show its value") {
    val e = client.send(get("http://127.0.0.1:1/", "X" -> "hidden\u0001"))(body).fold(identity, b => fail(b))
    assert(e.condition == Condition.InvalidOptions && !e.text.contains("hidden"))
  }

  test("the client sends each request once, for any response") {
    val count = new java.util.concurrent.atomic.AtomicInteger
    def answering(head: String)(test: String => Unit): Unit = raw { s =>
      var n = s.getInputStream.read(new Array[Byte](10000))
      while (n > 0) {
        count.incrementAndGet()
        if (head.isEmpty) n = 0
        else {
          s.getOutputStream.write(head.getBytes(UTF_8))
          n = s.getInputStream.read(new Array[Byte](10000))
        }
      }
      s.close()
    }(test)
    def status(code: String, more: String = "") = s"HTTP/1.1 $code\r\nContent-Length: 0\r\n$more\r\n"
    Seq("GET" -> None, "POST" -> Some("{}")).foreach { case (method, content) =>
      answering("") { url =>
        val e = client.send(HttpRequest(method, url, Nil, content))(body).fold(identity, b => fail(b))
        assert(e.condition == Condition.ConnectionFailed && e.repeatable == (method == "GET"))
        assert(count.getAndSet(0) == 1)
      }
      Seq(
        status("503 Later", "Retry-After: 0\r\n"),
        status("408 Slow"),
        status("401 Who", "WWW-Authenticate: Basic realm=\"r\"\r\n"),
        status("407 Who", "Proxy-Authenticate: Basic realm=\"r\"\r\n"),
        status("421 Wrong"),
        status("302 There", "Location: /there\r\n")
      ).foreach { head =>
        answering(head) { url =>
          val found = client.send(HttpRequest(method, url, Nil, content))(r => Right(r.status))
          assert(found == Right(head.slice(9, 12).toInt) && count.getAndSet(0) == 1, head)
        }
      }
    }
  }

  test("the client does not reuse a connection that the server closed while it was idle") {
    val closed = new Semaphore(0)
    raw { s =>
      s.getInputStream.read(new Array[Byte](10000))
      s.getOutputStream.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(UTF_8))
      s.close()
      closed.release()
    } { url =>
      (1 to 20).foreach { n =>
        val request = if (n % 2 == 0) get(url) else HttpRequest("POST", url, Nil, Some("{}"))
        assert(client.send(request)(body) == Right("ok"))
        assert(closed.tryAcquire(20, TimeUnit.SECONDS))
        Thread.sleep(30)
      }
    }
  }

  test("a status code means records, an empty response, a temporary error or a refusal") {
    val now = Instant.parse("2026-01-01T00:00:00Z")
    def verdict(status: Int, headers: (String, String)*) =
      StatusPolicy(
        HttpResponse(
          status,
          headers,
          new java.io.ByteArrayInputStream("""{"token": "abc", "m": "no"}""".getBytes),
          "http://h/?key=k1"
        ),
        "GET",
        now,
        RestConfig.parse(Map("url" -> "http://h", "emptyStatusCodes" -> "204")).fold(e => fail(e.text), identity)
      )
    assert(
      verdict(200) == StatusPolicy.Records && verdict(204) == StatusPolicy.Empty && verdict(304) == StatusPolicy.Empty
    )
    def error(v: StatusPolicy.Verdict) = v match {
      case StatusPolicy.Failed(e) => e; case other => fail(other.toString)
    }
    assert(Seq(408, 429, 500, 503).forall(s => error(verdict(s)).condition == Condition.ApiError))
    assert(Seq(301, 400, 401, 403, 404).forall(s => error(verdict(s)).condition == Condition.ApiRefused))
    assert(error(verdict(429, "retry-after" -> "2.5")).retryAfterMs.contains(2500L))
    assert(error(verdict(503, "Retry-After" -> "Thu, 01 Jan 2026 00:00:09 GMT")).retryAfterMs.contains(9000L))
    assert(error(verdict(503, "Retry-After" -> "soon")).retryAfterMs.isEmpty)
    val text = error(verdict(401)).text
    assert(!text.contains("abc") && !text.contains("k1") && text.contains("***") && text.contains("\"no\""))
  }
}
