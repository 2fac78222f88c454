// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.poll.{PollOutcome, Schedule}
import io.github.sparkrest.progress.Progress
import org.scalatest.funsuite.AnyFunSuite

class ScheduleSuite extends AnyFunSuite {
  private def pace(options: (String, String)*) = new Schedule(
    RestConfig.parse(Map("url" -> "http://h") ++ options).fold(e => fail(e.text), identity)
  )
  private def error(c: Condition, retryAfterMs: Option[Long] = None) = RestError(c, "m", "", retryAfterMs)

  test("an interval is the time between the starts of two polls, and without it a poll with records is followed at once") {
    assert(pace().afterSuccess(began = 1000, now = 4000, more = true) == 11000)
    assert(pace("streamingInterval" -> "0").afterSuccess(1000, 4000, more = true) == 4000)
    assert(pace("streamingInterval" -> "0").afterSuccess(1000, 4000, more = false) == 4000 + Schedule.IdleMillis)
  }

  test("a warning is logged once, and the memory of warnings that quote cursors is bounded") {
    val logged = new LoggedOnce(most = 100)
    assert(logged.add("a") && !logged.add("a"))
    (1 to 10000).foreach(n => assert(logged.add(s"cursor $n") && !logged.add(s"cursor $n") && logged.size <= 100))
    assert(logged.add("a"), "it is so long ago that nobody knows")
  }

  test("a traversal continues at once after maxPagesPerPoll pages, unless catchUpInterval delays it") {
    val paged = Seq("pagination" -> "page", "maxPagesPerPoll" -> "3")
    Seq(1L, 3L, 7L).foreach(n => assert(pace(paged: _*).withinTraversal(1000, 4000, n) == 4000, n))
    val slower = pace(paged ++ Seq("pageInterval" -> "2", "catchUpInterval" -> "30"): _*)
    assert(slower.withinTraversal(1000, 4000, 2) == 6000 && slower.withinTraversal(1000, 4000, 3) == 31000)
  }

  test("a poll that moved the offset and returned no new record is not followed at once") {
    def polled(kept: Long, options: (String, String)*) = {
      val p = pace(options: _*)
      val outcome = PollOutcome(Progress(Some("c")), 1, kept, more = true, None, None, 1)
      p.afterSuccess(1000, 4000, more = true, p.isFruitless(outcome, kept))
    }
    val cursor = Seq("offsetType" -> "cursor", "url" -> "http://h?c={offset}", "streamingInterval" -> "0")
    assert(polled(1, cursor: _*) == 4000 && polled(0, cursor: _*) == 4000 + Schedule.IdleMillis)
    assert(polled(0, cursor.take(2) ++ Seq("catchUpInterval" -> "0"): _*) == 4000 + Schedule.IdleMillis)
    assert(polled(0, cursor.take(2): _*) == 11000)
    val window = Seq(
      "offsetType" -> "window",
      "url" -> "http://h?a={windowStart}&b={windowEnd}",
      "initialOffset" -> "2024-01-01T00:00:00Z",
      "offsetFormat" -> "iso",
      "windowStep" -> "1h",
      "streamingInterval" -> "0"
    )
    assert(polled(0, window: _*) == 4000, "an empty window is followed at once")
  }

  test("an interval continues over a restart, unless the clock was set back") {
    assert(pace().afterRestart(Some(5000), 6000) == 15000 && pace().afterRestart(Some(5000), 60000) == 60000)
    assert(pace().afterRestart(None, 6000) == 6000 && pace().afterRestart(Some(999999), 6000) == 6000)
  }

  test("only temporary errors are retried, up to maxRetries, with doubling waits and jitter, and not before Retry-After") {
    val p = pace("maxRetries" -> "2", "retryBackoff" -> "1")
    assert(
      p.backoff.retryAt(error(Condition.ApiError), 1, 0, 0.999).exists(_ <= 1000) && p.backoff
        .retryAt(error(Condition.ApiError), 2, 0, 0.999)
        .exists(t => t > 1000 && t <= 2000)
    )
    assert(
      p.backoff.retryAt(error(Condition.ApiError), 3, 0, 0.5).isEmpty && p.backoff
        .retryAt(error(Condition.ApiRefused), 1, 0, 0.5)
        .isEmpty
    )
    assert(p.backoff.retryAt(error(Condition.ApiError, Some(7000)), 1, 100, 0.5).contains(7100L))
    assert(
      p.backoff.retryAt(error(Condition.ApiError, Some(55L * 365 * 86400 * 1000)), 1, 0, 0).contains(3600000L),
      "the wait is capped"
    )
  }

  test("a query ends after a refusal on its first poll, a fatal error, or too many errors") {
    assert(pace().verdict(error(Condition.ApiError), 1000, fresh = true, mustComplete = false).isEmpty)
    assert(pace().verdict(error(Condition.ApiRefused), 1, fresh = true, mustComplete = false).nonEmpty)
    assert(pace().verdict(error(Condition.ApiRefused), 1, fresh = false, mustComplete = false).isEmpty)
    assert(pace().verdict(error(Condition.ResponseTooLarge), 1, fresh = false, mustComplete = false).nonEmpty)
    assert(
      pace()
        .verdict(error(Condition.InvalidResponse), 1, fresh = false, mustComplete = true)
        .exists(_.message.contains("AvailableNow"))
    )
    assert(pace("onError" -> "fail").verdict(error(Condition.ApiError), 1, fresh = false, mustComplete = false).nonEmpty)
    val three = pace("maxConsecutiveErrors" -> "3")
    assert(three.verdict(error(Condition.ApiError), 2, fresh = false, mustComplete = false).isEmpty)
    assert(
      three
        .verdict(error(Condition.ApiError), 3, fresh = false, mustComplete = false)
        .exists(_.condition == Condition.TooManyErrors)
    )
  }
}
