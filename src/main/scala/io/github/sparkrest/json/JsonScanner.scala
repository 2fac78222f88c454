// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import io.github.sparkrest.secret.Redact

/** Walks over JSON (RFC 8259) as bytes, value by value, from a [[ByteWindow]].
  *
  * It checks everything that decides where a value ends: strings, brackets, and the commas and colons between values.
  * The parser of the rows checks the inside of a record, so one bad record does not fail its response (ADR 2).
  */
final private[sparkrest] class JsonScanner(val window: ByteWindow, val rules: SliceRules = SliceRules()) {
  import ByteClasses._
  import window._

  /** Whether a skipped string contained a raw control character, and whether it contained a line break. The caller resets both. */
  var controls, breaks = false

  /** Moves to the next byte that is not blank, and returns it; -1 at the end. */
  def peek(): Int = {
    skipBlanks()
    while (pos < end && buf(pos) == '/' && isComment()) { blankComment(); skipBlanks() }
    if (pos < end) buf(pos) else -1
  }

  private def skipBlanks(): Unit =
    while ({ while (pos < end && isBlank(buf(pos))) pos += 1; pos == end && refill() }) ()

  private def isComment(): Boolean = rules.comments && {
    while (end - pos < 2 && refill()) ()
    end - pos >= 2 && (buf(pos + 1) == '*' || buf(pos + 1) == '/')
  }

  /** Overwrites a comment with blanks. A record is stored as one line, where a `//` comment would hide the rest of the record. */
  private def blankComment(): Unit = {
    val ofLine = buf(pos + 1) == '/'
    var last, c = 0
    buf(pos) = ' '
    buf(pos + 1) = ' '
    pos += 2
    while ({
      last = c
      c = if (pos < end || refill()) buf(pos).toInt else if (ofLine) '\n'.toInt else { needMore(); 0 }
      if (pos < end) { buf(pos) = ' '; pos += 1 }
      if (ofLine) c != '\n' && c != '\r' else last != '*' || c != '/'
    }) ()
  }

  def expect(c: Char): Unit = if (peek() == c) pos += 1 else unexpected(s"'$c'")

  /** Moves to the first value. RFC 8259 §8.1: JSON is UTF-8, and a parser may ignore a byte order mark. */
  def begin(): Unit = {
    while (end - pos < 4 && refill()) ()
    def at(i: Int) = if (pos + i < end) buf(pos + i) & 0xff else -1
    if (at(0) == 0xef && at(1) == 0xbb && at(2) == 0xbf) pos += 3
    else if (at(0) >= 0xfe && at(1) >= 0xfe || (0 until 4).exists(at(_) == 0))
      throw new Malformed("it is UTF-16, UTF-32 or binary, and must be UTF-8")
    if (peek() == '<') {
      while (end - pos < Shown && refill()) ()
      val shown = Redact.snippet(java.util.Arrays.copyOfRange(buf, pos, end), Shown.min(end - pos))
      throw new Malformed(s"it is HTML or XML, perhaps a login or error page: $shown")
    }
  }

  /** Walks through the object whose `{` is next. `each` gets the name and must move past the value. */
  def members(each: String => Unit): Unit = {
    expect('{')
    if (peek() == '}') pos += 1
    else {
      var more = true
      while (more) {
        if (peek() != '"') unexpected("a name")
        mark = pos
        skipString('"')
        val name = JsonBytes.string(buf, mark, pos)
        mark = -1
        expect(':')
        peek()
        each(name)
        more = separator('}')
      }
    }
  }

  /** Walks through the array whose `[` is next. `each` is called at the first byte of an element and must move past it. */
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

  /** The first byte inside the object or array at `pos`. `pos` does not move. */
  def inside(): Int = {
    mark = pos
    pos += 1
    val c = peek()
    pos = mark
    mark = -1
    c
  }

  /** Walks through the array whose `[` is next. `choose` gets the bytes of each element. If it returns true, `each` is called
    * at the first byte of that element and must move past it.
    */
  def elementsWhere(choose: (Array[Byte], Int, Int) => Boolean)(each: () => Unit): Unit = elements { () =>
    mark = pos
    skipValue()
    val chosen = choose(buf, mark, pos)
    if (chosen) pos = mark
    mark = -1
    if (chosen) each()
  }

  /** Moves past the comma or bracket after an element. Whether it is a comma. */
  def separator(close: Char): Boolean = {
    val c = peek()
    if (c == ',') { pos += 1; true }
    else if (c == close) { pos += 1; false }
    else unexpected(s"',' or '$close'")
  }

  /** Moves past the value at `pos`. Line breaks between its tokens become blanks, so that the value fits on one line. */
  def skipValue(): Unit = {
    val c = if (pos < end) buf(pos).toInt else peek()
    if (c == '"' || c == '\'' && rules.singleQuotes) skipString(c.toByte)
    else if (c == '{' || c == '[') skipNested()
    else skipLiteral()
  }

  /** A bit for each open level: 1 for {, 0 for [. */
  private var braces = new Array[Long](4)

  /** The depth of the last object or array that was skipped. */
  var deepest = 0

  private def skipNested(): Unit = {
    deepest = 0
    skipOpen(0L, 0)
  }

  /** Moves to the end of the object or array of which `open` levels are open, or none yet. A value begins at `pos`.
    *
    * @param levels a bit for each level, see [[braces]]
    */
  private[json] def skipOpen(levels: Long, open: Int): Unit = {
    braces(0) = levels
    var depth = open
    // Whether a name or a value may begin here. In other places ' is not a quote (it's).
    var begins = true
    var i = pos
    do {
      if (i >= end) { pos = i; needMore(); i = pos }
      val c = buf(i)
      if (ordinary(c & 0xff)) { begins = false; i += 1 }
      else if (c == ' ') i += 1
      else {
        if (c == '"' || c == '\'' && begins && rules.singleQuotes) { pos = i; skipString(c); i = pos - 1; begins = false }
        else if (c == ',' || c == ':') begins = true
        else if (c == '{' || c == '[') {
          down(depth, c == '{')
          depth += 1
          begins = true
        } else if (c == '}' || c == ']') {
          depth -= 1
          begins = false
          if (((braces(depth >> 6) >>> depth) & 1L) != (if (c == '}') 1L else 0L)) {
            pos = i; unexpected("the other bracket")
          }
        } else if (c == '\n' || c == '\r') buf(i) = ' '
        else if (c == '/') {
          pos = i
          if (isComment()) { blankComment(); pos -= 1 }
          i = pos
        }
        i += 1
      }
    } while (depth > 0)
    pos = i
  }

  private def down(depth: Int, brace: Boolean): Unit = {
    if (depth >= rules.depth) throw new Malformed(s"a value is nested more than ${rules.depth} levels deep") // guard: I4.2
    if ((depth >> 6) == braces.length) braces = java.util.Arrays.copyOf(braces, braces.length * 2)
    if (brace) braces(depth >> 6) |= 1L << depth else braces(depth >> 6) &= ~(1L << depth)
    if (depth >= deepest) deepest = depth + 1
  }

  /** Moves past a number, true, false, null, or a literal that a lenient parser accepts: `NaN`, `007`. */
  private def skipLiteral(): Unit = {
    var some = false
    while (pos < end && isLiteral(buf(pos)) || pos == end && refill())
      if (pos < end && isLiteral(buf(pos))) { pos += 1; some = true }
    if (!some) unexpected("a value")
  }

  /** Checks that a literal at `pos` is a number, true, false or null. For literals that only the end of the response ends, or
    * that decide where the records are. `pos` does not move.
    */
  def checkLiteral(): Unit = {
    val c = peek()
    if (c >= 0 && c != '"' && c != '{' && c != '[') {
      mark = pos
      skipLiteral()
      val text = new String(buf, mark, pos - mark, "ISO-8859-1")
      pos = mark
      mark = -1
      if (!literal.matcher(text).matches()) unexpected("a value")
    }
  }

  private def skipString(quote: Byte): Unit = {
    var i = pos + 1
    var open = true
    while (open) {
      val b = buf
      val stop = end
      if (quote == '"') i = Words.plainEnd(b, i, stop)
      else while (i < stop && inSingle(b(i) & 0xff)) i += 1
      if (i == stop) { pos = i; needMore(); i = pos }
      else if (b(i) == quote) open = false
      else if (b(i) == '\\') {
        // The escape may be any character, but it must be complete.
        while (i + 1 >= end) { val ahead = i - pos; needMore(); i = pos + ahead }
        noteControl(buf(i + 1))
        i += 2
      } else { noteControl(b(i)); i += 1 }
    }
    pos = i + 1
  }

  private def noteControl(c: Byte): Unit = if (c >= 0 && c < ' ') {
    controls = true
    if (c == '\n' || c == '\r') breaks = true
  }

  private def needMore(): Unit =
    if (!refill()) {
      pos = end
      throw new Malformed(s"it ends in the middle of a value, after $consumed bytes")
    }

  def unexpected(expected: String): Nothing =
    if (pos < end) throw new Malformed(s"expected $expected at byte $consumed, found '${shown(buf(pos))}'")
    else throw new Malformed(s"it ends after $consumed bytes, expected $expected")
}
