// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import java.io.ByteArrayOutputStream

/** Replaces raw control characters in strings, which RFC 8259 forbids, by escapes. */
private[sparkrest] object RawControls {

  /** A record with line breaks inside strings, so that it is one line. */
  def onOneLine(buf: Array[Byte], from: Int, to: Int): Array[Byte] =
    escaped(buf, from, to)((c, _) => c == '\n' || c == '\r')

  /** A value that a strict parser accepts. */
  def strict(buf: Array[Byte], from: Int, to: Int): Array[Byte] =
    escaped(buf, from, to)((c, inString) => inString && c >= 0 && c < ' ')

  private def escaped(buf: Array[Byte], from: Int, to: Int)(which: (Byte, Boolean) => Boolean): Array[Byte] = {
    val out = new ByteArrayOutputStream(to - from + 64)
    var inString, afterBackslash = false
    var i = from
    while (i < to) {
      val c = buf(i)
      if (which(c, inString)) {
        // A backslash before the character is already in the output, and is half of the escape.
        if (!afterBackslash) out.write('\\')
        out.write(letter(c).getBytes("US-ASCII"))
      } else out.write(c.toInt)
      if (c == '"' && !afterBackslash) inString = !inString
      afterBackslash = c == '\\' && !afterBackslash
      i += 1
    }
    out.toByteArray
  }

  private def letter(c: Byte): String = c match {
    case '\n' => "n"
    case '\r' => "r"
    case '\t' => "t"
    case _    => f"u$c%04x"
  }
}

/** Text as a JSON string. It allocates nothing, because it runs for each value of CSV and XML. */
private[sparkrest] object QuotedText {
  def append(out: java.lang.StringBuilder, text: String): Unit = {
    out.append('"')
    var i = 0
    while (i < text.length) {
      val c = text.charAt(i)
      if (c == '"' || c == '\\') out.append('\\').append(c)
      else if (c == '\n') out.append("\\n")
      else if (c == '\r') out.append("\\r")
      else if (c == '\t') out.append("\\t")
      else if (c < ' ') out.append(f"\\u${c.toInt}%04x")
      else out.append(c)
      i += 1
    }
    out.append('"')
    ()
  }
}
