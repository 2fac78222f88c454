// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.time.format.{DateTimeFormatter, DateTimeFormatterBuilder}
import java.time.temporal.ChronoField
import java.time.{LocalDate, LocalDateTime, ZoneOffset, ZonedDateTime}
import java.util.Locale

import scala.util.Try

/** Dates in headers (RFC 9110 §5.6.7): the preferred form, and the two obsolete ones that a recipient must accept. */
object HttpDate {

  /** More than the longest of the three forms, blanks included. */
  private val MostChars = 100

  /** Epoch milliseconds. The name of the day is ignored. */
  def parse(text: String): Option[Long] = if (text.length > MostChars) None else parsed(text)

  private def parsed(text: String): Option[Long] = {
    val date = text.trim.replaceFirst("^\\p{Alpha}+,?\\s+", "").replaceAll("\\s+", " ")
    Try(ZonedDateTime.parse(date, fixed).toInstant)
      .orElse(Try(ZonedDateTime.parse(date, rfc850).toInstant))
      .orElse(Try(LocalDateTime.parse(date, asctime).toInstant(ZoneOffset.UTC)))
      .map(_.toEpochMilli)
      .toOption
  }

  /** `Sun, 06 Nov 1994 08:49:37 GMT` Some servers write `+0000` instead of `GMT`. */
  private val fixed = formatter(_.appendPattern("d MMM uuuu HH:mm:ss [zzz][xx]"))

  /** `Sunday, 06-Nov-94 08:49:37 GMT`. Two digits are a year from 1970 to 2069. */
  private val rfc850 = formatter(
    _.appendPattern("d-MMM-")
      .appendValueReduced(ChronoField.YEAR, 2, 2, LocalDate.of(1970, 1, 1))
      .appendPattern(" HH:mm:ss zzz")
  )

  /** `Sun Nov  6 08:49:37 1994`, as C's `asctime` writes it. */
  private val asctime = formatter(_.appendPattern("MMM d HH:mm:ss uuuu"))

  private def formatter(pattern: DateTimeFormatterBuilder => DateTimeFormatterBuilder): DateTimeFormatter =
    pattern(new DateTimeFormatterBuilder().parseCaseInsensitive()).toFormatter(Locale.US)
}
