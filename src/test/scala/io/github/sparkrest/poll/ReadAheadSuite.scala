// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.io.{ByteArrayInputStream, IOException, InputStream}
import java.nio.charset.StandardCharsets.UTF_8
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.{ConcurrentLinkedQueue, CountDownLatch, TimeUnit}

import scala.jdk.CollectionConverters._

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}
import org.scalatest.funsuite.AnyFunSuite

/** Early requests, which are sent before their turn: which requests are sent, and which response the traversal gets. */
class ReadAheadSuite extends AnyFunSuite {
  private val config = RestConfig.parse(Map("url" -> "http://h/")).fold(e => fail(e.text), identity)
  private def request(n: Int) = HttpRequest("GET", s"http://h/$n", Nil)
  private def requests(range: Range) = range.iterator.map(request)
  private def text(response: HttpResponse) = Right(new String(response.body.readAllBytes(), UTF_8))

  /** `answer` makes the body of each response. By default it is the URL. */
  private class Api(answer: HttpRequest => Either[RestError, InputStream]) extends HttpClient {
    val sent = new ConcurrentLinkedQueue[String]
    val closed = new AtomicInteger
    def paths: Seq[String] = sent.asScala.toSeq.map(_.stripPrefix("http://h/")).sortBy(_.toInt)
    def awaitSent(n: Int): Unit = {
      val deadline = System.nanoTime + TimeUnit.SECONDS.toNanos(20)
      while (sent.size < n && System.nanoTime < deadline) Thread.sleep(1)
    }
    def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] = {
      sent.add(request.url)
      try answer(request).flatMap(body => use(HttpResponse(200, Nil, body)))
      catch { case e: IOException => Left(broken(e.getMessage)) }
      finally closed.incrementAndGet(): Unit
    }
  }
  private def echo(r: HttpRequest) = Right(new ByteArrayInputStream(r.url.getBytes(UTF_8)))
  private def broken(why: String) = RestError(Condition.ConnectionFailed, why, "")

  private def reading(answer: HttpRequest => Either[RestError, InputStream] = echo, share: Int = 1000, threads: Int = 3)(
      check: (ReadAhead, Api, Range => Unit) => Any
  ): Unit = {
    val api = new Api(answer)
    val ahead = new ReadAhead(config, api, Clock.System, new BackgroundThreads(threads))
    try {
      check(ahead, api, range => ahead.expect(requests(range), share)(() => ahead.inFlight < threads))
      ()
    } finally ahead.close()
  }

  test("the traversal gets the responses in its order, and each request is sent once") {
    reading() { (ahead, api, expect) =>
      (1 to 10).foreach { n =>
        assert(ahead.send(request(n))(text) == Right(s"http://h/$n"))
        if (n < 10) expect(n + 1 to 10)
      }
      assert(api.paths == (1 to 10).map(_.toString) && ahead.additional == 0)
    }
  }

  test("an unexpected request is sent, and all early responses are dropped") {
    reading() { (ahead, api, expect) =>
      expect(2 to 9)
      assert(ahead.inFlight == 3)
      api.awaitSent(3)
      assert(ahead.send(request(7))(text) == Right("http://h/7") && ahead.inFlight == 0 && ahead.additional == 3)
      // A dropped request is sent again in its turn.
      assert(ahead.send(request(2))(text) == Right("http://h/2"))
      assert(api.paths.filter(p => p == "2" || p == "7") == Seq("2", "2", "7"))
    }
  }

  test("early requests that are no longer expected are dropped, and the others stay") {
    reading() { (ahead, api, expect) =>
      expect(2 to 9)
      // Waits, because a request that is dropped before it has a thread is not sent and does not count.
      api.awaitSent(3)
      expect(2 to 3)
      assert(ahead.inFlight == 2 && ahead.additional == 3)
    }
  }

  test("the times of an early request and its response are the times on the network, not the time of its turn") {
    reading() { (ahead, api, expect) =>
      val before = Clock.System.now()
      expect(2 to 2)
      while (api.closed.get < 1) Thread.sleep(1)
      val after = Clock.System.now()
      Thread.sleep(20)
      val asked = ahead.answeredAt(request(2))
      val arrived = ahead.send(request(2))(_ => Right(ahead.arrived))
      assert(asked.exists(t => !t.isBefore(before) && !t.isAfter(after)))
      assert(arrived.exists(t => !t.isBefore(before) && !t.isAfter(after)) && ahead.arrived.isAfter(after))
      assert(ahead.answeredAt(request(2)).isEmpty)
    }
  }

  test("an error of an early request counts in its turn") {
    reading(r => if (r.url.endsWith("/3")) Left(broken("of 3")) else echo(r)) { (ahead, _, expect) =>
      expect(2 to 9)
      assert(ahead.send(request(2))(text) == Right("http://h/2"))
      assert(ahead.send(request(3))(text) == Left(broken("of 3")))
    }
  }

  test("only a share of a large early response is in memory, and the rest waits on its connection") {
    val taken = new AtomicInteger
    val large = new InputStream {
      def read(): Int = if (taken.incrementAndGet() > 5000) -1 else 'x'.toInt
    }
    reading(r => if (r.url.endsWith("/3")) Right(large) else echo(r), share = 100) { (ahead, api, expect) =>
      expect(2 to 3)
      assert(ahead.send(request(2))(text) == Right("http://h/2"))
      val deadline = System.nanoTime + TimeUnit.SECONDS.toNanos(20)
      while (taken.get < 101 && System.nanoTime < deadline) Thread.sleep(1)
      Thread.sleep(50)
      assert(taken.get == 101 && api.closed.get == 1, "the response was read to its end, or closed")
      assert(ahead.send(request(3))(text) == Right("x" * 5000) && api.closed.get == 2)
    }
  }

  test("a connection that breaks in the rest of a response fails its request, and a reader's exception is passed on") {
    def body(from: String) = new InputStream {
      private var n = 0
      def read(): Int = { n += 1; if (n > 200) throw new IOException(from) else 'x'.toInt }
    }
    reading(r => Right(body(r.url)), share = 100) { (ahead, _, expect) =>
      expect(2 to 4)
      assert(ahead.send(request(2))(text) == Left(broken("http://h/2")))
      val e = intercept[IllegalStateException](ahead.send(request(3))(_ => throw new IllegalStateException("disk")))
      assert(e.getMessage == "disk" && ahead.inFlight == 1)
    }
  }

  test("close ends the requests in flight and the responses that wait on their connection") {
    val began = Seq("2", "3").map(_ -> new CountDownLatch(1)).toMap
    def endless(r: HttpRequest) = Right(new InputStream {
      def read(): Int = {
        began(r.url.takeRight(1)).countDown()
        if (r.url.endsWith("/2")) Thread.sleep(60000)
        'x'.toInt
      }
    })
    reading(endless, share = 100) { (ahead, api, expect) =>
      expect(2 to 3)
      assert(began.values.forall(_.await(20, TimeUnit.SECONDS)))
      val start = System.nanoTime
      ahead.close()
      assert(System.nanoTime - start < 20000000000L)
      // On a busy machine, close does not wait until the threads have ended.
      while (api.closed.get < 2 && System.nanoTime - start < 20000000000L) Thread.sleep(1)
      assert(api.closed.get == 2 && ahead.additional == 2)
    }
  }
}
