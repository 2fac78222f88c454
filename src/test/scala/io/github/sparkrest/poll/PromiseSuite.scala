// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.BuildInfo
import io.github.sparkrest.error.Condition
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.progress.seen.SeenRecords
import io.github.sparkrest.progress.{Progress, RequestIdentity}
import io.github.sparkrest.schedule.PolledApi
import io.github.sparkrest.schedule.PolledApi._
import org.scalatest.funsuite.AnyFunSuite

/** Each record comes once, even if lists, servers or options change unexpectedly. Each case once lost or repeated records. */
class PromiseSuite extends AnyFunSuite {
  private def number(r: HttpRequest, name: String, default: Int) = query(r).get(name).fold(default)(_.toInt)

  /** The ids on the requested page, with pages of `size`. */
  private def paged(r: HttpRequest, ids: Seq[Int], size: Int): Seq[Int] =
    ids.slice((number(r, "page", 1) - 1) * size, number(r, "page", 1) * size)

  /** The cursor is in the records, and pages have numbers. */
  private def cursorInRecords(answer: HttpRequest => Answer) = new PolledApi(
    "url" -> "http://h/x?after={id}",
    "offsetType" -> "cursor",
    "offsetField" -> "id",
    "pagination" -> "page"
  )(answer)

  private def timed(ids: Seq[Int]): Answer = Answer(array(ids.map(i => s"""{"id":$i,"t":${1700000000L + i}}""")))

  private def idOf(record: String): Int = record.dropWhile(!_.isDigit).takeWhile(_.isDigit).toInt

  // ---- options changed in the middle of a traversal

  private val newestFirst = (1 to 20000).reverse

  private val inPages = Seq(
    "url" -> "http://h/x",
    "offsetType" -> "max_field",
    "offsetField" -> "t",
    "order" -> "desc",
    "pagination" -> "page",
    "maxPagesPerPoll" -> "23"
  )

  private def backlog(size: Int, more: (String, String)*) = new PolledApi(
    inPages ++ Seq("pageSizeParam" -> "per_page", "pageSize" -> size.toString) ++ more: _*
  )(r => timed(paged(r, newestFirst, number(r, "per_page", 1))))

  test("another pageSize in the middle of a traversal restarts it, and nothing is lost or repeated") {
    val before = backlog(100)
    val first = before.poll()
    assert(first.length == 2300 && before.state.traversal.isDefined)
    val after = backlog(1000)
    after.state = before.state
    val rest = after.traversal()
    assert((first ++ rest).map(idOf).sorted == (1 to 20000).toList)
  }

  test("another initialOffset in the first traversal restarts it, and nothing is lost or repeated") {
    def reader(initial: Int) =
      backlog(100, "url" -> "http://h/x?since={t}", "initialOffset" -> s"${1700000000L + initial}", "order" -> "asc")
    def from(r: HttpRequest) = number(r, "since", 0) - 1700000000
    val all = (1 to 5000).toList
    def api(initial: Int) =
      new PolledApi(reader(initial).config.options.toMap.toSeq: _*)(r => timed(paged(r, all.filter(_ >= from(r)), 100)))
    for (later <- Seq(500, 3000)) {
      val before = api(1000)
      val first = before.poll()
      assert(first.length == 2300 && before.state.offset.isEmpty)
      val after = api(later)
      after.state = before.state
      val rest = after.traversal() ++ after.traversal()
      assert((first ++ rest).map(idOf).distinct.sorted == (math.min(later, 1000) to 5000).toList)
      assert((first ++ rest).distinct.length == (first ++ rest).length)
      assert(after.urls.head.contains(s"since=${1700000000L + later}") && after.urls.head.contains("page=1&"))
    }
  }

  test("another pagination, params or order in the middle of a traversal restarts it, and nothing is lost or repeated") {
    Seq(
      Seq("pagination" -> "offset", "pageParam" -> "start"),
      Seq("params" -> """{"kind":"all"}"""),
      Seq("order" -> "none")
    ).foreach { change =>
      val before = backlog(100)
      val first = before.poll()
      val after = new PolledApi(
        (before.config.options.toMap ++ change + ("maxPagesPerPoll" -> "1000")).toSeq: _*
      )(r =>
        query(r)
          .get("start")
          .fold(timed(paged(r, newestFirst, 100)))(s => timed(newestFirst.slice(s.toInt, s.toInt + 100)))
      )
      after.state = before.state
      assert((first ++ after.traversal()).map(idOf).sorted == (1 to 20000).toList, change)
    }
  }

  test("another maxPagesPerPoll or secret in the middle of a traversal changes nothing") {
    val before = backlog(100, "params" -> """{"api_key":"first-secret"}""")
    before.poll()
    val after = backlog(100, "params" -> """{"api_key":"second-secret"}""", "streamingInterval" -> "5")
    after.state = before.state
    after.poll()
    assert(query(after.asked.head)("page") == "24")
  }

  test("another header or parameter with a harmless name restarts a traversal, and nothing is lost or repeated") {
    Seq[(String, String => String)](
      "headers" -> (size => s"""{"X-Page-Size":"$size","Authorization":"Bearer $size"}"""),
      "params" -> (size => s"""{"sort_key":"$size"}"""),
      "params" -> (size => s"""{"countryCode":"$size"}"""),
      "url" -> (size => s"http://h/x?author=$size"),
      "rowTag" -> identity
    ).filter(_._1 != "rowTag" || BuildInfo.scalaBinaryVersion == "2.13").foreach { case (option, value) =>
      val isXml = option == "rowTag"
      val format = if (isXml) Seq("responseFormat" -> "xml") else Nil
      def reader(size: Int) = new PolledApi(
        inPages ++ format :+ (option -> value(if (isXml) s"r$size" else size.toString)): _*
      )({ r =>
        val sizes = r.headers.filter(_._1 == "X-Page-Size").map(_._2) ++ Seq("sort_key", "countryCode", "author")
          .flatMap(query(r).get)
        val page = paged(r, newestFirst, sizes.headOption.fold(size)(_.toInt))
        if (isXml)
          Answer(page.map(i => s"<r$size><id>$i</id><t>${1700000000L + i}</t></r$size>").mkString("<a>", "", "</a>"))
        else timed(page)
      })
      val before = reader(100)
      val first = before.poll()
      assert(first.length == 2300 && before.state.traversal.isDefined, option)
      val after = reader(1000)
      after.state = before.state
      val rest = after.traversal()
      assert(query(after.asked.head)("page") == "1", option)
      assert((first ++ rest).map(idOf).sorted.distinct == (1 to 20000).toList, option)
      assert(isXml || (first ++ rest).length == 20000, option)
    }
  }

  test("another secret in a header, a parameter or the body does not restart a traversal, and is not in its identity") {
    def identity(secret: String, more: (String, String)*) = {
      val options = Seq(
        "url" -> s"http://h/x?key=$secret",
        "params" -> s"""{"app_code":"$secret","sortKey":"name"}""",
        "headers" -> s"""{"Authorization":"$secret","X-Mine":"Token $secret","Cookie":"a=$secret","X-Pin":"$secret","User-Agent":"$secret"}""",
        "body" -> s"""{"auth": "$secret", "pin": 1, "author": "me"}"""
      )
      RequestIdentity.of(backlog(100, options ++ more: _*).config)
    }
    assert(identity("1234").text == identity("9876-of-another-length").text)
    val changes = Seq(
      "headers" -> """{"Authorization":"1234"}""",
      "params" -> """{"app_code":"1234","sortKey":"id"}""",
      "body" -> """{"auth": "1234", "pin": 1, "author": "you"}"""
    )
    assert(changes.map(c => identity("1234", c).text).distinct.length == 3)
    assert(changes.forall(c => identity("1234", c).text != identity("1234").text))
  }

  test("a traversal and a job of an earlier version go on, although headers are set") {
    val headers = "headers" -> """{"Accept":"application/json"}"""
    val before = backlog(100, headers)
    val first = before.poll()
    val stored = RequestIdentity.of(before.config, isFirst = true)
    val after = backlog(100, headers)
    after.state = before.state.copy(traversal = before.state.traversal.map(_.copy(request = Some(stored.earlier))))
    val rest = after.traversal()
    assert(query(after.asked.head)("page") == "24")
    assert((first ++ rest).map(idOf).sorted == (1 to 20000).toList)
    // A traversal of this version that began without headers is another one.
    val bare = backlog(100)
    bare.poll()
    val other = backlog(100, headers)
    other.state = bare.state
    other.poll()
    assert(query(other.asked.head)("page") == "1")
  }

  // ---- a page without records in the middle

  /** A list of 2,000 records on 20 pages. The first response for page 5 is wrong. */
  private def oncePage5(wrong: Answer, more: (String, String)*)(right: Seq[Int] => Answer = timed) = {
    var asked = 0
    val api = new PolledApi(
      Seq("url" -> "http://h/x", "offsetType" -> "max_field", "offsetField" -> "t", "pagination" -> "page") ++ more: _*
    )(r => {
      val five = number(r, "page", 1) == 5
      if (five) asked += 1
      if (five && asked == 1) wrong else right(paged(r, 1 to 2000, 100))
    })
    (api, api.traversal())
  }

  test("a null page, an empty page or a 404 in the middle of a traversal is requested once more") {
    val ids = (1 to 2000).toList
    val nothing = Answer("""{"data":null}""")
    def wrapped(page: Seq[Int]) = Answer(s"""{"data":${timed(page).body}}""")
    assert(oncePage5(nothing, "dataField" -> "data")(wrapped)._2.map(idOf) == ids)
    assert(oncePage5(Answer("[]"))()._2.map(idOf) == ids)
    val (stray, records) = oncePage5(Answer("not here", status = 404), "emptyStatusCodes" -> "204,404")()
    assert(records.map(idOf) == ids && stray.asked.length == 23, "20 pages, page 5 twice, page 21 twice")
  }

  test("an old page token that the API refuses with a status of emptyStatusCodes is not the end of the list") {
    var epoch = 1
    val api = new PolledApi(
      "url" -> "http://h/x?since={at}",
      "offsetType" -> "max_field",
      "offsetField" -> "at",
      "pagination" -> "cursor",
      "nextField" -> "next",
      "pageParam" -> "token",
      "dataField" -> "data",
      "emptyStatusCodes" -> "204,404",
      "maxPagesPerPoll" -> "1"
    )({ r =>
      val token = query(r).get("token").map(_.split('.').map(_.toInt))
      val page = token.fold(0)(_(1))
      if (token.exists(_(0) != epoch)) Answer("unknown scroll id", status = 404)
      else {
        val next = if (page == 2) "" else s""","next":"$epoch.${page + 1}""""
        Answer(s"""{"data":[{"id":$page,"at":${100 - page}}]$next}""")
      }
    })
    def task() = {
      val records = api.once()
      api.now = api.now.plusMillis(api.outcome.waitMs.getOrElse(0L))
      records
    }
    val first = task()
    epoch = 2
    assert(first.length == 1 && api.state.traversal.isDefined)
    val sameRun = api.state
    def taskOfNewRun() = {
      api.state = api.state.inherited.copy(doubt = api.state.doubt)
      task()
    }
    // It may be the end, so the query does not fail.
    def isReadAgain =
      api.outcome.error.isEmpty && api.outcome.more && api.outcome.warning.exists(_.contains("expiredStatusCodes"))
    assert((taskOfNewRun() ++ taskOfNewRun()).isEmpty && isReadAgain)
    assert(api.state.traversal.isEmpty && api.state.offset.isEmpty)
    assert((first ++ (1 to 3).toList.flatMap(_ => task())).map(idOf) == List(0, 1, 2))
    assert(api.state.offset.contains("100"))
    api.state = sameRun
    (1 to 2).foreach(_ => task())
    assert(api.state.traversal.isEmpty && api.state.offset.contains("100"), "an API may end its list so")
    // The same run, which paused between two pages.
    api.state = Progress.Initial
    task()
    epoch = 3
    api.now = api.now.plusSeconds(31)
    def taskOfThisRun() = {
      api.state = api.outcome.state
      task()
    }
    assert((1 to 2).toList.flatMap(_ => taskOfThisRun()).isEmpty && isReadAgain)
    assert(api.state.traversal.isEmpty && api.state.offset.isEmpty)
    assert((1 to 3).toList.flatMap(_ => task()).map(idOf) == List(1, 2), "page 0 was delivered")
  }

  test("null data with errors is an error as in GraphQL, not the end") {
    val failed = Answer("""{"data":null,"errors":[{"message":"busy"}]}""")
    def wrapped(page: Seq[Int]) = Answer(s"""{"data":${timed(page).body}}""")
    val (api, first) = oncePage5(failed, "dataField" -> "data")(wrapped)
    assert(first.length == 400 && api.outcome.error.exists(_.condition == Condition.ApiReportedError))
    assert((first ++ api.traversal()).map(idOf) == (1 to 2000).toList)
  }

  test("an empty page with hasMoreField is followed by the next page") {
    var empty = 0
    val api = new PolledApi(
      "url" -> "http://h/x",
      "offsetType" -> "max_field",
      "offsetField" -> "t",
      "pagination" -> "page",
      "dataField" -> "data",
      "hasMoreField" -> "more"
    )(r => {
      val page = number(r, "page", 1)
      if (page == 5) empty += 1
      val ids =
        if (page < 5) paged(r, 1 to 2000, 100)
        else if (page == 5) Nil
        else (1 to 2000).slice((page - 2) * 100, (page - 1) * 100)
      Answer(s"""{"data":${timed(ids).body},"more":${page < 21}}""")
    })
    assert(api.traversal().map(idOf) == (1 to 2000).toList && empty == 1)
  }

  test("an empty page is the end at once if the page before was not full, and no page is needed if the total is reached") {
    def requests(answer: HttpRequest => Answer, more: (String, String)*) = {
      val api = new PolledApi(
        Seq("url" -> "http://h/x", "offsetType" -> "max_field", "offsetField" -> "t") ++ more: _*
      )(answer)
      api.traversal()
      api.asked.length
    }
    assert(requests(r => timed(paged(r, 1 to 210, 100)), "pagination" -> "page") == 4)
    assert(requests(r => timed(paged(r, 1 to 200, 100)), "pagination" -> "page") == 4, "page 3 is requested twice")
    val total = (r: HttpRequest) => Answer(s"""{"data":${timed(paged(r, 1 to 200, 100)).body},"n":200}""")
    assert(requests(total, "pagination" -> "page", "totalField" -> "n") == 2)
  }

  test("a window is requested again after a stray 404") {
    var stray = true
    val api = new PolledApi(
      "url" -> "http://h/x?a={windowStart}&b={windowEnd}",
      "offsetType" -> "window",
      "initialOffset" -> "2025-12-31T00:00:00Z",
      "windowStep" -> "86400",
      "lag" -> "60",
      "emptyStatusCodes" -> "204,404"
    )(_ =>
      if (stray) { stray = false; Answer("no route", status = 404) }
      else Answer(array(ids(1)))
    )
    assert(api.poll().headOption == ids(1).headOption)
    assert(api.urls.take(2).map(_.takeWhile(_ != '&')).distinct.length == 1, "both windows have the same start")
  }

  test("pages that end before totalField is reached are an error, and the offset stays") {
    val api = new PolledApi(
      "url" -> "http://h/x",
      "offsetType" -> "max_field",
      "offsetField" -> "t",
      "pagination" -> "page",
      "totalField" -> "n"
    )(r => Answer(s"""{"data":${timed(paged(r, 1 to 100, 50)).body},"n":240}"""))
    assert(api.traversal().length == 100)
    val error = api.outcome.error
    assert(error.exists(_.condition == Condition.PagesEndEarly))
    assert(error.exists(e => e.message.contains("240") && e.message.contains("after 100")))
    assert(api.state.offset.isEmpty && api.traversal().isEmpty)
  }

  // ---- another array

  test(
    "without dataField, the field of the first records is kept, so a warning next to an empty list is not a record"
  ) {
    var newest = 1
    val api = new PolledApi("url" -> "http://h/x?since={id}", "offsetType" -> "max_field", "offsetField" -> "id")(r => {
      val since = query(r).get("since").fold(0)(_.toInt)
      val found = (1 to newest).filter(_ > since)
      if (found.isEmpty) Answer("""{"results":[],"warnings":[{"id":999}]}""")
      else Answer(s"""{"results":${array(ids(found: _*))}}""")
    })
    assert(api.poll() == ids(1) && api.poll().isEmpty)
    newest = 3
    assert(api.poll() == ids(2, 3))
  }

  test("without dataField, an array that was taken for the records next to an empty list is an error later") {
    var isFirst = true
    val api = new PolledApi("url" -> "http://h/x?c={next}", "offsetType" -> "cursor", "offsetField" -> "next")(_ =>
      if (isFirst) { isFirst = false; Answer("""{"users":[],"links":[{"rel":"self"}],"next":"c1"}""") }
      else Answer("""{"users":[{"id":1}],"links":[{"rel":"self"}],"next":"c2"}""")
    )
    api.poll()
    assert(api.poll().isEmpty && api.outcome.error.exists(_.message.contains("users")) && api.state.offset.contains("c1"))
  }

  test("a snapshot remembers its records when the API answers with something that is not the list") {
    var isDown = false
    val api = new PolledApi("url" -> "http://h/x", "offsetType" -> "snapshot", "recordKey" -> "id")(_ =>
      if (isDown) Answer("""{"message":"maintenance"}""") else Answer(s"""{"items":${array(ids(1, 2, 3))}}""")
    )
    assert(api.poll() == ids(1, 2, 3))
    isDown = true
    (1 to 4).foreach { _ => api.now = api.now.plusSeconds(60); assert(api.poll().isEmpty) }
    isDown = false
    assert(api.poll().isEmpty)
  }

  // ---- offsets

  test("a cursor in the records with numbered pages: a page that was not full may grow before the next one") {
    var newest = 1
    val api = cursorInRecords { r =>
      val page = paged(r, (1 to newest).filter(_ > number(r, "after", 0)), 2)
      newest = 4
      Answer(array(ids(page: _*)))
    }
    assert((1 to 4).flatMap(_ => api.traversal()) == ids(1, 2, 3, 4))
  }

  test("pages became smaller, and an empty response to the second one is requested once more") {
    var isEmpty = false
    val requests =
      Seq("url" -> "http://h/x?since={at}", "offsetType" -> "max_field", "offsetField" -> "at", "pagination" -> "page")
    def api(size: Int) =
      new PolledApi(requests :+ ("params" -> s"""{"size":"$size"}"""): _*)(r =>
        if (isEmpty && number(r, "page", 1) == 2) { isEmpty = false; Answer("[]") }
        // The newest record comes first.
        else
          Answer(
            array(paged(r, (math.max(1, number(r, "since", 1)) to 5).reverse, size).map(i => s"""{"id":$i,"at":$i}"""))
          )
      )
    val before = api(5)
    assert(before.traversal().length == 5)
    val after = api(2)
    after.state = before.state.copy(offset = Some("1"), boundary = SeenRecords.Empty)
    isEmpty = true
    assert(after.traversal().length == 5 && !isEmpty)
  }

  test("pages became smaller, and an empty response to the second one does not empty a snapshot") {
    var size = 5
    var isEmpty = false
    val api =
      new PolledApi("url" -> "http://h/x", "offsetType" -> "snapshot", "recordKey" -> "id", "pagination" -> "page")(r =>
        if (isEmpty && number(r, "page", 1) == 2) { isEmpty = false; Answer("[]") }
        else Answer(array(ids(paged(r, 1 to 5, size): _*)))
      )
    assert(api.traversal() == ids(1, 2, 3, 4, 5))
    size = 2
    isEmpty = true
    (1 to 3).foreach(_ => assert(api.traversal().isEmpty))
    assert(!isEmpty)
  }

  test("a record of a traversal that began again comes once, though the cursor moves twice before it comes again") {
    var requests = 0
    val api = cursorInRecords { r =>
      requests += 1
      // Two more records come between page one and page two.
      val newest = if (requests <= 2) 1 else if (requests == 3) 2 else 4
      Answer(array(ids(paged(r, (1 to newest).filter(_ >= number(r, "after", 0)), 2): _*)))
    }
    assert((1 to 4).flatMap(_ => api.traversal()).sorted == ids(1, 2, 3, 4))
  }

  test("an empty response right after readChanges was turned on is requested again, and nothing is delivered twice") {
    var isEmpty = false
    def api(more: (String, String)*) = new PolledApi(
      Seq("url" -> "http://h/x", "offsetType" -> "snapshot", "recordKey" -> "id", "dataField" -> "data") ++ more: _*
    )(_ =>
      if (isEmpty) { isEmpty = false; Answer("""{"data":[]}""") }
      else Answer(s"""{"data":${array(ids(1, 2))}}""")
    )
    val before = api()
    assert(before.poll().length == 2)
    val after = api("readChanges" -> "true")
    after.state = before.state
    isEmpty = true
    (1 to 3).foreach { _ => after.now = after.now.plusSeconds(60); assert(after.poll().isEmpty) }
    assert(!isEmpty)
  }

  test("reanchorAfter with a bound that may be exclusive loses no record with the value at the end of a page") {
    val times = Seq(1, 2, 2, 2, 3, 3, 4, 5, 5, 5)
    val api = new PolledApi(
      "url" -> "http://h/x?after={t}",
      "offsetType" -> "max_field",
      "offsetField" -> "t",
      "order" -> "asc",
      "boundary" -> "exclusive",
      "pagination" -> "page",
      "reanchorAfter" -> "2"
    )(r => {
      val found = (1 to times.length).filter(i => 1700000000 + times(i - 1) > number(r, "after", 0))
      Answer(array(paged(r, found, 2).map(i => s"""{"id":$i,"t":${1700000000L + times(i - 1)}}""")))
    })
    assert((1 to 12).flatMap(_ => api.traversal()).map(idOf) == (1 to 10))
  }

  test("a value next to the records is no place to continue from before all pages are read") {
    val api = new PolledApi(
      "url" -> "http://h/x?since={latest}",
      "offsetType" -> "timestamp",
      "offsetField" -> "latest",
      "order" -> "asc",
      "boundary" -> "inclusive",
      "pagination" -> "page"
    )(r =>
      if (number(r, "since", 0) > 1700000000) Answer("""{"latest":1700009000,"data":[]}""")
      else Answer(s"""{"latest":1700009000,"data":${timed(paged(r, 1 to 250, 100)).body}}""")
    )
    assert(api.traversal().map(idOf).sorted == (1 to 250))
    assert(api.state.offset.contains("1700009000") && api.traversal().isEmpty)
  }

  test("an exclusive offset that is sent in a coarser format repeats nothing") {
    var newest = 1
    val api = new PolledApi(
      "url" -> "http://h/x?since={t}",
      "offsetType" -> "max_field",
      "offsetField" -> "t",
      "boundary" -> "exclusive",
      "requestOffsetFormat" -> "epoch_s"
    )(r =>
      Answer(
        array(
          (1 to newest)
            .filter(i => 1700000000000L + i * 300 > number(r, "since", 0) * 1000L)
            .map(i => s"""{"id":$i,"t":"${java.time.Instant.ofEpochMilli(1700000000000L + i * 300)}"}""")
        )
      )
    )
    assert(api.poll().map(idOf) == List(1) && api.poll().isEmpty)
    newest = 3
    assert(api.poll().map(idOf) == List(2, 3) && api.poll().isEmpty)
  }

  test("another time zone in the middle of a traversal begins it again") {
    def api(zone: String) = new PolledApi(
      "url" -> "http://h/x?since={t}",
      "offsetType" -> "max_field",
      "offsetField" -> "t",
      "requestOffsetFormat" -> "yyyy-MM-dd HH:mm:ss",
      "pagination" -> "page",
      "maxPagesPerPoll" -> "2",
      "timeZone" -> zone
    )(r => timed(paged(r, 1 to 50, 10)))
    val before = api("America/New_York")
    before.poll()
    assert(before.state.traversal.isDefined)
    val after = api("UTC")
    after.state = before.state
    after.poll()
    assert(query(after.asked.head).get("page").forall(_ == "1"))
  }

  // ---- memory

  test("25,000 records with one timestamp are delivered once, however often they are polled") {
    val all = (1 to 25000).map(i => s"""{"id":$i,"t":1700000000}""")
    val api = new PolledApi(
      "url" -> "http://h/x?since={t}",
      "offsetType" -> "max_field",
      "offsetField" -> "t",
      "pagination" -> "page",
      "maxPagesPerPoll" -> "1000"
    )(r => Answer(array(all.slice((number(r, "page", 1) - 1) * 1000, number(r, "page", 1) * 1000))))
    assert(api.traversal().length == 25000)
    assert(api.traversal().isEmpty && api.traversal().isEmpty)
    assert(api.state.boundary.recent.size <= 256, "the state grew")
  }

  test("order=asc with boundary=inclusive over a long backlog repeats nothing") {
    val all = 1 to 45500
    val api = new PolledApi(
      "url" -> "http://h/x?since={t}",
      "offsetType" -> "max_field",
      "offsetField" -> "t",
      "order" -> "asc",
      "boundary" -> "inclusive",
      "pagination" -> "page",
      "maxPagesPerPoll" -> "1000"
    )(r => {
      val since = number(r, "since", 0)
      timed(
        all.dropWhile(i => 1700000000 + i < since).slice((number(r, "page", 1) - 1) * 500, number(r, "page", 1) * 500)
      )
    })
    var got = Vector.empty[String]
    while ({ got ++= api.poll(); api.outcome.more }) ()
    assert(got.length == 45500 && got.map(idOf).distinct.length == 45500)
    assert(
      api.state.ahead.isEmpty && api.state.boundary.files.map(_.entries).sum < 20000,
      "records before the offset are still remembered"
    )
  }

  test("21,000 ids on numbered pages that shift with each request are delivered once") {
    var newest = 21000
    val api = new PolledApi(
      "url" -> "http://h/x",
      "offsetType" -> "incremental",
      "offsetField" -> "id",
      "pagination" -> "page",
      "maxPagesPerPoll" -> "1000"
    )(r => {
      newest += 1
      Answer(array(ids(paged(r, (1 to newest).reverse, 1000): _*)))
    })
    val got = api.traversal().map(idOf)
    assert(got.distinct.length == got.length && (1 to 21000).forall(got.toSet))
    val more = api.traversal().map(idOf)
    assert((got ++ more).distinct.length == got.length + more.length)
  }

  test("with lookback, a response of a lagging replica erases no memory") {
    var lags = false
    var more = Seq.empty[String]
    val newest = """{"id":201,"t":1700000300}"""
    val all = (1 to 200).map(i => s"""{"id":$i,"t":${1700000000 + i}}""")
    val api = new PolledApi(
      "url" -> "http://h/x?since={t}",
      "offsetType" -> "max_field",
      "offsetField" -> "t",
      "offsetFormat" -> "epoch_s",
      "lookback" -> "3600"
    )(_ => Answer(array(if (lags) all.take(3) :+ newest else all ++ more)))
    assert(api.poll().length == 200)
    lags = true
    assert(api.poll() == List(newest), "the offset moves")
    lags = false
    more = Seq(newest)
    assert(api.poll().isEmpty)
  }

  test("a longer lookback after a restart repeats nothing, and finds late records as the offset moves on") {
    val begin = java.time.Instant.parse("2026-01-01T00:00:00Z")
    def record(minute: Int) = s"""{"at":"${begin.plusSeconds(60L * minute)}"}"""
    val slices = Seq("url" -> "http://h/x?since={windowStart}&to={windowEnd}", "offsetType" -> "window")
    val bounded = Seq("url" -> "http://h/x?since={offset}", "offsetType" -> "max_field")
    for (kind <- Seq(slices, bounded); order <- Seq("none", "desc") if order == "none" || kind == bounded) {
      var minutes = Seq.empty[Int]
      def api(lookback: (String, String)*) = {
        val shared = Seq("offsetField" -> "at", "offsetFormat" -> "iso", "order" -> order, "lag" -> "1m")
        new PolledApi(kind ++ shared ++ lookback ++ Seq("initialOffset" -> begin.toString): _*)(r => {
          val since = java.time.Instant.parse(query(r)("since"))
          val shown = minutes.sorted.map(m => m -> begin.plusSeconds(60L * m)).filterNot(_._2.isBefore(since)).map(_._1)
          Answer(array((if (order == "desc") shown.reverse else shown).map(record)))
        })
      }
      val clue = s"$kind $order"
      val short = api()
      // More traversals than those whose lowest records are remembered anyway.
      (10 to 150 by 10).foreach { m =>
        minutes :+= m
        short.now = begin.plusSeconds(60L * m + 120)
        assert(short.poll() == List(record(m)), clue)
      }
      val long = api("lookback" -> "120m")
      long.state = short.state
      long.now = short.now
      assert(long.poll().isEmpty, clue)
      (160 to 300 by 10).foreach { m =>
        minutes ++= Seq(m, m - 5)
        long.now = begin.plusSeconds(60L * m + 120)
        val late = if (m > 160) Seq(m - 7) else Nil
        assert(long.poll().sorted == Seq(m - 5, m).map(record).sorted, s"$clue $m")
        minutes ++= late
        assert(long.poll() == late.toList.map(record), s"$clue $m: a late record")
        assert(long.poll().isEmpty, s"$clue $m")
      }
      assert(query(long.asked.last)("since") == begin.plusSeconds(60L * (300 - 120)).toString || kind == slices, clue)
    }
  }

  test("another lag in the middle of a traversal begins it again") {
    val noon = java.time.Instant.parse("2026-01-01T12:00:00Z")
    def record(minutes: Long) = s"""{"at":"${noon.plusSeconds(60 * minutes)}"}"""
    val all = Seq(0L, -1L, -2L, -3L, -20L, -21L)
    def api(lag: String) =
      new PolledApi(
        "url" -> "http://h/x?since={offset}",
        "offsetType" -> "max_field",
        "offsetField" -> "at",
        "offsetFormat" -> "iso",
        "initialOffset" -> "2026-01-01T00:00:00Z",
        "pagination" -> "link",
        "maxPagesPerPoll" -> "1",
        "lag" -> lag
      )(r => {
        val since = java.time.Instant.parse(query(r)("since"))
        val page = number(r, "page", 0)
        val shown = all.filterNot(m => noon.plusSeconds(60 * m).isBefore(since)).slice(2 * page, 2 * page + 2)
        val next = Seq("Link" -> s"""<${r.url.takeWhile(_ != '&')}&page=${page + 1}>; rel="next"""")
        Answer(array(shown.map(record)), if (page < 2) next else Nil)
      })
    for ((before, after) <- Seq("0" -> "5m", "5m" -> "0")) {
      val (first, second) = (api(before), api(after))
      first.now = noon.plusSeconds(60)
      val came = first.poll()
      second.state = first.state
      second.now = first.now
      val rest = (1 to 4).flatMap(_ => second.poll())
      second.now = noon.plusSeconds(3600)
      val late = (1 to 4).flatMap(_ => second.poll())
      assert((came ++ rest ++ late).sorted == all.map(record).sorted, s"$before $after")
    }
  }

  test("a response that lacks the known field of the records moves no window before it has come twice") {
    var strange = false
    var after = 0
    val api = new PolledApi(
      "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
      "offsetType" -> "window",
      "offsetField" -> "at",
      "initialOffset" -> "2026-01-01T00:00:00Z"
    )(_ =>
      if (strange) { strange = false; Answer("""{"message":"backend timeout"}""") }
      else { after += 1; Answer(s"""{"items":[{"id":$after,"at":"2026-01-01T00:00:00Z"}]}""") }
    )
    api.now = java.time.Instant.parse("2026-01-01T01:00:00Z")
    assert(api.poll().length == 1)
    strange = true
    api.now = api.now.plusSeconds(60)
    assert(api.poll().length == 1 && !strange, "the same slice is requested again")
  }

  test("in the hour of autumn that local times repeat, a request of another format repeats and loses nothing") {
    val zone = java.time.ZoneId.of("Europe/Berlin")
    val hour = java.time.Instant.parse("2026-10-25T00:00:00Z") // 02:00 appears at 0:00 and at 1:00
    val all = (-20 to 60).map(n => hour.plusSeconds(n * 180L))
    def local(text: String) = java.time.LocalDateTime.parse(text.replace(' ', 'T')).atZone(zone)
    for {
      isEarlier <- Seq(true, false)
      lookback <- Seq("0", "25m")
    } {
      lazy val api: PolledApi = new PolledApi(
        "url" -> "http://h/x?since={offset}",
        "offsetType" -> "max_field",
        "offsetField" -> "t",
        "offsetFormat" -> "iso",
        "requestOffsetFormat" -> "yyyy-MM-dd HH:mm",
        "timeZone" -> zone.getId,
        "initialOffset" -> "2026-10-24 12:00",
        "lookback" -> lookback
      )({ r =>
        val since = local(query(r)("since"))
        val from = (if (isEarlier) since.withEarlierOffsetAtOverlap else since.withLaterOffsetAtOverlap).toInstant
        Answer(array(all.filter(t => !t.isBefore(from) && !t.isAfter(api.now)).map(t => s"""{"t":"$t"}""")))
      })
      api.now = hour.minusSeconds(3600)
      val came = (1 to 100).toList.flatMap { _ =>
        api.now = api.now.plusSeconds(150)
        api.poll()
      }
      assert(came.sorted == all.map(t => s"""{"t":"$t"}""").sorted, s"$isEarlier $lookback")
    }
  }

  // ---- refusals

  test("a page token or page number that is refused once is requested again") {
    Seq(400, 404, 410).foreach { status =>
      var strays = 0
      val byLink =
        new PolledApi("url" -> "http://h/x", "offsetType" -> "max_field", "offsetField" -> "t", "pagination" -> "link")(
          r => {
            val page = number(r, "page", 1)
            if (page == 3 && strays == 0) { strays += 1; Answer("no", status = status) }
            else {
              val next = if (page < 5) Seq("Link" -> s"""<http://h/x?page=${page + 1}>; rel="next"""") else Nil
              timed(paged(r, 1 to 500, 100)).copy(headers = next)
            }
          }
        )
      assert(byLink.traversal().map(idOf) == (1 to 500).toList && byLink.asked.length == 6, status)
      val (byNumber, first) = oncePage5(Answer("no", status = status))()
      assert(first.length == 400 && byNumber.outcome.error.isDefined)
      assert((first ++ byNumber.traversal()).map(idOf) == (1 to 2000).toList && byNumber.asked.length == 23, status)
    }
  }

  test("a page token that is refused twice has expired, and the traversal starts again") {
    var epoch = 0
    val api =
      new PolledApi("url" -> "http://h/x", "offsetType" -> "max_field", "offsetField" -> "t", "pagination" -> "link")(
        r => {
          val page = number(r, "page", 1)
          if (page == 3 && epoch == 0) epoch = 1
          if (page > 1 && number(r, "e", 0) != epoch) Answer("gone", status = 410)
          else {
            val next = if (page < 5) Seq("Link" -> s"""<http://h/x?page=${page + 1}&e=$epoch>; rel="next"""") else Nil
            timed(paged(r, 1 to 500, 100)).copy(headers = next)
          }
        }
      )
    val began = api.now
    val first = api.traversal()
    assert(api.outcome.error.isDefined && api.state.traversal.isEmpty)
    assert(java.time.Duration.between(began, api.now).toMillis >= 5000)
    assert((first ++ api.traversal()).map(idOf) == (1 to 500).toList)
  }

  test("a stored cursor that is refused once is sent again, and has expired if it is refused twice") {
    Seq("fail", "restart").foreach { policy =>
      var refusals = 0
      var refuse = 0
      val api = new PolledApi(
        "url" -> "http://h/x?cursor={next}",
        "offsetType" -> "cursor",
        "offsetField" -> "next",
        "dataField" -> "data",
        "onCursorExpired" -> policy
      )(r => {
        val at = number(r, "cursor", 0)
        if (at > 0 && refusals < refuse) { refusals += 1; Answer("gone", status = 410) }
        else Answer(s"""{"data":${array(if (at < 3) ids(at) else Nil)},"next":"${math.min(3, at + 1)}"}""")
      })
      api.poll()
      refuse = 1
      assert(api.poll() == ids(1) && api.outcome.error.isEmpty, policy)
      refuse = 3
      api.poll()
      assert(api.outcome.error.isDefined)
      assert((api.outcome.error.get.condition == Condition.CursorExpired) == (policy == "fail"))
      assert(api.state.offset.isEmpty == (policy == "restart"))
    }
  }

  test("a stored cursor that is answered with a status of both lists is the end for now, and a warning names the lists") {
    def polled(options: (String, String)*) = {
      val api = new PolledApi(
        Seq(
          "url" -> "http://h/x?cursor={next}",
          "offsetType" -> "cursor",
          "offsetField" -> "next",
          "emptyStatusCodes" -> "204,304,404"
        ) ++ options: _*
      )(r =>
        if (number(r, "cursor", 0) > 0) Answer("nothing", status = 404)
        else Answer(s"""{"data":${array(ids(1))},"next":"1"}""")
      )
      api.poll()
      assert(api.outcome.warning.isEmpty)
      api.now = api.now.plusSeconds(3600)
      api.poll()
      assert(api.outcome.error.isEmpty && !api.outcome.more && api.state.offset.contains("1"))
      api.outcome.warning.getOrElse("")
    }
    assert(polled().contains("404") && polled().contains("emptyStatusCodes") && polled().contains("expiredStatusCodes"))
    assert(polled("expiredStatusCodes" -> "400,410").isEmpty)
  }

  test("expiredStatusCodes: another status may refuse a cursor, and those that are not listed do not") {
    def polled(status: Int, options: (String, String)*) = {
      val api = new PolledApi(
        Seq(
          "url" -> "http://h/x?cursor={next}",
          "offsetType" -> "cursor",
          "offsetField" -> "next",
          "onCursorExpired" -> "restart"
        ) ++ options: _*
      )(r =>
        if (number(r, "cursor", 0) > 0) Answer("gone", status = status)
        else Answer(s"""{"data":${array(ids(1))},"next":"1"}""")
      )
      api.poll()
      (1 to 3).foreach(_ => api.poll())
      api.state.offset.isEmpty
    }
    assert(polled(410) && !polled(422) && polled(422, "expiredStatusCodes" -> "412,422"))
    assert(!polled(410, "expiredStatusCodes" -> "412,422"))
  }

  test("expiredOffsetField: the second refusal moves the cursor, and a warning names both, without a secret") {
    val api = new PolledApi(
      "url" -> "http://h/x?cursor={next}&key=s3cret-value",
      "params" -> """{"api_key": "s3cret-value"}""",
      "offsetType" -> "cursor",
      "offsetField" -> "next",
      "dataField" -> "data",
      "expiredOffsetField" -> "error.oldest"
    )(r =>
      number(r, "cursor", 0) match {
        case 1 => Answer("""{"error":{"oldest":"7&api_key=s3cret-value"}}""", status = 410)
        case _ => Answer(s"""{"data":${array(ids(1))},"next":"1"}""")
      }
    )
    api.poll()
    api.poll()
    val warning = api.outcome.warning.getOrElse("")
    assert(warning.contains("refused the cursor 1 with 410 and named 7") && warning.contains("does not get the records"))
    assert(!warning.contains("s3cret") && !api.state.offset.exists(_.contains("s3cret")))
    assert(api.state.offset.exists(_.startsWith("7")) && api.outcome.error.isEmpty)
  }

  // ---- the end of the list

  test("empty pages that always have a next page end the traversal after 25 requests") {
    val api =
      new PolledApi("url" -> "http://h/x", "offsetType" -> "max_field", "offsetField" -> "t", "pagination" -> "link")(
        r => {
          val page = number(r, "page", 1)
          timed(if (page == 1) Seq(1) else Nil)
            .copy(headers = Seq("Link" -> s"""<http://h/x?page=${page + 1}>; rel="next""""))
        }
      )
    assert(api.traversal().length == 1 && api.state.traversal.isEmpty && api.state.offset.contains("1700000001"))
    assert(api.asked.length <= 25)
  }

  test("initialUrl is used for all pages of the first traversal") {
    val api = new PolledApi(
      "url" -> "http://h/changes?since={t}",
      "initialUrl" -> "http://h/all",
      "offsetType" -> "max_field",
      "offsetField" -> "t",
      "pagination" -> "page"
    )(r => if (r.url.contains("/all")) timed(paged(r, 1 to 150, 100)) else Answer("[]"))
    assert(api.traversal().length == 150)
    assert(api.urls.take(3).forall(_.startsWith("http://h/all")))
    api.poll()
    assert(api.urls.last.startsWith("http://h/changes?since=1700000150"))
  }

  test("an empty object has no records and is not an error") {
    val api = new PolledApi(
      "url" -> "http://h/x?since={t}",
      "offsetType" -> "max_field",
      "offsetField" -> "t",
      "dataField" -> "data"
    )(_ => Answer("{}"))
    assert(api.poll().isEmpty && api.outcome.error.isEmpty)
  }

  test("a full first page without a next page causes a warning") {
    def warning(nextField: String) = {
      val api = new PolledApi(
        "url" -> "http://h/x",
        "offsetType" -> "max_field",
        "offsetField" -> "t",
        "dataField" -> "data",
        "pagination" -> "cursor",
        "nextField" -> nextField,
        "pageSizeParam" -> "limit",
        "pageSize" -> "100"
      )(r =>
        if (query(r).contains("cursor")) Answer("""{"data":[],"next":null}""")
        else Answer(s"""{"data":${timed(1 to 100).body},"next":"b"}""")
      )
      api.poll()
      api.outcome.warning
    }
    assert(warning("nxt").exists(w => w.contains("nextField") && w.contains("100 records")))
    assert(warning("next").isEmpty)
  }
}
