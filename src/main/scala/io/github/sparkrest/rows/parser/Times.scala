// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows.parser

import java.time.zone.ZoneRules
import java.time.{LocalDateTime, ZoneId, ZoneOffset, ZonedDateTime}

/** Dates and times as most APIs write them (RFC 3339): `yyyy-MM-ddTHH:mm:ss[.f{1,6}][Z|±hh:mm]`. Spark reads more forms than
  * these; for the other ones the answer is [[None]]. All methods take the bytes between the quotes.
  */
private[parser] object Times {
  val None: Long = Long.MinValue
  private val DaysOfMonth = Array(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

  private def two(b: Array[Byte], i: Int): Int = {
    val tens = b(i) - '0'
    val ones = b(i + 1) - '0'
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9) -1 else tens * 10 + ones
  }

  /** Days since 1970-01-01 of `yyyy-MM-dd` at `i`, by Howard Hinnant's `days_from_civil`. */
  def days(b: Array[Byte], i: Int): Long = {
    val century = two(b, i)
    val year = two(b, i + 2)
    val month = two(b, i + 5)
    val day = two(b, i + 8)
    if ((century | year | month | day) < 0 || b(i + 4) != '-' || b(i + 7) != '-') None
    else {
      val y = century * 100 + year
      val leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)
      if (month < 1 || month > 12 || day < 1 || day > DaysOfMonth(month) && !(leap && month == 2 && day == 29)) None
      else {
        val fromMarch = if (month <= 2) y - 1 else y
        val era = Math.floorDiv(fromMarch, 400)
        val ofEra = fromMarch - era * 400
        val dayOfYear = (153 * (month + (if (month > 2) -3 else 9)) + 2) / 5 + day - 1
        era * 146097L + ofEra * 365 + ofEra / 4 - ofEra / 100 + dayOfYear - 719468
      }
    }
  }

  /** Microseconds since the epoch; `zone` applies to a time without a zone. */
  def timestamp(b: Array[Byte], from: Int, to: Int, zone: Zone): Long = {
    val seconds = localSeconds(b, from, to)
    val end = if (seconds == None) to else fractionEnd(b, from + 19, to)
    if (seconds == None || end < 0) None
    else {
      val micros = fraction(b, from + 20, end)
      if (end == to) (seconds - zone.offset(seconds)) * 1000000L + micros
      else {
        val offset = zoneOffset(b, end, to)
        if (offset == NoOffset) None else (seconds - offset) * 1000000L + micros
      }
    }
  }

  /** Microseconds of a time without a zone. */
  def local(b: Array[Byte], from: Int, to: Int): Long = {
    val seconds = localSeconds(b, from, to)
    if (seconds == None || fractionEnd(b, from + 19, to) != to) None
    else seconds * 1000000L + fraction(b, from + 20, to)
  }

  private def localSeconds(b: Array[Byte], from: Int, to: Int): Long = {
    val date = if (to - from < 19) None else days(b, from)
    if (date == None) None
    else {
      val hour = two(b, from + 11)
      val minute = two(b, from + 14)
      val second = two(b, from + 17)
      val separated = (b(from + 10) == 'T' || b(from + 10) == ' ') && b(from + 13) == ':' && b(from + 16) == ':'
      if (!separated || (hour | minute | second) < 0 || hour > 23 || minute > 59 || second > 59) None
      else date * 86400 + hour * 3600 + minute * 60 + second
    }
  }

  /** One past the fraction that may begin at `at`; -1: a form that is not for us. */
  private def fractionEnd(b: Array[Byte], at: Int, to: Int): Int =
    if (at == to || b(at) != '.') at
    else {
      var p = at + 1
      while (p < to && StrictJson.isDigit(b(p))) p += 1
      if (p == at + 1 || p > at + 7) -1 else p
    }

  private def fraction(b: Array[Byte], from: Int, to: Int): Int = {
    var micros = 0
    var p = from
    while (p < from + 6) {
      micros = micros * 10 + (if (p < to) b(p) - '0' else 0)
      p += 1
    }
    micros
  }

  private val NoOffset = Int.MinValue

  /** Seconds; at most 17:59 hours, as all zones in use. */
  private def zoneOffset(b: Array[Byte], at: Int, to: Int): Int =
    if (b(at) == 'Z') { if (at + 1 == to) 0 else NoOffset }
    else if (b(at) != '+' && b(at) != '-' || at + 6 != to || b(at + 3) != ':') NoOffset
    else {
      val hours = two(b, at + 1)
      val minutes = two(b, at + 4)
      if ((hours | minutes) < 0 || hours > 17 || minutes > 59) NoOffset
      else (hours * 60 + minutes) * 60 * (if (b(at) == '-') -1 else 1)
    }

  /** The offset of local times in a zone, as `java.time` finds it: the earlier one where a time occurs twice, and in a gap the
    * one before it.
    */
  final class Zone(id: ZoneId) {
    private val rules: ZoneRules = id.getRules
    private val fixed = rules.isFixedOffset
    private val only = rules.getOffset(java.time.Instant.EPOCH).getTotalSeconds

    def offset(localSeconds: Long): Int =
      if (fixed) only
      else {
        val local = LocalDateTime.ofEpochSecond(localSeconds, 0, ZoneOffset.UTC)
        (localSeconds - ZonedDateTime.ofLocal(local, id, null).toEpochSecond).toInt
      }
  }
}
