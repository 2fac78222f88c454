// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

/** Steps through the members of one JSON object, or the elements of one array, that lie in memory. A cursor can be used again
  * for another value, and steps without allocation. For one thread.
  *
  * {{{
  * cursor.openObject(bytes, 0, bytes.length)
  * while (cursor.next()) use(cursor.nameFrom, cursor.nameTo, cursor.from, cursor.to)
  * if (cursor.broken) ...
  * }}}
  */
final private[sparkrest] class JsonCursor {
  private var buf = Array.emptyByteArray
  private var stop = 0
  private var pos = 0
  private var close = '}'
  private var more = false

  /** The name of the member in `[nameFrom, nameTo)`, quotes included. */
  var nameFrom, nameTo = 0

  /** The value of the member, or the element, in `[from, to)`. */
  var from, to = 0

  /** The value is not what was opened, or is malformed at or before the end of the current part. */
  var broken = false

  /** Opens the object in `[start, end)`. False if the value is not an object. */
  def openObject(bytes: Array[Byte], start: Int, end: Int): Boolean = open(bytes, start, end, '{', '}')

  /** Opens the array in `[start, end)`. False if the value is not an array. */
  def openArray(bytes: Array[Byte], start: Int, end: Int): Boolean = open(bytes, start, end, '[', ']')

  private def open(bytes: Array[Byte], start: Int, end: Int, first: Char, last: Char): Boolean = {
    buf = bytes
    stop = end
    close = last
    pos = JsonCursor.blank(buf, start, stop)
    val opened = at(pos) == first
    pos = JsonCursor.blank(buf, pos + 1, stop)
    more = opened && at(pos) != close
    broken = !opened || !more && !ends()
    opened
  }

  /** Moves to the next member or element. False after the last one, and where the value is malformed. */
  def next(): Boolean = more && {
    from = if (close == '}') valueOfMember() else pos
    to = JsonCursor.valueEnd(buf, from, stop)
    val valid = to > from
    if (valid) pos = JsonCursor.blank(buf, to, stop)
    more = valid && at(pos) == ','
    if (more) pos = JsonCursor.blank(buf, pos + 1, stop)
    else broken = !valid || !ends()
    valid
  }

  private def valueOfMember(): Int = {
    nameFrom = pos
    nameTo = if (at(pos) == '"') JsonCursor.stringEnd(buf, pos, stop) else stop
    val colon = JsonCursor.blank(buf, nameTo, stop)
    if (at(colon) == ':') JsonCursor.blank(buf, colon + 1, stop) else stop
  }

  private def ends(): Boolean = at(pos) == close && JsonCursor.blank(buf, pos + 1, stop) == stop

  private def at(i: Int): Int = if (i < stop) buf(i).toInt else 0
}

private[sparkrest] object JsonCursor {

  /** Calls `each` at every member of the object in `[from, to)`.
    *
    * @return whether the value is a well-formed object
    */
  def members(buf: Array[Byte], from: Int, to: Int)(each: JsonCursor => Unit): Boolean = {
    val cursor = new JsonCursor
    cursor.openObject(buf, from, to)
    while (cursor.next()) each(cursor)
    !cursor.broken
  }

  /** Calls `each` at every element of the array in `[from, to)`.
    *
    * @return whether the value is a well-formed array
    */
  def elements(buf: Array[Byte], from: Int, to: Int)(each: JsonCursor => Unit): Boolean = {
    val cursor = new JsonCursor
    cursor.openArray(buf, from, to)
    while (cursor.next()) each(cursor)
    !cursor.broken
  }

  /** The first byte from `from` on that is not blank. */
  def blank(buf: Array[Byte], from: Int, stop: Int): Int = {
    var i = from
    while (i < stop && ByteClasses.isBlank(buf(i))) i += 1
    i
  }

  /** One past the string whose opening quote is at `from`. The quote may be `'`. */
  def stringEnd(buf: Array[Byte], from: Int, stop: Int): Int = {
    val quote = buf(from)
    var i = from + 1
    if (quote == '"') {
      i = Words.plainEnd(buf, i, stop)
      while (i < stop && buf(i) != quote) i = Words.plainEnd(buf, i + (if (buf(i) == '\\') 2 else 1), stop)
    } else while (i < stop && buf(i) != quote) i += (if (buf(i) == '\\') 2 else 1)
    math.min(i + 1, stop)
  }

  /** One past the value that begins at `from`. It finds the end of a well-formed value, and checks nothing inside. */
  def valueEnd(buf: Array[Byte], from: Int, stop: Int): Int = {
    var i = from
    var depth = 0
    var done = i >= stop
    // Whether a string in single quotes may begin here, as in JsonScanner.
    var begins = true
    while (!done) {
      val c = buf(i)
      if (c == '"' || c == '\'' && begins) {
        i = stringEnd(buf, i, stop)
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
      } else if (depth == 0 && (c == ',' || ByteClasses.isBlank(c))) done = true
      else {
        begins = c == ',' || c == ':' || begins && ByteClasses.isBlank(c)
        i += 1
      }
      if (i >= stop) done = true
    }
    math.min(i, stop)
  }
}
