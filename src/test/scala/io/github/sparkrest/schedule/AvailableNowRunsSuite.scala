// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import java.nio.file.Files

import io.github.sparkrest.http.LocalServer
import io.github.sparkrest.poll.Schedule
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** Several runs with `Trigger.AvailableNow` on one page log, against an API whose cursors and page tokens expire. */
class AvailableNowRunsSuite extends AnyFunSuite with BeforeAndAfterAll {

  /** The cursors and page tokens that the API no longer accepts. */
  @volatile private var refused: String => Boolean = (_: String) => false
  @volatile private var refusal = 410

  /** `/endless` returns a new cursor with each response, and a record with the first three responses and with this one. */
  @volatile private var recordAt = -1

  /** A part of the page tokens that the API returns now. */
  @volatile private var edition = "a"

  /** More ids on the first page. */
  @volatile private var added = Seq.empty[Int]

  /** `/cursor` returns ten records and a cursor, then no records. `/pages` returns three pages of ten records. */
  private val server = new LocalServer({ e =>
    val at = Option(e.getRequestURI.getQuery).getOrElse("").split("=").drop(1).lastOption.getOrElse("")
    val isPage = e.getRequestURI.getPath == "/pages"
    val isEndless = e.getRequestURI.getPath == "/endless"
    if (at.nonEmpty && refused(at)) LocalServer.send(e, refusal, "unknown place")
    else if (isEndless) {
      val n = if (at.isEmpty) 0 else at.drop(1).toInt
      val records = if (n < 3 || n == recordAt) s"""[{"id":$n}]""" else "[]"
      LocalServer.send(e, 200, s"""{"items":$records,"next":"c${n + 1}"}""")
    } else if (isPage) {
      val page = if (at.isEmpty) 1 else at.drop(1).takeWhile(_.isDigit).toInt
      val ids = (if (page == 1) added else Nil) ++ (page * 10 until page * 10 + 10)
      val records = ids.map(i => s"""{"id":$i}""").mkString("[", ",", "]")
      LocalServer
        .send(e, 200, s"""{"items":$records,"next":${if (page < 3) s""""p${page + 1}$edition"""" else "null"}}""")
    } else {
      val records = if (at.isEmpty) (1 to 10).map(i => s"""{"id":$i}""").mkString("[", ",", "]") else "[]"
      LocalServer.send(e, 200, s"""{"items":$records,"next":"c1"}""")
    }
  })
  override def afterAll(): Unit = server.close()

  private val cursor = Seq(
    "url" -> s"${server.url}/cursor?cursor={next}",
    "offsetType" -> "cursor",
    "offsetField" -> "next",
    "dataField" -> "items"
  )
  private val pages = Seq(
    "url" -> s"${server.url}/pages",
    "offsetType" -> "snapshot",
    "recordKey" -> "id",
    "pagination" -> "cursor",
    "nextField" -> "next",
    "pageParam" -> "page",
    "dataField" -> "items"
  )

  test("a run ends even if every empty response has a new cursor, and the next run loses nothing") {
    val root = Files.createTempDirectory("log")
    refused = _ => false
    val endless = cursor.updated(0, "url" -> s"${server.url}/endless?cursor={next}")
    val first = new OneEndpointRun(root, mustComplete = true, endless: _*)
    val before = server.asked.length
    assert(first.ends(20000) && first.poller.complete && first.records == 3)
    val requests = server.asked.length - before
    assert(requests <= 4 + AvailableNow.MostFruitless, "the run ends after 20 empty responses")
    recordAt = requests + 5
    val second = new OneEndpointRun(root, mustComplete = true, endless: _*)
    assert(second.ends(20000) && second.poller.complete && second.records == 4)
    assert(server.asked(before + requests).uri.endsWith(s"c$requests"), "the next run continues from the newest cursor")
  }

  test("without AvailableNow, polls that return an empty response with a new cursor have a pause between them") {
    refused = _ => false
    val endless = cursor.updated(0, "url" -> s"${server.url}/endless?cursor={next}")
    val before = server.asked.length
    val began = System.nanoTime
    val run = new OneEndpointRun(Files.createTempDirectory("log"), mustComplete = false, endless: _*)
    assert(!run.ends(3000))
    val requests = server.asked.length - before
    assert(requests <= 4 + (System.nanoTime - began) / 1000000 / Schedule.IdleMillis)
  }

  test("if a cursor expires between two runs, onCursorExpired=restart starts again within the run") {
    val root = Files.createTempDirectory("log")
    refused = _ => false
    val first = new OneEndpointRun(root, mustComplete = true, cursor: _*)
    assert(first.ends(20000) && first.poller.complete && first.records == 10)
    refused = _ == "c1"
    refusal = 410
    val asked = server.asked.length
    val second = new OneEndpointRun(root, mustComplete = true, cursor :+ ("onCursorExpired" -> "restart"): _*)
    assert(second.ends(20000))
    assert(server.asked.drop(asked).map(_.uri).exists(u => !u.contains("c1")), "a request without the cursor")
  }

  test("if a cursor expires with onError=fail, the run fails once and the next run starts again") {
    val root = Files.createTempDirectory("log")
    refused = _ => false
    val options = cursor ++ Seq("onCursorExpired" -> "restart", "onError" -> "fail")
    assert(new OneEndpointRun(root, mustComplete = true, options: _*).ends(20000))
    refused = _ == "c1"
    refusal = 410
    val failing = new OneEndpointRun(root, mustComplete = true, options: _*)
    assert(failing.ends(20000) && failing.poller.failure.isDefined)
    refused = _ => false
    val asked = server.asked.length
    val next = new OneEndpointRun(root, mustComplete = true, options: _*)
    assert(next.ends(20000) && next.poller.complete)
    assert(!server.asked(asked).uri.contains("c1"), "the refused cursor was sent again")
  }

  test("if a page token expires between two runs, the traversal starts again and all pages arrive") {
    Seq(400, 410).foreach { status =>
      val root = Files.createTempDirectory("log")
      refused = _ => false
      val first = new OneEndpointRun(root, mustComplete = true, pages :+ ("maxRequestsPerTrigger" -> "1"): _*)
      assert(first.ends(20000) && first.poller.complete && first.records == 10)
      val before = edition
      refused = _.endsWith(before)
      refusal = status
      edition += "b"
      val second = new OneEndpointRun(root, mustComplete = true, pages: _*)
      assert(second.ends(20000) && second.poller.complete && second.records == 30, s"after $status")
    }
  }

  test("a run that finishes the traversal of an earlier run also reads new records on the first pages") {
    val root = Files.createTempDirectory("log")
    refused = _ => false
    val first = new OneEndpointRun(root, mustComplete = true, pages :+ ("maxRequestsPerTrigger" -> "1"): _*)
    assert(first.ends(20000) && first.poller.complete && first.records == 10)
    added = Seq(999)
    try {
      // The interval is longer than the test waits.
      val second = new OneEndpointRun(root, mustComplete = true, pages :+ ("streamingInterval" -> "1h"): _*)
      assert(second.ends(20000) && second.poller.complete && second.records == 31)
    } finally added = Nil
  }

  test("a run fails if the API always refuses its own next page") {
    val root = Files.createTempDirectory("log")
    refused = _.startsWith("p2")
    refusal = 400
    val run = new OneEndpointRun(root, mustComplete = true, pages :+ ("pageInterval" -> "10ms"): _*)
    assert(run.ends(20000) && run.poller.failure.isDefined)
  }
}
