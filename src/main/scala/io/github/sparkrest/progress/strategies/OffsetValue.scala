// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

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
