// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.Condition
import io.github.sparkrest.http.client.MeteredClient
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.http.{Clock, LocalServer}
import io.github.sparkrest.pagelog.PolledFile
import io.github.sparkrest.pagelog.format.{PageFile, PageFileWriter}
import io.github.sparkrest.pagelog.store.LocalLogStore
import io.github.sparkrest.progress.Progress
import org.scalatest.funsuite.AnyFunSuite

/** One poll against a real server: the records that it keeps and its next state, when a page fails. */
class PollSuite extends AnyFunSuite {
  private val unlimited = TaskBudget(Long.MaxValue, 60000, Long.MaxValue)

  /** The server sends these responses in turn, and then responses without records. */
  private def poll(answers: (Int, String)*)(check: (PollOutcome, Option[PolledFile], List[String]) => Any): Unit =
    pollWithin(unlimited, answers.iterator)(check)

  private def pollWithin(limits: TaskBudget, left: Iterator[(Int, String)])(
      check: (PollOutcome, Option[PolledFile], List[String]) => Any
  ): Unit = {
    val server = new LocalServer({ e =>
      val (status, body) = if (left.hasNext) left.next() else (200, "[]")
      LocalServer.send(e, status, body)
    })
    val store = new LocalLogStore(Files.createTempDirectory("polled"))
    val config = RestConfig
      .parse(
        Map(
          "url" -> s"${server.url}/?from={id}",
          "offsetField" -> "id",
          "offsetType" -> "incremental",
          "streamingInterval" -> "0"
        )
      )
      .fold(e => fail(e.text), identity)
    try {
      val writer = new PageFileWriter(store, 1, "")
      val client = new MeteredClient(SttpClient(config, () => false), limits.sendable)
      val outcome = new Poll(config, client, Clock.System).run(Progress.Initial, limits, writer)
      val file = writer.close()
      val lines = file.toList
        .flatMap(f => new String(store.read(PageFile.path(f.name)).get, UTF_8).linesIterator.toList)
        .filter(_.contains("\"id\""))
      check(outcome, file, lines)
      ()
    } finally server.close()
  }

  test("a truncated page leaves no records and does not move the offset, and the pages before it count") {
    poll(200 -> """[{"id":1},{"id":2}]""", 200 -> """[{"id":3},{"id":4},{"id":""") { (outcome, file, lines) =>
      assert(outcome.error.map(_.condition).contains(Condition.InvalidResponse))
      assert(outcome.state.offset.contains("2"), "the offset moved on an error")
      assert(file.map(_.records).contains(2L) && lines == List("""{"id":1}""", """{"id":2}"""))
    }
  }

  test("a truncated first page leaves no file") {
    poll(200 -> """[{"id":1},""") { (outcome, file, _) =>
      assert(outcome.error.nonEmpty && outcome.state == Progress.Initial && file.isEmpty)
    }
  }

  test("after an error status, the offset is the offset of the pages before") {
    poll(200 -> """[{"id":1}]""", 503 -> """[{"id":2}]""") { (outcome, file, _) =>
      assert(outcome.error.map(_.condition).contains(Condition.ApiError))
      assert(outcome.state.offset.contains("1") && file.map(_.records).contains(1L))
    }
  }

  test("each page is stored with the offset of its request") {
    poll(200 -> """[{"id":1},{"id":2}]""", 200 -> """[{"id":3}]""") { (_, file, _) =>
      assert(file.toList.flatMap(_.pages.map(p => p.records -> p.offsetBefore)) == List(2L -> None, 1L -> Some("2")))
    }
  }

  test("requests that are granted for later are sent only from that time on, and the task ends instead of waiting") {
    val rated = unlimited.copy(maxRequests = 5, mostSent = 5)
    def made(later: Long*) = {
      val ids = Iterator.from(1).map { i =>
        if (i == 2) Thread.sleep(400)
        200 -> s"""[{"id":$i}]"""
      }
      var requests = 0
      pollWithin(rated.copy(later = later.toVector), ids) { (outcome, file, _) =>
        requests = outcome.requests
        assert(outcome.error.isEmpty && outcome.more && file.map(_.records).contains(requests.toLong))
      }
      requests
    }
    assert(made(300, 300, 300) == 5 && made(300, 300, 60000) == 4 && made(60000, 60000, 60000) == 2)
  }
}
