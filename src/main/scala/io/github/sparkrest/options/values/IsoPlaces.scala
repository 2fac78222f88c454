// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

/** The usual spellings of dates and times (RFC 3339), read by the places of their digits: `2025-01-31`, `2025-01-31T23:59:59.123Z`,
  * `2025-01-31 23:59:59+01:00`. Each record may have a time, and a formatter takes longer than to find the record in the response.
  *
  * Bytes of other spellings give [[NotRead]], [[NoOffset]] or -1. The caller knows which spellings it has to read in another way.
  */
private[sparkrest] object IsoPlaces {
  val NotRead: Long = Long.MinValue
  val NoOffset: Int = Int.MinValue

  /** Where the fraction of a second begins. */
  val Seconds = 19
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
    if ((century | year | month | day) < 0 || b(i + 4) != '-' || b(i + 7) != '-') NotRead
    else {
      val y = century * 100 + year
      val leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)
      if (month < 1 || month > 12 || day < 1 || day > DaysOfMonth(month) && !(leap && month == 2 && day == 29)) NotRead
      else {
        val fromMarch = if (month <= 2) y - 1 else y
        val era = Math.floorDiv(fromMarch, 400)
        val ofEra = fromMarch - era * 400
        val dayOfYear = (153 * (month + (if (month > 2) -3 else 9)) + 2) / 5 + day - 1
        era * 146097L + ofEra * 365 + ofEra / 4 - ofEra / 100 + dayOfYear - 719468
      }
    }
  }

  /** Seconds since 1970-01-01T00:00:00 in no time zone of `yyyy-MM-ddTHH:mm:ss` at `from`; more may follow up to `to`. */
  def localSeconds(b: Array[Byte], from: Int, to: Int): Long = {
    val date = if (to - from < Seconds) NotRead else days(b, from)
    if (date == NotRead) NotRead
    else {
      val hour = two(b, from + 11)
      val minute = two(b, from + 14)
      val second = two(b, from + 17)
      val separated = (b(from + 10) == 'T' || b(from + 10) == ' ') && b(from + 13) == ':' && b(from + 16) == ':'
      if (!separated || (hour | minute | second) < 0 || hour > 23 || minute > 59 || second > 59) NotRead
      else date * 86400 + hour * 3600 + minute * 60 + second
    }
  }

  /** One past the fraction of a second that may begin at `at`; -1: it has no digit, or more than `most`. */
  def fractionEnd(b: Array[Byte], at: Int, to: Int, most: Int): Int =
    if (at == to || b(at) != '.') at
    else {
      var p = at + 1
      while (p < to && b(p) >= '0' && b(p) <= '9') p += 1
      if (p == at + 1 || p > at + 1 + most) -1 else p
    }

  /** The digits in `[from, to)`, filled up with zeros to `digits`: 6 for microseconds, 9 for nanoseconds. */
  def fraction(b: Array[Byte], from: Int, to: Int, digits: Int): Int = {
    var value = 0
    var p = from
    while (p < from + digits) {
      value = value * 10 + (if (p < to) b(p) - '0' else 0)
      p += 1
    }
    value
  }

  /** Seconds of `Z` or `±hh:mm` at `at`, which must end at `to`; at most 17:59 hours, as all zones in use. */
  def zoneOffset(b: Array[Byte], at: Int, to: Int): Int =
    if (b(at) == 'Z') { if (at + 1 == to) 0 else NoOffset }
    else if (b(at) != '+' && b(at) != '-' || at + 6 != to || b(at + 3) != ':') NoOffset
    else {
      val hours = two(b, at + 1)
      val minutes = two(b, at + 4)
      if ((hours | minutes) < 0 || hours > 17 || minutes > 59) NoOffset
      else (hours * 60 + minutes) * 60 * (if (b(at) == '-') -1 else 1)
    }
}
