// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.response.forms.RecordForm
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

/** Records that need more than one path: members of objects, several paths, added fields, columns. */
class FormedRecordsSuite extends AnyFunSuite with ScalaCheckPropertyChecks with Slices {

  private def form(options: Seq[(String, String)]): RecordForm = {
    val config = RestConfig.parse(Map("url" -> "http://h/x") ++ options).fold(e => fail(e.text), identity)
    RecordForm.of(config.records).getOrElse(fail("one path is enough"))
  }

  private def read(
      text: String,
      options: Seq[(String, String)],
      wanted: Seq[String] = Nil,
      step: Int = 1 << 20,
      lines: Boolean = false
  ): Either[RestError, (List[String], Envelope)] = {
    val sink = new Kept
    new FormedRecords(form(options), lines, ReaderSettings(1L << 30, wanted.map(path)))
      .read(new Dribble(text.getBytes(UTF_8), step), sink)
      .map(sink.records.toList -> _)
  }

  private def formed(text: String, options: (String, String)*): List[String] =
    inAnyPieces(text)(step => read(text, options, step = step).fold(e => fail(e.text), _._1))

  private def refused(text: String, options: (String, String)*): RestError =
    inAnyPieces(text)(step => read(text, options, step = step).fold(identity, r => fail(s"found $r")))

  test("each member of an object is a record, and its name may be a field") {
    val text = """{"rates":{"a":{"x":1},"b": null,"c":{} , "d":[{"x":2},{"x":3}]},"n":1}"""
    assert(formed(text, "dataField" -> "rates.*") == List("""{"x":1}""", "{}", """{"x":2}""", """{"x":3}"""))
    assert(
      formed(text, "dataField" -> "rates.*", "addedFields" -> """{"id":"{key}"}""") ==
        List("""{"id":"a","x":1}""", """{"id":"c"}""", """{"id":"d","x":2}""", """{"id":"d","x":3}""")
    )
  }

  test("a value that is not an object becomes the field value") {
    assert(
      formed(
        """{"rates":{"USD":1.10,"EUR\n":"x"}}""",
        "dataField" -> "rates.*",
        "addedFields" -> """{"id":"{key}"}"""
      ) ==
        List("""{"id":"USD","value":1.10}""", """{"id":"EUR\n","value":"x"}""")
    )
  }

  test("PHP writes an object without members as an array, and one with the names 0, 1, … too") {
    val options = Seq("dataField" -> "rates.*", "addedFields" -> """{"id":"{key}"}""")
    assert(formed("""{"rates":[]}""", options: _*) == Nil)
    assert(formed("""{"rates":[{"x":1},{"x":2}]}""", options: _*) == List("""{"id":"0","x":1}""", """{"id":"1","x":2}"""))
  }

  test("a path may go on behind a member, and {key} is the innermost name") {
    val text = """{"a":{"x":{"l":{"i":{"n":1}}},"y":{"l":{"j":{"n":2}}},"z":{}}}"""
    assert(
      formed(text, "dataField" -> "a.*.l.*", "addedFields" -> """{"id":"{key}"}""") ==
        List("""{"id":"i","n":1}""", """{"id":"j","n":2}""")
    )
  }

  test("several paths of one response, in the order of the response, with the path as a field") {
    val text = """{"removed":[{"id":3}],"next":"c","added":[{"id":1},{"id":2}],"modified":[]}"""
    val paths = "dataField" -> "added, modified,removed"
    assert(formed(text, paths) == List("""{"id":3}""", """{"id":1}""", """{"id":2}"""))
    assert(
      formed(text, paths, "addedFields" -> """{"change":"{path}"}""") ==
        List("""{"change":"removed","id":3}""", """{"change":"added","id":1}""", """{"change":"added","id":2}""")
    )
    val found = read(text, Seq(paths), Seq("next")).fold(e => fail(e.text), _._2)
    assert(found(path("next")).contains(Json.fromString("c")))
  }

  test("each of several paths must be there, unless the response is {}") {
    val paths = "dataField" -> "added,removed"
    val e = refused("""{"added":[{"id":1}]}""", paths)
    assert(e.condition == Condition.DataFieldNotFound && e.text.contains("removed"), e.text)
    assert(formed("{}", paths) == Nil && formed("""{"added":null,"removed":[]}""", paths) == Nil)
  }

  test("fields from around the records, before and behind them") {
    val text =
      """{"base":"EUR","orders":[{"items":[{"n":1},{"n":2}],"id":7,"c":{"d":"x"}},{"id":8,"items":[{"n":3}]}],"at":[1, 2]}"""
    assert(
      formed(
        text,
        "dataField" -> "orders[].items",
        "addedFields" -> """{"order":"orders[].id","d":"orders[].c.d","base":"base","at":"at"}"""
      ) == List(
        """{"order":7,"d":"x","base":"EUR","at":[1, 2],"n":1}""",
        """{"order":7,"d":"x","base":"EUR","at":[1, 2],"n":2}""",
        """{"order":8,"d":null,"base":"EUR","at":[1, 2],"n":3}"""
      )
    )
  }

  test("series: arrays of values with the labels of their parent") {
    val text =
      """{"status":"success","data":{"result":[{"metric":{"job":"a"},"values":[[1,"0.5"],[2,"0.7"]]},{"values":[[1,"9"]],"metric":{}}]}}"""
    assert(
      formed(
        text,
        "dataField" -> "data.result[].values",
        "recordFields" -> "time,value",
        "addedFields" -> """{"metric":"data.result[].metric"}"""
      ) == List(
        """{"metric":{"job":"a"},"time":1,"value":"0.5"}""",
        """{"metric":{"job":"a"},"time":2,"value":"0.7"}""",
        """{"metric":{},"time":1,"value":"9"}"""
      )
    )
  }

  test("a record that has a field of the same name is an error, however the name is spelled") {
    Seq("""{"r":{"a":{"id":1}}}""", "{\"r\":{\"a\":{\"\\u0069d\":1}}}").foreach { text =>
      val e = refused(text, "dataField" -> "r.*", "addedFields" -> """{"id":"{key}"}""")
      assert(e.condition == Condition.InvalidResponse && e.text.contains("named id"), e.text)
    }
    val e = refused("""{"r":{"a":1}}""", "dataField" -> "r.*", "addedFields" -> """{"value":"{key}"}""")
    assert(e.text.contains("named value"), e.text)
  }

  private val columns = "responseFormat" -> "columns"

  test("an object of arrays, one for each column, becomes rows") {
    val text = """{"lat":1.5,"hourly":{"time":["a","b"],"temp":[1,null],"unit":"C","x":[[1],{"y":2}]}}"""
    assert(
      formed(text, columns, "dataField" -> "hourly", "addedFields" -> """{"lat":"lat","unit":"hourly.unit"}""") ==
        List(
          """{"lat":1.5,"unit":"C","time":"a","temp":1,"x":[1]}""",
          """{"lat":1.5,"unit":"C","time":"b","temp":null,"x":{"y":2}}"""
        )
    )
    assert(formed("""{"hourly":{"time":[]}}""", columns, "dataField" -> "hourly") == Nil)
    assert(formed("""{"hourly":{}}""", columns, "dataField" -> "hourly") == Nil)
    assert(
      formed(
        """[{"h":{"t":[1]},"i":1},{"h":{"t":[2]},"i":2}]""",
        columns,
        "dataField" -> "$[].h",
        "addedFields" -> """{"i":"$[].i"}"""
      ) ==
        List("""{"i":1,"t":1}""", """{"i":2,"t":2}""")
    )
  }

  test("columns of different lengths are an error") {
    Seq("""{"h":{"t":[1,2],"v":[1]}}""", """{"h":{"v":[],"t":[1]}}""", """{"h":{"t":[1],"v":[1,2,3]}}""").foreach {
      text =>
        val e = refused(text, columns, "dataField" -> "h")
        assert(e.condition == Condition.InvalidResponse && e.text.contains("different lengths"), e.text)
    }
  }

  test("a broken object of columns is an error, and not an object with fewer columns") {
    Seq("""{"h":{"t":[1,2] "v":[3,4]}}""", """{"h":{"t":[1,2],'v':[3,4]}}""").foreach { text =>
      val e = refused(text, columns, "dataField" -> "h")
      assert(e.condition == Condition.InvalidResponse && e.text.contains("not well-formed"), e.text)
    }
  }

  test("an object without any array has no columns, unless emptyWhen explains it") {
    assert(refused("""{"s":"no_data"}""", columns, "dataField" -> "$").condition == Condition.DataFieldNotFound)
    val settings = ReaderSettings(1L << 30, Seq(path("s")), empty = _(path("s")).isDefined)
    val sink = new Kept
    val reader = new FormedRecords(form(Seq(columns, "dataField" -> "$")), lines = false, settings)
    assert(reader.read(new Dribble("""{"s":"no_data"}""".getBytes(UTF_8), 3), sink).isRight && sink.records.isEmpty)
  }

  test("values next to the records, and in them, reach the envelope") {
    val text = """{"m":{"next":"p2"},"t":[1,2],"s":"ok","l":[{"rel":"a","u":[{"n":1}]},{"rel":"next","u":"p3"}]}"""
    val (rows, root) =
      read(text, Seq(columns, "dataField" -> "$"), Seq("s", "m.next")).fold(e => fail(e.text), identity)
    // `l` is a column of two values as well.
    assert(rows.length == 2 && root(path("s")).contains(Json.fromString("ok")))
    assert(root(path("m.next")).contains(Json.fromString("p2")))
    val (records, selected) = read(
      text,
      Seq("dataField" -> "l[rel=a].u", "addedFields" -> """{"s":"s"}"""),
      Seq("l[rel=next].u", "m.next")
    ).fold(e => fail(e.text), identity)
    assert(records == List("""{"s":"ok","n":1}"""))
    assert(selected(path("l[rel=next].u")).contains(Json.fromString("p3")))
    assert(selected(path("m.next")).contains(Json.fromString("p2")))
    val (second, meta) =
      read("""[{"total":2},{"a":{"n":1},"b":{"n":2}}]""", Seq("dataField" -> "[1].*"), Seq("[0].total"))
        .fold(e => fail(e.text), identity)
    assert(second == List("""{"n":1}""", """{"n":2}""") && meta(path("[0].total")).contains(Json.fromInt(2)))
  }

  test("in NDJSON the form applies to each line") {
    val text = "{\"r\":{\"a\":{\"n\":1}},\"i\":1}\n{\"i\":2,\"r\":{\"b\":{\"n\":2}}}\n"
    val options = Seq("dataField" -> "r.*", "addedFields" -> """{"k":"{key}","i":"i"}""")
    val found = inAnyPieces(text)(step => read(text, options, step = step, lines = true).fold(e => fail(e.text), _._1))
    assert(found == List("""{"k":"a","i":1,"n":1}""", """{"k":"b","i":2,"n":2}"""))
  }

  test("a response that is cut at any byte is an error") {
    val text = """{"base":"EUR","rates":{"a":{"x":1},"b":[2,3]},"h":{"t":[1,2],"v":[3,4]}}"""
    val forms = Seq(
      Seq("dataField" -> "rates.*", "addedFields" -> """{"k":"{key}","base":"base"}"""),
      Seq("dataField" -> "h", columns),
      Seq("dataField" -> "rates.*,h.t")
    )
    forms.foreach { options =>
      (0 until text.length).foreach(n => assert(read(text.take(n), options).isLeft, text.take(n)))
    }
  }

  test("a record stays on one line") {
    val text = "{\"r\":{\"a\":{\"x\":\n1}},\"s\":\"a\nb\",\n\"h\":{\"t\":[\"a\nb\"\n]}}"
    val found =
      formed(text, "dataField" -> "r.*", "addedFields" -> """{"s":"s"}""") ++ formed(text, columns, "dataField" -> "h")
    assert(found == List("""{"s":"a\nb","x": 1}""", """{"t":"a\nb"}"""))
  }

  test("for any response, members and the fields around them are what the JSON has") {
    val field = Gen.alphaChar.map(c => s"f$c")
    val names = Gen.choose(0, 4).flatMap(n => Gen.listOfN(n, anyText)).map(_.distinct)
    val objects =
      Gen.choose(0, 3).flatMap(Gen.listOfN(_, Gen.zip(field, json(anyText, 2)))).map(f => Json.fromFields(f.toMap.toSeq))
    val member = Gen.zip(names, Gen.listOfN(4, objects), json(anyText, 2))
    forAll(
      Gen.choose(0, 3).flatMap(Gen.listOfN(_, member)),
      Gen.choose(1, 40),
      Gen.oneOf(true, false),
      minSuccessful(200)
    ) { (groups, step, behind) =>
      def group(keys: List[String], values: List[Json], label: Json) = {
        val m = "m" -> Json.fromFields(keys.zip(values))
        Json.fromFields(if (behind) List(m, "label" -> label) else List("label" -> label, m))
      }
      val text = Json.obj("g" -> Json.fromValues(groups.map { case (k, v, l) => group(k, v, l) })).noSpaces
      val options = Seq("dataField" -> "g[].m.*", "addedFields" -> """{"key":"{key}","label":"g[].label"}""")
      val found = read(text, options, step = step).fold(e => fail(e.text), _._1)
      val expected =
        for ((keys, values, label) <- groups; (k, v) <- keys.zip(values))
          yield Json.obj("key" -> Json.fromString(k), "label" -> label).deepMerge(v)
      assert(found.map(parse(_).toOption.get.dropNullValues) == expected.map(_.dropNullValues))
    }
  }
}
