// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.nio.file.Files

import io.github.sparkrest.error.{Condition, RestException}
import io.github.sparkrest.http.{Clock, LocalServer, SttpClient}
import io.github.sparkrest.offset.Position
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.pagelog.{LocalLogStore, PageFileWriter, PageLog}
import org.scalatest.concurrent.Eventually
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.time.{Millis, Seconds, Span}

/** The poller with a real page log and a real HTTP server; only Spark is missing: polls run in the poller's thread. */
class PollerSuite extends AnyFunSuite with Eventually {
  implicit override val patienceConfig: PatienceConfig = PatienceConfig(Span(10, Seconds), Span(20, Millis))

  @volatile private var newest = 0
  @volatile private var status = 200
  @volatile private var busy = false
  private val server = new LocalServer({ e =>
    val from = e.getRequestURI.getQuery.split("=").last.takeRight(9).toInt
    val records =
      if (busy) (1 to 10).map(i => s"""{"id":$i,"at":${System.currentTimeMillis}}""")
      else (math.max(from, 1) to math.min(newest, from + 9)).map(i => s"""{"id":$i}""")
    if (status == 0) e.close()
    else LocalServer.send(e, status, if (status == 200) records.mkString("[", ",", "]") else "<html>no</html>")
  })

  final private class Running(mustComplete: Boolean, options: (String, String)*) {
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
    val poller = new Poller(
      config,
      "main",
      log,
      log.resume(Position.Start, "main", None),
      mustComplete,
      { (state, limits) =>
        val writer = new PageFileWriter(store, log.epoch, "")
        val outcome = new PollPipeline(config, SttpClient(config, () => false), Clock.System).run(state, limits, writer)
        PollReport(outcome, writer.close())
      },
      Clock.System
    )
    private val thread = new Thread(poller)
    thread.start()
    def records: Long = log.unreadRecords(Position.Start)
    def isAlive: Boolean = thread.isAlive
    def stop(): Unit = { thread.interrupt(); thread.join(1000); assert(!thread.isAlive) }
  }

  private def running(mustComplete: Boolean, options: (String, String)*)(test: Running => Any): Unit = {
    newest = 0
    status = 200
    busy = false
    val r = new Running(mustComplete, options: _*)
    try { test(r); () }
    finally r.stop()
  }

  test("every record comes once, and polling goes on while nothing is new") {
    running(mustComplete = false) { r =>
      newest = 95
      eventually(assert(r.records == 95))
      val polls = r.poller.status.polls
      eventually(assert(r.poller.status.polls > polls + 2))
      newest = 120
      eventually(assert(r.records == 120))
      assert(r.poller.status.newRecords == 120 && r.poller.status.failedPolls == 0)
    }
  }

  test("API errors, broken connections and invalid responses: counted, nothing lost, on it goes") {
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

  test("a refusal on the very first poll ends it; later ones do not") {
    running(mustComplete = false) { r =>
      status = 404
      eventually(assert(r.poller.failure.exists {
        case e: RestException => e.error.condition == Condition.ApiRefused; case _ => false
      }))
      eventually(assert(!r.isAlive))
    }
  }

  test("until all there is was polled, and no longer") {
    running(mustComplete = true) { r =>
      newest = 47
      eventually(assert(r.poller.complete && !r.isAlive))
      assert(r.records == 47)
    }
  }

  test("an API that makes records faster than they are polled does not keep it running for ever") {
    running(mustComplete = true, "offsetType" -> "timestamp", "offsetField" -> "at", "initialOffset" -> "1") { r =>
      busy = true
      eventually(assert(r.poller.complete && !r.isAlive))
      assert(r.records >= 10)
    }
  }

  test("a budget of requests is kept") {
    running(mustComplete = true, "maxRequestsPerTrigger" -> "3") { r =>
      newest = 100000
      eventually(assert(r.poller.complete && !r.isAlive))
      assert(r.poller.status.requests == 3 && r.records == 29)
    }
  }

  test("a failure is not the end of the data") {
    running(mustComplete = true, "maxRetries" -> "1") { r =>
      newest = 10
      status = 503
      eventually(assert(r.poller.failure.exists(_.getMessage.startsWith("[REST_TOO_MANY_ERRORS]"))))
      assert(!r.poller.complete)
      assert(r.poller.status.requests == 2, "one retry")
    }
  }

  test("polling waits when too much is unread, and goes on when it is taken (I4)") {
    running(mustComplete = false, "maxBufferedBytes" -> "200") { r =>
      newest = 100000
      eventually(assert(r.log.unreadBytes >= 200))
      Thread.sleep(300)
      val held = r.records
      assert(held < 100, "the bound is checked between pages")
      val all = r.log.take(Position.Start, Long.MaxValue, Long.MaxValue)
      eventually(assert(r.log.unreadRecords(all) > 0))
    }
  }

  test("an interval is kept") {
    running(mustComplete = false, "streamingInterval" -> "0.3") { r =>
      val before = server.asked.length
      eventually(assert(r.poller.status.polls >= 4))
      val times = server.asked.drop(before).map(_.atMs)
      assert(times.zip(times.tail).forall { case (a, b) => b - a >= 290 })
    }
  }
}
