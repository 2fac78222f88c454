// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.error.Condition
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

/** Responses in NDJSON: a JSON value per line. */
class JsonLinesSuite extends AnyFunSuite with ScalaCheckPropertyChecks with Slices {
  private def lines(text: String, at: Option[String] = None): List[String] =
    inAnyPieces(text)(step => slice(text, at, step = step, lines = true).fold(e => fail(e.text), _._1))

  test("each value is a record, with or without a final line break, blank lines and a byte order mark") {
    assert(lines("{\"a\":1}\n{\"a\":2}") == List("{\"a\":1}", "{\"a\":2}"))
    assert(lines("\uFEFF{\"a\":1}\r\n\r\n {\"a\":2} \n\n") == List("{\"a\":1}", "{\"a\":2}"))
    assert(lines("1\n\"x\\n\"\nnull\ntrue [1,\n2]\n") == List("1", "\"x\\n\"", "true", "[1, 2]"))
  }

  test("an empty body has no record") {
    Seq("", " ", "\n\r\n", "\uFEFF").foreach(text => assert(lines(text) == Nil))
  }

  test("dataField applies to each line, and a line without it has no record") {
    val text =
      "{\"type\":\"ADDED\",\"object\":{\"id\":1}}\n{\"type\":\"BOOKMARK\"}\n{\"object\":null}\n{\"object\":{\"id\":2}}"
    assert(lines(text, Some("object")) == List("{\"id\":1}", "{\"id\":2}"))
    assert(lines("[1,2]\n[3]", Some("$")) == List("1", "2", "3") && lines("[1,2]\n[3]") == List("[1,2]", "[3]"))
    assert(lines("{\"rows\":[{\"r\":1},{\"r\":2}]}\n{\"rows\":[{}]}", Some("rows[].r")) == List("1", "2"))
  }

  test("a last line that is cut at any byte is an error") {
    val whole = "{\"a\":1}\n{\"id\":\"x\\\"y\",\"n\":[1,{\"q\":null}]}"
    val border = whole.indexOf('\n')
    (0 until whole.length).filterNot(n => n == 0 || n == border || n == border + 1).foreach { n =>
      assert(error(whole.take(n), lines = true).condition == Condition.InvalidResponse, s"cut at $n")
      assert(error(whole.take(n), Some("id"), lines = true).condition == Condition.InvalidResponse, s"cut at $n")
    }
  }

  Seq("{\"a\":1},\n{\"a\":2}", "[1\n{\"a\":2}", "{\"a\":1}\n]", "<html>", "{\"a\":1}\nerror").foreach { text =>
    test(s"'${text.replace("\n", "\\n")}' is an error, because it is not JSON lines") {
      assert(error(text, lines = true).condition == Condition.InvalidResponse)
    }
  }

  test("a body above the limit is refused") {
    val refused = slice("{\"a\":1}\n" * 1000, max = 1000, lines = true).left.map(_.condition)
    assert(refused == Left(Condition.ResponseTooLarge))
  }

  test("any values, printed and read in any way, are cut into the same values") {
    val blank = Gen.oneOf("\n", "\r\n", " ", "\n\n \t")
    forAll(
      Gen.choose(0, 8).flatMap(Gen.listOfN(_, Gen.zip(json, blank))),
      Gen.choose(1, 40),
      Gen.oneOf(true, false),
      minSuccessful(200)
    ) { (values, step, pretty) =>
      val text = values.map { case (v, gap) => (if (pretty) v.spaces4 else v.noSpaces) + gap }.mkString
      val (found, envelope) =
        slice(text, wanted = Seq("a"), step = step, lines = true).fold(e => fail(e.text), identity)
      assert(found.map(parse(_).toOption.get) == values.map(_._1).filterNot((v: Json) => v.isNull))
      assert(found.forall(!_.exists(c => c == '\n' || c == '\r')) && envelope == Envelope.Empty)
    }
  }
}
