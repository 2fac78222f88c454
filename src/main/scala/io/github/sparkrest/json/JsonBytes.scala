// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.circe.jawn.parseByteBuffer

/** Looks into one JSON value that lies in `[from, to)` of an array, without building a tree. */
object JsonBytes {

  /** The position of a value: `(from, to)` in one Long. -1: absent. */
  type Span = Long
  val Absent: Span = -1L
  def span(from: Int, to: Int): Span = (from.toLong << 32) | to
  def from(s: Span): Int = (s >>> 32).toInt
  def to(s: Span): Int = s.toInt

  /** The value under the path `names`. If a name is repeated, the first member counts. Stops as soon as the value is found. */
  def find(
      buf: Array[Byte],
      start: Int,
      stop: Int,
      names: List[Array[Byte]],
      cursor: JsonCursor = new JsonCursor
  ): Span = {
    var left = names
    var result = span(start, stop)
    while (left.nonEmpty && result != Absent) {
      val name = left.head
      cursor.openObject(buf, from(result), to(result))
      result = Absent
      while (result == Absent && cursor.next())
        if (same(buf, cursor.nameFrom + 1, cursor.nameTo - 1, name)) result = span(cursor.from, cursor.to)
      left = left.tail
    }
    result
  }

  /** Names of the first members of an object; empty for any other value. */
  def names(buf: Array[Byte], start: Int, stop: Int, most: Int = 100): List[String] = {
    val cursor = new JsonCursor
    cursor.openObject(buf, start, stop)
    Iterator
      .continually(cursor)
      .takeWhile(_.next())
      .map(c => FirstNames.shown(string(buf, c.nameFrom, c.nameTo)))
      .take(most)
      .toList
  }

  /** A scalar as text, a string without its quotes; `None` for null, an object or an array. */
  def scalar(buf: Array[Byte], s: Span): Option[String] = {
    val (a, b) = (from(s), to(s))
    buf(a) match {
      case '"'             => Some(string(buf, a, b))
      case 'n' | '{' | '[' => None
      case _               => Some(new String(buf, a, b - a, UTF_8))
    }
  }

  /** A value as text: a scalar as [[scalar]] returns it, an object or array as JSON without blanks; `None` for null. */
  def value(buf: Array[Byte], s: Span): Option[String] =
    if (buf(from(s)) == '{' || buf(from(s)) == '[') Some(compact(buf, from(s), to(s))) else scalar(buf, s)

  private def compact(buf: Array[Byte], start: Int, stop: Int): String = {
    val out = new Array[Byte](stop - start)
    var n = 0
    var i = start
    while (i < stop) {
      // Blanks inside strings stay.
      val end =
        if (buf(i) == '"') JsonCursor.stringEnd(buf, i, stop) else if (ByteClasses.isBlank(buf(i))) i else i + 1
      System.arraycopy(buf, i, out, n, end - i)
      n += end - i
      i = math.max(end, i + 1)
    }
    new String(out, 0, n, UTF_8)
  }

  /** The text of a JSON string in `[start, stop)`, quotes included. */
  def string(buf: Array[Byte], start: Int, stop: Int): String = {
    var i = start + 1
    while (i < stop - 1 && buf(i) != '\\') i += 1
    if (i == stop - 1) new String(buf, start + 1, stop - start - 2, UTF_8)
    else
      parseByteBuffer(ByteBuffer.wrap(buf, start, stop - start)).toOption
        .flatMap((j: Json) => j.asString)
        .getOrElse(new String(buf, start + 1, stop - start - 2, UTF_8))
  }

  def same(buf: Array[Byte], start: Int, stop: Int, name: Array[Byte]): Boolean =
    stop - start == name.length && java.util.Arrays.equals(buf, start, stop, name, 0, name.length)
}
