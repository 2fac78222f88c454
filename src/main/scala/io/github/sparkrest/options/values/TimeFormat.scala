// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

import java.math.{BigDecimal => JBigDecimal}
import java.time.format.{DateTimeFormatter, DateTimeFormatterBuilder}
import java.time.temporal.TemporalAccessor
import java.time.{Instant, LocalDate, LocalDateTime, OffsetDateTime, ZoneId, ZonedDateTime}

import scala.util.Try

/** The format of times in an API. */
sealed trait TimeFormat {

  /** @param zone time zone of texts without one */
  def parse(text: String, zone: ZoneId): Option[Instant]
  def render(moment: Instant, zone: ZoneId): String
}

object TimeFormat {

  /** Numbers since 1970. Decimals are read, whole numbers are written, rounded down. A number that `Instant` cannot hold is not
    * a time; this is decided without writing the number out.
    */
  final case class Epoch(unitsPerSecond: Long) extends TimeFormat {
    private val units = JBigDecimal.valueOf(unitsPerSecond)
    def parse(text: String, zone: ZoneId): Option[Instant] = BoundedNumber.parse(text).flatMap(instant)
    private[sparkrest] def instant(number: JBigDecimal): Option[Instant] = Try {
      val nanos = number.multiply(JBigDecimal.valueOf(1000000000L / unitsPerSecond)).toBigInteger
      val parts = nanos.divideAndRemainder(java.math.BigInteger.valueOf(1000000000L))
      Instant.ofEpochSecond(parts(0).longValueExact, parts(1).longValueExact)
    }.toOption
    def render(moment: Instant, zone: ZoneId): String =
      JBigDecimal
        .valueOf(moment.getEpochSecond)
        .add(JBigDecimal.valueOf(moment.getNano.toLong, 9))
        .multiply(units)
        .setScale(0, java.math.RoundingMode.FLOOR)
        .toPlainString
  }

  /** ISO-8601 dates and times, separated by `T` or a blank. They are written in UTC with `Z`. */
  case object Iso extends TimeFormat {
    private def formatter(separator: Char, offset: String): DateTimeFormatter = new DateTimeFormatterBuilder()
      .append(DateTimeFormatter.ISO_LOCAL_DATE)
      .optionalStart()
      .appendLiteral(separator)
      .append(DateTimeFormatter.ISO_LOCAL_TIME)
      .optionalStart()
      .appendOffset(offset, "Z")
      .optionalEnd()
      .optionalEnd()
      .toFormatter
    private val formatters = for (s <- List('T', ' '); o <- List("+HH:MM", "+HHMM", "+HH")) yield formatter(s, o)

    def parse(text: String, zone: ZoneId): Option[Instant] = IsoPlaces.parse(text).orElse(byFormatters(text, zone))
    private[sparkrest] def byFormatters(text: String, zone: ZoneId): Option[Instant] =
      formatters.iterator.map(f => Try(instant(f, text, zone)).toOption).collectFirst { case Some(i) => i }
    def render(moment: Instant, zone: ZoneId): String = moment.toString
  }

  /** A pattern of `DateTimeFormatter`. */
  final case class Pattern(pattern: String) extends TimeFormat {
    @transient private lazy val formatter = DateTimeFormatter.ofPattern(pattern, java.util.Locale.ROOT)
    def parse(text: String, zone: ZoneId): Option[Instant] = Try(instant(formatter, text, zone)).toOption
    def render(moment: Instant, zone: ZoneId): String = formatter.format(moment.atZone(zone))
  }

  def parse(text: String): Option[TimeFormat] = text.trim match {
    case "epoch_s"  => Some(Epoch(1))
    case "epoch_ms" => Some(Epoch(1000))
    case "iso"      => Some(Iso)
    case pattern    => Try(DateTimeFormatter.ofPattern(pattern)).toOption.map(_ => Pattern(pattern))
  }

  private def instant(f: DateTimeFormatter, text: String, zone: ZoneId): Instant =
    f.parseBest(
      text,
      (t: TemporalAccessor) => ZonedDateTime.from(t),
      (t: TemporalAccessor) => OffsetDateTime.from(t),
      (t: TemporalAccessor) => LocalDateTime.from(t),
      (t: TemporalAccessor) => LocalDate.from(t)
    ) match {
      case t: ZonedDateTime  => t.toInstant
      case t: OffsetDateTime => t.toInstant
      case t: LocalDateTime  => t.atZone(zone).toInstant
      case t                 => LocalDate.from(t).atStartOfDay(zone).toInstant
    }
}

/** The usual spellings of ISO-8601 times, `2025-01-31T23:59:59.123Z` and `2025-01-31 23:59:59+01:00`, read by the places of
  * their digits. Each record of a poll may have a time, and a formatter takes longer than to find the record in the response.
  */
private object IsoPlaces {
  private val Seconds = 19
  private val NanoDigits = 9

  /** `None`: another spelling, or not a time. */
  def parse(text: String): Option[Instant] = if (!isShaped(text)) None
  else {
    val (year, month, day) = (number(text, 0, 4), number(text, 5, 7), number(text, 8, 10))
    val (hour, minute, second) = (number(text, 11, 13), number(text, 14, 16), number(text, 17, Seconds))
    val end = fractionEnd(text)
    val offset = offsetSeconds(text, end)
    val isTime = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60
    if (!isDate(year, month, day) || !isTime || offset == NoOffset) None
    else {
      val days = LocalDate.of(year, month, day).toEpochDay
      Some(Instant.ofEpochSecond(days * 86400 + hour * 3600 + minute * 60 + second - offset, nanos(text, end)))
    }
  }

  private def isShaped(t: String): Boolean = t.length > Seconds && t.charAt(4) == '-' && t.charAt(7) == '-' &&
    (t.charAt(10) == 'T' || t.charAt(10) == ' ') && t.charAt(13) == ':' && t.charAt(16) == ':'

  private def isDate(year: Int, month: Int, day: Int): Boolean = year >= 0 && month >= 1 && month <= 12 && day >= 1 &&
    (day <= 28 || day <= java.time.YearMonth.of(year, month).lengthOfMonth)

  /** One past the fraction of a second. A fraction has a digit. */
  private def fractionEnd(t: String): Int =
    if (t.charAt(Seconds) != '.') Seconds
    else {
      var i = Seconds + 1
      while (i < t.length && isDigit(t.charAt(i)) && i <= Seconds + NanoDigits) i += 1
      if (i == Seconds + 1) t.length else i
    }

  private def nanos(t: String, end: Int): Long = {
    var n = 0L
    (Seconds + 1 to Seconds + NanoDigits).foreach(i => n = n * 10 + (if (i < end) t.charAt(i) - '0' else 0))
    n
  }

  private val NoOffset = Int.MaxValue

  /** Of `Z`, `+01:30` or `-01:30` at the end of the text. */
  private def offsetSeconds(t: String, at: Int): Int =
    if (at == t.length - 1 && t.charAt(at) == 'Z') 0
    else if (at == t.length - 6 && (t.charAt(at) == '+' || t.charAt(at) == '-') && t.charAt(at + 3) == ':') {
      val (hours, minutes) = (number(t, at + 1, at + 3), number(t, at + 4, at + 6))
      if (hours < 0 || hours > 17 || minutes < 0 || minutes > 59) NoOffset
      else (if (t.charAt(at) == '-') -1 else 1) * (hours * 3600 + minutes * 60)
    } else NoOffset

  /** -1: not all are digits. */
  private def number(t: String, from: Int, to: Int): Int = {
    var n = 0
    var i = from
    while (i < to && n >= 0) {
      n = if (isDigit(t.charAt(i))) n * 10 + (t.charAt(i) - '0') else -1
      i += 1
    }
    n
  }

  private def isDigit(c: Char): Boolean = c >= '0' && c <= '9'
}
