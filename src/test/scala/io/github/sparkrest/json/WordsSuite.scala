// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import java.nio.ByteBuffer
import java.nio.charset.CodingErrorAction
import java.nio.charset.StandardCharsets.UTF_8

import scala.util.{Random, Try}

import org.scalatest.funsuite.AnyFunSuite

/** A check of eight bytes at once must have the same result as a check of each byte. */
class WordsSuite extends AnyFunSuite {
  private val random = new Random(7)

  /** Bytes at the limits of the rules, which `anyBytes` uses much more often than other bytes. */
  private val borders: Array[Int] =
    "\"\\\n \u001f\u0000!#[]/09:\u007f".map(_.toInt).toArray ++
      Array(0x7f, 0x80, 0x8a, 0x8f, 0x90, 0x9f, 0xa0, 0xa2, 0xbf, 0xc0, 0xc1, 0xc2, 0xdc, 0xdf, 0xe0, 0xe1, 0xed, 0xef,
        0xf0, 0xf1, 0xf4, 0xf5, 0xff)

  private def anyBytes(length: Int): Array[Byte] = Array.fill(length) {
    random.nextInt(4) match {
      case 0 => borders(random.nextInt(borders.length)).toByte
      case 1 => random.nextInt(256).toByte
      case _ => ('a' + random.nextInt(26)).toByte
    }
  }

  private def first(bytes: Array[Byte], from: Int, stop: Int)(ends: Byte => Boolean): Int =
    (from until stop).find(i => ends(bytes(i))).getOrElse(stop)

  test("a word is eight bytes from any index, with the first byte in the lowest bits") {
    val bytes = Array.tabulate[Byte](11)(i => (i + 1).toByte)
    assert(Words.get(bytes, 3) == 0x0b0a090807060504L)
    intercept[IndexOutOfBoundsException](Words.get(bytes, 4))
    intercept[IndexOutOfBoundsException](Words.get(bytes, -1))
  }

  test("`special` marks each byte that ends a plain part of a string, at each of the eight indexes") {
    for (value <- 0 until 256; place <- 0 until 8) {
      val bytes = Array.fill[Byte](8)('a')
      bytes(place) = value.toByte
      val ends = value < ' ' || value == '"' || value == '\\'
      assert(Words.special(Words.get(bytes, 0)) == (if (ends) 0x80L << 8 * place else 0L), s"$value at $place")
    }
  }

  test("the ends of strings and of lines are found in any part of an array") {
    var found, lines = 0
    (1 to 200000).foreach { _ =>
      val bytes = anyBytes(random.nextInt(40))
      val from = random.nextInt(bytes.length + 1)
      val stop = from + random.nextInt(bytes.length - from + 1)
      val plain = first(bytes, from, stop)(b => b == '"' || b == '\\' || b >= 0 && b < ' ')
      val line = first(bytes, from, stop)(_ == '\n')
      assert(Words.plainEnd(bytes, from, stop) == plain, (bytes.toSeq, from, stop))
      assert(Words.lineEnd(bytes, from, stop) == line, (bytes.toSeq, from, stop))
      if (plain < stop) found += 1
      if (line < stop) lines += 1
    }
    assert(found > 10000 && lines > 1000)
  }

  test("the digits that a word begins with are counted and parsed") {
    def check(bytes: Array[Byte]) = {
      val word = Words.get(bytes, 0)
      val digits = bytes.takeWhile(b => b >= '0' && b <= '9')
      assert(Words.digits(word) == digits.length, bytes.toSeq)
      if (digits.nonEmpty) assert(Words.parse(word, digits.length) == new String(digits, UTF_8).toLong, bytes.toSeq)
    }
    Seq("00000000", "12345678", "99999999", "00000001", "10000000").foreach(text => check(text.getBytes(UTF_8)))
    for (value <- 0 until 256; place <- 0 until 8; fill <- Seq("90909090", "09090909", "99999999")) {
      val bytes = fill.getBytes(UTF_8)
      bytes(place) = value.toByte
      check(bytes)
    }
    (1 to 100000).foreach { i =>
      val bytes = anyBytes(8)
      (0 until i % 9).foreach(k => bytes(k) = ('0' + (bytes(k) & 0x7f) % 10).toByte)
      check(bytes)
    }
  }

  test("bytes are valid UTF-8 exactly if the JDK decodes them") {
    val decoder = UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
    def isUtf8(bytes: Array[Byte], from: Int, to: Int) =
      Try(decoder.reset().decode(ByteBuffer.wrap(bytes, from, to - from))).isSuccess
    var valid, invalid = 0
    def check(bytes: Array[Byte], from: Int, to: Int): Unit = {
      val expected = isUtf8(bytes, from, to)
      assert(Words.utf8(bytes, from, to) == expected, bytes.slice(from, to).map(b => f"${b & 0xff}%02x").mkString(" "))
      if (expected) valid += 1 else invalid += 1
    }
    // All pairs of bytes, as the start of a character of two to four bytes.
    for (a <- 0 until 256; b <- 0 until 256; after <- 0 to 2)
      check(Array(a.toByte, b.toByte) ++ Array.fill[Byte](after)(0x80.toByte), 0, 2 + after)
    val characters = Seq("a", "\"", "é", "߿", "ࠀ", "€", "퟿", "", "￿", "𐀀", "😀", new String(Character.toChars(0x10ffff)))
    (1 to 100000).foreach { _ =>
      val text = Seq.fill(random.nextInt(20))(characters(random.nextInt(characters.length))).mkString.getBytes(UTF_8)
      check(text, 0, text.length)
      if (text.nonEmpty) {
        // A cut may split a character, and a byte may be wrong.
        val from = random.nextInt(text.length)
        check(text, from, from + random.nextInt(text.length - from))
        text(random.nextInt(text.length)) = borders(random.nextInt(borders.length)).toByte
        check(text, 0, text.length)
      }
    }
    assert(valid > 10000 && invalid > 10000)
  }
}
