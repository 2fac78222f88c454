// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.error.Condition
import io.github.sparkrest.schedule.PolledApi
import org.scalatest.funsuite.AnyFunSuite

/** The sixteen quirks of real APIs, in the order of the design notes. For each, a test with an API that has it. */
class ApiQuirksSuite extends AnyFunSuite {
  import PolledApi._

  private def next(url: String) = Seq("Link" -> s"""<$url>; rel="next"""")

  test(
    "1: an empty page with a new next URL is not the end, but with the same URL it is, and the URL is kept"
  ) {
    val graph = new PolledApi(
      "url" -> "http://h/delta",
      "pagination" -> "nextUrl",
      "nextField" -> "next",
      "dataField" -> "value",
      "offsetType" -> "cursor",
      "offsetField" -> "delta"
    )({ r =>
      Answer(query(r).get("p") match {
        case None      => """{"value":[{"id":1}],"next":"http://h/delta?p=2"}"""
        case Some("2") => """{"value":[],"next":"http://h/delta?p=3"}"""
        case _         => """{"value":[{"id":2}],"delta":"http://h/delta?d=1"}"""
      })
    })
    assert(graph.poll() == ids(1, 2) && graph.urls.length == 3 && graph.state.offset.contains("http://h/delta?d=1"))
    var tail = List.empty[String]
    val auth0 = new PolledApi("url" -> "http://h/logs", "offsetType" -> "cursor", "offsetField" -> "link:next")({ r =>
      Answer(array(if (r.url.contains("from")) tail else ids(1)), next("http://h/logs?from=1"))
    })
    assert(auth0.poll() == ids(1) && auth0.poll() == Nil && !auth0.outcome.more)
    assert(auth0.state.offset.contains("http://h/logs?from=1"))
    tail = ids(2)
    assert(auth0.poll() == ids(2))
  }

  test("2: an empty cursor means the end, and does not become the offset") {
    val slack = new PolledApi(
      "pagination" -> "cursor",
      "nextField" -> "meta.next",
      "offsetField" -> "ts",
      "dataField" -> "messages"
    )({ r =>
      Answer(query(r).get("cursor") match {
        case None => """{"messages":[{"ts":"2.000900"}],"meta":{"next":"c2"}}"""
        case _    => """{"messages":[{"ts":"1.1"}],"meta":{"next":""}}"""
      })
    })
    assert(slack.poll().length == 2 && slack.state.offset.contains("2.000900") && slack.state.traversal.isEmpty)
    assert(
      slack.urls == List("http://h/x?since=0", "http://h/x?since=0&cursor=c2"),
      "later pages keep the offset of the first page"
    )
  }

  test("3: an empty page ends the poll of an API that has a next link on every page (Okta)") {
    val okta = new PolledApi(
      "url" -> "http://h/logs",
      "offsetType" -> "cursor",
      "offsetField" -> "link:next",
      "streamingInterval" -> "0"
    )({ r =>
      val at = query(r).getOrElse("after", "0").toInt
      Answer(array(if (at < 3) ids(at) else Nil), next(s"http://h/logs?after=${at + 1}"))
    })
    assert(okta.poll() == ids(0, 1, 2) && okta.urls.length == 4 && !okta.outcome.more)
    assert(okta.state.offset.contains("http://h/logs?after=4"), "the link of the empty page is kept")
  }

  test("4: with the newest record first, the offset is the maximum, not the value of the last record") {
    val api = new PolledApi("offsetField" -> "id", "offsetType" -> "max_field")(_ => Answer(array(ids(9, 8, 7))))
    assert(api.poll() == ids(9, 8, 7) && api.state.offset.contains("9"))
  }

  test("5: with the newest page first, the offset moves after the traversal, to the value of the first page") {
    val x = new PolledApi(
      "offsetField" -> "meta.newest",
      "pagination" -> "cursor",
      "nextField" -> "meta.token",
      "order" -> "desc",
      "maxPagesPerPoll" -> "1"
    )({ r =>
      Answer(query(r).get("cursor") match {
        case None => """{"data":[{"id":9},{"id":8}],"meta":{"newest":"9","token":"b"}}"""
        case _    => """{"data":[{"id":7}],"meta":{"newest":"7"}}"""
      })
    })
    assert(x.poll() == ids(9, 8) && x.state.offset.isEmpty && x.state.traversal.isDefined)
    assert(x.poll() == ids(7) && x.state.offset.contains("9") && x.state.traversal.isEmpty)
  }

  test("6: if since_id returns the newest page, further pages return the records in between") {
    val mastodon = new PolledApi(
      "url" -> "http://h/t?since_id={id}",
      "offsetField" -> "id",
      "offsetType" -> "incremental",
      "boundary" -> "exclusive",
      "pagination" -> "link"
    )({ r =>
      val since = query(r).getOrElse("since_id", "0").toInt
      val max = query(r).get("max_id").fold(10)(_.toInt)
      val page = (max - 1 to since + 1 by -1).take(3)
      Answer(array(ids(page: _*)), if (page.isEmpty) Nil else next(s"/t?since_id=$since&max_id=${page.last}"))
    })
    assert(mastodon.poll().toSet == ids(1 to 9: _*).toSet && mastodon.state.offset.contains("9"))
  }

  test("7: a next URL is requested unchanged, even without the other parameters") {
    val shopify = new PolledApi(
      "url" -> "http://h/o?status=any&since={offset}",
      "offsetField" -> "id",
      "offsetType" -> "max_field",
      "pagination" -> "link"
    )({ r =>
      if (r.url.contains("page_info")) Answer(array(ids(2)))
      else Answer(array(ids(1)), next("http://h/o?limit=1&page_info=abc"))
    })
    assert(shopify.poll() == ids(1, 2) && shopify.urls.last == "http://h/o?limit=1&page_info=abc")
  }

  test("8: numbers in strings compare as numbers, and a decimal keeps its spelling") {
    val api = new PolledApi("offsetField" -> "ts", "offsetType" -> "max_field")(_ =>
      Answer("""[{"ts":"9.5"},{"ts":"1716840123.001900"},{"ts":"10"}]""")
    )
    api.poll()
    assert(api.state.offset.contains("1716840123.001900"))
  }

  test("9: with a coarse inclusive bound, nothing is lost and nothing is repeated") {
    var stored = List(1 -> 0, 2 -> 30)
    val api = new PolledApi("offsetField" -> "at", "offsetType" -> "max_field")({ r =>
      val minute = query(r)("since").drop(14).take(2)
      Answer(array(stored.filter(s => minute.isEmpty || f"${s._2 / 60}%02d" >= minute).map { case (id, s) =>
        f"""{"id":$id,"at":"2026-01-01T00:${s / 60}%02d:${s % 60}%02dZ"}"""
      }))
    })
    assert(api.poll().length == 2)
    stored = stored :+ (3 -> 20) :+ (4 -> 30) :+ (5 -> 61)
    assert(api.poll().map(_.take(8)) == List("""{"id":3,""", """{"id":4,""", """{"id":5,"""))
    assert(api.poll() == Nil)
  }

  test("10: the request has the account's local time without a zone, although the records are in UTC (Jira)") {
    val jira = new PolledApi(
      "url" -> "http://h/s?jql={updated}",
      "offsetField" -> "updated",
      "offsetType" -> "max_field",
      "requestOffsetFormat" -> "yyyy-MM-dd HH:mm",
      "timeZone" -> "Europe/Paris"
    )(_ => Answer("""[{"updated":"2026-01-01T11:59:30.000+0000"}]"""))
    jira.poll()
    jira.poll()
    assert(query(jira.asked(0))("jql") == "1970-01-01 01:00" && query(jira.asked(1))("jql") == "2026-01-01 12:59")
  }

  test("11: the format of times in records and in requests may differ: ISO and epoch milliseconds") {
    val usgs = new PolledApi("offsetField" -> "t", "offsetFormat" -> "epoch_ms", "requestOffsetFormat" -> "iso")(_ =>
      Answer("""[{"t":1700000000123}]""")
    )
    usgs.poll()
    usgs.poll()
    assert(
      query(usgs.asked(0))("since") == "1970-01-01T00:00:00Z" && query(usgs.asked(1))(
        "since"
      ) == "2023-11-14T22:13:20.123Z"
    )
    val hubspot = new PolledApi("offsetField" -> "t", "requestOffsetFormat" -> "epoch_ms")(_ =>
      Answer("""[{"t":"2023-11-14T22:13:20.123Z"}]""")
    )
    hubspot.poll()
    hubspot.poll()
    assert(query(hubspot.asked(0))("since") == "0" && query(hubspot.asked(1))("since") == "1700000000123")
  }

  test("12: an API's limit on page depth is an error, or with reanchorAfter the traversal starts again below it") {
    def api(options: (String, String)*) = new PolledApi(
      Seq(
        "offsetField" -> "id",
        "offsetType" -> "incremental",
        "pagination" -> "offset",
        "order" -> "asc",
        "boundary" -> "auto"
      ) ++ options: _*
    )({ r =>
      val q = query(r)
      if (q("offset").toInt >= 4) Answer("too deep", status = 400)
      else Answer(array(ids((q("since").toInt max 1) to 11: _*).drop(q("offset").toInt).take(2)))
    })
    val loud = api("order" -> "none")
    loud.traversal()
    assert(loud.outcome.error.exists(_.condition == Condition.ApiRefused) && loud.state.offset.isEmpty)
    val anchored = api("reanchorAfter" -> "4")
    assert(anchored.traversal() == ids(1 to 11: _*) && anchored.outcome.error.isEmpty)
  }

  test("13: options make a 404 an empty response and a 200 an error, and a 304 is always empty") {
    var status = 404
    val api = new PolledApi("emptyStatusCodes" -> "204,404", "errorWhen" -> "ok=false", "offsetField" -> "id")({ _ =>
      if (status == 200) Answer("""{"ok":false,"error":"ratelimited"}""", status = 200) else Answer("", status = status)
    })
    assert(api.poll() == Nil && api.outcome.error.isEmpty)
    status = 304
    assert(api.poll() == Nil && api.outcome.error.isEmpty)
    status = 200
    api.poll()
    assert(api.outcome.error.exists(e => e.condition == Condition.ApiReportedError && e.message.contains("false")))
  }

  test("13, continued: with emptyWhen, a response without a record array is empty (X)") {
    val api = new PolledApi("emptyWhen" -> "meta.result_count=0", "offsetField" -> "id")(_ =>
      Answer("""{"meta":{"result_count":0}}""")
    )
    assert(api.poll() == Nil && api.outcome.error.isEmpty)
    val other = new PolledApi("emptyWhen" -> "meta.result_count=0", "offsetField" -> "id")(_ =>
      Answer("""{"meta":{"result_count":1}}""")
    )
    other.poll()
    assert(other.outcome.error.exists(_.condition == Condition.DataFieldNotFound))
  }

  // Quirk 14, the encodings of reset headers, is in ServerLimitsSuite.

  test("15: lag delays young records, lookback requests old records again, and both deliver a late record once") {
    var stored = List(1 -> 0, 2 -> 60)
    def serve(r: io.github.sparkrest.http.HttpRequest) = {
      val since = java.time.Instant.parse(query(r)("since")).getEpochSecond
      Answer(array(stored.sortBy(_._2).filter(_._2 + 1767225600L >= since).map { case (id, s) =>
        s"""{"id":$id,"at":${s + 1767225600L}}"""
      }))
    }
    val options =
      Seq("offsetField" -> "at", "offsetFormat" -> "epoch_s", "requestOffsetFormat" -> "iso", "initialOffset" -> "0")
    val plain = new PolledApi(options: _*)(serve)
    val back = new PolledApi(options :+ ("lookback" -> "2m"): _*)(serve)
    val lagging = new PolledApi(options :+ ("lag" -> "100s"): _*)(serve)
    lagging.now = java.time.Instant.ofEpochSecond(1767225600L + 120)
    assert(
      plain.poll().length == 2 && back.poll().length == 2 && lagging.poll().length == 1,
      "lag delivers only records that are older than 100 s"
    )
    stored = stored :+ (3 -> 30)
    assert(plain.poll() == Nil, "without lag and lookback, a late record is lost")
    assert(back.poll().map(_.take(7)) == List("""{"id":3"""))
    assert(back.poll() == Nil)
    lagging.now = lagging.now.plusSeconds(60)
    assert(lagging.poll().map(_.take(7)) == List("""{"id":3""", """{"id":2"""))
  }

  test("16: the response can be a scalar, null, or an object with null in place of the records") {
    val scalar =
      new PolledApi("url" -> "http://h/maxitem.json", "dataField" -> "$", "offsetType" -> "snapshot", "recordKey" -> "$")(
        _ => Answer("42")
      )
    assert(scalar.poll() == List("42") && scalar.poll() == Nil)
    assert(
      new PolledApi("url" -> "http://h/item/1.json", "dataField" -> "$", "offsetType" -> "snapshot")(_ => Answer("null"))
        .poll() == Nil
    )
    val states = new PolledApi("url" -> "http://h/states", "dataField" -> "states", "offsetType" -> "snapshot")(_ =>
      Answer("""{"time":1,"states":null}""")
    )
    assert(states.poll() == Nil && states.outcome.error.isEmpty)
  }
}
