// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.json

import java.util.regex.Pattern

/** Classes of bytes in JSON: one rule each for blanks, strings and literals. */
private[sparkrest] object ByteClasses {
  val literal: Pattern = """true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?""".r.pattern

  /** Bytes of a string in single quotes that can be skipped: all but its quote, backslash and control characters. For other
    * strings see [[Words]].
    */
  val inSingle: Array[Boolean] = Array.tabulate(256)(c => c >= ' ' && c != '\'' && c != '\\')

  /** Bytes outside strings that can be skipped: no brackets, separators, quotes, comments or blanks. */
  val ordinary: Array[Boolean] = Array.tabulate(256)(c => c > ' ' && "\"'{}[],:/".indexOf(c) < 0)

  /** How many bytes of a body that is not JSON its error shows. */
  val Shown: Int = 120

  def isBlank(b: Byte): Boolean = b == ' ' || b == '\n' || b == '\r' || b == '\t'
  def isLiteral(b: Byte): Boolean =
    b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '-' || b == '+' || b == '.' || b == '_'
  def shown(b: Byte): String = if (b > ' ' && b < 127) b.toChar.toString else f"0x${b & 0xff}%02x"
}
