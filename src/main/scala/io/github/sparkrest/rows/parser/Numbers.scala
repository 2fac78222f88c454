// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows.parser

import java.math.{BigDecimal, RoundingMode}
import java.nio.charset.StandardCharsets.ISO_8859_1

import io.github.sparkrest.json.Words
import org.apache.spark.sql.types.Decimal

/** Numbers and booleans with the values that Spark's `JacksonParser` gives them. A value that it might refuse, or reads by a
  * rule of its own, is [[Unusual]]. Each method leaves `pos` after the value.
  */
private[parser] class Numbers(settings: ParserSettings) extends StrictJson {
  import Numbers._
  import StrictJson.isDigit

  final private[parser] def booleanAt(at: Int): Boolean = {
    val is = buf(at) == 't'
    pos = if (is) trueAt(at) else falseAt(at)
    is
  }

  final private[parser] def longAt(at: Int): Long = {
    val b = buf
    val negative = b(at) == '-'
    val first = if (negative) at + 1 else at
    var p = first
    val value = digitsAfter(0, p)
    p = pos
    val n = p - first
    if (n == 0 || n > 1 && b(first) == '0' || b(p) == '.' || (b(p) | 0x20) == 'e') throw Unusual
    // Nineteen digits overflow into the sign, and never beyond it.
    if (n > 19 || value < 0) throw Unusual
    pos = p
    if (negative) -value else value
  }

  /** The number that the digits at `at` continue, as long as it fits; `pos` is then past them. */
  private def digitsAfter(number: Long, at: Int): Long = {
    val b = buf
    var value = number
    var p = at
    var read = 8
    while (read == 8 && p + 8 <= b.length) {
      val word = Words.get(b, p)
      read = Words.digits(word)
      if (read > 0) value = value * Powers(read) + Words.parse(word, read)
      p += read
    }
    // The last bytes of the array.
    if (read == 8)
      while (isDigit(b(p))) {
        value = value * 10 + (b(p) - '0')
        p += 1
      }
    pos = p
    value
  }

  final private[parser] def intAt(at: Int): Int = {
    val value = longAt(at)
    if (value != value.toInt) throw Unusual
    value.toInt
  }

  final private[parser] def shortAt(at: Int): Short = {
    val value = longAt(at)
    if (value != value.toShort) throw Unusual
    value.toShort
  }

  final private[parser] def byteAt(at: Int): Byte = {
    val value = longAt(at)
    if (value != value.toByte) throw Unusual
    value.toByte
  }

  // The number that `number` read last: `mantissa` times ten to the power of `exponent`, if `digits` fit a Long.
  private var negative = false
  private var whole = false
  private var scientific = false
  private var mantissa = 0L
  private var exponent = 0
  private var digits = 0

  private def number(at: Int): Unit = {
    val b = buf
    negative = b(at) == '-'
    val first = if (negative) at + 1 else at
    var p = first
    var m = digitsAfter(0, p)
    p = pos
    digits = p - first
    if (digits == 0 || digits > 1 && b(first) == '0') throw Unusual
    whole = true
    scientific = false
    exponent = 0
    if (b(p) == '.') {
      whole = false
      val point = p + 1
      p = point
      m = digitsAfter(m, p)
      p = pos
      if (p == point) throw Unusual
      exponent = point - p
      digits += p - point
      if (digits > 19 && b(first) == '0') digits = significant(point, p)
    }
    if ((b(p) | 0x20) == 'e') p = power(p + 1)
    if (p - first > StrictJson.LongestNumber) throw Unusual
    mantissa = m
    pos = p
  }

  /** Leading zeros count for nothing. */
  private def significant(from: Int, to: Int): Int = {
    var p = from
    while (p < to && buf(p) == '0') p += 1
    to - p
  }

  private def power(at: Int): Int = {
    val b = buf
    val sign = b(at)
    val first = if (sign == '+' || sign == '-') at + 1 else at
    var p = first
    var value = 0
    while (isDigit(b(p))) {
      value = value * 10 + (b(p) - '0')
      p += 1
      if (p - first > MostPowerDigits) throw Unusual
    }
    if (p == first) throw Unusual
    whole = false
    scientific = true
    exponent += (if (sign == '-') -value else value)
    p
  }

  final private[parser] def doubleAt(at: Int): Double = {
    number(at)
    // Jackson reads it as an integer, which has no negative zero.
    if (whole && digits <= 18) (if (negative) -mantissa else mantissa).toDouble
    else {
      val exact = if (digits <= 19) Doubles.of(negative, mantissa, exponent) else Double.NaN
      if (exact == exact) exact else java.lang.Double.parseDouble(text(at))
    }
  }

  final private[parser] def floatAt(at: Int): Float = {
    number(at)
    if (whole && digits <= 18) (if (negative) -mantissa else mantissa).toFloat
    else if (digits <= 19 && mantissa >= 0 && mantissa <= (1 << 24) && exponent <= 0 && exponent >= -10) {
      // Both operands are exact in a Float, so one division rounds once.
      val value = mantissa.toFloat / FloatPowers(-exponent)
      if (negative) -value else value
    } else java.lang.Float.parseFloat(text(at))
  }

  private def text(at: Int) = new String(buf, at, pos - at, ISO_8859_1)

  /** The unscaled value of a decimal with at most 18 digits, rounded half up as Spark rounds. */
  final private[parser] def unscaledAt(at: Int, precision: Int, scale: Int): Long = {
    val quoted = buf(at) == '"'
    plainNumber(at, quoted)
    if (digits > 18) throw Unusual
    val shift = scale + exponent
    val value =
      if (shift >= 0) {
        if (shift > 18 && mantissa != 0 || shift <= 18 && mantissa > Long.MaxValue / Powers(shift)) throw Unusual
        if (shift > 18) 0L else mantissa * Powers(shift)
      } else if (shift < -18) 0L
      else {
        val unit = Powers(-shift)
        val rest = mantissa % unit
        mantissa / unit + (if (rest >= unit - rest) 1 else 0)
      }
    if (value >= Powers(precision)) throw Unusual
    if (quoted) closeQuote()
    if (negative) -value else value
  }

  final private[parser] def decimalAt(at: Int, precision: Int, scale: Int): Decimal = {
    val quoted = buf(at) == '"'
    plainNumber(at, quoted)
    val value = new BigDecimal(text(if (quoted) at + 1 else at)).setScale(scale, RoundingMode.HALF_UP)
    if (value.precision > precision) throw Unusual
    if (quoted) closeQuote()
    Decimal(value, precision, scale)
  }

  /** A number without a power, for decimals. Spark reads a quoted one by the rules of the locale. */
  private def plainNumber(at: Int, quoted: Boolean): Unit = {
    if (quoted && !settings.plainDecimals) throw Unusual
    number(if (quoted) at + 1 else at)
    if (scientific) throw Unusual
  }

  private def closeQuote(): Unit = {
    if (buf(pos) != '"') throw Unusual
    pos += 1
  }
}

private object Numbers {
  private val MostPowerDigits = 5
  private val Powers: Array[Long] = Array.iterate(1L, 19)(_ * 10)
  private val FloatPowers: Array[Float] = Array.iterate(1f, 11)(_ * 10)
}
