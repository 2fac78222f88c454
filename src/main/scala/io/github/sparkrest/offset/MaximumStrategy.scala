// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import java.time.Instant

import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.page.PageFacts

/** `timestamp` and `max_field`: the offset is the largest value of a field over the records, or (`timestamp`) a value that
  * stands beside them.
  *
  * An API with an inclusive or a coarse bound (seconds, minutes, a date) sends records again that are not above the offset:
  * those of them that the last drain held with the same content are dropped, nothing else is. With a value beside the
  * records nothing is known about the single record, so all are looked at.
  */
final private[offset] class MaximumStrategy(config: RestConfig, readsEnvelope: Boolean) extends OffsetStrategy {
  private val options = config.offset
  private val field = new OffsetField(options.source)
  private val time = new OffsetTime(options)

  def ask(state: EndpointState, now: Instant): Option[Ask] =
    Some(Ask(state.offset.fold(time.initial)(time.sent), time.render(now.minusMillis(options.lagMs))))

  def asksForMore: Boolean = config.hasPlaceholder
  def remembers: Boolean = !options.exclusive || options.lookbackMs > 0
  def read(state: EndpointState, ask: Ask, now: Instant): OffsetReading = new Reading(state, now)

  final private class Reading(state: EndpointState, now: Instant) extends OffsetReading {
    private val bound = state.offset.map(keyOf)
    private val youngest = if (options.lagMs > 0) Some(now.minusMillis(options.lagMs)) else None
    private val first = new FirstRecord
    private var records = 0
    private var anyField, old, descends = false
    private var last: Option[OffsetKey] = None
    private var best: Option[(String, OffsetKey)] = state.drain.flatMap(_.pending).map(p => (p, keyOf(p)))

    override def reachedOld: Boolean = old
    override def outOfOrder: Boolean = descends

    def see(buf: Array[Byte], from: Int, to: Int): Novelty = {
      records += 1
      first.see(buf, from, to)
      val value = field.in(buf, from, to)
      if (value.isDefined) anyField = true
      val key = value.map(v => best.collect { case (text, k) if text == v => k }.getOrElse(keyOf(v)))
      if (key.exists(isTooYoung)) Novelty.Excluded
      else {
        for (v <- value; k <- key) noteKey(v, k)
        val order = for (k <- key; b <- bound; c <- OffsetKey.compare(k, b)) yield c
        if (order.exists(_ < 0)) old = true
        // More was delivered than is remembered: below the offset all counts as delivered.
        if (order.exists(_ < 0) && state.boundary.truncated) Novelty.Excluded
        else if (readsEnvelope || order.forall(_ <= 0)) Novelty.MayRepeat
        else Novelty.New
      }
    }

    private def noteKey(v: String, k: OffsetKey): Unit = {
      if (last.exists(l => OffsetKey.compare(l, k).exists(_ > 0))) descends = true
      last = Some(k)
      val takes = options.pick match {
        case "first" => best.isEmpty
        case "last"  => true
        case _       => isLargest(k)
      }
      if (takes) best = Some((v, k))
    }

    def finish(facts: PageFacts): Either[RestError, Reached] = {
      val stated = if (readsEnvelope) field.in(facts).filterNot(v => isTooYoung(keyOf(v))) else None
      if (
        records > 0 && state.offset.isEmpty && state.drain.isEmpty && !anyField &&
        !(readsEnvelope && field.standsIn(facts.envelope))
      ) Left(OffsetStrategy.fieldNotFound(config, first.names, facts.envelope))
      else {
        // No record, no change; what stands beside the records of a later page may be older than on the first one.
        val pending = state.drain.flatMap(_.pending)
        val own =
          stated.filter(s => pending.forall(p => OffsetKey.compare(keyOf(s), keyOf(p)).exists(_ > 0))).orElse(pending)
        val next = (if (records == 0) pending else if (stated.isDefined) own else best.map(_._1)).filter(movesOn)
        Right(Reached(next, forgets = !remembers))
      }
    }

    private def isTooYoung(k: OffsetKey): Boolean = youngest.exists { limit =>
      k match {
        case OffsetKey.Moment(m) => m.isAfter(limit)
        case other               => asMoment(other).exists(_.isAfter(limit))
      }
    }

    private def asMoment(k: OffsetKey): Option[Instant] = k match {
      case OffsetKey.Number(n) => time.momentOf(n.toPlainString)
      case _                   => None
    }

    /** A value of another kind than the first is never the maximum: the offset would jump. */
    private def isLargest(k: OffsetKey): Boolean =
      best.forall { case (_, l) => OffsetKey.compare(k, l).exists(_ > 0) } && (best.nonEmpty || bound.forall(b =>
        OffsetKey.compare(k, b).nonEmpty
      ))

    /** The offset never moves back (I3). A value that cannot be compared is the API's own word. */
    private def movesOn(value: String): Boolean =
      bound.forall(b => OffsetKey.compare(keyOf(value), b).forall(_ > 0))
  }

  private def keyOf(text: String): OffsetKey = OffsetKey.of(text, options.format, options.zone)
}
