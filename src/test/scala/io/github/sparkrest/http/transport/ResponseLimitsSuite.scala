// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.{HttpRequest, LocalServer, RawServer}
import org.scalatest.funsuite.AnyFunSuite

/** A server that never stops sending, and a server whose headers never end. */
class ResponseLimitsSuite extends AnyFunSuite {
  private def client(options: (String, String)*) = SttpClient(
    RestConfig.parse(Map("url" -> "http://h/") ++ options).fold(e => fail(e.text), identity),
    () => false
  )

  private def get(client: SttpClient, url: String): (Either[RestError, String], Long) = {
    val began = System.nanoTime
    val result = client.send(HttpRequest("GET", url, Nil))(r => Right(new String(r.body.readAllBytes(), UTF_8)))
    (result, (System.nanoTime - began) / 1000000)
  }

  private def trickling(head: String, piece: String)(test: String => Any): Unit = {
    val server = new RawServer((s, _) => {
      RawServer.head(s.getInputStream)
      s.getOutputStream.write(head.getBytes(UTF_8))
      // Ends after 5 s, so that the test fails without the limit.
      (1 to 100).foreach { _ =>
        s.getOutputStream.write(piece.getBytes(UTF_8))
        s.getOutputStream.flush()
        Thread.sleep(50)
      }
    })
    try { test(server.url); () }
    finally server.close()
  }

  test("an endless slow body ends after responseTimeout, even if no pause exceeds readTimeout") {
    trickling("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "1") { url =>
      val (result, ms) = get(client("responseTimeout" -> "0.6", "readTimeout" -> "20"), url)
      val e = result.fold(identity, b => fail(s"a whole body: $b"))
      assert(e.condition == Condition.ConnectionFailed && e.message.contains("longer than responseTimeout, 0.6 s"))
      assert(e.hint.contains("responseTimeout") && ms >= 600 && ms < 4000, s"$ms ms")
    }
  }

  test("responseTimeout includes the wait for the response head") {
    trickling("HTTP/1.1 200 OK\r\n", "X-A: b\r\n") { url =>
      val (result, ms) = get(client("responseTimeout" -> "0.5", "readTimeout" -> "20"), url)
      assert(result.left.map(_.condition) == Left(Condition.ConnectionFailed) && ms < 4000, s"$ms ms")
    }
    val server = new LocalServer({ e => Thread.sleep(400); LocalServer.send(e, 200, "[1]") })
    try {
      val quick = client("responseTimeout" -> "20")
      assert(get(quick, server.url)._1 == Right("[1]"))
    } finally server.close()
  }

  test("by default a response may take an hour") {
    assert(RestConfig.parse(Map("url" -> "http://h/")).map(_.responseTimeoutMs) == Right(3600000L))
    assert(ResponseLimits().millis == 3600000L)
  }

  test("headers above the limit are an error that names the longest header") {
    val server = new LocalServer(LocalServer.send(_, 200, "[1]", "X-Long" -> "a" * 2000))
    def with_(most: Int) = new SttpClient(2000, 2000, () => false, limits = ResponseLimits(headerBytes = most))
    try {
      val e = get(with_(1000), server.url)._1.fold(identity, b => fail(b))
      assert(e.condition == Condition.InvalidResponse && e.message.contains("at most 1000"))
      assert(e.hint.contains("x-long"))
      assert(get(with_(4000), server.url)._1 == Right("[1]"))
    } finally server.close()
  }
}
