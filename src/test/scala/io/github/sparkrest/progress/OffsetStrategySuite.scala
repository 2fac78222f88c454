// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import java.io.ByteArrayInputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.response.{JsonRecords, PageFacts, ReaderSettings, RecordSink}
import org.scalatest.funsuite.AnyFunSuite

/** The rules of the four strategies: the next request, and which records are new. */
class OffsetStrategySuite extends AnyFunSuite {

  /** A stream of one endpoint, one response at a time. */
  final private class Walk(options: (String, String)*) {
    private val config =
      RestConfig.parse(Map("url" -> "http://h/x?o={offset}") ++ options).fold(e => fail(e.text), identity)
    private val core = new Progression(config)
    private val now = Instant.parse("2026-01-01T00:00:00Z")
    private var state = Progress.Initial
    var warning: Option[String] = None
    def asks: String = core.plan(state, now).fold("")(_.values.offset)

    /** The records that are new in a response. */
    def gets(body: String): List[String] = tries(body).fold(e => fail(e.text), identity)

    def tries(body: String): Either[RestError, List[String]] = {
      var step = core.begin(core.plan(state, now).getOrElse(fail("nothing to request")), now)
      var kept = List.empty[String]
      val sink = new RecordSink {
        def record(buf: Array[Byte], from: Int, to: Int): Unit =
          if (step.keep(buf, from, to)) kept ::= new String(buf, from, to - from, UTF_8)
        def restart(): Unit = { step = step.restart(); kept = Nil }
      }
      new JsonRecords(config.dataField, ReaderSettings(1L << 30, core.fieldsRead))
        .read(new ByteArrayInputStream(body.getBytes(UTF_8)), sink)
        .flatMap(envelope => step.finish(PageFacts("http://h/x", Nil, envelope)))
        .map { result =>
          // Only the fields that the codec writes survive a restart.
          state = io.circe.parser.decode[Progress](Progress.encoder(result.next).noSpaces).fold(throw _, identity)
          warning = result.warning
          kept.reverse
        }
    }
  }

  private def id(n: Any*) = n.map(i => s"""{"id":$i}""").toList
  private def data(records: List[String], rest: String = "") = s"""{"data":${records.mkString("[", ",", "]")}$rest}"""

  // ---- timestamp

  test("timestamp: the offset is the value next to the records (seed document)") {
    val w = new Walk("offsetField" -> "latest_timestamp")
    assert(w.asks == "0")
    assert(w.gets(data(id(1, 2), ""","latest_timestamp":1234567890""")) == id(1, 2))
    assert(w.asks == "1234567890")
    assert(
      w.gets(data(id(2, 3), ""","latest_timestamp":1234567891""")) == id(3),
      "an inclusive API sends record 2 again"
    )
    assert(w.gets(data(Nil, ""","latest_timestamp":1234567999""")) == Nil)
    assert(w.asks == "1234567891", "the offset does not change without records")
    assert(w.gets(data(id(4), ""","latest_timestamp":1""")) == id(4))
    assert(w.asks == "1234567891", "the offset never moves back")
  }

  private def at(t: String, id: Int) = s"""{"timestamp":"$t","id":$id}"""

  test("timestamp: without such a value, the offset is the maximum of the records, in any order and zone") {
    val w = new Walk()
    val first = List(at("2024-05-01T12:00:00Z", 1), at("2024-05-01T15:30:00+02:00", 2), at("2024-05-01T13:00:00Z", 3))
    assert(w.gets(data(first)) == first)
    assert(w.asks == "2024-05-01T15:30:00+02:00", "the maximum is 13:30 UTC, in the API's spelling")
  }

  test("with an inclusive bound, records with equal times are neither lost nor repeated") {
    val w = new Walk()
    assert(w.gets(data(List(at("2024-05-01T12:00:00Z", 1), at("2024-05-01T12:00:05Z", 2)))).length == 2)
    val late = at("2024-05-01T12:00:05Z", 3)
    assert(w.gets(data(List(at("2024-05-01T12:00:05Z", 2), late))) == List(late))
    assert(w.gets(data(List(at("2024-05-01T12:00:05Z", 2), late))) == Nil)
    assert(w.gets(data(Nil)) == Nil)
    assert(w.gets(data(List(at("2024-05-01T12:00:05Z", 2), late))) == Nil, "an empty response must not erase the memory")
  }

  test("identical records are counted, so only additional duplicates are new") {
    val w = new Walk()
    val twin = at("2024-05-01T12:00:05Z", 7)
    assert(w.gets(data(List(twin))) == List(twin))
    assert(w.gets(data(List(twin, twin))) == List(twin))
    assert(w.gets(data(List(twin, twin))) == Nil)
    assert(w.gets(data(List(twin, twin, twin))) == List(twin))
  }

  test("with a coarse bound such as a minute, repeated records are dropped and a late record among them is new") {
    val w = new Walk()
    val (a, b, c) = (at("2024-05-01T12:00:10Z", 1), at("2024-05-01T12:00:42Z", 2), at("2024-05-01T12:00:50Z", 3))
    val late = at("2024-05-01T12:00:20Z", 4)
    assert(w.gets(data(List(a, b))) == List(a, b))
    assert(w.gets(data(List(a, late, b, c))) == List(late, c))
    assert(w.gets(data(List(a, late, b, c))) == Nil)
  }

  test("a record above the offset is never dropped, even if it looks like an earlier record") {
    val w = new Walk("offsetField" -> "t", "offsetType" -> "max_field")
    assert(w.gets("""[{"t":1,"v":"x"},{"t":2,"v":"x"}]""").length == 2)
    assert(w.gets("""[{"t":3,"v":"x"}]""").length == 1)
  }

  test("boundary=exclusive drops nothing") {
    val w = new Walk("boundary" -> "exclusive")
    val r = at("2024-05-01T12:00:05Z", 7)
    assert(w.gets(data(List(r))) == List(r) && w.gets(data(List(r))) == List(r))
  }

  // ---- cursor

  test("cursor: the offset is the value next to the records (seed document), and stays when a response has no cursor") {
    Seq("null", "\"\"", "absent").foreach { tail =>
      val w = new Walk("offsetField" -> "next_cursor", "offsetType" -> "cursor")
      val end = if (tail == "absent") "" else s""","next_cursor":$tail"""
      assert(w.asks == "")
      assert(w.gets(data(id(1, 2), ""","next_cursor":"abc123"""")) == id(1, 2))
      assert(w.asks == "abc123")
      assert(w.gets(data(id(3), end)) == id(3))
      assert(w.asks == "abc123")
      assert(w.gets(data(id(3), end)) == Nil, "the same record must not be delivered again")
      assert(w.gets(data(id(3, 4), end)) == id(4))
      assert(w.gets(data(id(3, 4, 5), ""","next_cursor":"d"""")) == id(5))
      assert(w.asks == "d" && w.gets(data(id(3), end)) == id(3), "a page of a new cursor has only new records")
    }
  }

  test("cursor: the offset can be in the last record, which an inclusive API returns again") {
    val w = new Walk("offsetField" -> "id", "offsetType" -> "cursor")
    assert(w.gets(data(id(1, 2))) == id(1, 2) && w.asks == "2")
    assert(w.gets(data(id(2, 3))) == id(3) && w.asks == "3")
    assert(w.gets(data(Nil)) == Nil && w.asks == "3")
  }

  test("cursor: a new cursor on an empty page is kept") {
    val w = new Walk("offsetField" -> "next", "offsetType" -> "cursor")
    assert(w.gets(data(Nil, ""","next":"p2"""")) == Nil && w.asks == "p2")
  }

  test("cursor: a URL without placeholder is an error, unless the cursor is a URL") {
    val plain = Seq("offsetField" -> "next", "offsetType" -> "cursor", "url" -> "http://h/x")
    val e = new Walk(plain: _*).tries(data(id(1), ""","next":"abc"""")).fold(identity, r => fail(s"$r"))
    assert(e.condition == Condition.OffsetValueInvalid && e.message.contains("\"abc\"") && e.hint.contains("{next}"))
    val w = new Walk(plain: _*)
    assert(w.gets(data(id(1), ""","next":"http://h/x?delta=7"""")) == id(1) && w.asks == "http://h/x?delta=7")
  }

  test("cursor: a missing field is a warning that lists the existing fields, not an error") {
    val w = new Walk("offsetField" -> "nxt", "offsetType" -> "cursor")
    assert(w.gets(data(id(1), ""","next":"x"""")) == id(1))
    assert(w.warning.exists(t => t.contains("\"nxt\"") && t.contains("id") && t.contains("data, next")))
    assert(w.gets(data(id(1), ""","next":"x"""")) == Nil)
  }

  // ---- incremental

  test("incremental: the offset is the maximum of the records plus 1 (seed document)") {
    val w = new Walk("offsetField" -> "id", "offsetType" -> "incremental")
    assert(w.asks == "0" && w.gets(data(id(100, 101))) == id(100, 101) && w.asks == "102")
    assert(w.gets(data(Nil)) == Nil && w.asks == "102")
    assert(new Walk("offsetField" -> "id", "offsetType" -> "incremental", "initialOffset" -> "500").asks == "500")
  }

  test("incremental: with boundary=exclusive the offset is the maximum itself") {
    val w = new Walk("offsetField" -> "id", "offsetType" -> "incremental", "boundary" -> "exclusive")
    assert(w.gets(data(id(100, 101))) == id(100, 101) && w.asks == "101")
  }

  test("incremental: ids can be digit strings of any length, newest first, and only greater ids are new (GitHub events)") {
    val w = new Walk("offsetField" -> "id", "offsetType" -> "incremental", "url" -> "http://h/events")
    val (nine, ten, huge) = ("""{"id":"9"}""", """{"id":"10"}""", """{"id":"123456789012345678901234567890"}""")
    assert(w.gets(s"[$nine]") == List(nine))
    assert(w.gets(s"[$ten,$nine]") == List(ten), "10 is greater than 9")
    assert(w.gets(s"[$huge,$ten,$nine]") == List(huge))
    assert(w.gets(s"[$huge,$ten,$nine]") == Nil)
    assert(w.asks == "123456789012345678901234567891")
  }

  test("incremental: a record without an id is delivered once while the API keeps returning it") {
    val w = new Walk("offsetField" -> "id", "offsetType" -> "incremental")
    assert(w.gets("""[{"id":1},{"x":1}]""").length == 2)
    assert(w.gets("""[{"id":2},{"x":1}]""") == id(2))
  }

  test("incremental: an id that is not a whole number is an error that shows it") {
    val e = new Walk("offsetField" -> "id", "offsetType" -> "incremental")
      .tries("""[{"id":"a7"}]""")
      .fold(identity, r => fail(s"$r"))
    assert(e.condition == Condition.OffsetValueInvalid && e.message.contains("\"a7\"") && e.hint.contains("max_field"))
  }

  // ---- max_field

  test("max_field: the offset is the maximum of any field (seed document)") {
    val w = new Walk("offsetField" -> "updated_at", "offsetType" -> "max_field")
    assert(w.gets("""{"data":[{"updated_at":"2025-01-01"},{"updated_at":"2024-12-31"}]}""").length == 2)
    assert(w.asks == "2025-01-01")
  }

  test("max_field: numbers of any size compare as numbers and keep their spelling, and other texts compare as text") {
    val w = new Walk("offsetField" -> "ts", "offsetType" -> "max_field")
    w.gets("""[{"ts":"1716840123.001900"},{"ts":"1716840123.0002"}]""")
    assert(w.asks == "1716840123.001900")
    val v = new Walk("offsetField" -> "v", "offsetType" -> "max_field")
    v.gets("""[{"v":9},{"v":10.50},{"v":1e1}]""")
    assert(v.asks == "10.50")
    val t = new Walk("offsetField" -> "v", "offsetType" -> "max_field")
    t.gets("""[{"v":"b"},{"v":"a"}]""")
    assert(t.asks == "b")
  }

  test("max_field: a record whose value is of another kind is delivered, and does not become the offset") {
    val w = new Walk("offsetField" -> "v", "offsetType" -> "max_field")
    assert(w.gets("""[{"v":5},{"v":"zzz"},{"v":null},{"n":1}]""").length == 4)
    assert(w.asks == "5")
    assert(w.gets("""[{"v":5},{"v":"zzz"},{"v":null},{"n":1}]""") == Nil)
  }

  test("max_field: the field can be a nested path") {
    val w = new Walk("offsetField" -> "properties.updated", "offsetType" -> "max_field")
    w.gets("""[{"properties":{"updated":17}}]""")
    assert(w.asks == "17")
  }

  test("an offset field that no record of the first poll has is an error that lists the existing fields") {
    Seq("timestamp", "incremental", "max_field").foreach { kind =>
      val w = new Walk("offsetType" -> kind, "offsetField" -> "when")
      assert(w.gets(data(Nil)) == Nil, "a response without records is not an error")
      val e = w.tries(data(List("""{"id":1,"created":2}"""), ""","more":false""")).fold(identity, r => fail(s"$r"))
      assert(
        e.condition == Condition.OffsetFieldNotFound && e.message.contains("id, created") && e.message.contains(
          "data, more"
        )
      )
    }
  }

  test("records of another array are forgotten if `data` comes later in the response") {
    val w = new Walk("offsetField" -> "id", "offsetType" -> "incremental")
    assert(w.gets("""{"links":[{"id":900}],"data":[{"id":1}]}""") == id(1) && w.asks == "2")
  }
}
