// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.math.{BigDecimal => JBigDecimal}
import java.time.{Instant, ZoneId, ZoneOffset}

import scala.util.Try

import io.github.sparkrest.options.values.{BoundedNumber, TimeFormat}

/** The meaning of an offset value, for comparison. The text of the value stays as the API spelled it.
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
    if (looksLikeDate(text)) dated(text, ZoneOffset.UTC)
    else if (looksLikeObjectId(text)) Words(text)
    else if (looksLikeNumber(text)) BoundedNumber.parse(text).fold[OffsetKey](Words(text))(Number(_))
    else Words(text)

  /** A value of which the format is known; others are taken as they look. */
  def of(text: String, format: Option[TimeFormat], zone: ZoneId): OffsetKey =
    format.flatMap(_.parse(text, zone)).fold(if (looksLikeDate(text)) dated(text, zone) else of(text))(Moment(_))

  private def dated(text: String, zone: ZoneId): OffsetKey =
    TimeFormat.Iso.parse(text, zone).fold[OffsetKey](Words(text))(Moment(_))

  /** `None`: the two are of different kinds. */
  def compare(a: OffsetKey, b: OffsetKey): Option[Int] = (a, b) match {
    case (Number(x), Number(y)) => Some(x.compareTo(y))
    case (Moment(x), Moment(y)) => Some(x.compareTo(y))
    case (Words(x), Words(y))   => Some(x.compareTo(y))
    case _                      => None
  }

  /** A number in the order of the keys of one kind: `a < b` means `rank(a) <= rank(b)`. Ranks of text lie below [[LeastRank]],
    * the others not.
    */
  def rank(key: OffsetKey): Long = key match {
    case Moment(m) =>
      Try(m.toEpochMilli).getOrElse(if (m.getEpochSecond < 0) LeastRank else Long.MaxValue).max(LeastRank)
    case Number(n) =>
      val floor = n.setScale(0, java.math.RoundingMode.FLOOR)
      if (floor.compareTo(Least) <= 0) LeastRank
      else if (floor.compareTo(Greatest) >= 0) Long.MaxValue
      else floor.longValue
    // The first four units, of which `String.compareTo` takes each as an unsigned number; one more than `Seen.Unranked`.
    case Words(w) =>
      val units = (0 until 4).foldLeft(0L)((r, i) => r << 16 | (if (i < w.length) w.charAt(i).toLong else 0L))
      Long.MinValue + 1 + (units >>> 2)
  }

  /** The rank of a whole number. */
  def rank(number: Long): Long = math.max(number, LeastRank)

  /** Whether two ranks are of values that do not compare: one of them of text. */
  def differ(a: Long, b: Long): Boolean = (a < LeastRank) != (b < LeastRank)

  /** The lowest rank of a number or a time. */
  private val LeastRank = Long.MinValue / 2 + 1
  private val Least = JBigDecimal.valueOf(LeastRank)
  private val Greatest = JBigDecimal.valueOf(Long.MaxValue)

  /** 24 hexadecimal digits: one id in 80,000 has digits alone, perhaps with an `e`. As text they have the same order. */
  private def looksLikeObjectId(t: String): Boolean =
    t.length == 24 && t.forall(c => c >= '0' && c <= '9' || c >= 'a' && c <= 'f')

  private def looksLikeNumber(t: String): Boolean =
    t.nonEmpty && t.forall(c => c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E') && t
      .exists(_.isDigit)

  private def looksLikeDate(t: String): Boolean =
    t.length >= 10 && t.charAt(4) == '-' && t.charAt(7) == '-' && t.charAt(0).isDigit
}

/** A value of the offset field: the text as the API spelled it, and its meaning. */
final private[sparkrest] case class OffsetValue(text: String, key: OffsetKey) {
  import OffsetKey.{Moment, Number, Words}

  /** Numbers and moments. Any text compares with any other text, so text is the kind of last resort. */
  def isOrdered: Boolean = !key.isInstanceOf[Words]

  def isOfKind(other: OffsetValue): Boolean = (key, other.key) match {
    case (_: Number, _: Number) | (_: Moment, _: Moment) | (_: Words, _: Words) => true
    case _                                                                      => false
  }

  /** `None`: the two do not compare. */
  def compare(other: OffsetValue): Option[Int] =
    OffsetKey.compare(key, other.key).orElse(if (isAkin(other)) Some(text.compareTo(other.text)) else None)

  /** Whether one is an id that looks like a number, and the other an id of the same length that does not. One in 80,000
    * ObjectIds consists of digits only. Ids of one length compare as text, and digits keep their numeric order as text.
    */
  def isAkin(other: OffsetValue): Boolean =
    isOrdered != other.isOrdered && text.length == other.text.length && isId && other.isId

  /** An id, and not a number that nobody can write out. */
  def isTextId: Boolean = !isOrdered && isId && text.exists(c => c.isLetter && c != 'e' && c != 'E')

  private def isId: Boolean = text.length >= OffsetValue.ShortestId &&
    text.forall(c => c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') &&
    text.exists(c => c >= '0' && c <= '9')
}

private[sparkrest] object OffsetValue {

  /** Shorter text next to numbers is not an id, but a remark such as `n0`. */
  val ShortestId = 6
}
