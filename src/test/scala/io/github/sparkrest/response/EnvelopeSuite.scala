// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.error.Condition
import io.github.sparkrest.json.JsonBytes
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.{Name, Segment, Where}
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

/** The values next to the records that a response keeps. */
class EnvelopeSuite extends AnyFunSuite with ScalaCheckPropertyChecks with Slices {
  private def values(text: String, at: Option[String], wanted: String*): Seq[Option[String]] = inAnyPieces(text) {
    step =>
      val envelope = slice(text, at, wanted, step).fold(e => fail(e.text), _._2)
      assert(envelope.values.forall { case (p, _) => wanted.map(path).contains(p) }, "an unwanted value was kept")
      wanted.map(w => envelope(path(w)).map(_.noSpaces))
  }

  test("a selection finds its element before and after the records, with its fields in any order") {
    val links =
      """"links":[{"rel":"self","uri":"/1"},7,{"uri":"/2","rel":"next"},{"rel":"next","uri":"/3"},{"rel":"prev"}]"""
    val wanted = Seq("links[rel=next].uri", "links[rel=self].uri", "links[rel=prev].uri", "links[rel=last].uri")
    val found = Seq(Some("\"/2\""), Some("\"/1\""), None, None)
    assert(values(s"""{$links,"data":[{"id":1}]}""", None, wanted: _*) == found)
    assert(values(s"""{"data":[{"id":1}],$links}""", None, wanted: _*) == found)
    assert(values(s"""{"r":{$links,"items":[{"id":1}]}}""", Some("r.items"), wanted.map("r." + _): _*) == found)
  }

  test("an array that a selection reads is not taken for the records") {
    val text = """{"links":[{"rel":"next","uri":"/2"}],"items":[{"id":1}]}"""
    assert(slice(text, wanted = Seq("links[rel=next].uri")).map(_._1) == Right(List("""{"id":1}""")))
  }

  test("an element can be selected by a number or a boolean, but not by null") {
    val text = """{"p":[{"n":null,"v":0},{"n":2,"v":"two"},{"n":true,"v":"yes"}],"data":[]}"""
    assert(values(text, None, "p[n=2].v", "p[n=true].v", "p[n=null].v") == Seq(Some("\"two\""), Some("\"yes\""), None))
  }

  test("a selection can be inside another selection, or in the array that contains the records") {
    val nested = """{"a":[{"k":"x"},{"k":"y","b":[{"k":"z","c":[1,{"d":2}]}]}],"data":[]}"""
    assert(values(nested, None, "a[k=y].b[k=z].c", "a[k=x].b") == Seq(Some("""[1,{"d":2}]"""), None))
    val shared = """{"s":[{"n":"meta","next":"t"},{"n":"rows","v":[1],"total":9}]}"""
    assert(values(shared, Some("s[n=rows].v"), "s[n=meta].next", "s[n=rows].total") == Seq(Some("\"t\""), Some("9")))
  }

  test("arrays, objects and null are kept as JSON, and a value inside another wanted value is found") {
    val text = """{"meta":{"sort":[17, "a.b"],"o":{ "x":1 },"none":null},"data":[]}"""
    assert(
      values(text, None, "meta.sort", "meta.o", "meta.o.x", "meta.none", "meta.sort.x") == Seq(
        Some("""[17,"a.b"]"""),
        Some("""{"x":1}"""),
        Some("1"),
        Some("null"),
        None
      )
    )
    assert(
      values("""{"a":{"b":1},"a":{"b":2},"data":[]}""", None, "a.b") == Seq(Some("1")),
      "the first value of a repeated name counts"
    )
  }

  test("only wanted values are parsed, and a malformed wanted value is an error") {
    val text = """{"meta":{"big":[1 2],"next":"t"},"data":[{"id":1}]}"""
    assert(values(text, None, "meta.next") == Seq(Some("\"t\"")))
    val broken = slice(text, wanted = Seq("meta.big")).left.map(e => e.condition -> e.message.contains("meta.big"))
    assert(broken == Left(Condition.InvalidResponse -> true))
  }

  /** The value at a path in a parsed tree. */
  private def expected(json: Json, path: List[Segment]): Option[Json] = path match {
    case Name(n) :: rest         => json.hcursor.downField(n).focus.flatMap(expected(_, rest))
    case Where(field, v) :: rest =>
      json.asArray.flatMap(_.find(_.hcursor.get[String](field).contains(v))).flatMap(expected(_, rest))
    case _ => Some(json)
  }

  test("for any paths and any pieces of input, the values are the values of a parsed tree") {
    val name = Gen.oneOf("a", "b", "k")
    val choice = Gen.oneOf("x", "y")
    val chosen = Gen.zip(choice, json(name, 2)).map { case (v, j) => Json.obj("k" -> Json.fromString(v), "a" -> j) }
    val inner = Gen.oneOf(json(name, 3), Gen.choose(0, 4).flatMap(Gen.listOfN(_, chosen)).map(Json.fromValues))
    val segment = Gen.frequency[Segment](2 -> name.map(Name(_)), 1 -> choice.map(v => Where("k", v)))
    val wanted = Gen.zip(name, Gen.choose(0, 3).flatMap(Gen.listOfN(_, segment))).map { case (n, rest) =>
      FieldPath((Name(n) :: rest).toVector)
    }
    var present = 0
    forAll(inner, inner, Gen.listOfN(4, wanted), Gen.choose(1, 30), Gen.oneOf(true, false), minSuccessful(300)) {
      (before, after, paths, step, pretty) =>
        val document = Json.obj("a" -> before, "data" -> Json.arr(Json.fromInt(1)), "b" -> after)
        val text = if (pretty) document.spaces2 else document.noSpaces
        val (found, envelope) =
          slice(text, Some("data"), paths.map(_.toString), step).fold(e => fail(e.text), identity)
        assert(found == List("1"))
        paths.foreach { p =>
          val inTree = expected(document, p.segments.toList)
          present += inTree.size
          assert(envelope(p) == inTree, s"$p in $text")
        }
    }
    assert(present > 100, s"$present values are too few")
  }

  test("a JSON value as text is a scalar unchanged, or an array or object without blanks") {
    forAll(json, Gen.oneOf(true, false), minSuccessful(200)) { (value, pretty) =>
      val record = Json.obj("a" -> Json.fromInt(1), "v" -> value)
      val bytes = (if (pretty) record.spaces4 else record.noSpaces).getBytes("UTF-8")
      val text = JsonBytes.value(bytes, JsonBytes.find(bytes, 0, bytes.length, List("v".getBytes)))
      val asText = value.asString.orElse(if (value.isNull) None else Some(value.noSpaces))
      assert(text == asText && parse(text.filter(_ => !value.isString).getOrElse("0")).isRight)
    }
  }
}
