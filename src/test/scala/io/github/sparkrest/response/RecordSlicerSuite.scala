// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.io.InputStream
import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.error.Condition
import io.github.sparkrest.json.JsonBytes
import io.github.sparkrest.options.values.FieldPath
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

class RecordSlicerSuite extends AnyFunSuite with ScalaCheckPropertyChecks with Slices {
  test("without dataField the records are the root array, the field `data`, or the only array of objects") {
    assert(records("""[{"id":1}, {"id":2}]""") == List("""{"id":1}""", """{"id":2}"""))
    assert(records("""{"data":[{"id":1}],"timestamp":5}""") == List("""{"id":1}"""))
    assert(records("""{"n":[1,2],"items":[{"id":1}],"next":null}""") == List("""{"id":1}"""))
    assert(records("""{"other":[{"id":9}],"data":[{"id":1}]}""") == List("""{"id":1}"""))
    assert(records("""{"data":[{"id":1}],"other":[{"id":9}]}""") == List("""{"id":1}"""))
    assert(records("""{"items":[]}""") == Nil && records("[]") == Nil && records("""{"data":null}""") == Nil)
  }

  test("several arrays of objects without dataField are an error that lists them") {
    val e = error("""{"a":[{"x":1}],"b":[{"y":1}]}""")
    assert(e.condition == Condition.DataFieldNotFound && e.message.contains("a, b") && e.hint.contains("dataField"))
  }

  test("a response without records is an error that lists its arrays or fields") {
    assert(error("""{"message":"hi","data":{"children":[{"x":1}]}}""").message.contains("data.children"))
    assert(error("""{"message":"hi","code":7}""").message.contains("message, code"))
    assert(error("""{"x":1}""", Some("result.items")).message.contains("no records at result.items"))
    assert(error("""[{"x":1}]""", Some("items")).hint.contains("Remove dataField"))
  }

  test("dataField can be the path of an array, of an object, or of null") {
    assert(records("""{"a":{"b.c":[1,"x",{"y":[]}]}}""", Some("""a."b.c"""")) == List("1", "\"x\"", """{"y":[]}"""))
    assert(records("""{"r":{"id":1}}""", Some("r")) == List("""{"id":1}"""))
    assert(records("""{"states":null}""", Some("states")) == Nil && records("""{"a":null}""", Some("a.b")) == Nil)
    assert(records("""[null,{"id":1},null]""") == List("""{"id":1}"""))
    assert(records("null") == Nil && records(" null ", Some("a.b")) == Nil)
  }

  test("brackets are matched at any depth, after records with other nesting") {
    val deep = "[{\"a\":" * 1000 + "1" + "}]" * 1000
    val other = "{\"a\":[" * 1000 + "1" + "]}" * 1000
    assert(records(s"[$deep,$other,$deep]") == List(deep, other, deep))
    assert(error(s"[$other,${deep.patch(deep.length - 700, "]", 1)}]").condition == Condition.InvalidResponse)
  }

  test("wanted values before and after the records are kept") {
    val (_, envelope) = slice(
      """{"meta":{"next":"abc","more":true},"data":[{"x":1}],"latest":12345678901234567890.10}""",
      wanted = Seq("meta.next", "latest", "none")
    )
      .fold(e => fail(e.text), identity)
    def at(p: String) = envelope(path(p)).map(_.noSpaces)
    assert(at("meta.next").contains("\"abc\"") && at("latest").contains("12345678901234567890.10") && at("none").isEmpty)
    assert(envelope.names == List("meta", "data", "latest"))
  }

  test("line breaks between tokens become blanks, because a record is one line") {
    assert(records("[\n {\r\n\t\"a\" : \"x\\ny\",\n \"b\": [\n1]} ]") == List("{  \t\"a\" : \"x\\ny\",  \"b\": [ 1]}"))
  }

  test("escapes, brackets in strings, a byte order mark and escaped names are handled") {
    assert(
      records("\uFEFF[{\"a\\\"]}\":\"\\\\\"},{\"\u00e9\":\"\\ud83d\\ude00}\"}]") == List(
        "{\"a\\\"]}\":\"\\\\\"}",
        "{\"\u00e9\":\"\\ud83d\\ude00}\"}"
      )
    )
    assert(records("{\"d\\u0061ta\":[{\"x\":1}]}") == List("{\"x\":1}"))
  }

  Seq(
    "",
    "  ",
    "<html></html>",
    "nope",
    "[1,]",
    "[1 2]",
    "{\"data\":[}",
    "{\"data\":[1]",
    "[{]}",
    "[1]x",
    "[1][2]",
    "01",
    "NaN",
    "{data:[1]}",
    "{'data':[1]}",
    "{\"data\":nil}",
    "{\"data\" [1]}",
    "[\"\\"
  ).foreach { text =>
    test(s"'${text.replace("\n", "\\n")}' is an error, because it is not JSON") {
      assert(error(text).condition == Condition.InvalidResponse)
    }
  }

  test("a body that is cut at any byte is an error") {
    val whole = """{"a":{"b":1.5},"data":[{"id":"x\"y","n":[1,{"q":null}]},{"id":2}],"next":"t"}"""
    (0 until whole.length).foreach(n => assert(error(whole.take(n)).condition == Condition.InvalidResponse, s"cut at $n"))
  }

  test("a scalar response is an error that suggests dataField $") {
    Seq("42", " \"x\" ", "true").foreach { text =>
      Seq(None, Some("a")).foreach { at =>
        val e = error(text, at)
        assert(e.condition == Condition.DataFieldNotFound && e.hint.contains("set dataField to $."), s"$text at $at")
      }
    }
    assert(error("42 43").condition == Condition.InvalidResponse && error("4x").condition == Condition.InvalidResponse)
  }

  test("a response above the limit is refused") {
    assert(
      slice("[" + "1," * 100000 + "1]", max = 1000)
        .fold(_.condition, _ => fail("it was accepted")) == Condition.ResponseTooLarge
    )
  }

  test("memory depends on the longest record, not on the length of the response") {
    val record = "{\"x\":\"" + "y" * 1000 + "\"}"
    val n = 200000
    val endless = new InputStream {
      private var left = n
      private var at = 0
      private val bytes = (record + ",").getBytes(UTF_8)
      def read(): Int = throw new UnsupportedOperationException
      override def read(b: Array[Byte], off: Int, len: Int): Int =
        if (left < 0) -1
        else if (left == n) { left -= 1; b(off) = '['; 1 }
        else {
          val source = if (left == 0) "1]".getBytes(UTF_8) else bytes
          val k = math.min(len, source.length - at)
          System.arraycopy(source, at, b, off, k)
          at += k
          if (at == source.length) { at = 0; left -= 1 }
          k
        }
    }
    var count = 0
    var largest = 0
    new JsonRecords(None, ReaderSettings(1L << 40))
      .read(
        endless,
        new RecordSink {
          def record(buf: Array[Byte], from: Int, to: Int): Unit = { count += 1; largest = math.max(largest, buf.length) }
          def restart(): Unit = ()
        }
      )
      .fold(e => fail(e.text), identity)
    assert(count == n && largest <= (1 << 16), s"$count records, a window of $largest bytes for ${n * 1000L} bytes")
  }

  test("any JSON, printed and read in any way, is cut into its elements") {
    forAll(Gen.listOf(json), Gen.choose(1, 40), Gen.oneOf(true, false), minSuccessful(300)) {
      (elements, step, pretty) =>
        val document = Json.obj(
          "before" -> Json.obj("x" -> Json.arr(Json.fromInt(1))),
          "data" -> Json.fromValues(elements),
          "after" -> Json.fromString("]")
        )
        val text = if (pretty) document.spaces4 else document.noSpaces
        val (found, envelope) = slice(text, Some("data"), Seq("after"), step).fold(e => fail(e.text), identity)
        assert(found.map(parse(_).toOption.get) == elements.filterNot(_.isNull))
        assert(found.forall(!_.exists(c => c == '\n' || c == '\r')))
        assert(envelope(FieldPath(List("after"))).contains(Json.fromString("]")))
    }
  }

  test("a field of a record has the value that a JSON parser finds") {
    forAll(json, Gen.alphaStr.suchThat(_.nonEmpty), json, minSuccessful(300)) { (inner, name, other) =>
      val record = Json.obj("o" -> other, "n" -> Json.obj("x" -> Json.True, name -> inner))
      Seq(record.noSpaces, record.spaces2).foreach { text =>
        val bytes = text.getBytes(UTF_8)
        val span = JsonBytes.find(bytes, 0, bytes.length, List("n", name).map(_.getBytes(UTF_8)))
        val expected = if (name == "x") record.hcursor.downField("n").get[Json]("x").toOption else Some(inner)
        assert(
          span != JsonBytes.Absent && parse(
            new String(bytes, JsonBytes.from(span), JsonBytes.to(span) - JsonBytes.from(span), UTF_8)
          ).toOption == expected
        )
        assert(JsonBytes.find(bytes, 0, bytes.length, List("none".getBytes)) == JsonBytes.Absent)
        assert(JsonBytes.names(bytes, 0, bytes.length) == List("o", "n"))
      }
    }
  }
}
