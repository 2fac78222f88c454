// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import java.math.{BigDecimal => JBigDecimal}
import java.time.format.{DateTimeFormatter, DateTimeFormatterBuilder}
import java.time.temporal.TemporalAccessor
import java.time.{Instant, LocalDate, LocalDateTime, OffsetDateTime, ZoneOffset}

import scala.util.Try

/** What an offset value means, for comparing: its text stays as the API spelled it.
  *
  * Numbers, and strings of digits of any length, compare as numbers; ISO-8601 dates and times as instants, without a zone
  * as UTC; other text by code points. Values of different kinds do not compare.
  */
sealed trait OffsetKey
object OffsetKey {
  final case class Number(value: JBigDecimal) extends OffsetKey
  final case class Moment(value: Instant) extends OffsetKey
  final case class Words(value: String) extends OffsetKey

  def of(text: String): OffsetKey =
    if (looksLikeDate(text)) moment(text).fold[OffsetKey](Words(text))(Moment(_))
    else if (looksLikeNumber(text)) Try(Number(new JBigDecimal(text))).getOrElse(Words(text))
    else Words(text)

  /** `None`: the two are of different kinds. */
  def compare(a: OffsetKey, b: OffsetKey): Option[Int] = (a, b) match {
    case (Number(x), Number(y)) => Some(x.compareTo(y))
    case (Moment(x), Moment(y)) => Some(x.compareTo(y))
    case (Words(x), Words(y))   => Some(x.compareTo(y))
    case _                      => None
  }

  private def looksLikeNumber(t: String): Boolean =
    t.nonEmpty && t.length <= 1000 && t.forall(c =>
      c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E'
    ) && t.exists(_.isDigit)

  private def looksLikeDate(t: String): Boolean =
    t.length >= 10 && t.charAt(4) == '-' && t.charAt(7) == '-' && t.charAt(0).isDigit

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

  private def moment(text: String): Option[Instant] =
    formatters.iterator.map(f => Try(instant(f, text)).toOption).collectFirst { case Some(i) => i }

  private def instant(f: DateTimeFormatter, text: String): Instant =
    f.parseBest(
      text,
      (t: TemporalAccessor) => OffsetDateTime.from(t),
      (t: TemporalAccessor) => LocalDateTime.from(t),
      (t: TemporalAccessor) => LocalDate.from(t)
    ) match {
      case t: OffsetDateTime => t.toInstant
      case t: LocalDateTime  => t.toInstant(ZoneOffset.UTC)
      case t                 => LocalDate.from(t).atStartOfDay.toInstant(ZoneOffset.UTC)
    }
}
