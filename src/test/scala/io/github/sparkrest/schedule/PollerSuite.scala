// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import java.nio.file.Files
import java.util.concurrent.CopyOnWriteArrayList

import scala.jdk.CollectionConverters._

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestException}
import io.github.sparkrest.http.{Clock, LocalServer}
import io.github.sparkrest.pagelog.store.LocalLogStore
import io.github.sparkrest.pagelog.{Endpoint, LogPosition, PageLog}
import io.github.sparkrest.poll.PollReport
import org.scalatest.concurrent.Eventually
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.time.{Millis, Seconds, Span}

/** The poller with a real page log and a real HTTP server. Only Spark is missing: polls run in threads.
  *
  * The times between requests are measured where a task begins. The server may record a request late on a busy machine, and
  * the interval counts from the beginning of the task. [[TokenLedgerSuite]] checks exact times with a simulated clock.
  */
class PollerSuite extends AnyFunSuite with Eventually {
  implicit override val patienceConfig: PatienceConfig = PatienceConfig(Span(60, Seconds), Span(20, Millis))

  @volatile private var newest = 0
  @volatile private var status = 200
  @volatile private var busy = false

  /** The requests that get a 500. The first request after [[reset]] has the number 1. */
  @volatile private var broken = Set.empty[Int]
  private val count = new java.util.concurrent.atomic.AtomicInteger
  @volatile private var headers = Seq.empty[(String, String)]
  private val server = new LocalServer({ e =>
    val from = e.getRequestURI.getQuery.split("=").last.takeRight(9).toInt
    val records =
      if (busy) (1 to 10).map(i => s"""{"id":$i,"at":${System.currentTimeMillis}}""")
      else (math.max(from, 1) to math.min(newest, from + 9)).map(i => s"""{"id":$i}""")
    val now = status
    if (broken.contains(count.incrementAndGet())) LocalServer.send(e, 500, "no")
    else if (now == 0) e.close()
    else LocalServer.send(e, now, if (now == 200) records.mkString("[", ",", "]") else "<html>no</html>", headers: _*)
  })

  final private class Running(mustComplete: Boolean, lostTasks: Int, options: (String, String)*) {
    @volatile private var lost = lostTasks

    /** The number of requests that were granted before their tokens were free. */
    @volatile var ahead = 0

    /** When each task began, in milliseconds, and the number of failed polls before it. */
    private val begun = new CopyOnWriteArrayList[(Double, Long)]
    def tasks: List[(Double, Long)] = begun.asScala.toList

    /** Milliseconds between the beginnings of two tasks. */
    def gaps: List[Double] = tasks.map(_._1).sliding(2).collect { case Seq(a, b) => b - a }.toList
    private val base = Map(
      "url" -> s"${server.url}/?from={offset}",
      "offsetField" -> "id",
      "offsetType" -> "incremental",
      "streamingInterval" -> "0",
      "maxRetries" -> "0",
      "retryBackoff" -> "50ms"
    )
    private val config = RestConfig.parse(base ++ options).fold(e => fail(e.text), identity)
    private val store = new LocalLogStore(Files.createTempDirectory("log"))
    val log: PageLog = PageLog.open(store, 2)
    private val here = new InProcessPolls(config, store, log)
    val poller: Poller = new Poller(
      config,
      Seq(Endpoint.Only),
      log,
      log.resume(LogPosition.Start, Map.empty),
      mustComplete,
      { (polls, sharing) =>
        begun.add((System.nanoTime / 1e6, poller.status.failedPolls))
        ahead += polls.head.limits.later.length
        if (lost > 0) {
          lost -= 1
          Seq(PollReport.Repeated)
        } else here.run(polls, sharing)
      },
      Clock.System
    )
    private val thread = new Thread(poller)
    thread.start()
    def records: Long = log.unreadRecords(LogPosition.Start)
    def isAlive: Boolean = thread.isAlive

    def stop(): Unit = {
      InProcessPolls.end(poller, thread)
      assert(!thread.isAlive)
    }
  }

  private def running(mustComplete: Boolean, options: (String, String)*)(test: Running => Any): Unit =
    running(mustComplete, 0, options: _*)(test)

  private def running(mustComplete: Boolean, lostTasks: Int, options: (String, String)*)(test: Running => Any): Unit = {
    val r = new Running(mustComplete, lostTasks, options: _*)
    try { test(r); () }
    finally {
      r.stop()
      reset()
    }
  }

  /** Resets the API. A test may change it before [[running]], and the first poll sees the change. */
  private def reset(): Unit = {
    headers = Nil
    broken = Set.empty
    count.set(0)
    newest = 0
    status = 200
    busy = false
  }

  test("each record comes once, and polling continues without new records") {
    running(mustComplete = false) { r =>
      newest = 95
      eventually(assert(r.records == 95))
      val polls = r.poller.status.polls
      eventually(assert(r.poller.status.polls > polls + 2))
      newest = 120
      eventually(assert(r.records == 120))
      // The log contains the records a moment before the status counts them.
      eventually(assert(r.poller.status.newRecords == 120))
      assert(r.poller.status.failedPolls == 0)
    }
  }

  test("API errors, broken connections and invalid responses are counted, lose nothing and do not stop polling") {
    running(mustComplete = false) { r =>
      newest = 10
      eventually(assert(r.records == 10))
      Seq(500, 0, 203, 404).foreach { s =>
        val failed = r.poller.status.failedPolls
        status = s
        newest += 10
        eventually(assert(r.poller.status.failedPolls > failed + 1 && r.poller.status.lastError.isDefined))
        val before = newest - 10
        assert(r.records == before)
        status = 200
        eventually(assert(r.records == newest && r.poller.status.lastError.isEmpty))
      }
    }
  }

  test("a refusal on the first poll ends the poller") {
    status = 404
    running(mustComplete = false) { r =>
      eventually(assert(r.poller.failure.exists {
        case e: RestException => e.error.condition == Condition.ApiRefused; case _ => false
      }))
      eventually(assert(!r.isAlive))
    }
  }

  test("a poller that must complete ends when all records are polled") {
    newest = 47
    running(mustComplete = true) { r =>
      eventually(assert(r.poller.complete && !r.isAlive))
      assert(r.records == 47)
    }
  }

  test("a poller that must complete ends even if the API creates records faster than they are polled") {
    busy = true
    running(mustComplete = true, "offsetType" -> "timestamp", "offsetField" -> "at", "initialOffset" -> "1") { r =>
      eventually(assert(r.poller.complete && !r.isAlive))
      assert(r.records >= 10)
    }
  }

  test("a poller that must complete sends at most maxRequestsPerTrigger requests") {
    newest = 100000
    running(mustComplete = true, "maxRequestsPerTrigger" -> "3") { r =>
      eventually(assert(r.poller.complete && !r.isAlive))
      assert(r.poller.status.requests == 3 && r.records == 29)
    }
  }

  test("a poller that must complete fails if the API fails") {
    newest = 10
    status = 503
    running(mustComplete = true, "maxRetries" -> "1") { r =>
      eventually(assert(r.poller.failure.exists(_.getMessage.startsWith("[REST_TOO_MANY_ERRORS]"))))
      assert(!r.poller.complete)
      assert(r.poller.status.requests == 2, "the first request and one retry")
    }
  }

  test("polling waits while too much is unread, and continues after a batch has taken it (I4)") {
    running(mustComplete = false, "maxBufferedBytes" -> "200") { r =>
      newest = 100000
      eventually(assert(r.log.unreadBytes >= 200))
      val held = r.records
      assert(held < 100, "polling went far beyond the limit")
      Thread.sleep(1000)
      assert(r.records == held, "polling did not wait")
      val all = r.log.take(LogPosition.Start, Long.MaxValue, Long.MaxValue)
      eventually(assert(r.log.unreadRecords(all) > 0))
    }
  }

  /** The poller's clock counts whole milliseconds. */
  private def apart(r: Running, least: Int): Unit = {
    val gaps = r.gaps
    assert(gaps.length >= 2 && gaps.forall(_ >= least - 2), gaps)
  }

  test("polls are at least streamingInterval apart") {
    running(mustComplete = false, "streamingInterval" -> "0.3") { r =>
      eventually(assert(r.poller.status.polls >= 4))
      apart(r, 300)
    }
  }

  private def asked(since: Int) = server.asked.drop(since)

  test("a used-up quota delays the next page until the reset, and the status shows it") {
    headers = Seq("X-RateLimit-Remaining" -> "0", "X-RateLimit-Reset" -> "0.4")
    newest = 25
    running(mustComplete = false) { r =>
      eventually(assert(r.records == 25))
      apart(r, 400)
      eventually(assert(r.poller.waits.totalMs(System.currentTimeMillis) >= 700))
      assert(r.poller.status.quotaLeft.contains(0L) && r.poller.status.failedPolls == 0)
    }
  }

  test("Retry-After is obeyed up to rateLimitMaxWait, and stop() does not wait for it") {
    headers = Seq("Retry-After" -> "3600")
    status = 429
    val first = server.asked.length
    running(mustComplete = false, "rateLimitMaxWait" -> "0.3", "maxRetries" -> "100") { r =>
      eventually(assert(asked(first).length >= 4))
      apart(r, 300)
      assert(r.gaps.forall(_ < 15000), r.gaps)
    }
    running(mustComplete = false, "maxRetries" -> "3") { r =>
      headers = Seq("Retry-After" -> "3600")
      val before = server.asked.length
      status = 403
      eventually(assert(asked(before).nonEmpty && r.poller.waits.leftMs(System.currentTimeMillis) > 3000000))
      val began = System.nanoTime
      r.stop()
      assert(System.nanoTime - began < 15000000000L)
    }
  }

  test("polls are at least X-Poll-Interval apart") {
    headers = Seq("X-Poll-Interval" -> "0.4")
    val before = server.asked.length
    running(mustComplete = false, "streamingInterval" -> "0.05") { r =>
      eventually(assert(asked(before).length >= 4))
      apart(r, 400)
    }
  }

  test("maxRetries counts over all pages of a poll, and after a failure the next poll continues with the same page") {
    newest = 30
    broken = Set(1, 3, 5, 7)
    val before = server.asked.length
    running(
      mustComplete = false,
      "pagination" -> "page",
      "url" -> s"${server.url}/?from={offset}&page={page}",
      "pageInterval" -> "10ms",
      "streamingInterval" -> "0.5",
      "maxRetries" -> "3",
      "retryBackoff" -> "1ms"
    ) { r =>
      eventually(assert(r.records == 30))
      // Each task sends one request.
      val (poll, next) = r.tasks.span(_._2 == 0)
      assert(poll.length == 7, "three pages with a retry each, and a fourth failure")
      assert(next.forall(_._2 == 1) && next.head._1 - poll.head._1 >= 498, "the next poll did not wait for its time")
      val pages = asked(before).filter(_.uri.contains("from=0&")).map(_.uri.split("=").last.toInt)
      assert(pages == pages.sorted, "a page was requested again after a later page")
    }
  }

  test("after maxPagesPerPoll pages the traversal continues at once, without the interval") {
    newest = 40
    running(
      mustComplete = false,
      "pagination" -> "page",
      "url" -> s"${server.url}/?from={offset}&page={page}",
      "offsetType" -> "snapshot",
      "recordKey" -> "id",
      "maxPagesPerPoll" -> "1",
      "streamingInterval" -> "60"
    ) { r =>
      // Each page of this API has one record that the page before lacks, so several pages must have been read.
      eventually(assert(r.records >= 15))
    }
  }

  test("a POST whose connection broke is repeated at the next interval, not within the poll") {
    status = 0
    running(
      mustComplete = false,
      "method" -> "POST",
      "body" -> "{\"from\":{id}}",
      "maxRetries" -> "5",
      "retryBackoff" -> "1ms",
      "streamingInterval" -> "0.3"
    ) { r =>
      eventually(assert(r.poller.status.failedPolls >= 2 && r.gaps.length >= 2))
      apart(r, 300)
      status = 200
      newest = 7
      eventually(assert(r.records == 7))
    }
  }

  test("with maxRequestRate, no window has more requests than allowed, and polling continues at that rate") {
    running(mustComplete = false, "maxRequestRate" -> "20/0.5s") { r =>
      newest = 1000000
      val before = server.asked.length
      eventually(assert(asked(before).length >= 100))
      assert(r.ahead > 0)
      val times = asked(before).map(_.atMs)
      times.sliding(21).foreach(w => assert(w.last - w.head >= 375, s"21 requests in ${w.last - w.head} ms"))
    }
  }

  test("if a task runs twice, the granted requests count as used, and polling continues") {
    running(mustComplete = false, 3, "maxRequestRate" -> "4/0.2s") { r =>
      newest = 30
      eventually(assert(r.records == 30))
    }
  }
}
