// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.error.Condition
import io.github.sparkrest.schedule.{PollWarnings, PolledApi}
import org.scalatest.funsuite.AnyFunSuite

/** What users of other tools reported, and what real servers do, each as an API that does it. See [[ApiQuirksSuite]] too: late rows,
  * times in several zones, ids as text.
  */
class ReportedBugsSuite extends AnyFunSuite {
  import PolledApi._

  private val ids10 = ids(1 to 10: _*)
  private val byId = Seq("offsetField" -> "id", "offsetType" -> "incremental")

  /** `page` and `size` of a list, as the API answers. */
  private def paged(records: Seq[String], page: Int, size: Int) = records.slice((page - 1) * size, page * size)

  test("a page that fails fails the poll: the offset stays, and nothing is read twice or passed over") {
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

  test("an empty answer moves a window on, else it never leaves a quiet day") {
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

  test("a page token that comes again is an error that names it, at once or in a circle") {
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
    "ends: a cursor that is still there on the last page, an empty one, a null list, has_more alone, a total, done"
  ) {
    def pages(options: (String, String)*)(last: String) = {
      val api =
        new PolledApi(Seq("offsetField" -> "id", "pagination" -> "cursor", "nextField" -> "next") ++ options: _*)({ r =>
          if (query(r).contains("cursor")) Answer(last).copy(headers = Seq("X-More" -> "False"))
          else Answer("""{"data":[{"id":1}],"next":"b","more":true,"total":2,"done":false}""").copy(headers = Seq("X-More" -> "True"))
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

  test("pages are counted before what was delivered is dropped: a page of repeats is not the end") {
    val late = """{"id":7,"at":5}"""
    var records = (1 to 6).map(i => s"""{"id":$i,"at":5}""")
    val api = new PolledApi("offsetField" -> "at", "offsetType" -> "max_field", "pagination" -> "page")({ r =>
      Answer(array(paged(records, query(r)("page").toInt, 3)))
    })
    assert(api.traversal().length == 6)
    records = records :+ late
    assert(api.traversal() == List(late))
  }

  test("a path that is not there is an error, not a green run without rows") {
    val api = new PolledApi("dataField" -> "items", "offsetField" -> "id")(_ => Answer("""{"results":[{"id":1}]}"""))
    api.poll()
    assert(api.outcome.error.exists(e => e.condition == Condition.DataFieldNotFound && e.message.contains("results")))
  }

  test("a cursor that expired: an error that says what to set, or from the beginning, and what was delivered is dropped") {
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
    assert(restarts.poll() == List("""{"id":1,"n":0}""", """{"id":3}"""), "2 was delivered; 1 changed, 3 is new")
  }

  test("a page token that expired between two polls: the drain begins anew, and nothing is repeated") {
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

  test("a server that caps the page size, and one that answers past the end with the last page again") {
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

  test("a server that picks the right page and prints it backwards") {
    val api = new PolledApi(byId ++ Seq("pagination" -> "page", "order" -> "asc"): _*)({ r =>
      Answer(array(paged((query(r)("since").toInt to 10).map(i => s"""{"id":$i}"""), query(r)("page").toInt, 3).reverse))
    })
    assert(api.traversal().toSet == (ids10 :+ """{"id":0}""").toSet && api.outcome.error.isEmpty)
  }

  test("a newest-first API read as asc is noticed, and loses nothing") {
    val api = new PolledApi(byId ++ Seq("pagination" -> "page", "order" -> "asc"): _*)({ r =>
      Answer(
        array(paged((10 to query(r)("since").toInt.max(1) by -1).map(i => s"""{"id":$i}"""), query(r)("page").toInt, 3))
      )
    })
    assert(api.traversal().toSet == ids10.toSet && api.outcome.warning.exists(_.contains("order")))
  }

  test("an empty since= is left out; max + 1 is not sent where the bound is exclusive") {
    val api =
      new PolledApi(byId ++ Seq("initialOffset" -> "", "boundary" -> "exclusive"): _*)(_ => Answer(array(ids(100, 101))))
    api.poll()
    api.poll()
    assert(api.urls == List("http://h/x", "http://h/x?since=101"))
  }

  test("a feed without overlap with the last poll may have a gap: a warning that names what to set") {
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

  test("an offset that does not move though records come, and records that come again and again: warnings after three polls") {
    val config = new PolledApi()(_ => Answer("[]")).config
    val state = io.github.sparkrest.progress.Progress(Some("5"))
    def outcome(records: Long) = PollOutcome(state, 1, records, more = false, None, None, 0)
    def after(n: Int, records: Long, kept: Long) =
      (1 to n).foldLeft(PollWarnings())((s, _) => s.after(state, outcome(records), kept)).texts(config)
    assert(after(3, 1, 1).exists(_.contains("offsetField")) && after(2, 1, 1).isEmpty)
    assert(after(3, 50, 0).exists(_.contains("placeholder")) && after(3, 2, 0).isEmpty)
  }

  test("an address at another origin is refused, or followed without credentials where allowedHosts says so") {
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

  test("a body, which may hold secrets, goes to no other origin, whatever allowedHosts says") {
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

  test("secrets of the user's own parameters are not kept in a stored address, and are sent") {
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
