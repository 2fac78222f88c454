// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.poll.PollOutcome
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.strategies.OffsetTime
import org.scalatest.funsuite.AnyFunSuite

class AvailableNowSuite extends AnyFunSuite {
  private val moment = 1700000000000L
  private def config(options: (String, String)*) =
    RestConfig.parse(Map("url" -> "http://h/?from={offset}") ++ options).fold(e => fail(e.text), identity)
  private def poll(records: Long, more: Boolean = true) = pages(more, records)

  private def pages(more: Boolean, records: Long*) =
    PollOutcome(
      Progress.Initial,
      records.size,
      records.sum,
      more,
      None,
      None,
      0,
      lastPage = records.last,
      largestPage = records.max
    )

  /** The reason why the run ends after these polls, if it ends. */
  private def end(polls: Seq[Long], seconds: Long, time: Option[Long] = None, options: Seq[(String, String)] = Nil) =
    polls
      .foldLeft(AvailableNow(moment))((a, n) => a.after(poll(n), wasFruitless = false, time, moment))
      .end(poll(polls.last), time, polls.size.toLong, moment + seconds * 1000, config(options: _*))

  test("a run ends if there are no more pages, and continues while polls return records") {
    assert(AvailableNow(moment).end(poll(0, more = false), None, 1, moment + 1, config()).nonEmpty)
    assert(end(Seq(100, 100, 100), seconds = 3600).isEmpty)
  }

  test("a run ends if the offset has passed its start time, and never before") {
    assert(end(Seq(100), seconds = 1, Some(moment)).nonEmpty)
    assert(end(Seq(100, 50, 40, 30, 20), seconds = 3600, Some(moment - 1)).isEmpty)
  }

  test("an offset in the future does not end a run: a calendar has further records behind it") {
    val day = 24L * 3600 * 1000
    assert(end(Seq(100), seconds = 1, Some(moment + day)).isEmpty)
    assert(end(Seq(100), seconds = 1, Some(moment + 30000)).nonEmpty, "the clock of the API is ahead")
    assert(end(Seq(100, 49, 48), seconds = 10, Some(moment + day)).nonEmpty, "the API never ends")
  }

  test("a run does not follow an offset in the future, or short pages, for longer than ten minutes") {
    val day = 24L * 3600 * 1000
    assert(
      end(Seq(100), seconds = 599, Some(moment + day)).isEmpty && end(
        Seq(100),
        seconds = 600,
        Some(moment + day)
      ).nonEmpty
    )
    val batch = Seq(100L, 49L, 48L).foldLeft(AvailableNow.ofBatch(moment))((a, n) =>
      a.after(poll(n), wasFruitless = false, None, moment)
    )
    def ends(seconds: Long) = batch.end(poll(48), None, 1, moment + seconds * 1000, config()).isDefined
    assert(!ends(599) && ends(600))
  }

  test("a batch read ends only after twenty shorter polls, because no run continues it") {
    def ends(shorter: Int) = {
      val polls = 100L +: Seq.fill(shorter)(49L)
      val seen =
        polls.foldLeft(AvailableNow.ofBatch(moment))((a, n) => a.after(poll(n), wasFruitless = false, None, moment))
      seen.end(poll(49), None, 1, moment + 10000, config()).isDefined
    }
    assert(ends(20) && !ends(19))
  }

  test("if the offset is not a time, a run ends after two shorter polls and at least 10 s") {
    assert(end(Seq(100, 49, 48), seconds = 10).nonEmpty)
    assert(end(Seq(100, 49, 48), seconds = 9).isEmpty, "the API may return a short page in between")
    assert(end(Seq(100, 49, 100), seconds = 60).isEmpty && end(Seq(100, 49), seconds = 60).isEmpty)
    assert(end(Seq(100, 90, 80, 95), seconds = 60).isEmpty, "the API may filter its pages")
  }

  test("a poll with fewer pages is not a shorter poll, because a slow machine reads fewer pages") {
    val polls = Seq(Seq.fill(10)(70L), Seq.fill(6)(70L), Seq(70L), Seq.fill(2)(70L))
    def after(a: AvailableNow, p: Long*) = a.after(pages(more = true, p: _*), wasFruitless = false, None, moment)
    val seen = polls.foldLeft(AvailableNow(moment))((a, p) => after(a, p: _*))
    def ends(a: AvailableNow) = a.end(pages(more = true, 70), None, 19, moment + 3600000, config()).isDefined
    assert(!ends(seen))
    assert(ends(after(after(seen, 70, 3), 2, 1)))
  }

  test("a run ends after 20 polls in a row that only moved the offset, and a record starts the count again") {
    def after(fruitless: Seq[Boolean], most: Int) =
      fruitless.foldLeft(AvailableNow(moment, mostFruitless = most))((a, f) =>
        a.after(poll(if (f) 0 else 9), f, None, moment)
      )
    def ends(fruitless: Seq[Boolean], most: Int = AvailableNow.MostFruitless) =
      after(fruitless, most).end(poll(0), None, 1, moment + 1, config()).isDefined
    assert(ends(Seq.fill(20)(true)) && !ends(Seq.fill(19)(true)))
    assert(ends(Seq(true, true), 2) && !ends(Seq(true, false, true), 2))
  }

  test("a run ends when maxRequestsPerTrigger is used up") {
    assert(end(Seq(100, 100, 100), seconds = 1, options = Seq("maxRequestsPerTrigger" -> "3")).nonEmpty)
    assert(end(Seq(100, 100), seconds = 1, options = Seq("maxRequestsPerTrigger" -> "3")).isEmpty)
  }

  test("an offset is recognized as a time in ISO format, or with offsetType=timestamp as a Unix time") {
    def time(offset: String, offsetType: String = "timestamp") =
      new OffsetTime(config("offsetType" -> offsetType).offset).momentOf(offset).map(_.toEpochMilli)
    Seq(
      "1700000000",
      "1700000000000",
      "1700000000000000",
      "1700000000000000000",
      "1700000000.000",
      "2023-11-14T22:13:20Z"
    )
      .foreach(t => assert(time(t).contains(moment), t))
    assert(time("17").isEmpty && time("1700000000", "max_field").isEmpty && time("abc").isEmpty)
    assert(time("2023-11-14T23:13:20+01:00", "max_field").contains(moment))
  }
}
