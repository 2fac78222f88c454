// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.nio.charset.StandardCharsets.UTF_8
import java.util.Base64

import scala.util.Try

import io.github.sparkrest.request.RequestTemplate

/** Finds a value in a text, however its characters are spelled there: percent-encoded in either case (also twice), escaped as in
  * JSON (`\/`, `\u003d`), or as HTML entities. A list of whole spellings would miss texts that mix them: each encoder has its
  * own set of characters that it leaves alone.
  */
private[http] object Spelling {

  /** A form in a JSON text in a JSON text has two levels. */
  private val Levels = 3
  private val MaxEntity = 10
  private val entities = Map("amp" -> '&', "lt" -> '<', "gt" -> '>', "quot" -> '"', "apos" -> '\'')
  private val escapes = Map('n' -> '\n', 'r' -> '\r', 't' -> '\t', 'b' -> '\b', 'f' -> '\f')

  /** Where the value ends that begins at `from`; -1: another text is there. */
  def end(text: String, from: Int, value: String): Int = {
    var level = 0
    var found = -1
    while (found < 0 && level <= Levels) {
      found = end(text, from, value, level)
      level += 1
    }
    found
  }

  private def end(text: String, from: Int, value: String, level: Int): Int = {
    var at = from
    var i = 0
    while (i < value.length && at >= 0) {
      at = next(text, at, value.charAt(i), level)
      i += 1
    }
    at
  }

  /** Level 0 takes a character as it is where both readings are possible: the user may have given an encoded value. */
  private def next(text: String, at: Int, c: Char, level: Int): Int =
    if (at >= text.length) -1
    else {
      val found = text.charAt(at)
      if (level == 0 && found == c) at + 1
      else {
        val escaped = found match {
          case '%'             => percent(text, at, c, level.max(1))
          case '\\'            => json(text, at, c, level.max(1))
          case '&'             => entity(text, at, c)
          case '+' if c == ' ' => at + 1
          case _               => -1
        }
        if (escaped < 0 && found == c) at + 1 else escaped
      }
    }

  /** A percent sign that is encoded again is %25. */
  private def percent(text: String, at: Int, c: Char, level: Int): Int =
    if (c < 0x80) {
      val digits = at + 1 + 2 * (level - 1)
      val again = (1 until level).forall(n => text.startsWith("25", at + 2 * n - 1))
      if (again && hex(text, digits, digits + 2) == c.toInt) digits + 2 else -1
    } else {
      val expected = RequestTemplate.percentEncode(c.toString).replace("%", "%" + "25" * (level - 1))
      if (text.regionMatches(true, at, expected, 0, expected.length)) at + expected.length else -1
    }

  private def json(text: String, at: Int, c: Char, level: Int): Int =
    if (c == '\\') {
      val expected = "\\" * (1 << level)
      if (text.startsWith(expected, at)) at + expected.length else -1
    } else {
      var i = at
      while (i < text.length && i - at < (1 << Levels) && text.charAt(i) == '\\') i += 1
      if (i >= text.length) -1
      else if (text.charAt(i) == 'u' && hex(text, i + 1, i + 5) == c.toInt) i + 5
      else if (escapes.get(text.charAt(i)).contains(c) || text.charAt(i) == c && !c.isLetterOrDigit) i + 1
      else -1
    }

  private def entity(text: String, at: Int, c: Char): Int = {
    val end = text.indexOf(';', at)
    if (end < 0 || end - at > MaxEntity) -1
    else {
      val name = text.substring(at + 1, end)
      val code =
        if (name.startsWith("#x") || name.startsWith("#X")) Some(hex(name, 2, name.length))
        else if (name.startsWith("#")) Try(name.drop(1).toInt).toOption
        else entities.get(name).map(_.toInt)
      if (code.contains(c.toInt)) end + 1 else -1
    }
  }

  /** -1: other characters are there. */
  private def hex(text: String, from: Int, to: Int): Int =
    if (to > text.length) -1
    else {
      var value = 0
      var i = from
      while (i < to && value >= 0) {
        val digit = Character.digit(text.charAt(i), 16)
        value = if (digit < 0) -1 else value * 16 + digit
        i += 1
      }
      value
    }

  /** What Base64 makes of a text that holds the value somewhere: a piece for each of the three places in a group at which it may
    * begin, without the characters that depend on its neighbors.
    */
  def inBase64(value: String): Seq[String] = (0 to 2).flatMap { before =>
    val bytes = new Array[Byte](before) ++ value.getBytes(UTF_8)
    val whole = bytes.length * 8 / 6
    def piece(e: Base64.Encoder) = e.encodeToString(bytes).substring(if (before == 0) 0 else before + 1, whole)
    Seq(piece(Base64.getEncoder), piece(Base64.getUrlEncoder))
  }.distinct

  /** How a value was percent-encoded, as a short text from which [[spell]] makes it again: `p` or `q` for the case of the
    * hexadecimal digits, and which of its characters are encoded. An odd mixture becomes the encoding of all.
    */
  def describe(value: String, found: String): String = {
    val all = special(value)
    val encoded = all.filterNot(found.contains(_))
    def mask(of: Seq[Char]) = of.map(c => 1L << all.indexOf(c)).sum.toHexString
    Seq("p", "q").map(_ + mask(encoded)).find(spell(value, _) == found).getOrElse {
      if (found.contains('%')) "p" + mask(all) else "p0"
    }
  }

  def spell(value: String, described: String): String = {
    val mask = Try(java.lang.Long.parseUnsignedLong(described.drop(1), 16)).getOrElse(0L)
    val all = special(value)
    val encoded = all.zipWithIndex.collect { case (c, i) if (mask >> i & 1) == 1 => c }.toSet
    value.map { c =>
      if (!encoded(c)) c.toString
      else if (described.startsWith("q")) RequestTemplate.percentEncode(c.toString).toLowerCase
      else RequestTemplate.percentEncode(c.toString)
    }.mkString
  }

  /** Surrogates are encoded in pairs, and left alone here. */
  private def special(value: String): Seq[Char] =
    value.distinct.filter(c => RequestTemplate.percentEncode(c.toString) != c.toString && !c.isSurrogate).sorted.take(60)
}
