// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.math.BigInteger
import java.time.Instant

import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.pages.FirstRecord
import io.github.sparkrest.response.PageFacts

/** `incremental`: ids grow. The offset is the largest id; the next request carries it plus 1 (`boundary=exclusive`: itself).
  *
  * Ids are whole numbers of any length, as JSON numbers or strings. Only ids above the offset are delivered, so that an API
  * without a placeholder, which answers with its newest records each time, is filtered. A record without a usable id is
  * delivered unless the last traversal held it too.
  */
final private[sparkrest] class IncrementalStrategy(options: OffsetConfig, hasPlaceholder: Boolean)
    extends OffsetStrategy {
  import IncrementalStrategy.id
  private val field = new OffsetField(options.source)
  private val increment = if (options.exclusive) BigInteger.ZERO else BigInteger.ONE

  def ask(state: Progress, now: Instant): Option[OffsetQuery] = Some(
    OffsetQuery(state.offset.fold(options.initial)(o => id(o).fold(o)(_.add(increment).toString)))
  )
  def asksForMore: Boolean = hasPlaceholder
  def remembers: Boolean = true
  def memory: MemoryRule = MemoryRule.Unranked

  /** A record has an id of its own. */
  override def valuesAreUnique: Boolean = true

  override def showsGaps: Progress => Boolean = _ => true

  def read(state: Progress, ask: OffsetQuery, times: TraversalTimes): OffsetReading = new Reading(state)

  final private class Reading(state: Progress) extends OffsetReading {
    private val bound = state.offset.flatMap(id)
    private val first = new FirstRecord
    private var records = 0
    private var anyField, old, descends = false
    private var wrong: Option[String] = None
    private var last: Option[(String, BigInteger)] = None
    private var previous: Option[BigInteger] = None
    private var largest: Option[(String, BigInteger)] =
      state.traversal.flatMap(_.pending).flatMap(p => id(p).map(p -> _))

    override def rank: Option[Long] = last.map(f => OffsetKey.rank(OffsetKey.Number(new java.math.BigDecimal(f._2))))
    override def reachedOld: Boolean = old
    override def outOfOrder: Boolean = descends

    /** An id may be sent twice while the pages move, with other content. */
    override def identity(buf: Array[Byte], from: Int, to: Int): String =
      last.fold(super.identity(buf, from, to))("#" + _._2.toString)

    def see(buf: Array[Byte], from: Int, to: Int): Novelty = {
      records += 1
      first.see(buf, from, to)
      val value = field.in(buf, from, to).filter(_.nonEmpty)
      if (!anyField) anyField = value.isDefined || field.holds(buf, from, to)
      val found = value.flatMap(v => id(v).map(v -> _))
      if (found.exists(f => previous.exists(_.compareTo(f._2) > 0))) descends = true
      previous = found.map(_._2).orElse(previous)
      last = found
      found match {
        case Some((text, number)) =>
          if (largest.forall(_._2.compareTo(number) < 0)) largest = Some((text, number))
          // It may have come in a traversal that had to start again.
          if (bound.forall(_.compareTo(number) < 0)) Novelty.MayRepeat
          else {
            old = true
            Novelty.Excluded
          }
        case None =>
          if (wrong.isEmpty) wrong = value
          Novelty.MayRepeat
      }
    }

    def finish(facts: PageFacts): Either[RestError, Advance] =
      if (records > 0 && state.offset.isEmpty && largest.isEmpty && (wrong.isDefined || !anyField))
        Left(wrong.fold(OffsetStrategy.fieldNotFound(options, first.names, facts.envelope))(notWhole))
      else Right(Advance(largest.filter { case (_, n) => bound.forall(_.compareTo(n) < 0) }.map(_._1)))
  }

  private def notWhole(value: String): RestError = RestError(
    Condition.OffsetValueInvalid,
    s"""offsetType=incremental needs whole numbers, but offsetField "${options.name}" holds "${value.take(
        100
      )}".""",
    "Use offsetType=max_field, or name another field."
  )
}

private[sparkrest] object IncrementalStrategy {
  private def id(text: String): Option[BigInteger] = {
    val digits = if (text.startsWith("-")) text.substring(1) else text
    if (digits.nonEmpty && digits.length <= 1000 && digits.forall(c => c >= '0' && c <= '9')) Some(new BigInteger(text))
    else None
  }
}
