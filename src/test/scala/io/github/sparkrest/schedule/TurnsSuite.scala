// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import scala.collection.mutable

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.Clock
import io.github.sparkrest.pagelog.{Endpoint, PolledFile, PolledPage}
import io.github.sparkrest.poll.{PollOutcome, PollReport, PollRequest}
import org.scalatest.funsuite.AnyFunSuite

/** `maxRequestsPerTrigger` with fewer requests than endpoints: each endpoint gets its turn in some run. */
class TurnsSuite extends AnyFunSuite {

  /** Returns a record for each poll, or no records, and logs the polled endpoints. */
  private class Api(brings: Boolean) extends PollRunner {
    val asked = mutable.ArrayBuffer.empty[String]
    def run(polls: Seq[PollRequest], sharing: Boolean): Seq[PollReport] = {
      asked ++= polls.map(_.endpoint.key)
      val next = polls.map { p =>
        val state = if (brings) p.state.copy(offset = Some((p.state.offset.fold(0)(_.toInt) + 1).toString)) else p.state
        p.endpoint.key -> PollOutcome(state, 1, if (brings) 1 else 0, more = brings, None, None, 1)
      }
      val pages = polls.map(p => PolledPage(1, 10, p.state.offset, Some(p.endpoint.key)))
      Seq(PollReport(next.toVector, if (brings) Some(PolledFile("f", 10, "", pages)) else None))
    }
  }

  /** @return the polled endpoints */
  private def run(journal: RecordingSink, budget: Int, names: Seq[String], brings: Boolean): Seq[String] = {
    val config = RestConfig
      .parse(
        Map(
          "url" -> "http://h/{n}?from={id}",
          "offsetField" -> "id",
          "offsetType" -> "incremental",
          "streaming" -> "true",
          "streamingInterval" -> "0",
          "maxRequestsPerTrigger" -> budget.toString,
          "inputData" -> """[{"n":1}]"""
        )
      )
      .fold(e => fail(e.text), identity)
    val api = new Api(brings)
    val poller =
      new Poller(config, names.map(Endpoint(_)), journal, journal.resumption, mustComplete = true, api, Clock.System)
    val thread = new Thread(poller)
    thread.start()
    thread.join(20000)
    assert(poller.complete && poller.failure.isEmpty)
    api.asked.toSeq
  }

  private val ten = (0 to 9).map(n => s"e$n")

  Seq(true, false).foreach { brings =>
    test(s"with ten endpoints and three requests per run, four runs poll all endpoints (records: $brings)") {
      val journal = new RecordingSink
      val polled = (1 to 4).flatMap(_ => run(journal, 3, scala.util.Random.shuffle(ten), brings))
      assert(polled.length == 12 && polled.toSet == ten.toSet)
      val later = (1 to 6).flatMap(_ => run(journal, 3, ten, brings))
      assert(
        (polled ++ later).groupBy(identity).values.forall(_.length == 3),
        "an endpoint was polled more often than another"
      )
    }
  }

  test("endpoints that appear and disappear do not take the turn of other endpoints") {
    val journal = new RecordingSink
    val polled = (1 to 8).flatMap { day =>
      // The endpoint that was polled last is missing in the next run.
      val gone = s"e${(day * 3 - 4) % 10}"
      run(journal, 3, ten.filterNot(_ == gone) :+ s"new$day", brings = true)
    }
    assert(ten.forall(polled.contains))
  }
}
