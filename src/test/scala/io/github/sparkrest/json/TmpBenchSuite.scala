// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.circe.jawn.parseByteBuffer

/** Looks into one JSON value that lies in `[from, to)` of an array, without making a tree of it. */
object OldBytes {

  /** Where a value is: `(from, to)`, packed; -1: there is none. */
  type Span = Long
  val Absent: Span = -1L
  def span(from: Int, to: Int): Span = (from.toLong << 32) | to
  def from(s: Span): Int = (s >>> 32).toInt
  def to(s: Span): Int = s.toInt

  /** The value under `names`, the first if a name stands twice; stops as soon as it is found. */
  def find(buf: Array[Byte], start: Int, stop: Int, names: List[Array[Byte]]): Span = names match {
    case Nil          => span(start, stop)
    case name :: rest =>
      val value = member(buf, start, stop, name)
      if (value == Absent) Absent else find(buf, from(value), to(value), rest)
  }

  /** Names of the first members of an object; empty for anything else. */
  def names(buf: Array[Byte], start: Int, stop: Int, most: Int = 100): List[String] = {
    val found = List.newBuilder[String]
    var left = most
    members(buf, start, stop) { (nameFrom, nameTo, _, _) =>
      found += FirstNames.shown(string(buf, nameFrom, nameTo))
      left -= 1
      left > 0
    }
    found.result()
  }

  /** A scalar as text, a string without its quotes; `None` for null, an object or an array.
    *
    * @return the text, and whether it was a JSON string
    */
  def scalar(buf: Array[Byte], s: Span): Option[(String, Boolean)] = {
    val (a, b) = (from(s), to(s))
    buf(a) match {
      case '"'       => Some((string(buf, a, b), true))
      case 'n'       => None
      case '{' | '[' => None
      case _         => Some((new String(buf, a, b - a, UTF_8), false))
    }
  }

  /** A value as text: a scalar as [[scalar]] gives it, an object or array as JSON without blanks; `None` for null. */
  def value(buf: Array[Byte], s: Span): Option[String] =
    if (buf(from(s)) == '{' || buf(from(s)) == '[') Some(compact(buf, from(s), to(s))) else scalar(buf, s).map(_._1)

  private def compact(buf: Array[Byte], start: Int, stop: Int): String = {
    val out = new Array[Byte](stop - start)
    var n = 0
    var i = start
    while (i < stop) {
      // A string is taken as a whole, any other byte if it is not blank.
      val end = if (buf(i) == '"') valueEnd(buf, i, stop) else if (isBlank(buf(i))) i else i + 1
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

  private def member(buf: Array[Byte], start: Int, stop: Int, name: Array[Byte]): Span = {
    var found = Absent
    members(buf, start, stop) { (nameFrom, nameTo, valueFrom, valueTo) =>
      if (same(buf, nameFrom + 1, nameTo - 1, name)) found = span(valueFrom, valueTo)
      found == Absent
    }
    found
  }

  /** Calls `each` with the borders of name (quotes included) and value until it returns false. */
  private def members(buf: Array[Byte], start: Int, stop: Int)(each: (Int, Int, Int, Int) => Boolean): Unit = {
    var i = blank(buf, start, stop)
    if (i < stop && buf(i) == '{') {
      i = blank(buf, i + 1, stop)
      while (i < stop && buf(i) == '"') {
        val nameTo = valueEnd(buf, i, stop)
        val colon = blank(buf, nameTo, stop)
        val valueFrom = blank(buf, colon + 1, stop)
        val valueTo = valueEnd(buf, valueFrom, stop)
        if (valueFrom >= stop || !each(i, nameTo, valueFrom, valueTo)) i = stop
        else {
          i = blank(buf, valueTo, stop)
          if (i < stop && buf(i) == ',') i = blank(buf, i + 1, stop) else i = stop
        }
      }
    }
  }

  private def isBlank(b: Byte): Boolean = b <= ' ' && b >= 0

  /** The first byte from `from` on that is not blank. */
  private[sparkrest] def blank(buf: Array[Byte], from: Int, stop: Int): Int = {
    var i = from
    while (i < stop && isBlank(buf(i))) i += 1
    i
  }

  /** One past the value that begins at `from`. */
  private[sparkrest] def valueEnd(buf: Array[Byte], from: Int, stop: Int): Int = {
    var i = from
    var depth = 0
    var done = i >= stop
    // Whether a string in single quotes may begin here, as in JsonScanner.
    var begins = true
    while (!done) {
      val c = buf(i)
      if (c == '"' || c == '\'' && begins) {
        i += 1
        while (i < stop && buf(i) != c) i += (if (buf(i) == '\\') 2 else 1)
        i += 1
        begins = false
        done = depth == 0
      } else if (c == '{' || c == '[') {
        depth += 1
        begins = true
        i += 1
      } else if (c == '}' || c == ']') {
        depth -= 1
        begins = false
        if (depth >= 0) i += 1
        done = depth <= 0
      } else if (depth == 0 && (c == ',' || isBlank(c))) done = true
      else {
        begins = c == ',' || c == ':' || begins && isBlank(c)
        i += 1
      }
      if (i >= stop) done = true
    }
    math.min(i, stop)
  }
}

class TmpBenchSuite extends org.scalatest.funsuite.AnyFunSuite {
  private val rec =
    """{"id":123456,"type":"PushEvent","actor":{"id":1,"login":"someone","url":"https://api.example.org/users/someone"},"repo":{"id":99,"name":"a/b"},"payload":{"size":3,"commits":[{"sha":"0123456789abcdef","message":"Fix, \\"all\\" of it"},{"sha":"0123456789abcdef","message":"x"}]},"public":true,"created_at":"2026-01-02T03:04:05Z"}"""
      .getBytes("UTF-8")
  private val names = List("created_at".getBytes)
  private def time(n: String)(f: => Long): Unit = {
    var s = 0L
    (1 to 5).foreach { _ =>
      var i = 0; while (i < 300000) { s += f; i += 1 }
    }
    val bean = java.lang.management.ManagementFactory.getThreadMXBean.asInstanceOf[com.sun.management.ThreadMXBean]
    val id = Thread.currentThread.getId
    val best = (1 to 7)
      .map { _ =>
        val a = bean.getThreadAllocatedBytes(id); val t = System.nanoTime
        var i = 0; while (i < 300000) { s += f; i += 1 }
        ((System.nanoTime - t) / 300000.0, (bean.getThreadAllocatedBytes(id) - a) / 300000.0)
      }
      .minBy(_._1)
    println(f"BENCH $n: ${best._1}%.0f ns, ${best._2}%.1f bytes ($s)")
  }
  test("bench") {
    val cursor = new JsonCursor
    (1 to 2).foreach { _ =>
      time("old find")(OldBytes.find(rec, 0, rec.length, names))
      time("new find")(JsonBytes.find(rec, 0, rec.length, names, cursor))
      time("old end")(OldBytes.valueEnd(rec, 0, rec.length).toLong)
      time("new end")(JsonCursor.valueEnd(rec, 0, rec.length).toLong)
    }
  }
}
