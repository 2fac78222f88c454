// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.io.ByteArrayInputStream
import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.error.Condition
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.{At, Each, Members, Name, Segment, Where}
import io.github.sparkrest.response.forms.RecordForm
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

/** Paths of records that are not simply in a field. */
class RecordPathSuite extends AnyFunSuite with ScalaCheckPropertyChecks with Slices {
  private def at(path: String, text: String): List[String] =
    inAnyPieces(text)(step => slice(text, Some(path), step = step).fold(e => fail(e.text), _._1))

  test("records can be inside the elements of an array, and a missing or null value there is not a record") {
    val text =
      """{"data":[{"data":{"id":1},"uri":"/1"},{"uri":"/2"},{"data":null},null,7,{"uri":["x"],"data":{"id":3}}],"links":[]}"""
    assert(at("data[].data", text) == List("""{"id":1}""", """{"id":3}"""))
    assert(at("result.items[].item", """{"result":{"n":1,"items":[{"item":1},{"item":"b"}]}}""") == List("1", "\"b\""))
    assert(at("$[].item", """[{"item":{"id":1}},{"x":1},{"item":{"id":2}}]""") == List("""{"id":1}""", """{"id":2}"""))
    assert(at("groups[].rows", """{"groups":[{"rows":[1,2]},{"rows":[]},{"rows":[3]}]}""") == List("1", "2", "3"))
    assert(at("a[].b[].c", """{"a":[{"b":[{"c":1},{"d":0}]},{"b":[{"c":2}]}]}""") == List("1", "2"))
    assert(at("data[].data", """{"data":[]}""") == Nil && at("data[].data", """{"data":null}""") == Nil)
  }

  test("an index selects one element, with values of the others next to the records") {
    val text = """[{"page":1,"total":3},[{"id":1},{"id":2}],[{"id":9}]]"""
    assert(at("[1]", text) == List("""{"id":1}""", """{"id":2}""") && at("[2]", text) == List("""{"id":9}"""))
    val (found, envelope) = slice(text, Some("[1]"), Seq("[0].total", "[2]")).fold(e => fail(e.text), identity)
    assert(found.length == 2 && envelope(path("[0].total")).contains(Json.fromInt(3)))
    assert(envelope(path("[2]")).map(_.noSpaces).contains("""[{"id":9}]"""))
    assert(at("a[1].rows", """{"a":[{"rows":[1]},{"n":0,"rows":[2,3]},7]}""") == List("2", "3"))
    assert(at("a[].b[0]", """{"a":[{"b":[1,2]},{"b":[]},{"b":[[3,4]]}]}""") == List("1", "3", "4"))
    assert(error(text, Some("[5]")).condition == Condition.DataFieldNotFound)
    assert(at("[1]", """[{"page":1},null]""") == Nil)
  }

  test("records at an index are passed on while the response arrives") {
    val text = Seq.fill(2000)(s"""{"x":"${"y" * 1000}"}""").mkString("[{},[", ",", "]]").getBytes(UTF_8)
    var received, atFirstRecord = 0
    val body = new ByteArrayInputStream(text) {
      override def read(b: Array[Byte], from: Int, length: Int): Int = {
        val n = super.read(b, from, length)
        received += math.max(n, 0)
        n
      }
    }
    val sink = new RecordSink {
      def record(buf: Array[Byte], from: Int, to: Int): Unit = if (atFirstRecord == 0) atFirstRecord = received
      def restart(): Unit = ()
    }
    val read = new JsonRecords(Some(path("[1]")), ReaderSettings(1L << 30)).read(body, sink)
    assert(read.isRight && atFirstRecord > 0 && atFirstRecord < text.length / 10)
  }

  test("[] at the end of a path changes nothing, and records can be arrays") {
    val text = """{"time":1,"states":[["a",1],["b",2]]}"""
    assert(at("states", text) == List("""["a",1]""", """["b",2]"""))
    assert(at("states[]", text) == at("states", text))
    assert(at("states", """{"time":1,"states":null}""") == Nil)
  }

  test("[] accepts a single object in place of an array") {
    assert(at("a[].b", """{"a":{"b":{"id":1}}}""") == List("""{"id":1}"""))
  }

  test("$ takes the root: a scalar, an object or the elements of an array as records, and no record for null") {
    assert(at("$", "42") == List("42") && at("$", " \"x\" ") == List("\"x\"") && at("$", "-1.5e3\n") == List("-1.5e3"))
    assert(at("$", """ {"id":1,"kids":[{"id":2}]} """) == List("""{"id":1,"kids":[{"id":2}]}"""))
    assert(at("$", """[{"id":1},null,2]""") == List("""{"id":1}""", "2"))
    assert(at("$", "null") == Nil && at("$", "[]") == Nil)
    assert(error("", Some("$")).condition == Condition.InvalidResponse)
    assert(error("42 x", Some("$")).condition == Condition.InvalidResponse)
  }

  test("values of an object can be wanted although the object is the record") {
    val (found, envelope) =
      slice("""{"id":1,"page":{"next":"t"}}""", Some("$"), Seq("page.next", "id", "$")).fold(e => fail(e.text), identity)
    assert(found == List("""{"id":1,"page":{"next":"t"}}""") && envelope.names == List("id", "page"))
    assert(envelope(path("page.next")).contains(Json.fromString("t")) && envelope(path("$")).isEmpty)
    val scalar = slice("42", Some("$"), Seq("$")).fold(e => fail(e.text), _._2)
    assert(scalar(path("$")).contains(Json.fromInt(42)))
    val inner = slice("""{"r":{"id":1,"next":"t"}}""", Some("r"), Seq("r.next")).fold(e => fail(e.text), _._2)
    assert(inner(path("r.next")).contains(Json.fromString("t")))
  }

  test("a path may contain quoted names") {
    assert(at(""""@odata.value"."a b"""", """{"value":[0],"@odata.value":{"a b":[1]}}""") == List("1"))
    assert(at(""""$"""", """{"$":[1]}""") == List("1"))
  }

  test("a path can select the records of one element of an array") {
    val text = """{"feeds":[{"name":"x","items":[1]},{"items":[2,3],"name":"y"},{"name":"y","items":[4]}]}"""
    assert(at("feeds[name=y].items", text) == List("2", "3"))
    assert(at("all[].feeds[name=y].items", s"""{"all":[$text,{"feeds":[]},$text]}""") == List("2", "3", "2", "3"))
    assert(error(text, Some("feeds[name=z].items")).message.contains("no records at feeds[name=z].items"))
  }

  test("the error for a missing path names the arrays that exist, or another path") {
    val e = error("""{"data":[{"x":1}],"n":1}""", Some("data.items"))
    assert(e.condition == Condition.DataFieldNotFound && e.message.contains("Arrays in it: data"))
    assert(error("[{}]", Some("data[].data")).hint.contains("$[].data[].data"))
    assert(error("""{"id":7,"name":"x"}""").hint.contains("$ if the response itself is the record"))
  }

  test("a body that is cut at any byte is an error, for any path of the records") {
    val whole = """{"a":[{"k":"v","b":{"id":"x\"y"}},{"b":null,"k":1}],"c":[{"k":"v","u":{"w":1}}],"d":{"e":[]}}"""
    for (at <- Seq("a[].b", "a[k=v].b", "$", "d"); n <- 0 until whole.length)
      assert(
        slice(whole.take(n), Some(at), Seq("c[k=v].u", "d.e")).left.map(_.condition) == Left(Condition.InvalidResponse),
        s"$at, cut at $n"
      )
  }

  /** The records at a path in a parsed tree. */
  private def expected(json: Json, path: List[Segment]): Option[List[Json]] = path match {
    case Nil              => Some(json.asArray.fold(List(json))(_.toList))
    case _ if json.isNull => Some(Nil)
    case List(Each)       => expected(json, Nil)
    case Each :: rest     =>
      Some(json.asArray.fold(List(json))(_.toList).flatMap(j => expected(j, rest).getOrElse(Nil)))
    case Members :: rest =>
      json.asArray
        .map(_.toList)
        .orElse(json.asObject.map(_.values.toList))
        .map(_.flatMap(j => expected(j, rest).getOrElse(Nil)))
    case Name(n) :: rest             => json.hcursor.downField(n).focus.flatMap(expected(_, rest))
    case At(n) :: rest               => json.asArray.flatMap(_.lift(n)).flatMap(expected(_, rest))
    case Where(field, value) :: rest =>
      json.asArray.flatMap(_.find(_.hcursor.get[String](field).contains(value))).flatMap(expected(_, rest))
  }

  test("for any path, any JSON and any pieces of input, the records are the records of a parsed tree") {
    val name = Gen.oneOf("a", "b", "k")
    val value = Gen.oneOf("x", "y")
    def tree(depth: Int): Gen[Json] = {
      val scalar = Gen.oneOf(value.map(Json.fromString), Gen.const(Json.Null), Gen.const(Json.fromInt(1)))
      def inner = Gen.lzy(tree(depth - 1))
      def fields = Gen.choose(0, 3).flatMap(Gen.listOfN(_, Gen.zip(name, inner))).map(f => Json.obj(f: _*))
      def selectable = Gen.zip(value, fields).map { case (v, f) => f.deepMerge(Json.obj("k" -> Json.fromString(v))) }
      if (depth == 0) scalar
      else
        Gen.frequency(
          1 -> scalar,
          4 -> fields,
          3 -> Gen.choose(0, 3).flatMap(Gen.listOfN(_, Gen.oneOf(selectable, inner))).map(Json.fromValues)
        )
    }
    val segment =
      Gen.frequency[Segment](
        3 -> name.map(Name(_)),
        2 -> Gen.const(Each),
        1 -> Gen.const(Members),
        1 -> value.map(v => Where("k", v)),
        1 -> Gen.choose(0, 2).map(At(_))
      )
    var records, absent = 0
    forAll(
      tree(4),
      Gen.choose(0, 4).flatMap(Gen.listOfN(_, segment)),
      Gen.choose(1, 30),
      Gen.oneOf(true, false),
      minSuccessful(800)
    ) { (document, segments, step, pretty) =>
      val text = if (pretty) document.spaces2 else document.noSpaces
      val at = FieldPath(segments.toVector)
      val sink = new Kept
      val formed =
        new FormedRecords(RecordForm(Seq(at), Nil, Nil, columns = false), lines = false, ReaderSettings(1L << 30))
          .read(new Dribble(text.getBytes(UTF_8), step), sink)
          .map(sink.records.toList -> _)
      // Both readers know all other paths.
      val found = if (segments.contains(Members)) formed else slice(text, Some(at.toString), step = step)
      assert(found.map(_._1).left.map(_.condition) == formed.map(_._1).left.map(_.condition), s"$at in $text")
      val hollow = document.asObject.exists(_.isEmpty)
      expected(document, segments).map(_.filterNot(_.isNull)) match {
        case None if hollow => assert(found.map(_._1) == Right(Nil), s"$at of an empty object")
        case None => absent += 1; assert(found.left.map(_.condition) == Left(Condition.DataFieldNotFound), s"$at")
        case Some(inTree) =>
          records += inTree.length
          assert(found.fold(e => fail(e.text), _._1).map(parse(_).toOption.get) == inTree, s"$at in $text")
      }
    }
    assert(records > 100 && absent > 100, s"$records records and $absent absent paths are too few")
  }
}
