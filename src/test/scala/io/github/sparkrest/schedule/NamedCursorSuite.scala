// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import java.nio.file.Files

import io.github.sparkrest.http.LocalServer
import org.scalatest.funsuite.AnyFunSuite

/** `expiredOffsetField`: an API that refuses the stored cursor and names another one. Real requests, real page log. */
class NamedCursorSuite extends AnyFunSuite {

  /** The oldest event that the API still has, of nine. */
  @volatile private var oldest = 1
  @volatile private var refusals = 0
  @volatile private var mostRefusals = Int.MaxValue
  @volatile private var names = true
  private val server = new LocalServer({ e =>
    val from = Option(e.getRequestURI.getQuery).fold(1)(_.split("=").last.filter(_.isDigit).toInt)
    if (from < oldest && refusals < mostRefusals) {
      refusals += 1
      val location = if (names) Seq("Location" -> s"/events?at=$oldest") else Nil
      LocalServer.send(e, 410, if (names) s"""{"error":{"oldest":"c$oldest"}}""" else "gone", location: _*)
    } else {
      val to = math.min(from + 2, 10)
      val records = (from until to).map(n => s"""{"id":$n}""").mkString(",")
      LocalServer.send(e, 200, s"""{"items":[$records],"next":"c$to","link":"/events?at=$to"}""")
    }
  })

  private def runs(options: (String, String)*): (OneEndpointRun, Seq[String]) = {
    oldest = 1
    refusals = 0
    val root = Files.createTempDirectory("log")
    val all = Seq("offsetType" -> "cursor", "dataField" -> "items") ++ options
    val first = new OneEndpointRun(root, mustComplete = true, all :+ ("maxRequestsPerTrigger" -> "2"): _*)
    assert(first.ends(20000) && first.records == 4)
    oldest = 8
    val asked = server.asked.length
    val second = new OneEndpointRun(root, mustComplete = true, all: _*)
    assert(second.ends(20000))
    (second, server.asked.drop(asked).map(_.uri))
  }

  private val byToken = Seq("url" -> s"${server.url}/events?at={next}", "offsetField" -> "next")
  private val inBody = "expiredOffsetField" -> "error.oldest"

  test("the stream goes on at the cursor that the body of the second refusal names") {
    names = true
    mostRefusals = Int.MaxValue
    val (run, uris) = runs(byToken :+ inBody: _*)
    assert(run.poller.failure.isEmpty && run.poller.complete && run.records == 6)
    assert(uris.take(3) == Seq("/events?at=c5", "/events?at=c5", "/events?at=c8"))
    assert(run.poller.status.failedPolls == 0)
  }

  test("a single refusal moves nothing") {
    names = true
    mostRefusals = 1
    val (run, uris) = runs(byToken :+ inBody: _*)
    assert(run.poller.complete && run.records == 9 && uris.take(2) == Seq("/events?at=c5", "/events?at=c5"))
  }

  test("a URL in a header is a cursor too, relative to the response") {
    names = true
    mostRefusals = Int.MaxValue
    val byLink =
      Seq("url" -> s"${server.url}/events", "offsetField" -> "link", "expiredOffsetField" -> "header:Location")
    val (run, uris) = runs(byLink: _*)
    assert(run.poller.complete && run.records == 6)
    assert(uris.take(3) == Seq("/events?at=5", "/events?at=5", "/events?at=8"))
  }

  test("without a cursor in the response, onCursorExpired applies") {
    names = false
    mostRefusals = 2
    val (failing, _) = runs(byToken :+ inBody: _*)
    assert(failing.poller.failure.exists(_.getMessage.contains("REST_CURSOR_EXPIRED")))
    val (restarted, uris) = runs(byToken ++ Seq(inBody, "onCursorExpired" -> "restart"): _*)
    assert(restarted.poller.complete && uris(2) == "/events")
  }
}
