// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import io.circe.{Decoder, Encoder, Json}

/** Records that the API may send again: identity of a record -> how often it was sent.
  *
  * Counted, because equal twins and two different updates in one second must both pass: of a record that was seen n times,
  * the first n copies in a drain are repeats, the next one is new.
  *
  * @param truncated there were more than are kept: what lies below the offset counts as delivered
  */
final case class Boundary(counts: Map[String, Int], truncated: Boolean = false) {
  def isEmpty: Boolean = counts.isEmpty
  def count(identity: String): Int = counts.getOrElse(identity, 0)

  def union(other: Boundary): Boundary =
    if (other.isEmpty) this
    else if (isEmpty) other
    else {
      val merged = other.counts.foldLeft(counts) { case (m, (h, n)) => m.updated(h, math.max(n, m.getOrElse(h, 0))) }
      if (merged.size <= Boundary.MaxKeys) Boundary(merged, truncated || other.truncated)
      else other.copy(truncated = true)
    }
}

object Boundary {
  val Empty: Boundary = Boundary(Map.empty)

  /** Kept at most, so that the state stays small. */
  val MaxKeys = 20000

  implicit val encoder: Encoder[Boundary] = Encoder.instance { b =>
    val counts = b.counts.toList.map { case (k, n) => k -> Json.fromInt(n) }
    Json.fromFields(if (b.truncated) (Truncated -> Json.fromInt(1)) :: counts else counts)
  }
  implicit val decoder: Decoder[Boundary] =
    Decoder.decodeMap[String, Int].map(m => Boundary(m - Truncated, m.contains(Truncated)))

  /** No identity of a record looks like that. */
  private val Truncated = "truncated!"
}
