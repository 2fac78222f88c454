// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import org.scalacheck.{Gen, Prop}
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.Checkers

/** Finds out from the bytes of a record whether it has names that a schema lacks. */
class FieldNamesSuite extends AnyFunSuite with Checkers {
  import FieldNames._

  // The schema: a, b {c, d}, m (a map of {c}), é.
  private def names = new FieldNames(
    new Fields(
      Seq(
        "a" -> Anything,
        "b" -> new Fields(Seq("c" -> Anything, "d" -> Anything)),
        "m" -> Values(new Fields(Seq("c" -> Anything))),
        "é" -> Anything
      )
    )
  )
  private def covers(record: String, names: FieldNames = names) = {
    // The record is a part of a larger array, as in a page.
    val bytes = s"}$record,".getBytes(UTF_8)
    names.cover(bytes, 1, bytes.length - 1)
  }

  test("a record with only known names is covered, at any depth, in any order and with any values") {
    Seq(
      "{}",
      """{"a":1}""",
      """ { "b" : { "d" : "x\"}" , "c" : [ ] } , "a" : {"anything":[{"else":1}]} } """,
      """{"b":[{"c":1},{"d":2},[{"c":3}]],"é":-1.5e3}""",
      """{"m":{"any name":{"c":1},"other":{}}}""",
      """{"a":true,"a":false,"b":null}""",
      """{"b":"text where an object should be"}""",
      """[{"a":1},{"b":{"c":2}}]""",
      "17",
      """{"unknown":null,"b":{"unknown":null}}"""
    ).foreach(r => assert(covers(r), r))
  }

  test("a record with an unknown name is not covered, at any depth") {
    Seq(
      """{"x":1}""",
      """{"a":1,"x":{}}""",
      """{"a":1,"b":{"c":1,"x":2}}""",
      """{"b":[{"c":1},{"x":2}]}""",
      """{"m":{"any name":{"d":1}}}""",
      """{"A":1}""",
      """[{"a":1},{"x":2}]"""
    ).foreach(r => assert(!covers(r), r))
  }

  test("a record that is not plain JSON is not covered, so that Spark's parser reads it") {
    Seq(
      "",
      "{",
      """{"a":1""",
      """{"a" 1}""",
      """{"a":1,}""",
      "{'a':1}",
      "{a:1}",
      "{\"\\u0061\":1}",
      """{"a":'x'}""",
      """{"a":1}}"""
    )
      .foreach(r => assert(!covers(r), r))
  }

  test("one instance works for records whose names change their order") {
    val one = names
    val (known, unknown) = (Seq("""{"a":1,"b":{"d":1,"c":2}}""", """{"b":{"c":2},"a":1}"""), """{"b":{},"x":1}""")
    for (_ <- 1 to 3; r <- known) assert(covers(r, one) && !covers(unknown, one))
  }

  test("random objects are covered exactly if a tree of them has only known names") {
    def few[A](g: Gen[A]): Gen[List[A]] = Gen.choose(0, 3).flatMap(Gen.listOfN(_, g))
    def value(depth: Int): Gen[Json] =
      if (depth == 0) Gen.oneOf(Json.fromInt(1), Json.fromString("x\"{"), Json.Null, Json.True)
      else
        Gen.oneOf(
          value(0),
          Gen.lzy(few(value(depth - 1))).map(Json.fromValues(_)),
          Gen.lzy(few(Gen.zip(Gen.oneOf("a", "b", "c", "d", "m", "x"), value(depth - 1)))).map(Json.fromFields(_))
        )
    def known(j: Json, at: String): Boolean = j.fold(
      true,
      _ => true,
      _ => true,
      _ => true,
      _.forall(known(_, at)),
      _.toList.forall { case (name, v) =>
        (at, name) match {
          case ("any", _)              => true
          case ("map", _)              => known(v, "inMap")
          case ("root", "a")           => true
          case ("root", "b")           => known(v, "b")
          case ("root", "m")           => known(v, "map")
          case ("b", "c") | ("b", "d") => true
          case ("inMap", "c")          => true
          case _                       => v.isNull
        }
      }
    )
    check(Prop.forAllNoShrink(value(4))((j: Json) => covers(j.noSpaces) == known(j, "root")), minSuccessful(1000))
  }
}
