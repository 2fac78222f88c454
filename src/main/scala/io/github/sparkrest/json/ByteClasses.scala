// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import java.util.regex.Pattern

/** What the bytes of JSON are to [[JsonScanner]]. */
private[sparkrest] object ByteClasses {
  val literal: Pattern = """true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?""".r.pattern

  /** Bytes of a string that need no look: all but its quote, backslash and control characters. */
  val inDouble: Array[Boolean] = Array.tabulate(256)(c => c >= ' ' && c != '"' && c != '\\')
  val inSingle: Array[Boolean] = Array.tabulate(256)(c => c >= ' ' && c != '\'' && c != '\\')

  /** Bytes outside strings that need no look: they neither open, close nor part anything, and are not blank. */
  val ordinary: Array[Boolean] = Array.tabulate(256)(c => c > ' ' && "\"'{}[],:/".indexOf(c) < 0)

  /** Bytes of a foreign body that its error shows. */
  val Shown: Int = 120

  def isBlank(b: Byte): Boolean = b == ' ' || b == '\n' || b == '\r' || b == '\t'
  def isLiteral(b: Byte): Boolean =
    b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '-' || b == '+' || b == '.' || b == '_'
  def shown(b: Byte): String = if (b > ' ' && b < 127) b.toChar.toString else f"0x${b & 0xff}%02x"
}
