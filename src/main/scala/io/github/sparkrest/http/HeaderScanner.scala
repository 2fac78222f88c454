// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

/** Reads the value of a header once, from start to end. A regular expression with nested repetitions overflows the stack, or takes
  * minutes, if a server makes the header long enough.
  */
final class HeaderScanner(header: String) {
  private var i = 0

  def atEnd: Boolean = i >= header.length

  /** Moves behind the next `c`; false if the rest does not contain it. */
  def skipTo(c: Char): Boolean = {
    val at = header.indexOf(c.toInt, i)
    i = if (at < 0) header.length else at + 1
    at >= 0
  }

  /** The text before the next `c`, which is skipped; `None` if the rest does not contain it. */
  def until(c: Char): Option[String] = {
    val from = i
    if (skipTo(c)) Some(header.substring(from, i - 1)) else None
  }

  /** The parameters that follow as `;name=value` (RFC 9110 §5.6.6). Blanks are allowed, names become lower case, and a name without
    * a value has the value "".
    */
  def parameters(): List[(String, String)] = {
    val found = List.newBuilder[(String, String)]
    blanks()
    while (take(';')) {
      blanks()
      val name = word(" \t\",;=").toLowerCase
      blanks()
      val value = if (take('=')) text() else ""
      if (name.nonEmpty) found += name -> value
      blanks()
    }
    found.result()
  }

  /** A string in quotes, or a word. */
  def item(): String = {
    blanks()
    if (take('"')) quoted() else word(" \t\",;=")
  }

  /** The value that follows as `=value`. */
  def value(): Option[String] = {
    blanks()
    if (take('=')) Some(text()) else None
  }

  private def text(): String = {
    blanks()
    if (take('"')) quoted() else word(" \t\",;")
  }

  private def blanks(): Unit = while (i < header.length && (header(i) == ' ' || header(i) == '\t')) i += 1

  private def take(c: Char): Boolean = {
    val there = i < header.length && header(i) == c
    if (there) i += 1
    there
  }

  private def word(ends: String): String = {
    val from = i
    while (i < header.length && ends.indexOf(header(i).toInt) < 0) i += 1
    header.substring(from, i)
  }

  /** Up to the closing quote or the end. A backslash escapes the next character. */
  private def quoted(): String = {
    val out = new StringBuilder
    while (i < header.length && header(i) != '"') {
      if (header(i) == '\\' && i + 1 < header.length) i += 1
      out += header(i)
      i += 1
    }
    take('"')
    out.toString
  }
}
