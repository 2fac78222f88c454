// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.page

import io.github.sparkrest.http.Redact

/** Walks over JSON (RFC 8259) as bytes, value by value, from a [[ByteWindow]].
  *
  * It checks what the borders of values depend on: strings, brackets, commas and colons between the values it walks over.
  * What stands inside a skipped value is checked by the parser that makes rows of it.
  */
final private[page] class JsonScanner(val window: ByteWindow) {
  import JsonScanner._
  import window._

  /** The next byte that is not blank, left at `pos`; -1 at the end. */
  def peek(): Int = {
    while ({ while (pos < end && isBlank(buf(pos))) pos += 1; pos == end && refill() }) ()
    if (pos < end) buf(pos) else -1
  }

  def expect(c: Char): Unit = if (peek() == c) pos += 1 else unexpected(s"'$c'")

  /** To the first value. RFC 8259 §8.1: it is UTF-8, and a byte order mark may be ignored. */
  def begin(): Unit = {
    while (end - pos < 4 && refill()) ()
    def at(i: Int) = if (pos + i < end) buf(pos + i) & 0xff else -1
    if (at(0) == 0xef && at(1) == 0xbb && at(2) == 0xbf) pos += 3
    else if (at(0) >= 0xfe && at(1) >= 0xfe || (0 until 4).exists(at(_) == 0))
      throw new Malformed("it is UTF-16 or UTF-32, or no text, and must be UTF-8")
    if (peek() == '<') {
      while (end - pos < Shown && refill()) ()
      val shown = Redact.snippet(java.util.Arrays.copyOfRange(buf, pos, end), Shown.min(end - pos))
      throw new Malformed(s"it is HTML or XML, perhaps a login or error page: $shown")
    }
  }

  /** Walks an object whose `{` is next. `each` gets the name and must walk over the value. */
  def members(each: String => Unit): Unit = {
    expect('{')
    if (peek() == '}') pos += 1
    else {
      var more = true
      while (more) {
        if (peek() != '"') unexpected("a name")
        mark = pos
        skipString()
        val name = JsonBytes.string(buf, mark, pos)
        mark = -1
        expect(':')
        peek()
        each(name)
        more = separator('}')
      }
    }
  }

  /** Walks an array whose `[` is next. `each` is called at the first byte of each element and must walk over it. */
  def elements(each: () => Unit): Unit = {
    expect('[')
    if (peek() == ']') pos += 1
    else {
      var more = true
      while (more) {
        peek()
        each()
        more = separator(']')
      }
    }
  }

  /** Walks an array whose `[` is next. Each element is walked over, shown to `choose` where it lies in the window, and, if
    * chosen, walked over once more by `each`.
    */
  def elementsWhere(choose: (Array[Byte], Int, Int) => Boolean)(each: () => Unit): Unit = elements { () =>
    mark = pos
    skipValue()
    val chosen = choose(buf, mark, pos)
    if (chosen) pos = mark
    mark = -1
    if (chosen) each()
  }

  private def separator(close: Char): Boolean = {
    val c = peek()
    if (c == ',') { pos += 1; true }
    else if (c == close) { pos += 1; false }
    else unexpected(s"',' or '$close'")
  }

  /** Walks over the value at `pos`. Line breaks between its tokens become blanks, so that it can be a line. */
  def skipValue(): Unit = {
    val c = if (pos < end) buf(pos).toInt else peek()
    if (c == '"') skipString()
    else if (c == '{' || c == '[') skipNested()
    else skipLiteral()
  }

  /** A bit for each level of the value that is walked over: 1 for {, 0 for [. */
  private var braces = new Array[Long](4)

  /** How deep the last object or array that was walked over is. */
  var deepest = 0

  private def skipNested(): Unit = {
    deepest = 0
    var depth = 0
    var i = pos
    do {
      if (i >= end) { pos = i; needMore(); i = pos }
      val c = buf(i)
      if (c == '"') { pos = i; skipString(); i = pos }
      else {
        if (c == '{' || c == '[') {
          if ((depth >> 6) == braces.length) braces = java.util.Arrays.copyOf(braces, braces.length * 2)
          if (c == '{') braces(depth >> 6) |= 1L << depth else braces(depth >> 6) &= ~(1L << depth)
          depth += 1
          if (depth > deepest) deepest = depth
        } else if (c == '}' || c == ']') {
          depth -= 1
          if (((braces(depth >> 6) >>> depth) & 1L) != (if (c == '}') 1L else 0L)) {
            pos = i; unexpected("the other bracket")
          }
        } else if (c == '\n' || c == '\r') buf(i) = ' '
        i += 1
      }
    } while (depth > 0)
    pos = i
  }

  /** A number, true, false or null, checked in full. */
  private def skipLiteral(): Unit = {
    val outer = mark
    if (mark < 0) mark = pos
    val before = pos - mark
    while (pos < end && isLiteral(buf(pos)) || pos == end && refill()) if (pos < end && isLiteral(buf(pos))) pos += 1
    val from = mark + before
    if (!literal.matcher(new String(buf, from, pos - from, "ISO-8859-1")).matches()) { pos = from; unexpected("a value") }
    if (outer < 0) mark = -1
  }

  private def skipString(): Unit = {
    var i = pos + 1
    var open = true
    while (open) {
      val b = buf
      val stop = end
      while (i < stop && plain(b(i) & 0xff)) i += 1
      if (i == stop) { pos = i; needMore(); i = pos }
      else if (b(i) == '"') open = false
      else if (b(i) == '\\') {
        // The escaped byte is not looked at, but it must be there.
        while (i + 1 >= end) { val ahead = i - pos; needMore(); i = pos + ahead }
        i += 2
      } else { pos = i; unexpected("no raw control character in a string") }
    }
    pos = i + 1
  }

  private def needMore(): Unit =
    if (!refill()) throw new Malformed(s"it ends in the middle of a value, after $consumed bytes")

  def unexpected(wanted: String): Nothing =
    if (pos < end) throw new Malformed(s"expected $wanted at byte $consumed, found '${shown(buf(pos))}'")
    else throw new Malformed(s"it ends after $consumed bytes, expected $wanted")
}

private[page] object JsonScanner {
  private val literal = """true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?""".r.pattern

  /** Bytes of a string that need no look: all but quote, backslash and control characters. */
  private val plain: Array[Boolean] = Array.tabulate(256)(c => c >= ' ' && c != '"' && c != '\\')

  /** Bytes of a foreign body that its error shows. */
  private val Shown = 120

  private def isBlank(b: Byte): Boolean = b == ' ' || b == '\n' || b == '\r' || b == '\t'
  private def isLiteral(b: Byte): Boolean =
    b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b == '-' || b == '+' || b == '.' || b == 'E'
  private def shown(b: Byte): String = if (b > ' ' && b < 127) b.toChar.toString else f"0x${b & 0xff}%02x"
}

/** The bytes are not JSON, or end too early. */
final private[page] class Malformed(val reason: String) extends RuntimeException(reason, null, false, false)
