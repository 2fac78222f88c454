// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

/** Walks over one object or array that lies in `[from, to)` of an array, a level at a time. */
object JsonWalk {

  /** Calls `each` with the borders of each name, quotes included, and its value.
    *
    * @return whether it was an object and was understood to its end
    */
  def members(buf: Array[Byte], from: Int, to: Int)(each: (Int, Int, Int, Int) => Unit): Boolean =
    walk(buf, from, to, '{', '}') { i =>
      val nameTo = if (at(buf, i, to) == '"') JsonBytes.valueEnd(buf, i, to) else to
      val colon = JsonBytes.blank(buf, nameTo, to)
      val valueFrom = if (at(buf, colon, to) == ':') JsonBytes.blank(buf, colon + 1, to) else to
      val valueTo = JsonBytes.valueEnd(buf, valueFrom, to)
      if (valueTo > valueFrom) each(i, nameTo, valueFrom, valueTo)
      if (valueTo > valueFrom) valueTo else -1
    }

  /** Calls `each` with the borders of each element.
    *
    * @return whether it was an array and was understood to its end
    */
  def elements(buf: Array[Byte], from: Int, to: Int)(each: (Int, Int) => Unit): Boolean =
    walk(buf, from, to, '[', ']') { i =>
      val end = JsonBytes.valueEnd(buf, i, to)
      if (end > i) each(i, end)
      if (end > i) end else -1
    }

  /** @param each from the begin of a part to its end; -1: it is not understood */
  private def walk(buf: Array[Byte], from: Int, to: Int, open: Char, close: Char)(each: Int => Int): Boolean = {
    var i = JsonBytes.blank(buf, from, to)
    var whole = at(buf, i, to) == open
    i = JsonBytes.blank(buf, i + 1, to)
    var more = whole && at(buf, i, to) != close
    while (more) {
      val end = each(i)
      i = if (end < 0) to else JsonBytes.blank(buf, end, to)
      more = at(buf, i, to) == ','
      if (more) i = JsonBytes.blank(buf, i + 1, to)
    }
    whole &&= at(buf, i, to) == close
    whole && JsonBytes.blank(buf, i + 1, to) == to
  }

  private def at(buf: Array[Byte], i: Int, to: Int): Int = if (i < to) buf(i).toInt else 0
}
