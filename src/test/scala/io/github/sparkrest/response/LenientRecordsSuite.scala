// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.error.Condition
import io.github.sparkrest.json.{JsonBytes, SliceRules}
import org.scalatest.funsuite.AnyFunSuite

/** A bad record does not stop a stream (ADR 2). The slicer passes it on, and the parser of the rows decides. */
class LenientRecordsSuite extends AnyFunSuite with Slices {
  private def cut(text: String, rules: SliceRules = SliceRules(), lines: Boolean = false): List[String] =
    inAnyPieces(text)(step => slice(text, step = step, rules = rules, lines = lines).fold(e => fail(e.text), _._1))

  test("a raw control character in a string is kept") {
    val raw = (1 until 32).filterNot(c => c == 10 || c == 13).map(_.toChar).mkString
    val record = s"""{"a":"x${raw}y","b\tc":[1]}"""
    assert(cut(s"""{"data":[{"id":1},$record,{"id":2}]}""") == List("""{"id":1}""", record, """{"id":2}"""))
    assert(cut(s"$record\n[2]\n", lines = true) == List(record, "[2]"))
    assert(cut("[\"a\tb\"]") == List("\"a\tb\""))
  }

  test("a raw line break in a string is escaped, because a record is one line of the page file") {
    val text = "[{\"a\" :\n\"x\r\ny\"},\"\n\",{\"b\":\"\\\n\\\\\n\"},{\"n\":\n1}]"
    val escaped = List("{\"a\" : \"x\\r\\ny\"}", "\"\\n\"", "{\"b\":\"\\n\\\\\\n\"}", "{\"n\": 1}")
    assert(cut(text) == escaped)
    assert(
      escaped.init.forall(parse(_).isRight) && parse(escaped(2)).exists(_.hcursor.get[String]("b").contains("\n\\\n"))
    )
    assert(slice("{\"a\":\"x\ny\"}", Some("$")).map(_._1) == Right(List("{\"a\":\"x\\ny\"}")))
  }

  test("a raw control character next to the records does no harm, even in a wanted value") {
    val text = "{\"m\":{\"t\":\"a\tb\nc\",\"o\":[\t1]},\"x\":\"\t\",\"data\":[{\"id\":1}]}"
    val (found, envelope) = slice(text, wanted = Seq("m.t", "m")).fold(e => fail(e.text), identity)
    assert(found == List("{\"id\":1}") && envelope(path("m.t")).contains(Json.fromString("a\tb\nc")))
  }

  test("literals that only some parsers accept are records, and null is not") {
    assert(
      cut("[NaN, -Infinity, 007, +1, .5, tru, nil, null, 1e]") == "NaN,-Infinity,007,+1,.5,tru,nil,1e".split(",").toList
    )
    assert(cut("""{"x":NaN,"data":[{"a":01,b:TRUE}]}""") == List("{\"a\":01,b:TRUE}"))
  }

  test("single quotes count as quotes where a name or a value begins") {
    val quoted = List("{'a':'}]\"','b' : ['{', '\\'']}", "'[x'", "{\"a\": it's}", "{\"b\":\"it's\"}")
    assert(cut(quoted.mkString("[", ",", "]")) == quoted)
    val offset = """{"a":'x,"id":9,',"b":{"c": '}"id":8'},"id":1}""".getBytes("UTF-8")
    val span = JsonBytes.find(offset, 0, offset.length, List("id".getBytes("UTF-8")))
    assert(
      JsonBytes.scalar(offset, span).contains("1") && offset(JsonBytes.from(span)) == '1',
      "an offset must not be read from the inside of a string"
    )
    val apostrophe = "{\"a\":'}"
    assert(cut(s"""[$apostrophe,{"b":1}]""", SliceRules(singleQuotes = false)) == List(apostrophe, "{\"b\":1}"))
    assert(SliceRules.of(Map("ALLOWsingleQuotes" -> "false")) == SliceRules(singleQuotes = false))
  }

  test("with allowComments comments are replaced by blanks, even with brackets or quotes in them") {
    val rules = SliceRules.of(Map("allowComments" -> "true"))
    val text =
      "/* ]\" */{ // it's [\n\"data\":[{\"a\":1, // \"}\r\n\"b\":\"//\" /*/ } */ }, // x\n{\"c\":/**/2}]/***/}//"
    val found = cut(text, rules)
    assert(found.map(parse(_).toOption.get.noSpaces) == List("""{"a":1,"b":"//"}""", """{"c":2}"""))
    assert(found.forall(!_.exists(c => c == '\n' || c == '\r')))
    assert(slice("[1] /* ", rules = rules).left.map(_.condition) == Left(Condition.InvalidResponse))
    assert(cut("[{\"a\":1/2}]") == List("{\"a\":1/2}"), "without the option it is not a comment")
  }
}
