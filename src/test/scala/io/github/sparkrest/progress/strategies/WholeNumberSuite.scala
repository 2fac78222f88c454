// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.math.{BigDecimal, BigInteger}
import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.json.JsonBytes
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

/** The parser of ids, which does not allocate, must agree with `BigInteger`. */
class WholeNumberSuite extends AnyFunSuite with ScalaCheckPropertyChecks {
  private def read(json: String): WholeNumber = {
    val bytes = s"?$json?".getBytes(UTF_8)
    val number = new WholeNumber
    number.read(bytes, JsonBytes.span(1, bytes.length - 1))
    number
  }

  private val digits: Gen[String] = Gen
    .frequency(8 -> Gen.choose(1, 25), 1 -> Gen.choose(990, 1010))
    .flatMap(n => Gen.listOfN(n, Gen.frequency(3 -> Gen.const('0'), 3 -> Gen.const('9'), 4 -> Gen.numChar)))
    .map(_.mkString)
  private val numbers: Gen[String] = Gen.zip(Gen.oneOf("", "", "-"), digits).map { case (sign, d) => sign + d }
  private def quoted(text: String) = "\"" + text + "\""

  test("a number of up to 1,000 digits is read with its spelling, as a JSON number or a string") {
    forAll(numbers, Gen.oneOf(true, false), minSuccessful(2000)) { (text, inString) =>
      val number = read(if (inString) quoted(text) else text)
      val isShort = text.count(_ != '-') <= 1000
      assert(number.isDefined == isShort)
      if (isShort) {
        assert(number.value == new BigInteger(text) && number.text == text)
        assert(number.rank == OffsetKey.rank(OffsetKey.Number(new BigDecimal(number.value))))
      }
    }
  }

  test("numbers around the limits of a Long are read correctly") {
    val borders = Seq(Long.MaxValue, Long.MinValue, 999999999999999999L).map(BigInteger.valueOf)
    borders
      .flatMap(n => Seq(n.subtract(BigInteger.ONE), n, n.add(BigInteger.ONE)))
      .foreach(n => assert(read(n.toString).value == n && read(n.toString).text == n.toString))
  }

  test("other values are not whole numbers, and reading one empties the variable") {
    Seq("null", "true", "1.5", "1e3", "{}", "[1]", "\"\"", "\"-\"", "\"1 \"", "\"x1\"", "\"+1\"", "-", "\"\\u0031x\"")
      .foreach(json => assert(!read(json).isDefined, json))
    assert(read("\"\\u0031\\u0032\"").value == BigInteger.valueOf(12), "an escaped digit is a digit")
    val number = read("7")
    number.read(Array.emptyByteArray, JsonBytes.Absent)
    assert(!number.isDefined)
    number.set(read("8"))
    assert(number.text == "8")
    number.set(new WholeNumber)
    assert(!number.isDefined)
  }

  test("numbers compare by value, and an empty variable is below any number") {
    forAll(numbers, numbers, minSuccessful(2000)) { (a, b) =>
      whenever(a.length < 1000 && b.length < 1000) {
        assert(read(a).isBelow(read(b)) == (new BigInteger(a).compareTo(new BigInteger(b)) < 0))
        assert(new WholeNumber().isBelow(read(b)))
      }
    }
  }
}
