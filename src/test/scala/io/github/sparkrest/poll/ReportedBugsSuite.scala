// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.error.Condition
import io.github.sparkrest.schedule.{PollWarnings, PolledApi}
import org.scalatest.funsuite.AnyFunSuite

/** Bugs that users of other tools reported, and behavior of real servers. Each test has an API that behaves in this way.
  * [[ApiQuirksSuite]] has more: late records, times in several zones, ids as text.
  */
class ReportedBugsSuite extends AnyFunSuite {
  import PolledApi._

  private val ids10 = ids(1 to 10: _*)
  private val byId = Seq("offsetField" -> "id", "offsetType" -> "incremental")

  /** The records on a page of the list. */
  private def paged(records: Seq[String], page: Int, size: Int) = records.slice((page - 1) * size, page * size)

  test("a failed page fails the poll, the offset stays, and the next poll continues with that page") {
    var broken = true
    val api = new PolledApi(byId ++ Seq("pagination" -> "page", "maxRetries" -> "0"): _*)({ r =>
      val page = query(r)("page").toInt
      if (page == 2 && broken) Answer("", status = 500) else Answer(array(paged(ids10, page, 4)))
    })
    assert(api.poll() == ids(1 to 4: _*) && api.outcome.error.isDefined && api.state.offset.isEmpty)
    broken = false
    assert(
      api.poll() == ids(5 to 10: _*) && api.state.offset.contains("10") && api.asked.count(query(_)("page") == "1") == 1
    )
  }

  test("an empty response moves the window forward") {
    val api = new PolledApi(
      "url" -> "http://h/f?from={windowStart}&to={windowEnd}",
      "offsetType" -> "window",
      "windowStep" -> "24h",
      "initialOffset" -> "2025-12-30T00:00:00Z",
      "streamingInterval" -> "0"
    )(_ => Answer("[]", Seq("Date" -> "Thu, 01 Jan 2026 00:01:00 GMT")))
    api.poll()
    assert(
      api.urls.map(u => query(io.github.sparkrest.http.HttpRequest("GET", u, Nil))("from").take(10)) == List(
        "2025-12-30",
        "2025-12-31"
      )
    )
    assert(api.state.offset.contains("2026-01-01T00:00:00Z") && !api.outcome.more)
    api.now = api.now.plusSeconds(60)
    api.poll()
    assert(api.urls.last.endsWith("to=2026-01-01T00%3A01%3A00Z"))
  }

  test("a page token that is repeated, at once or in a circle, is an error that names it") {
    val same = new PolledApi("pagination" -> "cursor", "nextField" -> "next", "offsetField" -> "id")(_ =>
      Answer("""{"data":[{"id":1}],"next":"tok7"}""")
    )
    same.poll()
    assert(same.outcome.error.exists(e => e.condition == Condition.PageRepeated && e.message.contains("\"tok7\"")))
    val circle = new PolledApi("pagination" -> "cursor", "nextField" -> "next", "offsetField" -> "id")({ r =>
      val n = query(r).getOrElse("cursor", "0").toInt
      Answer(s"""{"data":[{"id":$n}],"next":"${(n + 1) % 5}"}""")
    })
    circle.traversal()
    assert(circle.outcome.error.exists(_.condition == Condition.PageRepeated) && circle.asked.length < 30)
  }

  test(
    "hasMoreField, totalField, an empty cursor or a null list end a traversal, even if the page has a cursor"
  ) {
    def pages(options: (String, String)*)(last: String) = {
      val api =
        new PolledApi(Seq("offsetField" -> "id", "pagination" -> "cursor", "nextField" -> "next") ++ options: _*)({ r =>
          if (query(r).contains("cursor")) Answer(last).copy(headers = Seq("X-More" -> "False"))
          else
            Answer("""{"data":[{"id":1}],"next":"b","more":true,"total":2,"done":false}""")
              .copy(headers = Seq("X-More" -> "True"))
        })
      api.traversal()
      assert(api.asked.length == 2 && api.outcome.error.isEmpty && api.state.traversal.isEmpty, last)
    }
    pages("hasMoreField" -> "more")("""{"data":[{"id":2}],"next":"c","more":false}""")
    pages()("""{"data":[{"id":2}],"next":""}""")
    pages()("""{"data":null,"next":null}""")
    pages("totalField" -> "total")("""{"data":[{"id":2}],"next":"c","total":2}""")
    pages("hasMoreField" -> "!done")("""{"data":[{"id":2}],"next":"c","done":true}""")
    pages("hasMoreField" -> "header:X-More")("""{"data":[{"id":2}],"next":"c"}""")
    val stripe = new PolledApi(
      "offsetField" -> "id",
      "pagination" -> "cursor",
      "nextField" -> "id",
      "pageParam" -> "starting_after",
      "hasMoreField" -> "has_more",
      "offsetType" -> "incremental"
    )({ r =>
      val after = query(r).get("starting_after").fold(11)(_.toInt)
      val page = (after - 1 to 1 by -1).take(3)
      Answer(s"""{"data":${array(ids(page: _*))},"has_more":${page.last > 1}}""")
    })
    assert(stripe.traversal().toSet == ids10.toSet && stripe.urls(1).contains("starting_after=8"))
  }

  test("a page that contains only delivered records is not the end") {
    val late = """{"id":7,"at":5}"""
    var records = (1 to 6).map(i => s"""{"id":$i,"at":5}""")
    val api = new PolledApi("offsetField" -> "at", "offsetType" -> "max_field", "pagination" -> "page")({ r =>
      Answer(array(paged(records, query(r)("page").toInt, 3)))
    })
    assert(api.traversal().length == 6)
    records = records :+ late
    assert(api.traversal() == List(late))
  }

  test("a dataField that does not exist is an error") {
    val api = new PolledApi("dataField" -> "items", "offsetField" -> "id")(_ => Answer("""{"results":[{"id":1}]}"""))
    api.poll()
    assert(api.outcome.error.exists(e => e.condition == Condition.DataFieldNotFound && e.message.contains("results")))
  }

  test("an expired cursor is an error, or with onCursorExpired=restart a new start that delivers only new records") {
    var expired = false
    def api(options: (String, String)*) = new PolledApi(
      Seq(
        "offsetField" -> "next",
        "offsetType" -> "cursor",
        "url" -> "http://h/x?c={next}",
        "maxRetries" -> "0"
      ) ++ options: _*
    )({ r =>
      if (expired && query(r).contains("c")) Answer("gone", status = 410)
      else if (query(r).contains("c")) Answer("""{"data":[{"id":2}]}""")
      else Answer(s"""{"data":[{"id":1${if (expired) ""","n":0},{"id":2},{"id":3""" else ""}}],"next":"a"}""")
    })
    val fails = api()
    fails.poll()
    fails.poll()
    val restarts = api("onCursorExpired" -> "restart", "recordKey" -> "id")
    restarts.poll()
    restarts.poll()
    expired = true
    fails.poll()
    assert(fails.outcome.error.exists(e => e.condition == Condition.CursorExpired && e.hint.contains("restart")))
    restarts.poll()
    assert(restarts.outcome.error.isDefined && restarts.state.offset.isEmpty)
    assert(
      restarts.poll() == List("""{"id":1,"n":0}""", """{"id":3}"""),
      "record 2 was delivered before, record 1 changed, and record 3 is new"
    )
  }

  test("if a page token expires between two polls, the traversal starts again and nothing is repeated") {
    var expired = false
    val api =
      new PolledApi(byId ++ Seq("pagination" -> "nextUrl", "nextField" -> "next", "maxPagesPerPoll" -> "1"): _*)({ r =>
        if (expired && r.url.contains("t=old")) Answer("gone", status = 410)
        else if (r.url.contains("t=")) Answer(s"""{"data":${array(ids(3, 4))}}""")
        else Answer(s"""{"data":${array(ids(1, 2))},"next":"/x?t=${if (expired) "new" else "old"}"}""")
      })
    assert(api.poll() == ids(1, 2))
    expired = true
    assert(api.poll() == Nil && api.outcome.error.isDefined && api.state.traversal.isEmpty)
    assert(api.poll() == Nil && api.poll() == ids(3, 4) && api.state.offset.contains("4"))
  }

  test("a server may limit the page size, and may repeat the last page after the end") {
    val capped =
      new PolledApi(byId ++ Seq("pagination" -> "offset", "pageSize" -> "100", "pageSizeParam" -> "limit"): _*)({ r =>
        Answer(array(ids10.slice(query(r)("offset").toInt, query(r)("offset").toInt + 3)))
      })
    assert(capped.traversal() == ids10 && capped.outcome.warning.exists(_.contains("pageSize")))
    val clamped = new PolledApi(byId :+ ("pagination" -> "page"): _*)({ r =>
      Answer(array(paged(ids10, math.min(query(r)("page").toInt, 4), 3)))
    })
    assert(clamped.traversal() == ids10 && clamped.asked.length == 8 && clamped.state.offset.contains("10"))
  }

  test("a server may return the records of a page in reverse order") {
    val api = new PolledApi(byId ++ Seq("pagination" -> "page", "order" -> "asc"): _*)({ r =>
      Answer(array(paged((query(r)("since").toInt to 10).map(i => s"""{"id":$i}"""), query(r)("page").toInt, 3).reverse))
    })
    assert(api.traversal().toSet == (ids10 :+ """{"id":0}""").toSet && api.outcome.error.isEmpty)
  }

  test("order=asc for an API that returns the newest record first causes a warning, and loses nothing") {
    val api = new PolledApi(byId ++ Seq("pagination" -> "page", "order" -> "asc"): _*)({ r =>
      Answer(
        array(paged((10 to query(r)("since").toInt.max(1) by -1).map(i => s"""{"id":$i}"""), query(r)("page").toInt, 3))
      )
    })
    assert(api.traversal().toSet == ids10.toSet && api.outcome.warning.exists(_.contains("order")))
  }

  test("an empty since= is left out, and with an exclusive bound the request has the maximum, not the maximum plus 1") {
    val api =
      new PolledApi(byId ++ Seq("initialOffset" -> "", "boundary" -> "exclusive"): _*)(_ => Answer(array(ids(100, 101))))
    api.poll()
    api.poll()
    assert(api.urls == List("http://h/x", "http://h/x?since=101"))
  }

  test("a feed that does not overlap the last poll may have a gap, and a warning names streamingInterval") {
    var page = ids(3, 2, 1)
    val api = new PolledApi(byId :+ ("url" -> "http://h/events"): _*)(_ => Answer(array(page)))
    api.poll()
    page = ids(5, 4, 3)
    assert(api.poll() == ids(5, 4) && api.outcome.warning.isEmpty)
    page = ids(9, 8, 7)
    assert(
      api.poll() == ids(9, 8, 7) && api.outcome.warning.exists(w => w.contains("gap") && w.contains("streamingInterval"))
    )
  }

  test("an offset that never moves, or records that are always repeated, cause a warning after three polls") {
    val config = new PolledApi()(_ => Answer("[]")).config
    val state = io.github.sparkrest.progress.Progress(Some("5"))
    def outcome(records: Long) = PollOutcome(state, 1, records, more = false, None, None, 0)
    def after(n: Int, records: Long, kept: Long) =
      (1 to n).foldLeft(PollWarnings())((s, _) => s.after(state, outcome(records), kept)).texts(config)
    assert(after(3, 1, 1).exists(_.contains("offsetField")) && after(2, 1, 1).isEmpty)
    assert(after(3, 50, 0).exists(_.contains("placeholder")) && after(3, 2, 0).isEmpty)
  }

  test("a next URL of another origin is refused, and with allowedHosts it is requested without credentials") {
    def api(options: (String, String)*) = new PolledApi(
      byId ++ Seq("pagination" -> "link", "authType" -> "Bearer", "oauthToken" -> "s3cret") ++ options: _*
    )({ r =>
      if (r.url.startsWith("http://other")) Answer(array(ids(2)))
      else Answer(array(ids(1)), Seq("Link" -> """<http://other:80/p2>; rel="next""""))
    })
    val refused = api()
    refused.poll()
    refused.poll()
    assert(
      refused.outcome.error.exists(e => e.condition == Condition.AddressRefused && e.message.contains("http://other:80"))
    )
    val allowed = api("allowedHosts" -> "other")
    assert(allowed.traversal() == ids(1, 2))
    assert(allowed.asked.map(_.headers.exists(_._2.contains("s3cret"))).toList == List(true, false))
  }

  test("a request with a body never goes to another origin, even with allowedHosts") {
    val api = new PolledApi(
      byId ++ Seq(
        "method" -> "POST",
        "body" -> """{"pass":"s3cret","since":"{offset}"}""",
        "pagination" -> "link",
        "allowedHosts" -> "other"
      ): _*
    )(_ => Answer(array(ids(1)), Seq("Link" -> """<http://other/p2>; rel="next"""")))
    api.poll()
    api.poll()
    assert(api.urls.nonEmpty && api.urls.forall(_.startsWith("http://h/")))
    assert(api.outcome.error.exists(e => e.condition == Condition.AddressRefused && e.message.contains("has a body")))
    assert(api.outcome.error.exists(e => e.hint.contains("allowedHosts") && !e.text.contains("s3cret")))
  }

  test("a secret of a URL parameter is not in the stored next URL, but is sent") {
    val api =
      new PolledApi("url" -> "http://h/x?api_key=s3cret", "offsetType" -> "cursor", "offsetField" -> "link:next")(_ =>
        Answer(array(ids(1)), Seq("Link" -> """<http://h/x?after=7&api_key=s3cret>; rel="next""""))
      )
    api.poll()
    api.poll()
    assert(
      api.state.offset.contains(
        "http://h/x?after=7&api_key=***"
      ) && api.urls.last == "http://h/x?after=7&api_key=s3cret"
    )
  }
}
