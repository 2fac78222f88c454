// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

/** A sink learns with each record whether it may be the last one, so that it can skip all others. */
class LastRecordSuite extends AnyFunSuite with ScalaCheckPropertyChecks with Slices {

  private def told(
      text: String,
      at: Option[String] = None,
      lines: Boolean = false,
      step: Int = 1 << 20,
      fields: Seq[String] = Nil
  ) = {
    val sink = new Told
    val settings = ReaderSettings(1L << 30)
    val reader =
      if (lines) new NdjsonRecords(at.map(path), settings) else new JsonRecords(at.map(path), settings)
    reader
      .read(new Dribble(text.getBytes(UTF_8), step), if (fields.isEmpty) sink else new NamedFields(fields, sink))
      .fold(e => fail(e.text), _ => sink.records.toList)
  }

  private def lastOf(text: String, at: Option[String] = None, lines: Boolean = false): List[String] =
    inAnyPieces(text)(step => told(text, at, lines, step)).collect { case (record, true) => record }

  test("in an array only the last record may be the last one") {
    assert(lastOf("""[{"a":1},{"a":2},[3]]""") == List("[3]"))
    assert(lastOf("""{"data":[{"a":1} , {"a":2} ] ,"n":[1]}""") == List("""{"a":2}"""))
    assert(lastOf("[]") == Nil && lastOf("""{"r":{"id":1}}""", Some("r")) == List("""{"id":1}"""))
  }

  test("null is not a record, so the record before it may be the last one") {
    assert(lastOf("""[{"a":1}, null ,null]""") == List("""{"a":1}"""))
    assert(lastOf("""[{"a":1},null,{"a":2}]""") == List("""{"a":1}""", """{"a":2}"""))
    assert(lastOf("[{\"a\":1}\nnull\n".drop(1), lines = true) == List("""{"a":1}"""))
  }

  test("in NDJSON only the last record may be the last one") {
    assert(lastOf("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", lines = true) == List("""{"a":3}"""))
    assert(lastOf("{\"a\":1}{\"a\":2}", lines = true) == List("""{"a":2}"""))
  }

  test("each of several arrays may have the last record") {
    assert(lastOf("""[{"r":[1,2]},{"r":[3,4]},{"r":[]}]""", Some("$[].r")) == List("2", "4"))
  }

  test("recordFields does not change which records may be the last one") {
    assert(
      told("""[[1,2],[3,4],{"a":5}]""", fields = Seq("a")) ==
        List("""{"a":1}""" -> false, """{"a":3}""" -> false, """{"a":5}""" -> true)
    )
    assert(told("[[1],[2]]", fields = Seq("a")) == List("""{"a":1}""" -> false, """{"a":2}""" -> true))
  }

  test("for any records, only the last record and records before null may be the last one") {
    forAll(Gen.listOf(json), Gen.choose(1, 40), Gen.oneOf(true, false), minSuccessful(300)) { (elements, step, lines) =>
      val text = if (lines) elements.map(_.noSpaces).mkString("\n") else Json.fromValues(elements).noSpaces
      val found = told(text, lines = lines, step = step)
      val followers = elements.drop(1).map(Some(_)) :+ None
      val expected = elements.zip(followers).collect { case (e, next) if !e.isNull => next.forall(_.isNull) }
      assert(found.map(_._2) == expected)
      assert(found.lastOption.forall(_._2))
    }
  }
}
