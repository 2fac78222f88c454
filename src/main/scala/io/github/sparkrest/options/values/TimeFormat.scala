// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

import java.math.{BigDecimal => JBigDecimal}
import java.nio.charset.StandardCharsets.ISO_8859_1
import java.time.format.{DateTimeFormatter, DateTimeFormatterBuilder}
import java.time.temporal.{TemporalAccessor, TemporalQueries}
import java.time.{Instant, LocalDate, LocalDateTime, ZoneId, ZonedDateTime}

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

    def parse(text: String, zone: ZoneId): Option[Instant] = byPlaces(text).orElse(byFormatters(text, zone))

    /** A time with an offset, up to nanoseconds. */
    private def byPlaces(text: String): Option[Instant] = {
      import IsoPlaces._
      val b = text.getBytes(ISO_8859_1)
      val seconds = localSeconds(b, 0, b.length)
      val end = if (seconds == NotRead) -1 else fractionEnd(b, Seconds, b.length, NanoDigits)
      val offset = if (end < 0 || end == b.length) NoOffset else zoneOffset(b, end, b.length)
      if (offset == NoOffset) None
      else Some(Instant.ofEpochSecond(seconds - offset, fraction(b, Seconds + 1, end, NanoDigits).toLong))
    }
    private val NanoDigits = 9

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

  /** As `parseBest` with a time in a zone, a local time and a date. But it tries only what the text has: each attempt that fails
    * would make an exception, and a stream parses such a text for each record.
    */
  private def instant(f: DateTimeFormatter, text: String, zone: ZoneId): Instant = {
    val t = f.parse(text)
    if (t.query(TemporalQueries.zone) != null) zoned(t, zone)
    else if (t.query(TemporalQueries.localTime) != null) LocalDateTime.from(t).atZone(zone).toInstant
    else LocalDate.from(t).atStartOfDay(zone).toInstant
  }

  /** A date with an offset has no time. */
  private def zoned(t: TemporalAccessor, zone: ZoneId): Instant =
    Try(ZonedDateTime.from(t).toInstant).getOrElse(LocalDate.from(t).atStartOfDay(zone).toInstant)
}

/** Decimal numbers that are small enough to write out. `1e900000000` has 11 characters, but 900 MB of digits. Such a number must
  * never reach `toPlainString`, `toBigInteger` or `setScale`. An ObjectId can look like such a number.
  */
private[sparkrest] object BoundedNumber {
  val MaxDigits = 1000

  /** @param maxDigits before and after the point, when the number is written without an exponent
    * @return `None`: the text is not a number, or needs more digits
    */
  def parse(text: String, maxDigits: Int = MaxDigits): Option[JBigDecimal] =
    if (text.isEmpty || text.length > maxDigits) None
    else
      Try(new JBigDecimal(text)).toOption.filter(n => n.precision.toLong + math.abs(n.scale.toLong) <= maxDigits.toLong)
}
