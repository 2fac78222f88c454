// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.nio.charset.StandardCharsets.UTF_8
import java.util.concurrent.atomic.{AtomicBoolean, AtomicInteger}
import java.util.concurrent.{ConcurrentLinkedQueue, CountDownLatch, TimeUnit}

import scala.collection.mutable
import scala.jdk.CollectionConverters._

import com.sun.net.httpserver.HttpExchange
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.client.MeteredClient
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.http.{Clock, HttpRequest, LocalServer}
import io.github.sparkrest.pagelog.{PageOrigin, PageSink}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.request.PageToken
import org.scalatest.funsuite.AnyFunSuite

/** `pagesInFlight` against a real server: requests overlap, and the poll has the same result as without it. */
class PagesInFlightSuite extends AnyFunSuite {
  private val unlimited = TaskBudget(32L << 20, 60000, Long.MaxValue)

  /** Counts requests that a server has at the same time. Ends before the response: the next request may arrive right after it. */
  private class Concurrent {
    private val now = new AtomicInteger
    val most = new AtomicInteger

    /** `answer` gets the number of requests, including this one. */
    def during[A](answer: Int => A): A = {
      val n = now.incrementAndGet()
      most.accumulateAndGet(n, (a, b) => math.max(a, b))
      try answer(n)
      finally now.decrementAndGet(): Unit
    }
  }

  /** A list of pages with two records each. It counts its concurrent requests.
    *
    * @param together no page after the first one is answered before so many are requested. A slow client takes longer than
    *   `latencyMs` to send them
    */
  private class Pages(
      count: Int,
      latencyMs: Long = 20,
      answer: Int => Option[(Int, String)] = _ => None,
      together: Int = 1
  ) extends AutoCloseable {
    private val awaited = new CountDownLatch(together)
    private val requests = new Concurrent
    def most: Int = requests.most.get
    private val server = new LocalServer({ e: HttpExchange =>
      val (status, body) = requests.during { _ =>
        Thread.sleep(latencyMs)
        val page = "page=([0-9]+)".r.findFirstMatchIn(e.getRequestURI.toString).fold(1)(_.group(1).toInt)
        if (page > 1) { awaited.countDown(); awaited.await(20, TimeUnit.SECONDS) }
        answer(page).getOrElse(200 -> Pages.this.body(page))
      }
      LocalServer.send(e, status, body)
    })
    private def body(page: Int) =
      if (page > count) "[]" else s"""[{"id":${2 * page - 1}},{"id":${2 * page}}]"""
    def url: String = server.url
    def asked: Seq[Int] = server.asked.map(a => "page=([0-9]+)".r.findFirstMatchIn(a.uri).fold(1)(_.group(1).toInt))
    def close(): Unit = server.close()
  }

  private class Records(atPage: () => Unit = () => ()) extends PageSink {
    private val open = mutable.ArrayBuffer.empty[String]
    val pages = mutable.ArrayBuffer.empty[Vector[String]]
    var bytes = 0L
    def append(buf: Array[Byte], from: Int, to: Int): Unit = open += new String(buf, from, to - from, UTF_8)
    def discardPage(): Unit = open.clear()
    def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = {
      atPage()
      if (open.nonEmpty) pages += open.toVector
      bytes += open.map(_.length).sum
      open.clear()
    }
    def ids: Seq[Int] = pages.flatten.map(_.filter(_.isDigit).toInt).toSeq
  }

  private def config(url: String, inFlight: Int, options: (String, String)*): RestConfig = RestConfig
    .parse(
      Map(
        "url" -> url,
        "offsetType" -> "max_field",
        "offsetField" -> "id",
        "pagination" -> "page",
        "order" -> "asc",
        "pagesInFlight" -> inFlight.toString
      ) ++ options
    )
    .fold(e => fail(e.text), identity)

  private def poll(
      config: RestConfig,
      sink: PageSink,
      limits: TaskBudget = unlimited,
      cancelled: () => Boolean = () => false
  ): (PollOutcome, MeteredClient) = {
    val client = new MeteredClient(SttpClient(config, cancelled), limits.sendable)
    (new Poll(config, client, Clock.System).run(Progress.Initial, limits, sink), client)
  }

  /** Whether the threads end. A thread may take a moment to end after its last task. */
  private def threadsEnd(): Boolean = {
    def none = Thread.getAllStackTraces.keySet.stream.noneMatch(_.getName.startsWith("spark-rest read-ahead"))
    val deadline = System.nanoTime + 20000000000L
    while (!none && System.nanoTime < deadline) Thread.sleep(5)
    none
  }

  test("pagesInFlight sets the number of concurrent requests, and the records come in order") {
    val found = Seq(1, 2, 5).map { n =>
      val pages = new Pages(30, together = n)
      try {
        val sink = new Records
        val (first, client) = poll(config(pages.url, n), sink)
        // The empty page after the last page counts when it is received a second time.
        assert(first.waitMs.nonEmpty && threadsEnd())
        Thread.sleep(first.waitMs.getOrElse(0L))
        val last = new Poll(config(pages.url, n), client, Clock.System).run(first.state, unlimited, sink)
        assert(last.error.isEmpty && last.requests == 1 && last.state.offset.contains("60"))
        assert(sink.ids == (1 to 60))
        assert(pages.most == n, s"pagesInFlight=$n")
        // At most the other requests in flight are for pages after the end.
        assert(pages.asked.count(_ > 31) <= n - 1)
        // A cancelled request counts too, although it may not have reached the server.
        assert(client.sent == first.requests + last.requests && client.ages().size == client.sent)
        assert(client.sent >= pages.asked.size && client.sent <= 32 + n - 1)
        // Each server has a URL of its own, and the pages belong to its requests.
        assert(last.state.pagesOf.nonEmpty)
        last.state.copy(pagesOf = None)
      } finally pages.close()
    }
    assert(found.distinct.size == 1, "the progress depends on pagesInFlight")
  }

  test(
    "an error of an early request counts in its turn: the pages before it are complete, and the next poll continues"
  ) {
    val once = new AtomicBoolean(true)
    val pages = new Pages(12, answer = n => if (n == 7 && once.getAndSet(false)) Some(503 -> "busy") else None)
    try {
      val (c, sink) = (config(pages.url, 4), new Records)
      val (outcome, client) = poll(c, sink)
      assert(outcome.error.map(_.condition).contains(Condition.ApiError))
      assert(sink.ids == (1 to 12) && outcome.state.traversal.map(_.page).contains(PageToken.Number(7)))
      val rest = new Poll(c, client, Clock.System).run(outcome.state, unlimited, sink)
      assert(rest.error.isEmpty && sink.ids == (1 to 24), rest)
    } finally pages.close()
  }

  test("an error of a page after the last page does not count") {
    // The client gets the last page after it has requested another one.
    val behind = new CountDownLatch(1)
    val pages = new Pages(
      8,
      answer = n => {
        if (n == 9) behind.await(20, TimeUnit.SECONDS)
        if (n <= 9) None
        else {
          behind.countDown()
          Some(500 -> "behind the end")
        }
      }
    )
    try {
      val sink = new Records
      val (outcome, _) = poll(config(pages.url, 6), sink)
      assert(outcome.error.isEmpty && sink.ids == (1 to 16) && pages.asked.exists(_ > 9))
    } finally pages.close()
  }

  test("no more requests are sent than granted, and each response to an early request is used") {
    val pages = new Pages(100)
    try {
      val sink = new Records
      val (outcome, client) = poll(config(pages.url, 4), sink, unlimited.copy(maxRequests = 10, mostSent = 10))
      assert(client.sent == 10 && pages.asked.size == 10 && outcome.requests == 10 && outcome.more)
      assert(sink.ids == (1 to 20) && outcome.state.traversal.map(_.page).contains(PageToken.Number(11)))
    } finally pages.close()
  }

  test("concurrent requests take no more tokens than granted") {
    val pages = new Pages(100)
    try {
      val metered = new MeteredClient(SttpClient(config(pages.url, 4), () => false), _ => 3)
      val results = new ConcurrentLinkedQueue[Either[RestError, Int]]
      val request = HttpRequest("GET", s"${pages.url}/?page=1", Nil)
      val threads = (1 to 6).map(_ => new Thread(() => { results.add(metered.send(request)(r => Right(r.status))); () }))
      threads.foreach(_.start())
      threads.foreach(_.join())
      assert(results.asScala.count(_ == Right(200)) == 3 && pages.asked.size == 3)
      assert(results.asScala.count(_ == Left(MeteredClient.NoneLeft)) == 3 && metered.ages().size == 3)
    } finally pages.close()
  }

  test("a task that ends at its time limit has used all pages that it requested") {
    val pages = new Pages(1000)
    try {
      val sink = new Records
      val start = Clock.System.now()
      // The time is over when the server has eight requests.
      val clock: Clock = () => if (pages.asked.size < 8) start else start.plusMillis(300)
      val c = config(pages.url, 4)
      val outcome = new Poll(c, SttpClient(c, () => false), clock)
        .run(Progress.Initial, unlimited.copy(maxMillis = 300), sink)
      assert(outcome.more && sink.pages.size == pages.asked.size && sink.pages.size >= 8 && sink.pages.size <= 20)
    } finally pages.close()
  }

  test("a page that may not fit into the byte limit of a task is not requested early") {
    val pages = new Pages(100)
    try {
      // A response has 21 bytes or more, and a record nine.
      val (outcome, _) = poll(config(pages.url, 8), new Records, unlimited.copy(maxBytes = 90))
      assert(outcome.more && pages.asked.size <= 6 && pages.most <= 3)
    } finally pages.close()
  }

  test("a killed task ends all its requests at once") {
    // The task waits for page 2, and three more are under way.
    val waiting = new CountDownLatch(4)
    val pages = new Pages(100, answer = n => { if (n > 1) { waiting.countDown(); Thread.sleep(60000) }; None })
    try {
      val began = System.nanoTime
      val (outcome, _) = poll(config(pages.url, 4), new Records, cancelled = () => waiting.getCount == 0)
      assert(outcome.error.exists(_.message.contains("cancelled")) && System.nanoTime - began < 20000000000L)
      assert(threadsEnd())
    } finally pages.close()
  }

  test("with a cursor, the next request is sent before the page is stored") {
    val second = new CountDownLatch(1)
    val server = new LocalServer({ e: HttpExchange =>
      val isSecond = e.getRequestURI.toString.contains("cursor=")
      if (isSecond) second.countDown()
      LocalServer.send(e, 200, if (isSecond) """{"d":[{"id":2}]}""" else """{"d":[{"id":1}],"next":"t"}""")
    })
    try {
      val early = mutable.ArrayBuffer.empty[Boolean]
      val options =
        Seq("pagination" -> "cursor", "nextField" -> "next", "dataField" -> "d", "order" -> "auto")
      val sink = new Records(() => early += second.await(20, TimeUnit.SECONDS))
      val (outcome, _) = poll(config(server.url, 2, options: _*), sink)
      assert(sink.ids == Seq(1, 2) && early.head && outcome.requests == 2 && server.asked.size == 2)
    } finally server.close()
  }

  test("time slices that are over are requested concurrently, and the last slice alone") {
    @volatile var requests = new Concurrent
    @volatile var together = new CountDownLatch(0)
    val beside = new ConcurrentLinkedQueue[(String, Int)]
    val server = new LocalServer({ e: HttpExchange =>
      val query = e.getRequestURI.getQuery
      requests.during { n =>
        beside.add(query -> n)
        Thread.sleep(10)
        together.countDown()
        together.await(20, TimeUnit.SECONDS)
      }
      LocalServer.send(e, 200, s"""[{"id":"$query"}]""")
    })
    try {
      val options = Seq(
        "url" -> s"${server.url}/?from={windowStart}&to={windowEnd}",
        "pagination" -> "none",
        "order" -> "auto",
        "offsetType" -> "window",
        "offsetFormat" -> "epoch_ms",
        "initialOffset" -> (System.currentTimeMillis() - 3600000L * 20 - 1800000).toString,
        "windowStep" -> "1h",
        "catchUpInterval" -> "0"
      )
      def slices(n: Int) = {
        beside.clear()
        requests = new Concurrent
        together = new CountDownLatch(n)
        val sink = new Records
        val before = server.asked.size
        val (outcome, _) = poll(config(server.url, n, options: _*), sink)
        assert(outcome.error.isEmpty && sink.pages.size == 21)
        assert(server.asked.size - before == 21, "a slice was requested twice")
        assert(requests.most.get == n, s"pagesInFlight=$n")
        val (last, others) = beside.asScala.toSeq.maxBy(_._1)
        assert(others == 1, s"$last was not alone")
        sink.pages.flatten.map(_.filter(_.isDigit).take(13)).toSeq
      }
      val alone = slices(1)
      val seven = slices(7)
      assert(seven == alone && seven == seven.sorted)
    } finally server.close()
  }
}
