// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.preview

import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.http.client.FirstResponse
import io.github.sparkrest.request.InputRow
import org.scalatest.funsuite.AnyFunSuite

/** The findings from a first response, without a network. */
class PreviewSuite extends AnyFunSuite {
  private def config(options: (String, String)*): RestConfig =
    RestConfig.parse(Map("url" -> "http://a.example/x") ++ options).fold(e => fail(e.text), identity)

  private def page(body: String, options: (String, String)*): SampledPage =
    sampled(body, options: _*).fold(e => fail(e.text), identity)
  private def sampled(body: String, options: (String, String)*) = {
    val sample = FirstResponse(
      HttpRequest("GET", "http://a.example/x", Nil, None),
      200,
      Nil,
      body.getBytes(UTF_8),
      0L,
      "http://a.example/x"
    )
    SampledPage.of(config(options: _*), InputRow.Empty, sample)
  }
  private def found(body: String, options: (String, String)*) = Findings.of(config(options: _*), page(body, options: _*))
  private def best(body: String): (String, String) =
    found(body).offsets.headOption.fold(fail("none"))(c => c.field -> c.offsetType.text)

  test("a sample holds some of its records, because a small archive may have millions") {
    def held(maxBytes: Long) = {
      val sink = new SampledRecords(maxBytes)
      (1 to 100).foreach(_ => sink.append("0123456789".getBytes(UTF_8), 0, 10))
      sink.endPage(None, None)
      sink.received.length
    }
    assert(held(1 << 20) == 100 && held(740) == 10 && held(0) == 1)
  }

  test("records are taken where the source finds them, otherwise from the longest array, otherwise from the object") {
    assert(page("""[{"a":1}]""").path.isEmpty)
    assert(page("""{"data":[{"a":1}],"x":[{"b":1},{"b":2}]}""").path.isEmpty)
    assert(page("""{"x":{"y":[{"a":1},{"a":2}]},"z":[{"b":1}]}""").records == Vector("""{"b":1}"""))
    assert(page("""{"y":[{"a":1},{"a":2}],"z":[{"b":1}]}""").path.map(_.toString).contains("y"))
    assert(page("""{"a":1}""").path.map(_.toString).contains("$"))
    assert(page("""{"a":{"b":[1]},"c":{"d":[{"e":1}]}}""").path.map(_.toString).contains("c.d"))
    assert(page("""{"y":[{"a":1}],"z":[{"b":1}]}""", "dataField" -> "z").records == Vector("""{"b":1}"""))
  }

  test("an array that was wrongly taken for the records is dropped, and a truncated response keeps its complete records") {
    assert(page("""{"x":[{"no":1}],"data":[{"a":1}]}""").records == Vector("""{"a":1}"""))
    assert(page("""{"data":[{"a":1},{"a":2},{"a":""").records == Vector("""{"a":1}""", """{"a":2}"""))
    assert(sampled("<html>").isLeft && sampled("""{"x":[{"no":1}],"data":[""").map(_.records).forall(_.isEmpty))
  }

  test("the best offset is a time of change, then an id, then another time, then a time or token next to the records") {
    assert(
      best(
        """[{"id":1,"created_at":"2025-01-01","updated_at":"2025-02-01T00:00:00Z"}]"""
      ) == "updated_at" -> "max_field"
    )
    assert(
      best("""[{"id":"9","created_at":"2025-01-01"},{"id":"10","created_at":"2025-01-01"}]""") == "id" -> "incremental"
    )
    assert(
      best("""[{"ts":"1716840123.001900","user":"u"},{"ts":"1716840100.000100","user":"u"}]""") == "ts" -> "max_field"
    )
    assert(best("""[{"v":1716840123},{"v":1716840124},{"v":1716840130}]""") == "v" -> "incremental")
    assert(
      best(
        """{"data":[{"name":"a"},{"name":"a"}],"latest_timestamp":1716840123}"""
      ) == "latest_timestamp" -> "timestamp"
    )
    assert(
      best("""{"data":[{"name":"b"},{"name":"a"},{"name":"c"}],"meta":{"cursor":"abc"}}""") == "meta.cursor" -> "cursor"
    )
    assert(best("""[{"n":{"lastModified":1716840123000}}]""") == "n.lastModified" -> "max_field")
    assert(found("""[{"v":1},{"v":2}]""").offsets.isEmpty, "two records are too few to show an order")
    assert(found("""[{"id":1},{"other":2}]""").offsets.isEmpty, "the field is not in every record")
    assert(found("""[{"id":1},{"id":"x"}]""").offsets.isEmpty, "the values are of two kinds")
  }

  test("the order of a field is the order of its values as numbers or times, not as text") {
    def order(values: String*) = found(values.map(v => s"""{"id":$v}""").mkString("[", ",", "]")).fields.head.order.text
    assert(
      order("\"9\"", "\"10\"") == "asc" && order("10", "9", "9") == "desc" && order("1", "3", "2") == "none" && order(
        "1",
        "1"
      ) == "equal"
    )
    assert(order("\"2025-01-01T01:00:00+02:00\"", "\"2025-01-01T00:00:00Z\"") == "asc")
  }

  test("a request from a middle value shows whether the bound is inclusive, exclusive or ignored") {
    val options = config().offset
    val field = found("""[{"id":1},{"id":2},{"id":3},{"id":10}]""").fields.head
    assert(
      ObservedBound.probe(field, options).contains("2") && ObservedBound
        .probe(found("""[{"id":1},{"id":2}]""").fields.head, options)
        .isEmpty
    )
    assert(
      ObservedBound.of("2", Seq("2", "3"), options) == ObservedBound.Inclusive && ObservedBound.of(
        "2",
        Seq("3", "10"),
        options
      ) == ObservedBound.Exclusive
    )
    assert(
      ObservedBound.of("2", Seq("1", "2", "3"), options) == ObservedBound.Ignored && ObservedBound.of(
        "2",
        Nil,
        options
      ) == ObservedBound.Nothing
    )
    assert(ObservedBound.of("9", Seq("10"), options) == ObservedBound.Exclusive)
  }

  test("pagination is found by the names that pagination=auto knows") {
    assert(
      found("""{"data":[{"a":1}],"next":"/x?page=2"}""").pages
        .map(p => (p.kind.text, p.field))
        .contains(("nextUrl", Some("next")))
    )
    assert(
      found("""{"data":[{"a":1}],"response_metadata":{"next_cursor":"abc"}}""").pages.map(_.kind.text).contains("cursor")
    )
    assert(found("""{"data":[{"a":1}],"response_metadata":{"next_cursor":""}}""").pages.isEmpty)
  }

  test("the suggested call is valid Python and contains each option once") {
    val c = config(
      "offsetField" -> "id",
      "headers" -> """{"X-A":"it's \"b\""}""",
      "pageSize" -> "10",
      "conditionalRequests" -> "false",
      "mode" -> "FAILFAST"
    )
    val asked = c.options.toMap
    val f = Findings.of(c, page("""{"items":[{"id":1},{"id":2}],"tags":[{"x":1}]}"""))
    val call = Suggestion.of(asked, c, f, None, None).python
    assert(
      call ==
        """read_rest_stream(
          |    spark, "http://a.example/x",
          |    headers={"X-A": "it's \"b\""},
          |    data_field="items",
          |    offset_type="incremental",
          |    offset_field="id",
          |    page_size=10,
          |    conditional_requests=False,
          |    json_options={"mode": "FAILFAST"},
          |)""".stripMargin
    )
  }
}
