// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows.parser

import io.github.sparkrest.json.Words
import io.github.sparkrest.options.values.IsoPlaces
import org.apache.spark.unsafe.types.UTF8String

/** Strings, dates and times, by the rules of [[Numbers]]. */
private[parser] class Scalars(settings: ParserSettings) extends Numbers(settings) {
  import Scalars._

  /** Days since 1970-01-01. */
  final private[parser] def dateAt(at: Int): Int = {
    val end = quotedEnd(at, settings.dates)
    val days = if (end - at == 11) IsoPlaces.days(buf, at + 1) else IsoPlaces.NotRead
    if (days == IsoPlaces.NotRead) throw Unusual
    days.toInt
  }

  /** Microseconds since the epoch. Spark reads an integer as seconds. */
  final private[parser] def timestampAt(at: Int): Long =
    if (buf(at) != '"') longAt(at) * 1000000L
    else known(Times.timestamp(buf, at + 1, quotedEnd(at, settings.timestamps), settings.zone))

  /** Microseconds since 1970-01-01T00:00:00 in no time zone. */
  final private[parser] def localTimestampAt(at: Int): Long =
    known(Times.local(buf, at + 1, quotedEnd(at, settings.localTimestamps)))

  private def known(micros: Long): Long = if (micros == IsoPlaces.NotRead) throw Unusual else micros

  /** The closing quote of a string without escapes, if `allowed`. */
  private def quotedEnd(at: Int, allowed: Boolean): Int = {
    if (buf(at) != '"' || !allowed) throw Unusual
    val end = stringEnd(at + 1)
    if (escaped) throw Unusual
    pos = end + 1
    end
  }

  /** A string is a slice of the record, or decoded if it has an escape. Spark gives any other value as it is spelled. */
  final private[parser] def stringAt(at: Int): UTF8String =
    if (buf(at) == '"') {
      val end = stringEnd(at + 1)
      pos = end + 1
      if (escaped) decoded(at + 1, end) else UTF8String.fromBytes(buf, at + 1, end - at - 1)
    } else {
      if (!settings.exactStrings) throw Unusual
      pos = skip(at)
      UTF8String.fromBytes(buf, at, pos - at)
    }

  /** The same, as a field of a row. */
  final private[parser] def putString(at: Int, row: ParsedRow, field: Int): Unit =
    if (buf(at) == '"') {
      val end = stringEnd(at + 1)
      pos = end + 1
      if (escaped) row.update(field, decoded(at + 1, end)) else row.putSlice(field, at + 1, end)
    } else {
      if (!settings.exactStrings) throw Unusual
      pos = skip(at)
      row.putSlice(field, at, pos)
    }

  /** No escape is shorter than the UTF-8 of its character. */
  private def decoded(from: Int, to: Int): UTF8String = {
    val b = buf
    val out = new Array[Byte](to - from)
    var n = 0
    var p = from
    while (p < to)
      if (b(p) != '\\') {
        val end = Words.plainEnd(b, p, to)
        System.arraycopy(b, p, out, n, end - p)
        n += end - p
        p = end
      } else if (b(p + 1) == 'u') {
        val high = hex(p + 2)
        val pair = Character.isHighSurrogate(high.toChar)
        if (Character.isLowSurrogate(high.toChar) || pair && (b(p + 6) != '\\' || b(p + 7) != 'u')) throw Unusual
        val low = if (pair) hex(p + 8) else 0
        if (pair && !Character.isLowSurrogate(low.toChar)) throw Unusual
        n = encode(if (pair) Character.toCodePoint(high.toChar, low.toChar) else high, out, n)
        p += (if (pair) 12 else 6)
      } else {
        out(n) = Escapes(b(p + 1).toInt)
        n += 1
        p += 2
      }
    UTF8String.fromBytes(out, 0, n)
  }

  private def encode(c: Int, out: Array[Byte], n: Int): Int =
    if (c < 0x80) {
      out(n) = c.toByte
      n + 1
    } else if (c < 0x800) {
      out(n) = (0xc0 | c >> 6).toByte
      tail(c, out, n + 1, 0)
    } else if (c < 0x10000) {
      out(n) = (0xe0 | c >> 12).toByte
      tail(c, out, n + 1, 6)
    } else {
      out(n) = (0xf0 | c >> 18).toByte
      tail(c, out, n + 1, 12)
    }

  private def tail(c: Int, out: Array[Byte], from: Int, firstShift: Int): Int = {
    var n = from
    var shift = firstShift
    while (shift >= 0) {
      out(n) = (0x80 | c >> shift & 0x3f).toByte
      n += 1
      shift -= 6
    }
    n
  }
}

private object Scalars {
  private val Escapes: Array[Byte] = {
    val all = Array.tabulate(128)(_.toByte)
    "bfnrt".zip("\b\f\n\r\t").foreach { case (letter, c) => all(letter.toInt) = c.toByte }
    all
  }
}
