// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.time.format.DateTimeFormatter
import java.time.{Instant, ZoneOffset}

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.Condition
import io.github.sparkrest.progress.RequestIdentity
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

  test("the pages of a slice belong to its end as sent, and an option that is not set changes no hash") {
    def identity(more: (String, String)*) =
      RequestIdentity.of(RestConfig.parse((days ++ more).toMap).fold(e => fail(e.text), c => c))
    assert(identity("windowEndInclusive" -> "true") != identity())
    assert(identity() == "715521f24e1fb27e", "a checkpoint of an earlier version continues in the middle of a traversal")
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
