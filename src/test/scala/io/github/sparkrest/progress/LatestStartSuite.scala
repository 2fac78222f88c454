// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import java.time.format.DateTimeFormatter
import java.time.{Instant, ZoneOffset}

import io.github.sparkrest.schedule.PolledApi
import io.github.sparkrest.schedule.PolledApi._
import org.scalatest.funsuite.AnyFunSuite

/** Where `initialOffset=latest` begins. [[io.github.sparkrest.poll.ClocksSuite]] has the clocks of other strategies. */
class LatestStartSuite extends AnyFunSuite {

  /** Whole hours, of an API that creates a record each minute.
    *
    * @param behind seconds by which the clock of the API is behind this machine's clock
    */
  private class Hours(behind: Long, hasDate: Boolean, options: (String, String)*) {
    val api: PolledApi = new PolledApi(
      Seq(
        "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
        "offsetType" -> "window",
        "offsetField" -> "at",
        "windowStep" -> "1h",
        "windowAlign" -> "true",
        "initialOffset" -> "latest",
        "streamingInterval" -> "30",
        "catchUpInterval" -> "0"
      ) ++ options: _*
    )({ r =>
      val q = query(r)
      val (from, to) = (Instant.parse(q("from")), Instant.parse(q("to")))
      val atApi = api.now.minusSeconds(behind)
      val first = from.getEpochSecond + 59 - (from.getEpochSecond + 59) % 60
      val minutes = Iterator.iterate(Instant.ofEpochSecond(first))(_.plusSeconds(60)).takeWhile(_.isBefore(to))
      val date = DateTimeFormatter.RFC_1123_DATE_TIME.format(atApi.atOffset(ZoneOffset.UTC))
      Answer(
        array(minutes.filterNot(_.isAfter(atApi)).map(m => s"""{"at":"$m"}""").toList),
        if (hasDate) Seq("Date" -> date) else Nil
      )
    })

    def at(now: String): List[String] = {
      api.now = Instant.parse(s"2026-01-01T${now}Z")
      val records = api.traversal()
      assert(api.outcome.error.isEmpty)
      records
    }
  }
  private def minutes(n: Range, hour: Int = 10) = n.map(m => f"""{"at":"2026-01-01T$hour%02d:$m%02d:00Z"}""").toList

  test("aligned slices: no record after the first poll is lost") {
    for ((behind, hasDate) <- Seq((0L, true), (0L, false), (4L, false), (90L, true)))
      withClue(s"API $behind s behind, with Date: $hasDate: ") {
        val hours = new Hours(behind, hasDate)
        assert(hours.at("10:20:30") == Nil && hours.api.asked.isEmpty && hours.api.state.started)
        val start = hours.api.state.offset
        for (now <- Seq("10:21:00", "10:45:00")) assert(hours.at(now) == Nil && hours.api.state.offset == start)
        // By the API's clock the stream began at 10:19 if it is 90 s behind.
        val first = if (behind == 90) 19 else 21
        assert(hours.at("11:02:00") == minutes(first to 59))
        assert(hours.at("11:30:00") == Nil && hours.at("12:02:00") == minutes(0 to 59, 11))
        assert(hours.api.state.passedOver == 0)
      }
  }

  test("aligned slices: a run of a single poll stores where the stream begins") {
    val hours = new Hours(0, hasDate = true, "windowStep" -> "1d")
    assert(hours.at("10:20:30") == Nil && !hours.api.outcome.more)
    hours.api.now = Instant.parse("2026-01-02T10:20:00Z")
    assert(hours.api.traversal().take(40) == minutes(21 to 59) :+ """{"at":"2026-01-01T11:00:00Z"}""")
  }

  test("aligned slices: a backfill that is added later ends where the stream began") {
    val hours = new Hours(0, hasDate = true)
    hours.at("10:20:30")
    val start = hours.api.state.since
    assert(start.contains(Instant.parse("2026-01-01T10:20:28Z")) && start == hours.api.state.moment)
    hours.at("11:02:00")
    assert(hours.api.state.since == start && hours.api.state.offset.contains("2026-01-01T11:00:00Z"))
    val behind = new Hours(90, hasDate = true)
    behind.at("10:20:30")
    behind.at("11:02:00")
    assert(behind.api.state.since.contains(Instant.parse("2026-01-01T10:18:58Z")))
  }

  test("aligned slices: no record is lost if windowAlign is removed before the first slice is over") {
    val hours = new Hours(0, hasDate = true)
    hours.at("10:20:30")
    val free = new Hours(0, hasDate = true, "windowAlign" -> "false")
    free.api.state = hours.api.state
    assert(free.at("10:40:30") == minutes(21 to 40))
  }

  private val latest = "initialOffset" -> "latest"

  /** The records of a stream that gets the option after it received records. */
  private def addedTo(options: (String, String)*)(before: String, after: String): List[String] = {
    def api(body: String, more: (String, String)*) =
      new PolledApi(Seq("maxRetries" -> "0") ++ options ++ more: _*)(_ => Answer(body))
    val first = api(before)
    first.traversal()
    assert(first.outcome.error.isEmpty && first.state.offset.isEmpty)
    val next = api(after, latest)
    next.state = first.state
    next.traversal() ++ next.traversal()
  }
  private val (row1, row2) = ("""{"id":1}""", """{"id":2,"n":1}""")

  test("latest has no effect on a snapshot that was read before") {
    val snapshot = Seq("url" -> "http://h/x", "offsetType" -> "snapshot", "recordKey" -> "id")
    val changed = """[{"id":2,"n":2}]"""
    assert(addedTo(snapshot: _*)(array(Seq(row1, row2)), changed) == List("""{"id":2,"n":2}"""))
    val changes = addedTo(snapshot :+ ("readChanges" -> "true"): _*)(array(Seq(row1, row2)), changed)
    assert(changes.map(_.drop(1)).toSet == Set("""{"id":2,"n":2}""", """{"id":1}"""))
  }

  test("latest has no effect on a snapshot that became empty") {
    val options = Seq("url" -> "http://h/x", "offsetType" -> "snapshot", "recordKey" -> "id")
    var body = array(Seq(row1))
    val first = new PolledApi(options: _*)(_ => Answer(body))
    assert(first.poll() == List(row1))
    body = "[]"
    assert(first.poll() == Nil && first.state.boundary.isEmpty)
    val next = new PolledApi(options :+ latest: _*)(_ => Answer(array(Seq(row2))))
    next.state = first.state
    assert(next.poll() == List(row2))
  }

  test("latest has no effect on a stream without an offset that received records") {
    val cursor = Seq("url" -> "http://h/x?c={next}", "offsetType" -> "cursor", "offsetField" -> "next")
    def records(n: Any*) = s"""{"data":${array(ids(n: _*))},"next":null}"""
    assert(addedTo(cursor: _*)(records(1), records(1, 2)) == ids(2))
  }

  /** The second page is refused twice, so that the list is read from its beginning. */
  private def refused(options: (String, String)*) = {
    var isRefused = false
    new PolledApi(
      Seq(
        "url" -> "http://h/x?from={id}",
        "offsetType" -> "incremental",
        "offsetField" -> "id",
        "dataField" -> "data",
        "pagination" -> "cursor",
        "nextField" -> "next",
        "maxRetries" -> "0"
      ) ++ options: _*
    )({ r =>
      query(r).get("cursor") match {
        case Some("old") => isRefused = true; Answer("gone", status = 410)
        case Some(_)     => Answer(s"""{"data":${array(ids(3, 4))}}""")
        case None        => Answer(s"""{"data":${array(ids(1, 2))},"next":"${if (isRefused) "new" else "old"}"}""")
      }
    })
  }

  test("latest skips all pages of a first traversal that begins again") {
    val api = refused(latest)
    assert(api.traversal() == Nil && api.outcome.error.isDefined && !api.state.ahead.isEmpty)
    assert(api.traversal() == Nil && api.state.offset.contains("4") && api.state.started)
  }

  test("latest has no effect on a stream whose first traversal is not over") {
    val first = refused("maxPagesPerPoll" -> "1")
    assert(first.poll() == ids(1, 2) && first.state.traversal.isDefined)
    val next = refused(latest)
    next.state = first.state
    assert((next.traversal() ++ next.traversal()) == ids(3, 4))
  }

  test("latest has no effect on a snapshot whose first traversal is not over") {
    val options =
      Seq("url" -> "http://h/x", "offsetType" -> "snapshot", "recordKey" -> "id", "readChanges" -> "true") ++
        Seq("pagination" -> "page", "maxPagesPerPoll" -> "1")
    def api(more: (String, String)*) =
      new PolledApi(options ++ more: _*)(r =>
        Answer(array(ids(1, 2).slice(query(r)("page").toInt - 1, query(r)("page").toInt)))
      )
    val first = api()
    assert(first.poll().map(_.drop(1)) == ids(1) && first.state.traversal.isDefined)
    val next = api(latest)
    next.state = first.state
    assert(next.traversal().map(_.drop(1)) == ids(2))
  }
}
