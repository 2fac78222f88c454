// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.backfill

import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.backfill.TimeLane
import io.github.sparkrest.error.RestException
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.seen.SeenRecords
import org.scalatest.funsuite.AnyFunSuite

/** How a backfill is cut into slices, and how it is stored. */
class BackfillSlicesSuite extends AnyFunSuite {
  private val base = Map(
    "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
    "offsetType" -> "window",
    "offsetField" -> "t",
    "windowStep" -> "1d",
    "initialOffset" -> "2026-01-10",
    "backfillFrom" -> "2026-01-01"
  )
  private def config(options: (String, String)*) = RestConfig.parse(base ++ options).fold(e => fail(e.text), identity)
  private def day(d: String) = Instant.parse(if (d.contains('T')) s"2026-01-$d:00Z" else s"2026-01-${d}T00:00:00Z")
  private val later = Instant.parse("2026-06-01T00:00:00Z")

  private def slices(options: (String, String)*) = {
    val offset = config(options: _*).offset
    val b = offset.backfill.getOrElse(fail("no backfill"))
    new BackfillSlices(offset, TimeLane.Backfill(b.from, b.until))
  }

  /** The next slices, `from/until`, as days. */
  private def run(s: BackfillSlices, state: Progress, now: Instant = later): List[String] =
    Iterator
      .iterate(s.of(state, now))(s.after(_, now))
      .takeWhile(_.next.exists(s.isOver(_, now)))
      .take(1000)
      .flatMap(_.next)
      .map(r => s"$r".replaceAll("2026-(\\d\\d)-(\\d\\d)T", "$1.$2 ").replaceAll(":00Z", "").replace(" 00:00", ""))
      .toList

  private val begin = Progress.Initial

  test("the newest slice comes first, or the oldest, and each moment is in one slice") {
    val down = run(slices(), begin)
    assert(down.head == "01.09/01.10" && down.last == "01.01/01.02" && down.length == 9)
    assert(run(slices("backfillOrder" -> "asc"), begin) == down.reverse)
    val uneven = run(slices("windowStep" -> "4d"), begin)
    assert(uneven == List("01.06/01.10", "01.02/01.06", "01.01/01.02"))
    assert(run(slices("windowStep" -> "4d", "backfillOrder" -> "asc"), begin).last == "01.09/01.10")
  }

  test("aligned slices begin and end on the grid, in either direction") {
    val weeks =
      Seq("windowStep" -> "7d", "windowAlign" -> "true", "initialOffset" -> "2026-01-14", "backfillFrom" -> "2026-01-01")
    val expected = List("01.01/01.05", "01.05/01.12", "01.12/01.14")
    assert(run(slices(weeks :+ ("backfillOrder" -> "asc"): _*), begin) == expected)
    assert(run(slices(weeks: _*), begin) == expected.reverse)
  }

  test("a slice ends where a request can say it") {
    val days = Seq("requestOffsetFormat" -> "yyyy-MM-dd", "windowStep" -> "36h", "backfillFrom" -> "2026-01-06")
    assert(
      run(slices(days :+ ("backfillOrder" -> "asc"): _*), begin) == List(
        "01.06/01.07",
        "01.07/01.08",
        "01.08/01.09",
        "01.09/01.10"
      )
    )
    assert(run(slices(days: _*), begin) == List("01.08/01.10", "01.06/01.08"))
    val short = days ++ Seq("windowStep" -> "1h", "backfillOrder" -> "asc")
    assert(run(slices(short: _*), begin).length == 4, "a step that is shorter than a day")
  }

  test("a slice is read when it is over: after lag, lookback and the clocks' difference") {
    val s = slices("lag" -> "1h", "lookback" -> "2h")
    val last = TimeRange(day("09"), day("10"))
    assert(!s.isOver(last, day("10T03:00").plusSeconds(6)) && s.isOver(last, day("10T03:00").plusSeconds(7)))
    // The newest part is not over: older slices come first, and the rest when it is over.
    val early = day("08T12:00")
    val first = s.of(begin, early)
    assert(first.next.exists(n => s.isOver(n, early)) && first.next.map(_.millis).contains(86400000L))
    val all = run(s, begin, early)
    assert(all.length == 8 && all.last.startsWith("01.01/"), all)
    val state = begin.copy(offset = Some(Iterator.iterate(first)(s.after(_, early)).drop(8).next().toString))
    assert(s.of(state, early).next.exists(!s.isOver(_, early)) && s.waitMs(state, early).exists(_ > 0))
    assert(s.waitMs(begin, early).contains(0L))
    assert(run(s, state, later).forall(_ > "01.08") && !s.share(state, later).isDone)
  }

  test("the text of the progress says everything, and what is not such a text is refused") {
    val s = slices()
    val some = Iterator.iterate(s.of(begin, later))(s.after(_, later)).drop(3).next()
    assert(BackfillRange.parse(some.toString).contains(some))
    assert(
      some.toString == "2026-01-01T00:00:00Z/2026-01-10T00:00:00Z 2026-01-06T00:00:00Z/2026-01-07T00:00:00Z 2026-01-01T00:00:00Z/2026-01-06T00:00:00Z"
    )
    val done = Iterator.iterate(s.of(begin, later))(s.after(_, later)).drop(9).next()
    assert(
      done.toString == "2026-01-01T00:00:00Z/2026-01-10T00:00:00Z" && BackfillRange.parse(done.toString).contains(done)
    )
    val hidden = BackfillRange(done.whole, None, Vector(TimeRange(day("01"), day("02"))))
    assert(BackfillRange.parse(hidden.toString).contains(hidden))
    Seq("", "x", "- -", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z/x").foreach(t =>
      assert(BackfillRange.parse(t).isLeft, t)
    )
    intercept[RestException](s.begun(Progress(Some("x")), later))
  }

  test("the direction, the step and the beginning may change between runs: each moment is read once") {
    val random = new scala.util.Random(7)
    (1 to 40).foreach { _ =>
      var state = begin
      var read = Vector.empty[TimeRange]
      var lowest = day("10")
      def running(options: (String, String)*)(most: Int): Unit = {
        val s = slices(options: _*)
        lowest = Seq(lowest, config(options: _*).offset.backfill.map(_.from).getOrElse(lowest)).min
        state = s.begun(state, later)
        (1 to most).foreach { _ =>
          val range = s.of(state, later)
          range.next.foreach { n =>
            read :+= n
            state = state.copy(offset = Some(s.after(range, later).toString))
          }
        }
      }
      (1 to 5).foreach { _ =>
        val hours = 1 + random.nextInt(100)
        running(
          "backfillOrder" -> (if (random.nextBoolean()) "asc" else "desc"),
          "windowStep" -> s"${hours}h",
          "windowAlign" -> random.nextBoolean().toString,
          "backfillFrom" -> f"2026-01-0${1 + random.nextInt(9)}%s"
        )(random.nextInt(6))
      }
      running("backfillFrom" -> lowest.toString)(1000)
      val sorted = read.sortBy(_.from)
      assert(sorted.head.from == lowest && sorted.last.until == day("10"))
      assert(sorted.zip(sorted.drop(1)).forall { case (a, b) => a.until == b.from }, sorted)
      val s = slices("backfillFrom" -> lowest.toString)
      assert(s.share(state, later).isDone && s.begun(state, later) == state)
    }
  }

  test("a slice of which some records were delivered stays as it is, whatever the options say") {
    val down = slices("windowStep" -> "2d")
    val begun = down.begun(begin, later)
    val seen = SeenRecords.Empty.copy(recent = Map("a" -> io.github.sparkrest.progress.seen.Seen(1, 1)))
    val inSlice = begun.copy(ahead = seen)
    val other = slices("windowStep" -> "1h", "backfillOrder" -> "asc", "backfillFrom" -> "2026-01-09T12:00:00Z")
    assert(other.begun(inSlice, later).offset == begun.offset)
    assert(other.begun(begun, later).offset != begun.offset)
    assert(other.of(other.begun(inSlice, later), later).next == down.of(begun, later).next)
  }

  test("the share of the work is a share of time") {
    val s = slices()
    val half = Iterator.iterate(s.of(begin, later))(s.after(_, later)).drop(3).next()
    val share = s.share(begin.copy(offset = Some(half.toString)), later)
    assert(share.totalMs == 9 * 86400000L && share.doneMs == 3 * 86400000L && !share.isDone)
    val shorter = slices("backfillFrom" -> "2026-01-07")
    assert(shorter.share(begin.copy(offset = Some(half.uncut.toString)), later).isDone, "nothing remains since then")
  }

  test("the options belong together") {
    def problems(options: (String, String)*) =
      RestConfig.parse((base ++ options).filterNot(_._2 == "-")).fold(_.text, _ => "")
    assert(problems() == "")
    assert(problems("offsetType" -> "timestamp", "windowStep" -> "-").contains("backfillFrom: needs offsetType=window"))
    assert(problems("windowStep" -> "-").contains("windowStep: is required by backfillFrom"))
    assert(problems("initialOffset" -> "-").contains("initialOffset: is not set; with backfillFrom it is the time"))
    assert(problems("initialOffset" -> "latest").contains("""initialOffset: "latest" is not a time"""))
    assert(problems("backfillFrom" -> "soon").contains("backfillFrom: soon is not a time"))
    assert(problems("backfillFrom" -> "2026-01-10").contains("is not before initialOffset"))
    assert(problems("offsetField" -> "-").contains("offsetField: is required by backfillFrom"))
    assert(problems("offsetField" -> "-", "boundary" -> "exclusive") == "")
    assert(problems("backfillFrom" -> "-", "backfillOrder" -> "asc").contains("backfillOrder: needs backfillFrom"))
    assert(
      problems("jobDoneWhen" -> "status=done", "jobUrl" -> "http://h/jobs", "url" -> "http://h/{job}").contains(
        "backfillFrom: is not possible with jobDoneWhen"
      )
    )
  }
}
