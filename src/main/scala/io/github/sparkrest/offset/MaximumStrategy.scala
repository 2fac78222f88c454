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

  /** With an exclusive bound too, if there are pages: what is younger than the drain comes again. */
  def remembers: Boolean = !options.exclusive || options.lookbackMs > 0 || config.paging.isPaged
  def keeps(identity: String): Boolean = identity.nonEmpty
  def read(state: EndpointState, ask: Ask, times: DrainTimes): OffsetReading = new Reading(state, times)

  final private class Reading(state: EndpointState, times: DrainTimes) extends OffsetReading {
    private val bound = state.offset.map(keyOf)
    private val youngest = Instant.ofEpochMilli(times.began).minusMillis(options.lagMs)
    private val horizon = Instant.ofEpochMilli(times.horizon)
    private val first = new FirstRecord
    private var records = 0
    private var anyField, old, descends = false
    private var last, seen: Option[OffsetKey] = None

    /** If this page is the last one. */
    private val best = new Best(state.drain.flatMap(_.pending))

    /** If pages follow: of what is not younger than the drain. */
    private val settled = new Best(state.drain.flatMap(_.pending))

    override def rank: Option[Long] =
      seen.filter(k => best.key.orElse(bound).exists(OffsetKey.compare(k, _).nonEmpty)).map(OffsetKey.rank)
    override def reachedOld: Boolean = old
    override def outOfOrder: Boolean = descends

    def see(buf: Array[Byte], from: Int, to: Int): Novelty = {
      records += 1
      first.see(buf, from, to)
      val value = field.in(buf, from, to)
      if (value.isDefined) anyField = true
      val key = value.map(v => best.keyIf(v).getOrElse(keyOf(v)))
      seen = key
      if (key.exists(isTooYoung)) Novelty.Excluded
      else {
        for (v <- value; k <- key) note(v, k)
        val order = for (k <- key; b <- bound; c <- OffsetKey.compare(k, b)) yield c
        val isOld = order.exists(_ < 0) && key.exists(isBeforeLookback)
        old ||= isOld
        // Newest first, or more was delivered than is remembered: what is below the offset counts as delivered.
        if (isOld && (options.order == "desc" || state.boundary.truncated)) Novelty.Excluded
        // Above the offset too: what came after a drain began was delivered, and left the offset where it was.
        else Novelty.MayRepeat
      }
    }

    private def note(v: String, k: OffsetKey): Unit = {
      if (last.exists(l => OffsetKey.compare(l, k).exists(_ > 0))) descends = true
      last = Some(k)
      best.note(v, k)
      if (isSettled(k)) settled.note(v, k)
    }

    def finish(facts: PageFacts): Either[RestError, Reached] = {
      val stated = if (readsEnvelope) field.in(facts).map(s => (s, keyOf(s))).filterNot(s => isTooYoung(s._2)) else None
      if (
        records > 0 && state.offset.isEmpty && state.drain.isEmpty && !anyField &&
        !(readsEnvelope && field.standsIn(facts.envelope))
      ) Left(OffsetStrategy.fieldNotFound(config, first.names, facts.envelope))
      else {
        val sure = reached(stated.filter(s => isSettled(s._2)), settled)
        val inOneGo = state.drain.isEmpty || ascends
        Right(Reached(if (inOneGo) reached(stated, best) else sure, Some(sure), forgets = !remembers))
      }
    }

    /** What changes meanwhile comes to stand behind what was read: nothing is passed over. */
    private def ascends: Boolean =
      options.ascending && options.boundary == "inclusive" && !descends && !state.drain.exists(_.unordered)

    /** No record, no change; what stands beside the records of a later page may be older than on the first one. */
    private def reached(stated: Option[(String, OffsetKey)], found: Best): Option[String] = {
      val pending = state.drain.flatMap(_.pending)
      val beside = stated.collect {
        case (s, k) if pending.forall(p => OffsetKey.compare(k, keyOf(p)).exists(_ > 0)) => s
      }
      (if (records == 0) pending else if (stated.isDefined) beside.orElse(pending) else found.text).filter(movesOn)
    }

    private def isTooYoung(k: OffsetKey): Boolean = options.lagMs > 0 && moment(k).exists(_.isAfter(youngest))
    private def isSettled(k: OffsetKey): Boolean = !config.paging.isPaged || moment(k).forall(!_.isAfter(horizon))
    private def isBeforeLookback(k: OffsetKey): Boolean = options.lookbackMs == 0 ||
      (for (m <- moment(k); o <- state.offset.flatMap(time.momentOf))
        yield m.isBefore(o.minusMillis(options.lookbackMs))).getOrElse(true)

    /** The offset never moves back (I3). A value that cannot be compared is the API's own word. */
    private def movesOn(value: String): Boolean =
      bound.forall(b => OffsetKey.compare(keyOf(value), b).forall(_ > 0))

    /** The value that the offset is taken from, so far. */
    final private class Best(pending: Option[String]) {
      private var value: Option[(String, OffsetKey)] = pending.map(p => (p, keyOf(p)))
      def text: Option[String] = value.map(_._1)
      def key: Option[OffsetKey] = value.map(_._2)
      def keyIf(v: String): Option[OffsetKey] = value.collect { case (t, k) if t == v => k }
      def note(v: String, k: OffsetKey): Unit = {
        val takes = options.pick match {
          case "first" => value.isEmpty
          case "last"  => true
          case _       => isLargest(k)
        }
        if (takes) value = Some((v, k))
      }

      /** A value of another kind than the first is never the maximum: the offset would jump. */
      private def isLargest(k: OffsetKey): Boolean = value match {
        case Some((_, l)) => OffsetKey.compare(k, l).exists(_ > 0)
        case None         => bound.forall(b => OffsetKey.compare(k, b).nonEmpty)
      }
    }
  }

  private def keyOf(text: String): OffsetKey = OffsetKey.of(text, options.format, options.zone)

  private def moment(k: OffsetKey): Option[Instant] = time.momentOf(k)
}
