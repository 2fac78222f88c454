// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.math.{BigDecimal, BigInteger}
import java.time.Instant

import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.json.JsonBytes
import io.github.sparkrest.progress.pages.FirstRecord
import io.github.sparkrest.progress.seen.Seen
import io.github.sparkrest.progress.{Change, Progress}
import io.github.sparkrest.response.PageFacts

/** `incremental`: ids grow. The offset is the largest id; the next request carries it plus 1 (`boundary=exclusive`: itself).
  *
  * Ids are whole numbers of any length, as JSON numbers or strings. Only ids above the offset are delivered, so that an API
  * without a placeholder, which answers with its newest records each time, is filtered. A record without a usable id is
  * delivered unless the last traversal held it too.
  */
final private[sparkrest] class IncrementalStrategy(options: OffsetConfig, hasPlaceholder: Boolean)
    extends OffsetStrategy {
  private val field = new OffsetField(options.source)
  private val increment = if (options.exclusive) BigInteger.ZERO else BigInteger.ONE

  def ask(state: Progress, now: Instant): Option[OffsetQuery] = Some(
    OffsetQuery(state.offset.fold(options.initial)(o => WholeNumber.of(o).fold(o)(_.add(increment).toString)))
  )
  def asksForMore: Boolean = hasPlaceholder
  def remembers: Boolean = true
  def memory: MemoryRule = MemoryRule.Unranked

  /** The next id, because an API with an exclusive bound does not return the last one either. */
  override def floor: String => Option[Long] =
    WholeNumber.of(_).map(last => OffsetKey.rank(OffsetKey.Number(new BigDecimal(last.add(BigInteger.ONE))))) // guard: I1.133

  /** Only ids above the last one are delivered. */
  override def change: Change = Change.Insert

  override def showsGaps: Progress => Boolean = _ => true

  def read(state: Progress, ask: OffsetQuery, times: TraversalTimes): OffsetReading = new Reading(state)

  final private class Reading(state: Progress) extends OffsetReading {
    private val bound = WholeNumber.read(state.offset)
    private val first = new FirstRecord
    private var records = 0
    private var anyField, old, descends = false
    private var wrong: Option[String] = None
    private val last, previous = new WholeNumber
    private val largest = WholeNumber.read(state.traversal.flatMap(_.pending))

    override def rank: Long = if (last.isDefined) last.rank else Seen.Unranked
    override def reachedOld: Boolean = old
    override def outOfOrder: Boolean = descends

    /** The next offset excludes all ids of this page. The highest rank stands for numbers that it does not tell apart. */
    override def identified: Identified =
      if (last.isDefined && last.rank < Long.MaxValue) Identified.Never else Identified.Always

    /** An id may be sent twice while the pages move, with other content. */
    override def identity(buf: Array[Byte], from: Int, to: Int): String =
      if (last.isDefined) "#" + last.value.toString else super.identity(buf, from, to)

    def see(buf: Array[Byte], from: Int, to: Int): Novelty = {
      records += 1
      first.see(buf, from, to)
      val value = field.find(buf, from, to)
      last.read(buf, value)
      if (last.isDefined) seeId() else { seeOther(buf, from, to, value); Novelty.MayRepeat }
    }

    private def seeId(): Novelty = {
      anyField = true
      // The first one of the page is not below another one.
      if (previous.isDefined && last.isBelow(previous)) descends = true
      previous.set(last)
      if (largest.isBelow(last)) largest.set(last)
      // It may have come in a traversal that had to start again.
      if (bound.isBelow(last)) Novelty.MayRepeat
      else {
        old = true
        Novelty.Excluded
      }
    }

    /** A record without an id. */
    private def seeOther(buf: Array[Byte], from: Int, to: Int, at: JsonBytes.Span): Unit = {
      val value = if (at == JsonBytes.Absent) None else JsonBytes.scalar(buf, at).filter(_.nonEmpty)
      if (!anyField) anyField = value.isDefined || field.holds(buf, from, to)
      if (wrong.isEmpty) wrong = value
    }

    def finish(facts: PageFacts): Either[RestError, Advance] =
      if (records > 0 && state.offset.isEmpty && !largest.isDefined && (wrong.isDefined || !anyField))
        Left(wrong.fold(OffsetStrategy.fieldNotFound(options, first.names, facts.envelope))(notWhole))
      else Right(Advance(if (largest.isDefined && bound.isBelow(largest)) Some(largest.text) else None))
  }

  private def notWhole(value: String): RestError = Condition.OffsetValueInvalid(
    s"""offsetType=incremental needs whole numbers, but offsetField "${options.name}" holds "${value.take(
        100
      )}".""",
    "Use offsetType=max_field, or name another field."
  )
}
