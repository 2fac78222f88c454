// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.time.format.DateTimeFormatter
import java.time.{Instant, LocalDateTime, ZoneId, ZoneOffset}

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.Condition
import io.github.sparkrest.options.values.TimeFormat
import io.github.sparkrest.progress.{Progress, RequestIdentity}
import io.github.sparkrest.schedule.PolledApi
import io.github.sparkrest.schedule.PolledApi._
import org.scalatest.funsuite.AnyFunSuite

/** Slices of time as APIs of reports want them: whole, on a grid, with an inclusive end, and not beyond the API's own data. */
class WindowSlicesSuite extends AnyFunSuite {
  private val days = Seq(
    "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
    "offsetType" -> "window",
    "windowStep" -> "1d",
    "windowAlign" -> "true",
    "requestOffsetFormat" -> "yyyy-MM-dd",
    "timeZone" -> "Europe/Berlin",
    "catchUpInterval" -> "0"
  )

  private class Reports(options: (String, String)*)(body: Map[String, String] => String) {
    val api: PolledApi = new PolledApi(options: _*)({ r =>
      val date = DateTimeFormatter.RFC_1123_DATE_TIME.format(api.now.atOffset(ZoneOffset.UTC))
      Answer(body(query(r)), Seq("Date" -> date))
    })

    /** `from/to` of the requests at this moment, and the records. */
    def at(now: String): (Seq[String], Seq[String]) = {
      api.now = Instant.parse(now)
      val before = api.asked.length
      val records = api.poll() ++ api.poll()
      assert(api.outcome.error.isEmpty, api.outcome.error)
      (api.asked.drop(before).toList.map(query).map(q => s"${q("from")}/${q("to")}"), records)
    }
  }

  test("aligned slices are requested when they are over, a slice once") {
    val reports = new Reports(days :+ ("initialOffset" -> "2026-01-01"): _*)(q => s"""[{"day":"${q("from")}"}]""")
    val (first, records) = reports.at("2026-01-03T22:59:00Z")
    assert(first == Seq("2026-01-01/2026-01-02", "2026-01-02/2026-01-03"))
    assert(records == Seq("""{"day":"2026-01-01"}""", """{"day":"2026-01-02"}"""))
    assert(reports.at("2026-01-03T22:59:50Z")._1 == Nil)
    assert(reports.at("2026-01-03T23:00:10Z")._1 == Seq("2026-01-03/2026-01-04"), "midnight in Berlin")
  }

  test("a step that is shorter than a unit of the format is as long as the unit") {
    val hours = days.toMap - "windowAlign" ++ Seq("windowStep" -> "1h", "initialOffset" -> "2026-01-01")
    val reports = new Reports(hours.toSeq: _*)(q => s"""[{"day":"${q("from")}"}]""")
    assert(reports.at("2026-01-03T22:00:00Z")._1.take(2) == Seq("2026-01-01/2026-01-02", "2026-01-02/2026-01-03"))
    assert(reports.api.state.offset.contains("2026-01-03"))
    assert(reports.at("2026-01-03T23:30:00Z")._1.head == "2026-01-03/2026-01-04")
  }

  test("an inclusive end is sent one unit earlier") {
    val end = "windowEndInclusive" -> "true"
    val reports = new Reports(days ++ Seq("initialOffset" -> "2026-03-28", end): _*)(_ => "[]")
    assert(
      reports.at("2026-03-31T00:00:00Z")._1 == Seq("28/28", "29/29", "30/30").map(_.replaceAll("(\\d+)", "2026-03-$1"))
    )
    def hours(format: String, initial: String) = {
      val all = days.toMap ++ Seq("windowStep" -> "1h", "requestOffsetFormat" -> format, "initialOffset" -> initial, end)
      new Reports(all.toSeq: _*)(_ => "[]").at("2026-01-01T02:30:00Z")._1
    }
    assert(hours("iso", "2026-01-01T01:00:00Z") == Seq("2026-01-01T01:00:00Z/2026-01-01T01:59:59.999Z"))
    assert(hours("epoch_s", "1767229200") == Seq("1767229200/1767232799"))
    assert(hours("epoch_ms", "1767229200000") == Seq("1767229200000/1767232799999"))
    assert(hours("yyyy-MM-dd HH:mm", "2026-01-01 02:00") == Seq("2026-01-01 02:00/2026-01-01 02:59"))
  }

  test("the first slice ends at the grid too, weeks begin on Monday, and days have 23 to 25 hours") {
    def slices(step: String, initial: String, now: String) = new Reports(
      (days.toMap ++ Seq("windowStep" -> step, "requestOffsetFormat" -> "iso", "initialOffset" -> initial)).toSeq: _*
    )(_ => "[]").at(now)._1
    assert(
      slices("1h", "2026-01-01T10:20:00Z", "2026-01-01T12:10:00Z") ==
        Seq("2026-01-01T10:20:00Z/2026-01-01T11:00:00Z", "2026-01-01T11:00:00Z/2026-01-01T12:00:00Z")
    )
    assert(
      slices("7d", "2026-01-01T00:00:00Z", "2026-01-12T00:00:00Z") ==
        Seq("2026-01-01T00:00:00Z/2026-01-04T23:00:00Z", "2026-01-04T23:00:00Z/2026-01-11T23:00:00Z")
    )
    assert(
      slices("1d", "2026-03-28T23:00:00Z", "2026-03-30T00:00:00Z") == Seq("2026-03-28T23:00:00Z/2026-03-29T22:00:00Z")
    )
    assert(
      slices("1d", "2026-10-24T22:00:00Z", "2026-10-26T00:00:00Z") == Seq("2026-10-24T22:00:00Z/2026-10-25T23:00:00Z")
    )
  }

  test("the next slice begins where the API's data end, and no record is lost or repeated") {
    val options = Seq(
      "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
      "offsetType" -> "window",
      "requestOffsetFormat" -> "epoch_s",
      "offsetField" -> "t",
      "offsetFormat" -> "epoch_s",
      "initialOffset" -> "1767225600",
      "availableUntilField" -> "meta.until",
      "dataField" -> "data",
      "lag" -> "10",
      "catchUpInterval" -> "0"
    )
    var until = "1767225650"
    val reports = new Reports(options: _*)({ q =>
      val all = (1767225600L to 1767225700L by 10).filter(t => t >= q("from").toLong && t <= q("to").toLong)
      // Half of the records after the watermark are missing.
      val shown = all.filter(t => t <= until.toLong || t % 20 == 0)
      s"""{"data":${array(shown.map(t => s"""{"t":$t}"""))},"meta":{"until":$until}}"""
    })
    val (_, first) = reports.at("2026-01-01T00:02:00Z")
    assert(reports.api.state.offset.contains("1767225650"))
    until = "1767225900"
    val (asked, second) = reports.at("2026-01-01T00:03:00Z")
    assert(asked.head.startsWith("1767225650/"))
    assert((first ++ second).sorted == (1767225600L to 1767225700L by 10).map(t => s"""{"t":$t}"""))
  }

  test("a slice ends where the data ended when its first page was read") {
    var until = "2026-01-01T10:00:00Z"
    var records = Vector("09:00", "11:00")
    val api = new PolledApi(
      "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
      "offsetType" -> "window",
      "offsetField" -> "t",
      "initialOffset" -> "2026-01-01T08:00:00Z",
      "availableUntilField" -> "until",
      "dataField" -> "data",
      "pagination" -> "nextUrl",
      "nextField" -> "next"
    )({ r =>
      val isSecond = r.url.endsWith("&last")
      val page = if (isSecond) records.takeRight(1) else records.dropRight(1)
      val data = array(page.map(t => s"""{"t":"2026-01-01T$t:00Z"}"""))
      val answer = Answer(s"""{"data":$data,"until":"$until"${if (isSecond) "" else s""","next":"${r.url}&last""""}}""")
      if (!isSecond) {
        // The API completes its data between the two pages, and the new record belongs to the first one.
        until = "2026-01-01T12:30:00Z"
        if (!records.contains("10:30")) records = Vector("09:00", "10:30", "11:00")
      }
      answer
    })
    api.now = Instant.parse("2026-01-01T12:00:00Z")
    val first = api.traversal()
    assert(api.state.offset.contains("2026-01-01T10:00:00Z"))
    val all = first ++ api.traversal()
    assert(all.sorted == records.map(t => s"""{"t":"2026-01-01T$t:00Z"}"""), "each record once")
  }

  test("a day that the API has not completed is requested again as a whole") {
    val watermark =
      Seq("windowEndInclusive" -> "true", "availableUntilField" -> "header:X-Covered", "initialOffset" -> "2026-01-01")
    var covered = "2026-01-01"
    val api = new PolledApi(days ++ watermark: _*)(_ => Answer("[]", Seq("X-Covered" -> covered)))
    def at(now: String) = {
      api.now = Instant.parse(now)
      api.asked.clear()
      api.poll()
      api.asked.toList.map(query(_)("from"))
    }
    assert(at("2026-01-04T00:00:00Z") == Seq("2026-01-01", "2026-01-02") && api.state.offset.contains("2026-01-02"))
    covered = "2026-01-03"
    assert(at("2026-01-04T01:00:00Z") == Seq("2026-01-02", "2026-01-03") && api.state.offset.contains("2026-01-04"))
    covered = "soon"
    assert(at("2026-01-06T01:00:00Z") == Seq("2026-01-04"))
    assert(
      api.outcome.error.map(_.condition).contains(Condition.OffsetFieldNotFound) && api.state.offset.contains(
        "2026-01-04"
      )
    )
  }

  test("an offset keeps its moment when requestOffsetFormat or timeZone changes") {
    val began = Instant.parse("2026-01-01T00:00:00Z")
    val pattern = "yyyy-MM-dd HH:mm:ss"
    val forms =
      Seq(
        "epoch_s" -> "UTC",
        "epoch_ms" -> "UTC",
        "iso" -> "UTC",
        pattern -> "America/New_York",
        pattern -> "Asia/Tokyo"
      )
    def reader(form: String, zone: String) = {
      val format = TimeFormat.parse(form).get
      def time(text: String) = format.parse(text, ZoneId.of(zone)).getOrElse(fail(s"$text is not a $form"))
      new PolledApi(
        "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
        "offsetType" -> "window",
        "offsetField" -> "t",
        "offsetFormat" -> "iso",
        "requestOffsetFormat" -> form,
        "timeZone" -> zone,
        "initialOffset" -> format.render(began, ZoneId.of(zone)),
        "pagination" -> "page",
        "pageSize" -> "4",
        "dataField" -> "data"
      )({ r =>
        val (from, until) = (time(query(r)("from")), time(query(r)("to")))
        val found =
          Iterator.iterate(began)(_.plusSeconds(10)).dropWhile(_.isBefore(from)).takeWhile(!_.isAfter(until)).toList
        val page = found.slice(4 * query(r)("page").toInt - 4, 4 * query(r)("page").toInt)
        Answer(s"""{"data":${array(page.map(t => s"""{"t":"$t"}"""))}}""")
      })
    }
    for (
      (form, zone) <- forms; (other, otherZone) <- forms if other != form || zone != otherZone; midst <- Seq(false, true)
    ) {
      val (before, after) = (reader(form, zone), reader(other, otherZone))
      before.now = began.plusSeconds(100)
      val first = before.traversal()
      before.now = began.plusSeconds(200)
      val second = if (midst) (1 to 3).toList.flatMap(_ => before.once()) else Nil
      after.state = before.state
      after.now = began.plusSeconds(300)
      val all = first ++ second ++ after.traversal() ++ after.traversal()
      assert(
        all.sorted == (0 to 300 by 10).map(s => s"""{"t":"${began.plusSeconds(s.toLong)}"}"""),
        s"$form $zone $other $otherZone"
      )
    }
  }

  test("a stored offset that is not a time of the past in requestOffsetFormat is an error, and no request is sent") {
    def failed(form: String, stored: String) = {
      val api = new PolledApi(
        "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
        "offsetType" -> "window",
        "requestOffsetFormat" -> form
      )(_ => Answer("[]"))
      api.state = Progress(Some(stored))
      api.poll()
      assert(api.outcome.error.isEmpty || api.asked.isEmpty && api.state.offset.contains(stored))
      api.outcome.error.map(_.condition)
    }
    assert(failed("epoch_s", "1767225600000").contains(Condition.CheckpointUnreadable))
    assert(failed("epoch_s", "2026-01-01T00:00:00Z").contains(Condition.CheckpointUnreadable))
    assert(failed("iso", "1767225600").contains(Condition.CheckpointUnreadable))
    assert(failed("iso", "2026-01-01T00:05:00Z").isEmpty, "a clock may be set back")
    assert(
      failed("epoch_s", "1767225600").isEmpty && failed("yyyyMM", "202512").isEmpty,
      "a month is not read as a time"
    )
  }

  test("in the hour of autumn that local times repeat, no slice begins or ends") {
    import WindowSlicesSuite.Readings
    val zone = ZoneId.of("America/New_York")
    val hour = Instant.parse("2026-11-01T05:00:00Z") // 01:00 appears at 5:00 and at 6:00
    val steps =
      Seq(Nil, Seq("windowStep" -> "25m"), Seq("windowStep" -> "1h", "windowAlign" -> "true"), Seq("windowStep" -> "3h"))
    for {
      (name, holds) <- Readings
      step <- steps
      lookback <- Seq("0s", "40m")
      available <- Seq(false, true)
    } {
      val options = Seq(
        "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
        "offsetType" -> "window",
        "offsetField" -> "t",
        "offsetFormat" -> "iso",
        "requestOffsetFormat" -> "yyyy-MM-dd HH:mm:ss",
        "timeZone" -> zone.getId,
        "initialOffset" -> "2026-10-31 23:00:00",
        "lookback" -> lookback,
        "catchUpInterval" -> "0",
        "dataField" -> "data"
      ) ++ step ++ (if (available) Seq("availableUntilField" -> "until") else Nil)
      val all = (-10 to 30).map(n => hour.plusSeconds(n * 600L + 7))
      def now(api: PolledApi) = api.now.minusSeconds(if (available) 300 else 0)
      lazy val api: PolledApi = new PolledApi(options: _*)({ r =>
        val (from, until) = (query(r)("from"), query(r)("to"))
        assert(from <= until, "an API may refuse such a slice")
        assert(!Seq(from, until).exists(_.startsWith("2026-11-01 01:")), "such a text has two meanings")
        val found = all.filter(t => !t.isAfter(now(api)) && holds(zone, from, until)(t)).map(t => s"""{"t":"$t"}""")
        Answer(s"""{"data":${array(found)},"until":"${now(api)}"}""")
      })
      api.now = hour.minusSeconds(6000)
      val records = (1 to 28).toList.flatMap { _ =>
        api.now = api.now.plusSeconds(1050)
        api.poll() ++ api.poll()
      }
      assert(records.sorted == all.map(t => s"""{"t":"$t"}"""), s"$name $step $lookback $available")
    }
  }

  test("a shorter step or a longer lag after a restart repeats nothing") {
    val begin = Instant.parse("2026-01-01T00:00:00Z")
    // Records that have no time at offsetField are remembered, too.
    val all = (0 until 48).map(n =>
      (
        begin.plusSeconds(n * 1800L),
        s"""{"id":$n${if (n % 2 == 0) "" else s""","t":"${begin.plusSeconds(n * 1800L)}""""}}"""
      )
    )
    def api(options: Seq[(String, String)], until: PolledApi => Option[Instant]) = {
      val shared = Seq(
        "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
        "offsetType" -> "window",
        "offsetField" -> "t",
        "dataField" -> "data",
        "initialOffset" -> begin.toString,
        "catchUpInterval" -> "0"
      )
      lazy val polled: PolledApi = new PolledApi(shared ++ options: _*)({ r =>
        val (from, to) = (Instant.parse(query(r)("from")), Instant.parse(query(r)("to")))
        val found = all.collect {
          case (t, text) if !t.isAfter(polled.now) && !t.isBefore(from) && t.isBefore(to) => text
        }
        val complete = until(polled).fold("")(t => s""","until":"$t"""")
        Answer(s"""{"data":${array(found)}$complete}""")
      })
      polled
    }
    def came(first: PolledApi, second: PolledApi, at: Instant) = {
      first.now = at
      val before = first.poll()
      second.state = first.state
      val after = (1 to 120).toList.flatMap { n =>
        second.now = at.plusSeconds(n * 900L)
        second.poll()
      }
      before ++ after
    }
    val aligned = Seq("windowAlign" -> "true", "availableUntilField" -> "until")
    def completeUntil(a: PolledApi) = Some(a.now.minusSeconds(7200))
    for (boundary <- Seq("inclusive", "exclusive")) {
      val both = aligned :+ ("boundary" -> boundary)
      val days = api(both :+ ("windowStep" -> "1d"), completeUntil)
      val hours = api(both :+ ("windowStep" -> "1h"), completeUntil)
      assert(came(days, hours, begin.plusSeconds(86700)).sorted == all.map(_._2).sorted, s"step, $boundary")
      val plain = Seq("boundary" -> boundary)
      val soon = api(plain, _ => None)
      val late = api(plain :+ ("lag" -> "2h"), _ => None)
      assert(came(soon, late, begin.plusSeconds(36001)).sorted == all.map(_._2).sorted, s"lag, $boundary")
    }
  }

  test("before the offset has moved, a slice that ends earlier makes forget nothing") {
    val begin = Instant.parse("2026-01-01T00:00:00Z")
    val all = Seq(1L, 3L).map(begin.plusSeconds).map(t => t -> s"""{"t":"$t"}""")
    def api(lag: String) = new PolledApi(
      "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
      "offsetType" -> "window",
      "offsetField" -> "t",
      "initialOffset" -> begin.toString,
      "pagination" -> "page",
      "pageSize" -> "2",
      "maxPagesPerPoll" -> "1",
      "lag" -> lag
    )({ r =>
      val (to, page) = (Instant.parse(query(r)("to")), query(r)("page").toInt)
      Answer(array(all.collect { case (t, text) if t.isBefore(to) => text }.slice(2 * page - 2, 2 * page)))
    })
    val (first, second) = (api("0"), api("2s"))
    first.now = begin.plusSeconds(4)
    assert(first.poll() == all.map(_._2).toList && first.state.traversal.isDefined)
    second.state = first.state
    second.now = first.now
    assert(second.traversal().isEmpty && second.state.offset.isEmpty)
    second.now = begin.plusSeconds(20)
    assert(second.traversal().isEmpty)
  }

  test("the pages of a slice belong to its end as sent, and an option that is not set changes no hash") {
    def identity(more: (String, String)*) =
      RequestIdentity.of(RestConfig.parse((days ++ more).toMap).fold(e => fail(e.text), c => c))
    assert(identity("windowEndInclusive" -> "true").text != identity().text)
    assert(
      identity().is("715521f24e1fb27e"),
      "a checkpoint of an earlier version continues in the middle of a traversal"
    )
    assert(identity().text == "2-ca673f2a04eea14b", "and a checkpoint of this version")
    assert(identity().text != identity().earlier, "a header that is added later is a change")
  }

  test("the options belong to windows") {
    def problems(options: (String, String)*) =
      RestConfig.parse(Map("url" -> "http://h/x?a={id}", "offsetField" -> "id") ++ options).fold(_.text, _ => "")
    Seq("windowAlign" -> "true", "windowEndInclusive" -> "true", "availableUntilField" -> "a").foreach { option =>
      assert(problems(option).contains("availableUntilField: need offsetType=window"), option)
    }
    assert(
      problems("offsetType" -> "window", "url" -> "http://h/{windowStart}", "windowAlign" -> "true").contains(
        "windowAlign: needs windowStep"
      )
    )
  }
}

object WindowSlicesSuite {

  /** What an API makes of local times without an offset that may mean two moments. */
  val Readings: Seq[(String, (ZoneId, String, String) => Instant => Boolean)] = {
    def local(text: String) = LocalDateTime.parse(text.replace(' ', 'T'))
    def between(from: Instant, until: Instant): Instant => Boolean = t => !t.isBefore(from) && !t.isAfter(until)
    def earlier(text: String, zone: ZoneId) = local(text).atZone(zone).withEarlierOffsetAtOverlap.toInstant
    def later(text: String, zone: ZoneId) = local(text).atZone(zone).withLaterOffsetAtOverlap.toInstant
    Seq(
      ("the earlier moment", (zone, from, until) => between(earlier(from, zone), earlier(until, zone))),
      ("the later moment", (zone, from, until) => between(later(from, zone), later(until, zone))),
      (
        "the local time itself",
        (zone, from, until) => { t =>
          val time = t.atZone(zone).toLocalDateTime
          !time.isBefore(local(from)) && !time.isAfter(local(until))
        }
      )
    )
  }
}
