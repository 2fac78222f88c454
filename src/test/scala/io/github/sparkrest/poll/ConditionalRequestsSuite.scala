// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.http.{HttpRequest, LocalServer}
import io.github.sparkrest.schedule.PolledApi
import org.scalatest.funsuite.AnyFunSuite

/** `ETag` and `Last-Modified`: which requests are conditional, and what a 304 means. */
class ConditionalRequestsSuite extends AnyFunSuite {
  import PolledApi._

  private def sent(r: HttpRequest, name: String): Option[String] =
    r.headers.collectFirst { case (k, v) if k.equalsIgnoreCase(name) => v }

  /** Returns the newest records to each request. `tag` makes the ETag from the records. */
  private class Feed(tag: Seq[String] => Option[String], options: (String, String)*) {
    var records: Seq[String] = ids(2, 1)
    var more: Seq[(String, String)] = Nil
    val api = new PolledApi(
      Seq("url" -> "http://h/events", "offsetType" -> "snapshot", "recordKey" -> "id") ++ options: _*
    )({ r =>
      val now = tag(records)
      if (now.isDefined && sent(r, "If-None-Match") == now.map(_.stripPrefix("W/")).map(t => s"W/$t"))
        Answer("", Nil, 304)
      else Answer(array(records), now.toList.map("ETag" -> _) ++ more)
    })
    def conditions: List[Option[String]] = api.asked.map(sent(_, "If-None-Match")).toList
    def later(seconds: Long): Unit = api.now = api.now.plusSeconds(seconds)
  }
  private def strong(records: Seq[String]) = Some(s""""${records.hashCode}"""")
  private def weak(records: Seq[String]) = Some(s"""W/"${records.hashCode}"""")

  test("a 304 is an empty poll that changes nothing, and a weak ETag is sent back unchanged") {
    val feed = new Feed(weak)
    assert(feed.api.poll().toSet == ids(1, 2).toSet)
    val state = feed.api.state
    assert(feed.api.poll() == Nil && feed.api.outcome.error.isEmpty && !feed.api.outcome.more)
    assert(feed.api.state == state, "a 304 changed the state")
    feed.records = ids(3, 2, 1)
    assert(feed.api.poll() == ids(3))
    assert(feed.conditions.head.isEmpty && feed.conditions.tail.forall(_.exists(_.startsWith("W/\""))))
  }

  test("a strong ETag is sent back as a strong ETag, although a proxy weakens it in responses") {
    val feed = new Feed(strong)
    feed.api.poll()
    feed.api.poll()
    assert(feed.conditions.last.exists(_.startsWith("\"")))
  }

  test("an ETag that does not change with the data delays records by ten minutes, and loses none") {
    val lying = new Feed(_ => Some("W/\"always\""))
    lying.api.poll()
    lying.records = ids(3, 2, 1)
    assert(lying.api.poll() == Nil)
    lying.later(599)
    assert(lying.api.poll() == Nil)
    lying.later(1)
    assert(lying.api.poll() == ids(3) && lying.conditions.last.isEmpty, "the request must not be conditional")
  }

  test("no request is conditional after another request or a failure, or if the user turns it off or sets the header") {
    val ids3 = new PolledApi("url" -> "http://h/x?from={id}", "offsetField" -> "id", "offsetType" -> "incremental")(r =>
      Answer(array(if (query(r)("from").toInt < 3) ids(1, 2) else Nil), Seq("ETag" -> "\"e\""))
    )
    ids3.poll()
    ids3.poll()
    ids3.poll()
    assert(ids3.asked.map(sent(_, "If-None-Match")).toList == List(None, None, Some("\"e\"")), "from=0, from=3, from=3")
    var broken = false
    val failing = new PolledApi("url" -> "http://h/e", "offsetType" -> "snapshot", "recordKey" -> "id")(_ =>
      if (broken) Answer("", status = 500) else Answer(array(ids(1)), Seq("ETag" -> "\"e\""))
    )
    failing.poll()
    broken = true
    failing.poll()
    broken = false
    failing.poll()
    assert(failing.asked.map(sent(_, "If-None-Match")).toList == List(None, Some("\"e\""), None))
    Seq(
      Seq("conditionalRequests" -> "false"),
      Seq("headers" -> """{"if-none-match": "\"mine\""}"""),
      Seq(
        "recordKey" -> "id",
        "offsetType" -> "max_field",
        "offsetField" -> "id",
        "lag" -> "5s",
        "offsetFormat" -> "epoch_s"
      )
    ).foreach { options =>
      val feed = new Feed(_ => Some("\"theirs\""), options: _*)
      feed.api.poll()
      feed.api.poll()
      assert(!feed.conditions.contains(Some("\"theirs\"")), options)
    }
  }

  test("a snapshot without recordKey is never requested conditionally, because each snapshot is delivered in full") {
    val pictures = new PolledApi("url" -> "http://h/states", "offsetType" -> "snapshot")(_ =>
      Answer(array(ids(1)), Seq("ETag" -> "\"e\""))
    )
    assert(pictures.poll() == ids(1) && pictures.poll() == ids(1))
    assert(pictures.asked.forall(sent(_, "If-None-Match").isEmpty))
  }

  test(
    "no request is conditional if the next page or the cursor is in a header, because an ETag may cover only the body"
  ) {
    Seq(
      Seq("pagination" -> "link"),
      Seq("pagination" -> "auto"),
      Seq("pagination" -> "cursor", "nextField" -> "header:X-Next"),
      Seq("offsetType" -> "cursor", "offsetField" -> "link:next"),
      Seq("offsetType" -> "cursor", "offsetField" -> "header:X-Cursor"),
      Seq("pagination" -> "page", "hasMoreField" -> "header:X-More"),
      Seq("pagination" -> "page", "hasMoreField" -> "!link:next")
    ).foreach { options =>
      val feed = new Feed(strong, options: _*)
      feed.api.poll()
      feed.api.poll()
      assert(feed.conditions.flatten.isEmpty, options)
    }
  }

  test("a page that a header calls the last one is requested in full, because a later page may appear behind it") {
    var all = ids(1, 2)
    val api = new PolledApi(
      "url" -> "http://h/x",
      "offsetType" -> "snapshot",
      "recordKey" -> "id",
      "pagination" -> "page",
      "hasMoreField" -> "header:X-More"
    )({ r =>
      val page = query(r)("page").toInt
      val body = array(all.slice(page * 2 - 2, page * 2))
      val tag = s""""${body.hashCode}""""
      if (sent(r, "If-None-Match").contains(tag)) Answer("", Nil, 304)
      else Answer(body, Seq("ETag" -> tag, "X-More" -> (all.length > page * 2).toString))
    })
    assert(api.traversal() == ids(1, 2))
    all = ids(1, 2, 3)
    assert(api.traversal() == ids(3))
  }

  test("no request is conditional with inputVersion, because a 304 would count as reading the version") {
    def conditions(more: (String, String)*) = {
      val options = Seq("input" -> "parents", "streaming" -> "true") ++ more
      val config = io.github.sparkrest.config.RestConfig
        .parse(
          Map("url" -> "http://h/{n}", "offsetType" -> "snapshot", "recordKey" -> "id") ++ options,
          Seq("n", "v")
        )
        .fold(e => fail(e.text), identity)
      val feed = new Feed(strong)
      val poll =
        new Poll(
          config,
          feed.api.client,
          () => feed.api.now,
          io.github.sparkrest.request.InputRow.of(Seq("n"), """{"n":1}""")
        )
      def run(state: io.github.sparkrest.progress.Progress) =
        poll.run(state, TaskBudget(Long.MaxValue, Long.MaxValue, 9), new io.github.sparkrest.schedule.CountingSink)
      run(run(io.github.sparkrest.progress.Progress.Initial).state)
      feed.conditions.count(_.isDefined)
    }
    assert(conditions() == 1 && conditions("inputVersion" -> "v") == 0)
  }

  test("no request is conditional after a traversal of several pages") {
    val paged = new PolledApi(
      "url" -> "http://h/x",
      "offsetType" -> "snapshot",
      "recordKey" -> "id",
      "pagination" -> "page"
    )(r =>
      Answer(
        array(query(r)("page") match { case "1" => ids(1); case "2" => ids(2); case _ => Nil }),
        Seq("ETag" -> "\"e\"")
      )
    )
    paged.traversal()
    paged.traversal()
    assert(paged.asked.length == 8 && paged.asked.forall(sent(_, "If-None-Match").isEmpty))
  }

  test("Last-Modified is used only if it is at least a minute old and there is no ETag") {
    def conditions(modified: String, more: (String, String)*) = {
      val api = new PolledApi("url" -> "http://h/e", "offsetType" -> "snapshot", "recordKey" -> "id")(_ =>
        Answer(
          array(ids(1)),
          Seq("Last-Modified" -> modified, "Date" -> "Thu, 01 Jan 2026 00:01:00 GMT") ++ more
        )
      )
      api.poll()
      api.poll()
      api.asked.last.headers.filter(_._1.startsWith("If-")).toList
    }
    assert(conditions("Thu, 01 Jan 2026 00:00:00 GMT") == List("If-Modified-Since" -> "Thu, 01 Jan 2026 00:00:00 GMT"))
    assert(conditions("Thu, 01 Jan 2026 00:00:01 GMT") == Nil)
    assert(conditions("Thu, 01 Jan 2026 00:00:00 GMT", "ETag" -> "\"e\"") == List("If-None-Match" -> "\"e\""))
    assert(conditions("last week") == Nil)
  }

  test("validators contain no secret, and do not apply after a change of dataField or of a header") {
    def state(options: (String, String)*) = {
      val feed = new Feed(_ => Some("\"e\""), Seq("headers" -> """{"X-Api-Key": "secret1"}""") ++ options: _*)
      feed.api.poll()
      feed.api.state.validators.getOrElse(fail("no validators"))
    }
    val plain = state()
    assert(plain.request.matches("[0-9a-f]{16}") && plain.etag.contains("\"e\""))
    assert(
      state("headers" -> """{"X-Api-Key": "secret2"}""").request == plain.request,
      "the hash must not depend on a secret"
    )
    assert(state("dataField" -> "$").request != plain.request)
    assert(state("headers" -> """{"Accept": "application/json"}""").request != plain.request)
  }

  test("a real server gets the ETag back, and its 304 is an empty poll") {
    val server = new LocalServer({ e =>
      val condition = Option(e.getRequestHeaders.getFirst("If-None-Match"))
      if (condition.contains("W/\"v1\"")) LocalServer.send(e, 304, "", "ETag" -> "W/\"v1\"")
      else LocalServer.send(e, 200, "[{\"id\":1}]", "ETag" -> "W/\"v1\"")
    })
    try {
      val config = io.github.sparkrest.config.RestConfig
        .parse(Map("url" -> server.url, "offsetType" -> "snapshot", "recordKey" -> "id"))
        .fold(e => fail(e.text), identity)
      val client = io.github.sparkrest.http.transport.SttpClient(config, () => false)
      val pipeline = new Poll(config, client, io.github.sparkrest.http.Clock.System)
      val limits = TaskBudget(Long.MaxValue, 60000, Long.MaxValue)
      val store =
        new io.github.sparkrest.pagelog.store.LocalLogStore(java.nio.file.Files.createTempDirectory("conditional"))
      def writer = new io.github.sparkrest.pagelog.format.PageFileWriter(store, 1, "")
      val first = pipeline.run(io.github.sparkrest.progress.Progress.Initial, limits, writer)
      val second = pipeline.run(first.state, limits, writer)
      assert(first.records == 1 && second.records == 0 && second.error.isEmpty && second.state == first.state)
      assert(server.asked.map(_.headers.get("if-none-match")) == Seq(None, Some("W/\"v1\"")))
    } finally server.close()
  }
}
