// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.circe.parser.parse
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

class NamedFieldsSuite extends AnyFunSuite with ScalaCheckPropertyChecks with Slices {
  private def named(names: String*)(record: String): String = {
    val sink = new Kept
    val bytes = s"..$record..".getBytes(UTF_8)
    new NamedFields(names, sink).record(bytes, 2, bytes.length - 2)
    assert(sink.records.length == 1)
    sink.records.head
  }

  test("an array becomes an object with unchanged elements") {
    assert(named("a", "b", "c")("""["x",1,null]""") == """{"a":"x","b":1,"c":null}""")
    assert(named("a", "b")("""[ 1.50 , {"x": [1, 2]} ]""") == """{"a":1.50,"b":{"x": [1, 2]}}""")
    assert(named("q\"\\", "é")("""["\"],[",true]""") == """{"q\"\\":"\"],[","é":true}""")
  }

  test("elements without a name and names without an element are left out") {
    assert(named("a")("""["x",1,[2]]""") == """{"a":"x"}""")
    assert(named("a", "b", "c")("""["x"]""") == """{"a":"x"}""" && named("a")("[ ]") == "{}")
  }

  test("a record that is not an array is unchanged") {
    Seq("""{"a":[1]}""", "7", "\"[1]\"", "true").foreach(r => assert(named("a")(r) == r))
  }

  test("a malformed array stays malformed, so that the parser of the rows rejects it") {
    Seq("[1 2]", "[,1]", "[1,,2]", "[1,]", "[{}{}]", "[\"a\" \"b\"]", "[1:2]").foreach { text =>
      val out = named("a", "b", "c")(text)
      assert(parse(text).isLeft && parse(out).isLeft, s"$text became $out")
    }
  }

  test("a restart also restarts the sink behind it") {
    val sink = new Kept
    val fields = new NamedFields(Seq("a"), sink)
    fields.record("[1]".getBytes(UTF_8), 0, 3)
    fields.restart()
    assert(sink.records.isEmpty)
  }

  test("for any records and any pieces of input, the elements are under their names") {
    val record = Gen.oneOf(Gen.choose(0, 6).flatMap(Gen.listOfN(_, json(anyText, 2))).map(Json.fromValues), json)
    val names = Gen.choose(0, 5).flatMap(Gen.listOfN(_, anyText)).map(_.distinct)
    forAll(
      Gen.choose(0, 4).flatMap(Gen.listOfN(_, record)),
      names,
      Gen.choose(1, 40),
      Gen.oneOf(true, false),
      minSuccessful(200)
    ) { (elements, names, step, pretty) =>
      val document = Json.obj("states" -> Json.fromValues(elements))
      val text = if (pretty) document.spaces2 else document.noSpaces
      val sink = new Kept
      new JsonRecords(Some(path("states")), ReaderSettings(1L << 30))
        .read(new Dribble(text.getBytes(UTF_8), step), new NamedFields(names, sink))
        .fold(e => fail(e.text), identity)
      val expected = elements
        .filterNot(_.isNull)
        .map(e => e.asArray.fold(e)(values => Json.obj(names.zip(values): _*)))
      assert(sink.records.toList.map(parse(_).toOption.get) == expected)
      assert(sink.records.forall(!_.exists(c => c == '\n' || c == '\r')))
    }
  }
}
