// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.time.format.DateTimeFormatter
import java.time.{Instant, ZoneOffset}

import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.schedule.PolledApi
import org.scalatest.funsuite.AnyFunSuite

/** The clocks of this machine and of the API differ. Nothing is lost or repeated, whichever clock is ahead. */
class ClocksSuite extends AnyFunSuite {
  import PolledApi._

  private val Began = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli
  private val formats = Seq("offsetField" -> "t", "offsetFormat" -> "epoch_ms", "requestOffsetFormat" -> "epoch_ms")

  /** An API that creates a record every 100 ms by its clock.
    *
    * @param behind milliseconds that its clock is behind the clock of this machine
    * @param date the time in its `Date` header, if it has the header
    * @param lateMs delay before every second record is visible
    */
  private class Ticking(behind: Long, date: Long => Option[Long], lateMs: Long, options: (String, String)*) {
    private val exclusive = options.contains("boundary" -> "exclusive")
    var ticks = 0L
    private def apiNow = Began + ticks
    def created: Seq[Long] =
      (Began - 10000 to apiNow by 100L).filter(t => t + (if (t / 100 % 2 == 0) lateMs else 0) <= apiNow)
    def record(t: Long): String = s"""{"t":$t}"""

    val api: PolledApi = new PolledApi(formats ++ options: _*)({ r: HttpRequest =>
      // A response takes 100 ms, half of it before the list is read.
      pass(50)
      val q = query(r)
      val (from, to) = (q("from").toLong, q.getOrElse("to", "9999999999999").toLong)
      val answer = Answer(
        array(created.filter(t => (t > from || !exclusive && t == from) && t <= to).map(record)),
        date(apiNow)
          .map(d => DateTimeFormatter.RFC_1123_DATE_TIME.format(Instant.ofEpochMilli(d).atOffset(ZoneOffset.UTC)))
          .map("Date" -> _)
          .toList
      )
      pass(50)
      answer
    })
    private def pass(ms: Long): Unit = {
      ticks += ms
      if (api != null) api.now = Instant.ofEpochMilli(apiNow + behind)
    }

    /** Polls every `every` milliseconds. */
    def run(polls: Int, every: Long = 730): Seq[String] = (1 to polls).flatMap { _ =>
      val got = api.poll()
      assert(api.outcome.error.isEmpty)
      pass(every)
      got
    }
    pass(0)
  }

  private def window(behind: Long, date: Long => Option[Long], options: (String, String)*) = new Ticking(
    behind,
    date,
    0,
    Seq(
      "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
      "offsetType" -> "window",
      "initialOffset" -> (Began - 10000).toString
    ) ++ options: _*
  )

  private def deliversAll(t: Ticking, since: Long, clue: String): Unit = {
    val got = t.run(40)
    val due = t.created.filter(x => x >= since && x <= Began + t.ticks - 12000).map(t.record)
    assert(due.length > 100 && due.diff(got).isEmpty, s"lost: $clue")
    assert(got.distinct.length == got.length, s"repeated: $clue")
  }

  test("window: nothing is lost or repeated if the API's clock is behind or ahead") {
    for {
      behind <- Seq(0L, 400, 3000, 3600000, -3000)
      options <- Seq(Nil, Seq("windowStep" -> "2"), Seq("lag" -> "1"), Seq("boundary" -> "exclusive"))
    } {
      val t = window(behind, Some(_), options: _*)
      deliversAll(t, Began - 9999, s"$behind ms $options")
      assert(t.api.outcome.warning.isEmpty)
    }
  }

  test("window: without a usable Date header, the API's clock may be 5 s behind, and a warning suggests lag for more") {
    for {
      date <- Seq[Long => Option[Long]](_ => None, d => Some(d - 90000000L), d => Some(d + 90000000L))
      options <- Seq(Nil, Seq("windowStep" -> "2"), Seq("boundary" -> "exclusive"), Seq("lag" -> "2"))
    } {
      val t = window(4800, date, options: _*)
      deliversAll(t, Began - 9999, s"$options")
      assert(t.api.outcome.warning.exists(w => w.contains("Date header") && w.contains("lag")))
    }
    assert { val t = window(5500, _ => None, "lag" -> "6"); t.run(2); t.api.outcome.warning.isEmpty }
  }

  test("window: a single poll reads all records up to the present, with any windowStep") {
    for {
      behind <- Seq(0L, 3000, 3600000)
      date <- Seq[Long => Option[Long]](Some(_), _ => None)
      if behind == 0 || date(0).isDefined
      step <- Seq("1", "2", "3", "6", "9")
    } {
      val t = window(behind, date, "windowStep" -> step, "streamingInterval" -> "0")
      val before = t.created.map(t.record)
      val got = t.run(1)
      assert(before.diff(got).isEmpty && got.distinct.length == got.length, s"$behind ms, ${date(0)}, a step of $step s")
      assert(!t.api.outcome.more)
    }
  }

  test("window: all pages of a slice use the Date of the first page") {
    var asked = 0
    val api = new PolledApi(
      formats ++ Seq(
        "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
        "offsetType" -> "window",
        "pagination" -> "page",
        "initialOffset" -> (Began - 60000).toString
      ): _*
    )({ r =>
      asked += 1
      val at = if (asked == 1) "Wed, 31 Dec 2025 23:59:40 GMT" else "Thu, 01 Jan 2026 00:00:00 GMT"
      Answer(array(if (query(r)("page") == "3") Nil else Seq(s"""{"t":${Began - asked}}""")), Seq("Date" -> at))
    })
    api.traversal()
    assert(asked >= 3 && api.state.offset.contains((Began - 20000).toString))
  }

  test("window: repeated records are delivered again with boundary=exclusive, and dropped with inclusive") {
    Seq("exclusive" -> 1, "inclusive" -> 0, "auto" -> 0).foreach { case (boundary, again) =>
      val api = new PolledApi(
        "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
        "offsetType" -> "window",
        "windowStep" -> "3600",
        "boundary" -> boundary,
        "initialOffset" -> "2025-12-01T00:00:00Z"
      )(_ => Answer(array(ids(1))))
      assert(api.poll() == ids(1) && api.poll().length == again, boundary)
    }
  }

  test("window: a response of a lagging replica causes no repeated records where slices overlap") {
    Seq("auto", "exclusive").foreach { boundary =>
      var records = Seq(1767225599000L, 1767225598500L)
      val api = new PolledApi(
        formats ++ Seq(
          "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
          "offsetType" -> "window",
          "boundary" -> boundary,
          "initialOffset" -> (Began - 60000).toString
        ): _*
      )({ r =>
        val since = query(r)("from").toLong
        Answer(array(records.filter(_ > since).map(t => s"""{"t":$t}""")))
      })
      assert(api.poll().length == 2)
      val all = records
      records = Nil
      assert(api.poll() == Nil)
      api.now = api.now.plusMillis(500)
      assert(api.poll() == Nil)
      records = all :+ 1767225600200L
      assert(api.poll().length == 1, boundary)
    }
  }

  test("lag is measured by the API's clock, so a record that is committed late is not lost") {
    Seq(0L, 3000).foreach { behind =>
      val t = new Ticking(
        behind,
        Some(_),
        lateMs = 1500,
        "url" -> "http://h/x?from={offset}",
        "offsetType" -> "max_field",
        "lag" -> "2",
        "initialOffset" -> Began.toString
      )
      deliversAll(t, Began, s"$behind ms")
    }
  }

  test("initialOffset=latest: records created after the first poll are not lost, and much older records do not come") {
    for {
      behind <- Seq(0L, 900, 3000, 3600000)
      date <- Seq[Long => Option[Long]](Some(_), _ => None)
      if behind < 5000 || date(0).isDefined
      kind <- Seq("max_field", "window")
    } {
      val url = if (kind == "window") "http://h/x?from={windowStart}&to={windowEnd}" else "http://h/x?from={offset}"
      val t = new Ticking(behind, date, 0, "url" -> url, "offsetType" -> kind, "initialOffset" -> "latest")
      assert(t.run(1, every = 0).isEmpty)
      val got = t.run(40)
      val clue = s"$kind $behind ms, ${date(0)}"
      val due = t.created.filter(x => x > Began + 100 && x <= Began + t.ticks - 12000).map(t.record)
      assert(due.length > 100 && due.diff(got).isEmpty, s"lost: $clue")
      assert(got.distinct.length == got.length, s"repeated: $clue")
      assert(!got.exists(_ < t.record(Began - 6000)), s"too old: $clue")
    }
  }

  test("initialOffset=latest skips the whole existing list, oldest or newest record first, over all pages") {
    for {
      kind <- Seq("incremental", "max_field")
      paging <- Seq(Nil, Seq("pagination" -> "page", "order" -> "asc"), Seq("pagination" -> "page", "order" -> "none"))
      ascending <- Seq(true, false)
    } {
      var last = 1001
      val api = new PolledApi(
        Seq(
          "offsetField" -> "id",
          "offsetType" -> kind,
          "initialOffset" -> "latest",
          "maxPagesPerPoll" -> "3"
        ) ++ paging: _*
      )({ r =>
        val since = query(r).getOrElse("since", "0").toInt
        val list = (math.max(1, since) to last).toList
        val page = query(r).get("page").fold(0)(_.toInt - 1)
        Answer(array(ids((if (ascending) list else list.reverse).slice(page * 100, page * 100 + 100): _*)))
      })
      val clue = s"$kind $paging ascending=$ascending"
      // With the newest record first and without further pages, the first response contains the newest record.
      val polls = if (ascending || paging.nonEmpty) 12 else 1
      (1 to polls).foreach(n => assert(api.poll() == Nil, s"$clue, poll $n"))
      assert(api.state.started, clue)
      last += 5
      assert(api.traversal().toSet == ids(1002 to 1006: _*).toSet && api.poll() == Nil, clue)
    }
  }

  test("initialOffset=latest skips nothing if the checkpoint already has an offset") {
    val api = new PolledApi("offsetField" -> "id", "offsetType" -> "max_field", "initialOffset" -> "latest")(_ =>
      Answer(array(ids(6, 7)))
    )
    api.state = api.state.copy(offset = Some("5"))
    assert(api.poll() == ids(6, 7))
  }

  test("a poll with lag tells how old records must be to be read, and the API's clock may be ahead") {
    def unread(lag: String)(date: Instant => Option[Instant]) = {
      lazy val api: PolledApi = new PolledApi("offsetField" -> "t", "offsetType" -> "max_field", "lag" -> lag)(_ =>
        Answer("[]", date(api.now).map(dated).toSeq)
      )
      api.poll()
      api.outcome.unreadMs.fold(NothingRead)(identity)
    }
    val late = unread("10s") _
    assert(late(now => Some(now.plusMillis(30400))) == 41000, "Date is rounded down")
    assert(late(Some(_)) == 11000 && late(now => Some(now.minusSeconds(30))) == 10000)
    assert(late(_ => None) == 15000, "the API's clock is unknown")
    assert(late(now => Some(now.plusSeconds(864000))) == 15000, "such a Date is not believed")
    assert(unread("0")(_ => None) == 0, "a poll without lag reads everything")
  }

  test("a window has read the records before its end, and an unfinished slice has read none") {
    val ofWindow = Seq(
      "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
      "offsetType" -> "window",
      "offsetField" -> "t",
      "initialOffset" -> "2026-01-01T00:00:00Z"
    )
    def unread(more: (String, String)*)(body: String) = {
      lazy val api: PolledApi = new PolledApi(ofWindow ++ more: _*)(_ => Answer(body, Seq(dated(api.now))))
      api.now = api.now.plusMillis(5400500)
      api.traversal()
      api.outcome.unreadMs.fold(NothingRead)(identity)
    }
    val rounding = 500
    val ahead = 1000 - rounding
    assert(unread()("[]") == 1 + ahead, "a slice may exclude its end")
    val seconds = Seq("requestOffsetFormat" -> "epoch_s")
    assert(unread(seconds: _*)("[]") == 1 + rounding + ahead, "a slice ends at a whole second")
    val hours = Seq("windowStep" -> "1h", "windowAlign" -> "true")
    assert(unread(hours: _*)("[]") == 1800000 + 1 + rounding + ahead, "the slice from 01:00 on is not over")
    val until = Seq("availableUntilField" -> "until", "dataField" -> "data")
    val body = """{"data":[],"until":"2026-01-01T00:30:00Z"}"""
    assert(unread(until: _*)(body) == 3600000 + 1 + rounding + ahead, "the API has not completed its data")
    val never = hours :+ ("initialOffset" -> "2026-01-01T01:00:00Z")
    assert(unread(never: _*)("[]") == NothingRead, "no request, as no slice is over")
  }

  private val NothingRead = -1L
  private def dated(at: Instant) = "Date" -> DateTimeFormatter.RFC_1123_DATE_TIME.format(at.atOffset(ZoneOffset.UTC))
}
