// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import java.nio.file.Files

import io.github.sparkrest.http.LocalServer
import io.github.sparkrest.poll.Schedule
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** `Trigger.AvailableNow`, run after run on one page log, against an API that forgets the places that it named. */
class AvailableNowRunsSuite extends AnyFunSuite with BeforeAndAfterAll {

  /** Names of places that the API no longer knows. */
  @volatile private var refused: String => Boolean = (_: String) => false
  @volatile private var refusal = 410

  /** With `/endless`: a new cursor comes with each response, and records with the first three and with this one. */
  @volatile private var recordAt = -1

  /** Part of each page token that the API names now. */
  @volatile private var edition = "a"

  /** On the first page too. */
  @volatile private var added = Seq.empty[Int]

  /** With `?cursor=`: ten records and a cursor, then none. With `?page=`: three pages of ten, each naming the next one. */
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

  test("an API that names a new cursor with every empty response: the run ends, and the next one loses nothing") {
    val root = Files.createTempDirectory("log")
    refused = _ => false
    val endless = cursor.updated(0, "url" -> s"${server.url}/endless?cursor={next}")
    val first = new OneEndpointRun(root, mustComplete = true, endless: _*)
    val before = server.asked.length
    assert(first.ends(20000) && first.poller.complete && first.records == 3)
    val requests = server.asked.length - before
    assert(requests <= 4 + AvailableNow.MostFruitless, "each empty response is followed by a pause, and 20 are the end")
    recordAt = requests + 5
    val second = new OneEndpointRun(root, mustComplete = true, endless: _*)
    assert(second.ends(20000) && second.poller.complete && second.records == 4)
    assert(server.asked(before + requests).uri.endsWith(s"c$requests"), "it goes on from the newest cursor")
  }

  test("without AvailableNow such an API is not polled without a pause") {
    refused = _ => false
    val endless = cursor.updated(0, "url" -> s"${server.url}/endless?cursor={next}")
    val before = server.asked.length
    val run = new OneEndpointRun(Files.createTempDirectory("log"), mustComplete = false, endless: _*)
    assert(!run.ends(3000))
    assert(server.asked.length - before <= 4 + 3000 / Schedule.IdleMillis)
  }

  test("a cursor that expired between two runs: onCursorExpired=restart begins again in the same run") {
    val root = Files.createTempDirectory("log")
    refused = _ => false
    val first = new OneEndpointRun(root, mustComplete = true, cursor: _*)
    assert(first.ends(20000) && first.poller.complete && first.records == 10)
    refused = _ == "c1"
    refusal = 410
    val asked = server.asked.length
    val second = new OneEndpointRun(root, mustComplete = true, cursor :+ ("onCursorExpired" -> "restart"): _*)
    assert(second.ends(20000))
    assert(server.asked.drop(asked).map(_.uri).exists(u => !u.contains("c1")), "it began again")
  }

  test("with onError=fail the run fails once, and the next one begins again") {
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

  test("a page token that expired between two runs: the traversal begins again, and all pages arrive") {
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

  test("a traversal that an earlier run began: what came to its first pages since is read before the run ends") {
    val root = Files.createTempDirectory("log")
    refused = _ => false
    val first = new OneEndpointRun(root, mustComplete = true, pages :+ ("maxRequestsPerTrigger" -> "1"): _*)
    assert(first.ends(20000) && first.poller.complete && first.records == 10)
    added = Seq(999)
    try {
      // The interval is longer than anybody waits.
      val second = new OneEndpointRun(root, mustComplete = true, pages :+ ("streamingInterval" -> "1h"): _*)
      assert(second.ends(20000) && second.poller.complete && second.records == 31)
    } finally added = Nil
  }

  test("an API that always refuses its own next page fails the run") {
    val root = Files.createTempDirectory("log")
    refused = _.startsWith("p2")
    refusal = 400
    val run = new OneEndpointRun(root, mustComplete = true, pages :+ ("pageInterval" -> "10ms"): _*)
    assert(run.ends(20000) && run.poller.failure.isDefined)
  }
}
