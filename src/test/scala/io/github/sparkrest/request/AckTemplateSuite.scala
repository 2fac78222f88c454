// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import io.circe.Json
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.HttpRequest
import org.scalatest.funsuite.AnyFunSuite

class AckTemplateSuite extends AnyFunSuite {
  private val base = Map("url" -> "https://h/pull?n=9", "offsetType" -> "queue", "recordKey" -> "id")

  private def template(options: (String, String)*): AckTemplate = {
    val config = RestConfig.parse(base ++ options).fold(e => fail(e.text), identity)
    new AckTemplate(config, config.offset.ack.getOrElse(fail("no acknowledgement")))
  }

  private def rendered(t: AckTemplate, records: String*): HttpRequest =
    t.render(records, InputRow.Empty).fold(e => fail(e.text), identity)

  private def problems(options: (String, String)*): String =
    RestConfig.parse(base ++ options).fold(_.text, c => fail(s"no problem was found: $c"))

  test("an array element with a placeholder is repeated for each record, and everything else appears once") {
    val t = template(
      "ackUrl" -> "https://h/ack",
      "ackBody" -> """{"all": ["x", {"id": "m-{id}", "at": [{lock.at}]}], "mode": "now"}"""
    )
    assert(t.fields == Vector("id", "lock.at") && t.most == 500)
    assert(
      rendered(t, """["a\"b",7]""", """["c",null]""").body.contains(
        """{"all":["x",{"id":"m-a\"b","at":[7]},{"id":"m-c","at":[null]}],"mode":"now"}"""
      )
    )
  }

  test("a placeholder outside of an array, or in the URL, makes one request for each record") {
    assert(template("ackUrl" -> "https://h/ack", "ackBody" -> """{"id": "{id}"}""").most == 1)
    assert(template("ackUrl" -> "https://h/ack", "ackBody" -> """{"id": "{id}", "locks": ["{lock}"]}""").most == 1)
    assert(template("ackUrl" -> "https://h/ack/{id}", "ackBody" -> """["{lock}"]""").most == 1)
    val t = template("ackUrl" -> "https://h/ack/{id}?pop={lock}", "ackMethod" -> "DELETE")
    val request = rendered(t, """["a/b","x y="]""")
    assert(request.method == "DELETE" && request.url == "https://h/ack/a%2Fb?pop=x%20y%3D" && request.body.isEmpty)
  }

  test("the request has the headers of url, and neither its parameters nor its body") {
    val t = template(
      "headers" -> """{"X-Team": "data"}""",
      "params" -> """{"max": "10"}""",
      "body" -> """{"max": 10}""",
      "ackUrl" -> "https://h/ack",
      "ackBody" -> """["{id}"]"""
    )
    val request = rendered(t, """["1"]""")
    assert(request.url == "https://h/ack" && request.headers.contains("X-Team" -> "data"))
    assert(request.headers.contains("Content-Type" -> "application/json") && request.body.contains("""["1"]"""))
  }

  test("columns of the input are placeholders too") {
    val t = template(
      "streaming" -> "true",
      "inputData" -> """[{"queue": "a"}]""",
      "url" -> "https://h/{queue}/pull",
      "ackUrl" -> "https://h/{queue}/ack",
      "ackBody" -> """{"queue": "{queue}", "ids": ["{id}"]}"""
    )
    assert(t.fields == Vector("id") && t.most == 500)
    val request = t.render(Seq("[1]", "[2]"), InputRow(Vector("queue" -> Json.fromString("a b"))))
    assert(request.map(_.url).contains("https://h/a%20b/ack"))
    assert(request.toOption.flatMap(_.body).contains("""{"queue":"a b","ids":["1","2"]}"""))
  }

  test("options that do not fit are named") {
    assert(problems().contains("ackUrl: is required by offsetType=queue and was not given"))
    val ack = "ackUrl" -> "https://h/ack/{id}"
    assert(
      problems("offsetType" -> "snapshot", ack).contains("ackUrl: needs offsetType=queue, and offsetType is snapshot")
    )
    assert(
      problems("ackUrl" -> "https://h/ack").contains("ackUrl: neither ackUrl nor ackBody has a placeholder for a field")
    )
    assert(problems("ackUrl" -> "ack/{id}").contains("ackUrl: must begin with http:// or https://"))
    assert(problems(ack, "ackBody" -> """{"id": {id}""").contains("ackBody: is not valid JSON"))
    assert(problems(ack, "ackBody" -> "{}", "ackMethod" -> "GET").contains("ackMethod: ackBody needs another method"))
    assert(
      problems(ack, "pagination" -> "link").contains("pagination: offsetType=queue reads one response after the other")
    )
    assert(problems(ack, "initialOffset" -> "latest").contains("initialOffset: offsetType=queue has no offset"))
    assert(problems("ackUrl" -> "https://h/ack/{id?}").contains("{name?} is not possible here"))
    assert(problems("ackUrl" -> "https://h/ack/{a[].id}").contains("{a[].id} is not a path of names"))
    val without = RestConfig.parse(base - "recordKey" + ack)
    assert(without.left.exists(_.text.contains("recordKey: is required by offsetType=queue and was not given")))
    val token = Seq("authType" -> "Bearer", "token" -> "t", "ackUrl" -> "https://other/ack/{id}")
    assert(problems(token: _*).contains("ackUrl: has another origin than url, and would get the credentials of authType"))
  }
}
