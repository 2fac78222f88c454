// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import java.time.Instant

import io.circe.Json
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.Condition
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.progress.strategies.TraversalTimes
import io.github.sparkrest.progress.{Progress, Progression, Traversal}
import org.scalatest.funsuite.AnyFunSuite

class RequestTemplateSuite extends AnyFunSuite {
  private def url(template: String, offset: String, more: (String, String)*): String =
    rendered(template, offset, more: _*).url
  private def rendered(template: String, offset: String, more: (String, String)*): HttpRequest =
    new RequestTemplate(
      RestConfig.parse(Map("url" -> template, "offsetField" -> "id") ++ more).fold(e => fail(e.text), identity)
    ).render(RequestValues(offset)).fold(e => fail(e.text), identity)

  test("a placeholder is replaced by the percent-encoded offset") {
    assert(
      url(
        "https://h/a?since={id}&n=5",
        "2025-01-01T00:00:00+02:00 &x"
      ) == "https://h/a?since=2025-01-01T00%3A00%3A00%2B02%3A00%20%26x&n=5"
    )
    assert(url("https://h/a/{offset}/b", "a/b") == "https://h/a/a%2Fb/b")
    assert(url("https://h/a?q=é{id}", "ü").endsWith("%C3%BC"))
  }

  test("the user's encoding of a URL is kept") {
    assert(url("https://h/a%2Fb?x=%20y+z&flag&e=", "7") == "https://h/a%2Fb?x=%20y+z&flag&e=")
  }

  test("a query parameter that consists of an empty placeholder is left out") {
    assert(url("https://h/a?role=s&starting_after={id}", "") == "https://h/a?role=s")
    assert(url("https://h/a?starting_after={id}", "") == "https://h/a")
    assert(url("https://h/a?q=x{id}", "") == "https://h/a?q=x")
    assert(url("https://h/a?since={id}", "0") == "https://h/a?since=0")
  }

  test("params are encoded and appended to the query") {
    assert(
      url("https://h/a?b=1", "9", "params" -> """{"q r":"x=y {id}","n":5}""") == "https://h/a?b=1&q%20r=x%3Dy%209&n=5"
    )
  }

  test("placeholders in headers are replaced, and a value that would split a header is refused") {
    val r = rendered("https://h/a", "a, b", "headers" -> """{"X-After":"<{id}>"}""")
    assert(r.headers == Seq("X-After" -> "<a, b>"))
    assert(r.toString == "HttpRequest(GET)")
    Seq("a\r\nX: y", "a\ny", "a\u0000").foreach { v =>
      assert(
        refused("https://h/a", "headers" -> """{"X-After":"<{id}>"}""")("id" -> v).contains("{id} holds a line break")
      )
    }
    assert(
      refused("https://h/a", "headers" -> """{"Cookie":"u={id}"}""")("id" -> "1; admin=1").contains("holds a semicolon")
    )
    assert(refused("https://h/a", "headers" -> """{"X-Id":"{id}"}""")("id" -> "1;q=0").contains("holds a semicolon"))
  }

  private def ofRow(template: String, more: (String, String)*)(columns: (String, String)*) = {
    val data = Json.arr(Json.fromFields(columns.map { case (k, v) => k -> Option(v).fold(Json.Null)(Json.fromString) }))
    val options = Map("url" -> template, "inputData" -> data.noSpaces, "streaming" -> "true") ++ more
    val config = RestConfig.parse(options).fold(e => fail(e.text), identity)
    val row = InputRow.of(columns.map(_._1), data.asArray.flatMap(_.headOption).getOrElse(Json.Null).noSpaces)
    new RequestTemplate(config).render(RequestValues("", input = row))
  }

  private def refused(template: String, more: (String, String)*)(columns: (String, String)*): String = {
    val e = ofRow(template, more: _*)(columns: _*).fold(identity, r => fail(r.url))
    assert(
      e.condition == Condition.ValueRefused && columns.forall(c =>
        c._2 == null || c._2.length < 3 || !e.text.contains(c._2)
      )
    )
    e.message
  }

  test("a value in the path is refused if it is null, empty, . or ..") {
    Seq(null, "").foreach { v =>
      assert(
        refused("https://h/users/{id}/orders")(
          "id" -> v
        ) == "The value of {id} is null or empty, and its placeholder is in the path of the URL."
      )
    }
    Seq(".", "..").foreach { v =>
      assert(refused("https://h/users/{id}/orders")("id" -> v).contains("{id} is . or .."))
      assert(refused("https://h/users/{id}")("id" -> v).contains("{id} is . or .."))
    }
    assert(refused("https://h/a/.{id}/b")("id" -> ".").contains("is . or .."))
    assert(refused("https://h/a/%2E{id}/b")("id" -> ".").contains("is . or .."))
    assert(refused("https://h/a/{a}{b}/b")("a" -> ".", "b" -> ".").contains("is . or .."))
    assert(
      ofRow("https://h/users/{id}/orders")("id" -> "a..b/../c").map(_.url) == Right(
        "https://h/users/a..b%2F..%2Fc/orders"
      )
    )
    assert(ofRow("https://h/v{id}/x?q={q}")("id" -> ".", "q" -> null).map(_.url) == Right("https://h/v./x"))
  }

  private val secret = Seq("authType" -> "Bearer", "oauthToken" -> "t0ken")
  private def problem(options: (String, String)*): String =
    RestConfig.parse(options.toMap).fold(_.text, c => fail(c.toString))
  private def accepted(options: (String, String)*): Boolean = RestConfig.parse(options.toMap).isRight
  private val rows = Seq("inputData" -> """[{"host":"a","port":"1"}]""", "streaming" -> "true")

  test("an input row cannot choose the host or port that receives credentials, unless allowedHosts names it") {
    Seq("http://{host}/x", "http://127.0.0.1:{port}/", "https://{host}.example.com/x", "http://{host}").foreach { url =>
      val others = if (url.contains("{port}")) Nil else Seq("headers" -> """{"X-Port":"{port}"}""")
      assert(problem(("url" -> url) +: (secret ++ rows ++ others): _*).contains("name the hosts in allowedHosts"), url)
      assert(accepted(("url" -> url) +: (rows ++ others): _*), "without credentials no secret can leak")
    }
    Seq("headers" -> """{"X-Api-Key":"k"}""", "params" -> """{"access_token":"k"}""", "cookie" -> "a=b").foreach { o =>
      assert(problem(Seq("url" -> "http://{host}:{port}/", o) ++ rows: _*).contains("allowedHosts"), o._1)
    }
    val allowed = secret :+ ("allowedHosts" -> "a.example, *.b.example, c.example:8443")
    def sent(host: String) = ofRow("https://{host}/x", allowed: _*)("host" -> host)
    assert(sent("a.example").exists(r => r.trusted && r.url == "https://a.example/x"))
    assert(sent("x.b.example").isRight)
    Seq("evil.example", "b.example", "xb.example", "a.example.evil", "a.example@evil", "c.example").foreach { host =>
      assert(sent(host).fold(_.condition, r => fail(r.url)) == Condition.ValueRefused)
    }
    def port(p: String) = ofRow("https://c.example:{port}/x", allowed: _*)("port" -> p)
    assert(port("8443").isRight && port("22").isLeft)
  }

  test("a next URL gets credentials at the host of the row, but not at another host") {
    val options =
      secret ++ Seq("allowedHosts" -> "a.example,b.example", "pagination" -> "nextUrl", "nextField" -> "next")
    val data = Seq("inputData" -> """[{"host":"a.example"}]""", "streaming" -> "true", "url" -> "https://{host}/x")
    val template = new RequestTemplate(RestConfig.parse((options ++ data).toMap).fold(e => fail(e.text), identity))
    def next(url: String) =
      template.render(
        RequestValues(
          "",
          page = Some(PageToken.Address(url)),
          input = InputRow.of(Seq("host"), """{"host":"a.example"}""")
        )
      )
    assert(next("https://a.example/2").exists(_.trusted))
    assert(next("https://b.example/2").exists(!_.trusted))
    assert(next("https://host/2").isLeft)
  }

  test("credentials with an initialUrl of another origin are refused unless allowedHosts names its host") {
    val options = Seq("url" -> "https://h/x", "initialUrl" -> "https://other/dump")
    assert(problem(options ++ secret: _*).contains("initialUrl: has another origin than url"))
    assert(problem(Seq("url" -> "https://h/x", "initialUrl" -> "http://h/x") ++ secret: _*).contains("another origin"))
    assert(accepted(options ++ secret :+ ("allowedHosts" -> "other"): _*))
    assert(accepted(options: _*))
    assert(accepted(options.take(1) ++ secret :+ ("initialUrl" -> "https://H:443/all"): _*))
  }

  test("a page parameter that `url` or `params` already contain is sent once") {
    val paged = Seq("pagination" -> "page", "pageSizeParam" -> "page[size]", "pageSize" -> "5")
    assert(
      url(
        "https://h/a?page=7&q=1&page%5Bsize%5D=9&page[size]=8",
        "",
        paged: _*
      ) == "https://h/a?q=1&page=1&page%5Bsize%5D=5"
    )
    assert(
      url(
        "https://h/a",
        "",
        paged :+ ("params" -> """{"page":3,"n":1}"""): _*
      ) == "https://h/a?n=1&page=1&page%5Bsize%5D=5"
    )
  }

  test("{name?}: what contains an empty optional placeholder is left out") {
    val more = Seq("headers" -> """{"X-After":"<{id?}>","X-All":"<{id}>"}""", "params" -> """{"q":"id > {id?}"}""")
    val first = rendered("https://h/a?since=from%20{id?}", "", more: _*)
    assert(first.url == "https://h/a" && first.headers == Seq("X-All" -> "<>"))
    val next = rendered("https://h/a?since={id?}", "7", more: _*)
    assert(next.url == "https://h/a?since=7&q=id%20%3E%207" && next.headers == Seq("X-After" -> "<7>", "X-All" -> "<7>"))
  }

  private def body(template: String, offset: String, more: (String, String)*): String =
    rendered("https://h/a", offset, Seq("method" -> "POST", "body" -> template) ++ more: _*).body.getOrElse(fail("none"))

  test("{name?} in a body: the property, element or field is left out") {
    val json = """{"first": 10, "after": "{id?}", "in": [{id?}, "a{id}"], "filter": {"gt": {id?}}, "all": {id}}"""
    assert(body(json, "") == """{"first":10,"in":["a"],"filter":{},"all":null}""")
    assert(
      body(json, "x\"y") == """{"first":10,"after":"x\"y","in":["x\"y","ax\"y"],"filter":{"gt":"x\"y"},"all":"x\"y"}"""
    )
    assert(body(json, "7") == """{"first":10,"after":"7","in":[7,"a7"],"filter":{"gt":7},"all":7}""")
    val form = """{"after":"id:{id?}","n":"1"}"""
    assert(
      body(form, "", "bodyFormat" -> "form") == "n=1" && body(form, "7", "bodyFormat" -> "form") == "after=id%3A7&n=1"
    )
    assert(body("""{ "after" : {id} }""", "") == """{ "after" : null }""", "without ? the text stays as it is")
  }

  test("{name?} where nothing can be left out is an error") {
    assert(problem("url" -> "https://h/{id?}/x?a={id}", "offsetField" -> "id").contains("a path cannot leave out {id?}"))
    val text = Seq("url" -> "https://h/", "method" -> "POST", "offsetField" -> "id", "body" -> "<a>{id?}</a>")
    assert(problem(text: _*).contains("body: {name?} needs a JSON body"))
  }

  test("a brace that is written twice is a brace") {
    assert(
      url(
        "https://h/a?since={id}",
        "7",
        "params" -> """{"f":"{{\"gt\":{id}}}"}"""
      ) == "https://h/a?since=7&f=%7B%22gt%22%3A7%7D"
    )
    assert(body("""{"q":"{{id}}"}""", "7") == """{"q":"{7}"}""", "in a body braces stay")
    assert(
      problem("url" -> "https://h/a?f={x}", "offsetField" -> "id").contains(
        "A brace that belongs to the text is written twice"
      )
    )
  }

  test("{now} is the start of the traversal, in the format of the offset") {
    val config = RestConfig
      .parse(
        Map(
          "url" -> "https://h/a?until={now}&p={page}",
          "offsetType" -> "max_field",
          "offsetField" -> "t",
          "requestOffsetFormat" -> "epoch_s",
          "pagination" -> "page"
        )
      )
      .fold(e => fail(e.text), identity)
    val core = new Progression(config)
    def plan(state: Progress, at: Long) = core.plan(state, Instant.ofEpochSecond(at)).map(_.values.now)
    assert(plan(Progress.Initial, 1700000000).contains("1700000000"))
    val nanos = Instant.parse("2026-01-01T00:00:00.123456789Z")
    val iso = new Progression(RestConfig.parse(Map("url" -> "https://h/a?until={now}")).fold(e => fail(e.text), identity))
    assert(iso.plan(Progress.Initial, nanos).map(_.values.now).contains("2026-01-01T00:00:00.123Z"))
    val began = TraversalTimes(1700000000000L, 1700000000000L)
    val t = Traversal(PageToken.Number(2), pages = 1, began, received = 9)
    assert(plan(Progress.Initial.copy(traversal = Some(t)), 1700000900).contains("1700000000"))
  }

  test("startPage is the token of the first page, and may be the offset") {
    val cursor = Seq("pagination" -> "cursor", "nextField" -> "next", "pageParam" -> "after")
    def page(start: String, token: Option[String]) = {
      val options = Map("url" -> "https://h/a", "offsetField" -> "id", "startPage" -> start) ++ cursor
      val template = new RequestTemplate(RestConfig.parse(options).fold(e => fail(e.text), identity))
      template.render(RequestValues("o/1", page = token.map(PageToken.Cursor(_)))).fold(e => fail(e.text), _.url)
    }
    assert(page("*", None) == "https://h/a?after=%2A" && page("*", Some("t")) == "https://h/a?after=t")
    assert(page("{offset}", None) == "https://h/a?after=o%2F1" && page("{offset}", Some("t")) == "https://h/a?after=t")
    assert(problem(Seq("url" -> "https://h/a", "startPage" -> "{now}") ++ cursor: _*).contains("startPage: can contain"))
    val numbered = Seq("url" -> "https://h/a", "pagination" -> "page", "startPage" -> "*")
    assert(problem(numbered: _*).contains("startPage"))
  }
}
