// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows.parser

import java.nio.charset.StandardCharsets.US_ASCII

import io.github.sparkrest.json.Words

/** Walks strict JSON (RFC 8259) in `buf`, and checks everything that it passes: escapes, numbers, UTF-8 (RFC 3629).
  *
  * Methods take the position of the first byte that they read, and return or leave in `pos` the position after the last one.
  * Everything else ends in [[Unusual]]: text that is not strict JSON, and text that could exceed a limit of Spark's parser.
  *
  * No method compares a position with the end of the record, because that would cost a comparison for each byte. A method may
  * read what follows the record, or meet the end of the array, which is an `IndexOutOfBoundsException`. So the caller must
  * refuse a result if `pos` is not the end of the record.
  */
private[parser] class StrictJson {
  import StrictJson._

  final private[parser] var buf: Array[Byte] = Empty
  final private[parser] var pos: Int = 0

  /** Whether the string that [[stringEnd]] passed last has an escape. */
  final protected var escaped: Boolean = false
  private var depth = 0

  final protected def begin(record: Array[Byte]): Unit = {
    buf = record
    depth = 0
  }

  final private[parser] def enter(): Unit = {
    depth += 1
    if (depth > Deepest) throw Unusual
  }

  final private[parser] def leave(): Unit = depth -= 1

  /** The first byte from `at` on that is not blank. */
  final private[parser] def blank(at: Int): Int = {
    val b = buf
    var p = at
    var c = b(p)
    while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      p += 1
      c = b(p)
    }
    p
  }

  /** After a value: past the comma and blanks, or -1 past `close`, which `pos` then follows. */
  final private[parser] def next(at: Int, close: Byte): Int = {
    val b = buf
    var p = at
    var c = b(p)
    if (c != ',' && c != close) {
      p = blank(p)
      c = b(p)
    }
    p += 1
    if (c == ',') {
      if (b(p) <= ' ') blank(p) else p
    } else if (c == close) {
      pos = p
      -1
    } else throw Unusual
  }

  /** Past the colon and blanks that follow a name. */
  final private[parser] def colon(at: Int): Int = {
    val b = buf
    var p = at
    if (b(p) != ':') {
      p = blank(p)
      if (b(p) != ':') throw Unusual
    }
    p += 1
    if (b(p) <= ' ') blank(p) else p
  }

  /** The closing quote of the string whose first byte is at `from`. */
  final private[parser] def stringEnd(from: Int): Int = {
    val b = buf
    val lastWord = b.length - 8
    var p = from
    var high = 0L
    escaped = false
    while (p <= lastWord) {
      val word = Words.get(b, p)
      val special = Words.special(word)
      if (special == 0L) {
        high |= word
        p += 8
      } else {
        val bits = java.lang.Long.numberOfTrailingZeros(special) & ~7
        high |= word & ((1L << bits) - 1)
        p += bits >>> 3
        if (b(p) == '"') {
          if ((high & HighBits) != 0L && !Words.utf8(b, from, p)) throw Unusual
          return p
        }
        p = escapeEnd(p)
      }
    }
    // The last bytes of the array, which may hold no whole word.
    while (b(p) != '"') p = if (b(p) < ' ' && b(p) >= 0 || b(p) == '\\') escapeEnd(p) else p + 1
    if (!Words.utf8(b, from, p)) throw Unusual
    p
  }

  private def escapeEnd(at: Int): Int = {
    val b = buf
    if (b(at) != '\\') throw Unusual
    escaped = true
    b(at + 1) match {
      case '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => at + 2
      case 'u'                                            =>
        hex(at + 2)
        at + 6
      case _ => throw Unusual
    }
  }

  /** The four hexadecimal digits at `at`. */
  final protected def hex(at: Int): Int = {
    var value = 0
    var i = 0
    while (i < 4) {
      val c = buf(at + i)
      val digit = if (c < 0) -1 else Character.digit(c.toChar, 16)
      if (digit < 0) throw Unusual
      value = value << 4 | digit
      i += 1
    }
    value
  }

  /** The closing quote of the name that begins with the quote at `at`. A name with an escape goes to Spark's parser, because
    * Jackson treats escapes in names and in texts differently.
    */
  final private[parser] def nameEnd(at: Int): Int = {
    if (buf(at) != '"') throw Unusual
    val end = stringEnd(at + 1)
    if (escaped || end - at > LongestName) throw Unusual
    end
  }

  /** One past the value at `at`, which is checked and not kept. */
  final private[parser] def skip(at: Int): Int = buf(at) match {
    case '"' => stringEnd(at + 1) + 1
    case '{' => skipObject(at + 1)
    case '[' => skipArray(at + 1)
    case 't' => trueAt(at)
    case 'f' => falseAt(at)
    case 'n' => nullAt(at)
    case _   => skipNumber(at)
  }

  private def skipObject(from: Int): Int = {
    enter()
    var p = if (buf(from) <= ' ') blank(from) else from
    if (buf(p) == '}') pos = p + 1
    else while (p >= 0) p = next(skip(colon(nameEnd(p) + 1)), '}')
    leave()
    pos
  }

  private def skipArray(from: Int): Int = {
    enter()
    var p = if (buf(from) <= ' ') blank(from) else from
    if (buf(p) == ']') pos = p + 1
    else while (p >= 0) p = next(skip(p), ']')
    leave()
    pos
  }

  private def skipNumber(at: Int): Int = {
    val b = buf
    var p = at
    if (b(p) == '-') p += 1
    if (b(p) == '0') p += 1 else p = digits(p)
    if (b(p) == '.') p = digits(p + 1)
    if ((b(p) | 0x20) == 'e') {
      p += 1
      if (b(p) == '+' || b(p) == '-') p += 1
      p = digits(p)
    }
    if (p - at > LongestNumber) throw Unusual
    p
  }

  /** One past the digits at `at`: at least one. */
  private def digits(at: Int): Int = {
    val b = buf
    var p = at
    var n = 8
    while (n == 8 && p + 8 <= b.length) {
      n = Words.digits(Words.get(b, p))
      p += n
    }
    // The last bytes of the array.
    if (n == 8) while (isDigit(b(p))) p += 1
    if (p == at) throw Unusual
    p
  }

  final private[parser] def trueAt(at: Int): Int = {
    if (Words.half(buf, at) != True) throw Unusual
    at + 4
  }

  final private[parser] def falseAt(at: Int): Int = {
    if (buf(at) != 'f' || Words.half(buf, at + 1) != AfterF) throw Unusual
    at + 5
  }

  final private[parser] def nullAt(at: Int): Int = {
    if (Words.half(buf, at) != Null) throw Unusual
    at + 4
  }
}

private[parser] object StrictJson {
  val Empty: Array[Byte] = Array.emptyByteArray
  val HighBits: Long = 0x8080808080808080L

  // Each is below the limit of Jackson with the same meaning, in all versions that Spark ships.
  val Deepest = 200
  val LongestName = 10000
  val LongestNumber = 200
  val LongestRecord: Int = 16 << 20

  private val True = Words.half("true".getBytes(US_ASCII), 0)
  private val AfterF = Words.half("alse".getBytes(US_ASCII), 0)
  private val Null = Words.half("null".getBytes(US_ASCII), 0)

  def isDigit(b: Byte): Boolean = b >= '0' && b <= '9'
}

/** The record is for Spark's own parser. One instance without a stack trace: it only ends the work on one record. */
private[parser] object Unusual extends RuntimeException("for Spark's own parser", null, false, false)
