// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import scala.collection.mutable

/** Records that the API may send again: content hash -> how often it was sent.
  *
  * Counted, because equal twins and two different updates in one second must both pass: of a record that was seen n times,
  * the first n copies in a response are repeats, the next one is new.
  */
final case class Boundary(counts: Map[String, Int]) {
  def isEmpty: Boolean = counts.isEmpty
}

object Boundary {
  val Empty: Boundary = Boundary(Map.empty)

  /** Kept at most: the newest of a response. Beyond it an older record may be repeated, never lost. */
  val MaxKeys = 20000
}

/** Goes along one response, in order: which records were there before, and what to remember for the next one. */
final private[offset] class BoundaryPass(before: Boundary) {
  private val left = mutable.HashMap.empty[String, Int] ++= before.counts
  private val present = mutable.LinkedHashMap.empty[String, Int]

  /** Notes a record; true if it is a repeat. */
  def isRepeat(hash: String): Boolean = {
    remember(hash)
    left.get(hash) match {
      case Some(n) if n > 1 => left(hash) = n - 1; true
      case Some(_)          => left -= hash; true
      case None             => false
    }
  }

  def remember(hash: String): Unit = {
    present(hash) = present.getOrElse(hash, 0) + 1
    if (present.size > Boundary.MaxKeys) present -= present.head._1
  }

  /** All that this response held. */
  def response: Boundary = Boundary(present.toMap)

  /** What was remembered before, and what this response held beyond it. */
  def union: Boundary =
    if (present.isEmpty) before
    else {
      val merged = present.foldLeft(before.counts) { case (m, (h, n)) => m.updated(h, math.max(n, m.getOrElse(h, 0))) }
      if (merged.size <= Boundary.MaxKeys) Boundary(merged) else response
    }
}
