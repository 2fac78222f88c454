// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import io.github.sparkrest.error.Condition
import org.scalatest.funsuite.AnyFunSuite

/** Without a `dataField`: which array contains the records, and that it stays the same array. */
class RecognizedFieldSuite extends AnyFunSuite with Slices {
  private def cut(text: String, recognized: Option[String] = None): (List[String], Option[String]) = inAnyPieces(text) {
    step =>
      val (found, envelope) = slice(text, recognized = recognized, step = step).fold(e => fail(e.text), identity)
      (found, envelope.recognized)
  }
  private def refused(text: String, recognized: String): String = {
    val e = slice(text, recognized = Some(recognized)).fold(identity, r => fail(s"$text gave $r"))
    assert(e.condition == Condition.DataFieldNotFound)
    e.message
  }
  private val none = List.empty[String]
  private val one = List("""{"id":1}""")

  test("the envelope names the recognized field, and no field for a root array") {
    assert(cut("""{"items":[{"id":1}],"n":[1]}""") == (one -> Some("items")))
    assert(cut("""{"x":[{"id":9}],"data":[{"id":1}]}""") == (one -> Some("data")))
    assert(cut("""{"data":[]}""") == (none -> Some("data")) && cut("""{"data":null}""") == (none -> Some("data")))
    assert(cut("""{"items":[]}""") == (none -> None) && cut("""[{"id":1}]""") == (one -> None))
    assert(slice("""{"data":[{"id":1}]}""", Some("data")).map(_._2.recognized) == Right(None))
  }

  test("next to an empty array with a usual name, another array is not taken for the records") {
    Seq("warnings", "errors", "messages", "links", "included").foreach { other =>
      assert(cut(s"""{"results":[],"$other":[{"id":999}]}""") == (none -> None))
      assert(cut(s"""{"$other":[{"id":999}],"Items":[]}""") == (none -> None))
    }
    assert(cut("""{"tags":[],"results":[{"id":1}]}""") == (one -> Some("results")))
    assert(cut("""{"messages":[{"id":1}],"labels":[]}""") == (one -> Some("messages")))
    assert(cut("""{"items":[],"results":[{"id":1}]}""") == (one -> Some("results")))
  }

  test("in later responses only the recognized field contains records") {
    val known = Some("results")
    assert(cut("""{"results":[{"id":1}],"warnings":[{"id":9}]}""", known) == (one -> known))
    assert(cut("""{"warnings":[{"id":9}],"results":[]}""", known) == (none -> known))
    assert(cut("""{"data":[{"id":9}],"results":null}""", known) == (none -> known))
    assert(cut("""{"messages":[{"id":1}]}""", Some("messages")) == (one -> Some("messages")))
    assert(cut("{}", known) == (none -> None) && cut("""{"total":0,"tags":["x"]}""", known) == (none -> None))
    assert(cut("""{"results":{}}""", known) == (none -> None), "PHP writes an empty array in this way")
    assert(cut("[]", known) == (none -> None) && cut("null", known) == (none -> None))
  }

  test("a later response with records in another field is an error") {
    assert(refused("""{"warnings":[{"id":9}]}""", "results").contains("no records at results. Arrays in it: warnings"))
    assert(refused("""{"results":{"id":1}}""", "results").contains("results"))
    assert(refused("""{"results":"none"}""", "results").contains("results"))
    assert(refused("""[{"id":9}]""", "results").contains("the field results; this one is an array"))
    assert(
      refused("""{"messages":[],"results":[{"id":1}]}""", "messages").contains("messages, results"),
      "the field that was recognized first may be the wrong field"
    )
    assert(
      slice("""{"a":[],"a":[{"id":1}]}""", recognized = Some("a")).left.map(_.condition) == Left(
        Condition.InvalidResponse
      )
    )
  }

  test("an empty object has no records, for any dataField") {
    Seq(None, Some("data"), Some("a.b"), Some("a[].b"), Some("a[k=v].b")).foreach { at =>
      assert(slice(" { } ", at).map(_._1) == Right(none), at.toString)
    }
    assert(slice("{}", Some("$")).map(_._1) == Right(List("{}")), "the empty object is the record")
    assert(slice("""{"a":{}}""", Some("a.b")).left.map(_.condition) == Left(Condition.DataFieldNotFound))
    assert(error("""{"message":"hi"}""").condition == Condition.DataFieldNotFound)
  }
}
