// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.math.{BigDecimal, BigInteger}

import io.github.sparkrest.json.JsonBytes

/** A variable that is empty or holds a whole number of any length, with its spelling. A number as JSON usually contains it is
  * read without an allocation, because each record has one.
  */
final private[strategies] class WholeNumber {
  private var defined = false
  private var small = 0L

  /** Instead of `small`, if it does not fit. */
  private var large: BigInteger = _

  /** Null: as `small` is usually written. */
  private var spelled: String = _

  def isDefined: Boolean = defined

  /** Takes the number at `at`, or becomes empty if there is none: a JSON number or string of digits. */
  def read(buf: Array[Byte], at: JsonBytes.Span): Unit =
    if (at == JsonBytes.Absent) defined = false
    else if (!readShort(buf, JsonBytes.from(at), JsonBytes.to(at))) read(JsonBytes.scalar(buf, at))

  private def readShort(buf: Array[Byte], begin: Int, end: Int): Boolean = {
    val quotes = if (buf(begin) == '"') 1 else 0
    val from = begin + quotes
    val to = end - quotes
    val length = to - from
    var number = 0L
    var i = from
    if (length >= 1 && length <= WholeNumber.ShortDigits && (length == 1 || buf(from) != '0'))
      while (i < to && buf(i) >= '0' && buf(i) <= '9') { number = number * 10 + (buf(i) - '0'); i += 1 }
    val isShort = i == to && i > from
    if (isShort) set(number, null, null)
    isShort
  }

  def read(text: Option[String]): Unit = text.flatMap(WholeNumber.of) match {
    case Some(n) if n.bitLength < java.lang.Long.SIZE => set(n.longValue, null, text.orNull)
    case Some(n)                                      => set(0, n, text.orNull)
    case None                                         => defined = false
  }

  def set(other: WholeNumber): Unit =
    if (other.defined) set(other.small, other.large, other.spelled) else defined = false

  private def set(newSmall: Long, newLarge: BigInteger, newSpelled: String): Unit = {
    defined = true
    small = newSmall
    large = newLarge
    spelled = newSpelled
  }

  /** Whether the other number is larger than this one, or this one is empty. */
  def isBelow(other: WholeNumber): Boolean =
    !defined ||
      (if (large == null && other.large == null) small < other.small else value.compareTo(other.value) < 0)

  /** See [[OffsetKey.rank]]. */
  def rank: Long =
    if (large == null) OffsetKey.rank(small) else OffsetKey.rank(OffsetKey.Number(new BigDecimal(large)))

  def value: BigInteger = if (large == null) BigInteger.valueOf(small) else large

  /** As the API spelled it. */
  def text: String = if (spelled == null) small.toString else spelled
}

private[strategies] object WholeNumber {

  /** So many fit into a Long for sure. */
  private val ShortDigits = 18
  private val MostDigits = 1000

  def read(text: Option[String]): WholeNumber = {
    val number = new WholeNumber
    number.read(text)
    number
  }

  def of(text: String): Option[BigInteger] = {
    val digits = if (text.startsWith("-")) text.substring(1) else text
    if (digits.nonEmpty && digits.length <= MostDigits && digits.forall(c => c >= '0' && c <= '9'))
      Some(new BigInteger(text))
    else None
  }
}
