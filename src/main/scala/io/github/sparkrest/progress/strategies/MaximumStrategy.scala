// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.pages.FirstRecord
import io.github.sparkrest.progress.seen.Seen
import io.github.sparkrest.response.PageFacts

/** `timestamp` and `max_field`: the offset is the largest value of a field over the records. With `timestamp` it may also be a
  * value next to the records.
  *
  * An API with an inclusive or coarse bound (seconds, minutes, a date) returns records again that are not above the offset. The
  * strategy drops such a record only if it is remembered with the same content. A value next to the records says nothing about
  * a single record, so then every record is compared.
  */
final private[sparkrest] class MaximumStrategy(config: RestConfig, readsEnvelope: Boolean) extends OffsetStrategy {
  private val options = config.offset
  private val field = new OffsetField(options.source)
  private val time = new OffsetTime(options)

  def ask(state: Progress, now: Instant): Option[OffsetQuery] =
    Some(
      OffsetQuery(
        state.offset.fold(time.initial)(time.sent(_, time.lookbackMs(state))),
        time.render(now.minusMillis(options.lagMs))
      )
    )

  def asksForMore: Boolean = config.hasPlaceholder

  /** Also with an exclusive bound, if there are pages: records younger than the traversal come again. Or if a request has the
    * offset in another format, which may be coarser.
    */
  def remembers: Boolean =
    !options.exclusive || options.lookbackMs > 0 || config.paging.isPaged || options.requestFormat.isDefined // guard: I1.161
  def memory: MemoryRule = MemoryRule.NotPassed

  override def floor: String => Option[Long] = { offset =>
    val earliest = valueOf(offset).key match {
      case OffsetKey.Moment(m) => OffsetKey.Moment(m.minusMillis(options.lookbackMs))
      case other               => other
    }
    if (options.lookbackMs > 0 && !earliest.isInstanceOf[OffsetKey.Moment]) None else Some(OffsetKey.rank(earliest))
  }

  def read(state: Progress, ask: OffsetQuery, times: TraversalTimes): OffsetReading = new Reading(state, times)

  final private class Reading(state: Progress, times: TraversalTimes) extends OffsetReading {
    private val bound = state.offset.map(valueOf)
    private val pending = state.traversal.flatMap(_.pending).map(valueOf)

    /** By the API's clock, if it told: the values are its own. */
    private val horizon = Instant.ofEpochMilli(times.horizon)
    private val youngest = horizon.minusMillis(options.lagMs) // guard: I3.4
    private val values = new Majority(
      options.pick,
      bound,
      pending,
      mayBeText = !options.kind.numbersAreTimes && options.format.isEmpty
    )
    private val first = new FirstRecord
    private var records = 0
    private var anyField, old = false
    private var last: Option[OffsetValue] = None

    override def rank: Long = last.filter(values.compares).fold(Seen.Unranked)(v => OffsetKey.rank(v.key))
    override def reachedOld: Boolean = old && !values.replacesText
    override def outOfOrder: Boolean = values.descends

    def see(buf: Array[Byte], from: Int, to: Int): Novelty = {
      records += 1
      first.see(buf, from, to)
      val text = field.in(buf, from, to).filter(_.nonEmpty)
      if (!anyField) anyField = text.isDefined || field.holds(buf, from, to)
      // Equal values follow one another in many lists.
      last = text.map(t => last.filter(_.text == t).getOrElse(valueOf(t)))
      val tooYoung = last.exists(isTooYoung)
      last.foreach(v => values.note(v, eligible = !tooYoung, settled = isSettled(v)))
      if (tooYoung) Novelty.Excluded
      else {
        val order = for (v <- last; b <- bound; c <- OffsetKey.compare(v.key, b.key)) yield c
        val isOld = order.exists(_ < 0) && last.exists(isBeforeLookback) && !values.replacesText
        old ||= isOld
        // Newest first, or an incomplete memory: records below the offset count as delivered.
        if (isOld && (options.descending || state.boundary.truncated)) Novelty.Excluded
        // Also above the offset: records that appeared during a traversal were delivered, but did not move the offset.
        else Novelty.MayRepeat
      }
    }

    def finish(facts: PageFacts): Either[RestError, Advance] = {
      val stated = if (readsEnvelope) field.in(facts).map(valueOf).filterNot(isTooYoung) else None
      if (
        records > 0 && state.offset.isEmpty && state.traversal.isEmpty && !anyField &&
        !(readsEnvelope && field.standsIn(facts.envelope))
      ) Left(OffsetStrategy.fieldNotFound(options, first.names, facts.envelope))
      else {
        // All that changes after the first page has a later value than the API stated with it.
        val sure = reached(stated.filter(v => state.traversal.isEmpty || isSettled(v)), values.settled)
        val inOneGo = state.traversal.isEmpty || ascends
        Right(
          Advance(
            if (inOneGo) reached(stated, values.best) else sure,
            Some(sure),
            forgets = !remembers,
            // Of a single record nothing is known then, and equal ones may come for ever.
            memory = stated.map(_ => MemoryRule.LastTraversal),
            isStated = stated.isDefined,
            below = values.below
          )
        )
      }
    }

    /** Records that change meanwhile move behind the records that were read, so none is skipped. */
    private def ascends: Boolean =
      options.ascending && options.inclusive && !outOfOrder && !state.traversal.exists(_.unordered)

    /** Without records nothing changes. A value next to the records of a later page may be older than on the first page. */
    private def reached(stated: Option[OffsetValue], found: Option[String]): Option[String] =
      if (records == 0 || stated.isEmpty) found
      else
        stated.filter(s => pending.forall(p => s.compare(p).exists(_ > 0))).orElse(pending).filter(movesOn).map(_.text)

    /** The offset never moves back (I3). A value next to the records that does not compare replaces the offset, because the API
      * chose it. But text (`N/A`) replaces only text.
      */
    private def movesOn(value: OffsetValue): Boolean =
      bound.forall(b => value.compare(b).fold(value.isOrdered)(_ > 0)) // guard: I3.1

    private def isTooYoung(v: OffsetValue): Boolean = options.lagMs > 0 && moment(v).exists(_.isAfter(youngest))
    private def isSettled(v: OffsetValue): Boolean = !config.paging.isPaged || moment(v).forall(!_.isAfter(horizon))
    private val lookbackMs = time.lookbackMs(state)
    private def isBeforeLookback(v: OffsetValue): Boolean = lookbackMs == 0 ||
      (for (m <- moment(v); o <- bound.flatMap(moment))
        yield m.isBefore(o.minusMillis(lookbackMs))).getOrElse(true)
  }

  private def valueOf(text: String): OffsetValue =
    OffsetValue(text, OffsetKey.of(text, options.format, options.zone))

  private def moment(v: OffsetValue): Option[Instant] = time.momentOf(v.key)
}
