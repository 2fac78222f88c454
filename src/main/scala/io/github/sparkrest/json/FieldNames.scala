// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8
import java.util

/** The names of a schema, level by level. Decides from the bytes of a record whether the schema has all its names, in one pass
  * and without parsing any value. For one thread.
  *
  * It may answer no for a record whose names are all in the schema, for instance if a name is spelled with an escape. The
  * caller then parses the record. A field that is null does not count.
  *
  * @param most the deepest nesting that is examined
  */
final class FieldNames(root: FieldNames.Level, most: Int = FieldNames.Deepest) {
  import FieldNames._
  private var buf: Array[Byte] = Array.emptyByteArray
  private var stop = 0
  private var depth = 0

  /** Whether the schema has all names of the record in `[from, to)`. */
  def cover(record: Array[Byte], from: Int, to: Int): Boolean = {
    buf = record
    stop = to
    depth = 0
    val end = value(blank(from), root)
    end >= 0 && blank(end) == to
  }

  /** One past the value; -1: the value has an unknown name, or is malformed. */
  private def value(from: Int, level: Level): Int = {
    val c = at(from)
    level match {
      case Anything => if (c == '{' || c == '[') JsonCursor.valueEnd(buf, from, stop) else scalar(from, c)
      case _ if c == '{' || c == '[' => nested(from, c, level)
      case _                         => scalar(from, c)
    }
  }

  /** Arrays may be nested deeper than any schema, and the stack is finite. */
  private def nested(from: Int, c: Int, level: Level): Int =
    if (depth >= most) Unknown
    else {
      depth += 1
      val end = if (c == '{') members(from, level) else elements(from, level)
      depth -= 1
      end
    }

  private def scalar(from: Int, c: Int): Int =
    if (c == '"') JsonCursor.stringEnd(buf, from, stop)
    else if (c > 0 && Begins(c)) JsonCursor.valueEnd(buf, from, stop)
    else Unknown

  private def elements(from: Int, level: Level): Int = {
    var i = blank(from + 1)
    if (at(i) == ']') i + 1
    else {
      var end = Open
      while (end == Open) {
        i = value(i, level)
        end = if (i < 0) Unknown else closed(i, ']')
        if (end == Open) i = blank(blank(i) + 1)
      }
      end
    }
  }

  private def members(from: Int, level: Level): Int = {
    var i = blank(from + 1)
    if (at(i) == '}') i + 1
    else {
      var end = Open
      while (end == Open) {
        i = member(i, level)
        end = if (i < 0) Unknown else closed(i, '}')
        if (end == Open) i = blank(blank(i) + 1)
      }
      end
    }
  }

  private def member(from: Int, level: Level): Int =
    if (at(from) != '"') Unknown
    else {
      val nameEnd = JsonCursor.stringEnd(buf, from, stop)
      val colon = blank(nameEnd)
      if (at(colon) != ':') Unknown
      else {
        val begin = blank(colon + 1)
        val below = level.below(buf, from + 1, nameEnd - 1)
        if (below != null) value(begin, below)
        else if (at(begin) == 'n') JsonCursor.valueEnd(buf, begin, stop)
        else Unknown
      }
    }

  /** After a value: one past `close`, or [[Open]] at a comma. */
  private def closed(i: Int, close: Char): Int = {
    val next = blank(i)
    if (at(next) == close) next + 1 else if (at(next) == ',') Open else Unknown
  }

  private def at(i: Int): Int = if (i < stop) buf(i).toInt else 0
  private def blank(from: Int): Int = JsonCursor.blank(buf, from, stop)
}

object FieldNames {

  /** Deeper than schemas are. */
  val Deepest = 200
  private val Unknown = -1
  private val Open = -2

  /** The first bytes of scalars in strict JSON (RFC 8259). */
  private val Begins: Array[Boolean] = Array.tabulate(128)(c => "\"-0123456789tfn".indexOf(c) >= 0)

  /** The known names in a value, or in each element of an array. */
  sealed abstract class Level {

    /** The known names in the value of a field; null: the field is unknown. */
    private[sparkrest] def below(buf: Array[Byte], from: Int, to: Int): Level
  }

  /** Every name is known, at every depth. */
  case object Anything extends Level {
    private[sparkrest] def below(buf: Array[Byte], from: Int, to: Int): Level = Anything
  }

  /** A map: every name is known, and `of` applies to the values. */
  final case class Values(of: Level) extends Level {
    private[sparkrest] def below(buf: Array[Byte], from: Int, to: Int): Level = of
  }

  final class Fields(fields: Seq[(String, Level)]) extends Level {
    private val names = fields.map(_._1.getBytes(UTF_8)).toArray
    private val levels = fields.map(_._2).toArray
    private val byName = new util.HashMap[ByteBuffer, Integer]
    names.indices.foreach(i => byName.put(ByteBuffer.wrap(names(i)), i))

    /** The field that followed each field in the last record: most records have the same order. */
    private val after = new Array[Int](names.length + 1)
    private var last = 0

    private[sparkrest] def below(buf: Array[Byte], from: Int, to: Int): Level = {
      val guess = after(last)
      if (guess < names.length && JsonBytes.same(buf, from, to, names(guess))) {
        last = guess + 1
        levels(guess)
      } else {
        val field = byName.get(ByteBuffer.wrap(buf, from, math.max(0, to - from)))
        if (field == null) null
        else {
          after(last) = field
          last = field + 1
          levels(field)
        }
      }
    }
  }
}
