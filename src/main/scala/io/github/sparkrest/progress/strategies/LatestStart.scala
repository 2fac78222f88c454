// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.time.Instant

import io.github.sparkrest.config.{OffsetConfig, RestConfig}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.progress.{Change, PageOutcome, PageReader, Progress, RequestPlan}
import io.github.sparkrest.response.PageFacts

/** `initialOffset=latest`: the stream skips the records that exist when it starts, and remembers them as delivered.
  *
  * If the offset is a time in a known format, the first request starts shortly before now. Otherwise the first requests start
  * at the beginning of the list, because an API may return its oldest records first, in parts.
  *
  * The first request for aligned slices is sent when a slice is over. So the first poll fixes the start without a request, and
  * the first response has only records that appeared since.
  */
final private[sparkrest] class LatestStart(config: RestConfig, clock: ApiClock, stored: StoredOffset) {
  private val options = config.offset
  private val time = new OffsetTime(options)
  private val isTimed = time.isKnown || options.kind.movesWithTime

  /** A checkpoint that has received records, and gets this option later, goes on from there. */
  def passesOver(state: Progress): Boolean =
    options.latest && !state.started && (state.passedOver > 0 || isNew(state))

  /** No response with records counted yet. An earlier version did not count those of its first traversal. */
  private def isNew(state: Progress): Boolean =
    state.offset.isEmpty && state.boundary.isEmpty && state.ahead.isEmpty && // guard: I1.134
      (state.traversal.isDefined || state.largestPage == 0) // guard: I1.135

  /** The response to the next request of `state` tells the API's time. */
  def reads(state: Progress): Boolean = passesOver(state) && isTimed && state.traversal.isEmpty

  def begun(state: Progress, now: Instant): Progress =
    if (reads(state) && state.offset.isEmpty) {
      // A window ends so long ago, and must begin before.
      val back = clock.marginMs + (if (options.kind.movesWithTime) options.lagMs else 0L)
      val begun = at(state, now.minusMillis(back)).copy(passedOver = 1)
      if (options.windowAligned) started(state, begun) else begun // guard: I1.136
    } else state

  /** The progress after a poll that sent no request. */
  def waiting(state: Progress, now: Instant): Progress = if (options.windowAligned) begun(state, now) else state

  /** The stream has skipped all records before the offset. */
  def started(before: Progress, next: Progress): Progress =
    next.copy(started = true, since = if (passesOver(before)) stored.moment(next.offset) else before.since)

  private def at(state: Progress, moment: Instant): Progress = {
    val offset = Some(time.render(moment))
    state.copy(offset = offset, moment = stored.moment(offset))
  }

  /** The API's clock is behind, so new records would be before the start of the request. This response delivers no records, and
    * the stream starts at the API's time.
    */
  def moved(plan: RequestPlan, times: TraversalTimes): Option[PageReader] = {
    val behind = times.began - times.horizon
    if (behind <= clock.marginMs) None // guard: I3.5
    else if (reads(plan.state))
      Some(
        new PassedOver(
          started(plan.state, at(plan.state, Instant.ofEpochMilli(times.horizon))).copy(passedOver = 0),
          atEnd = true
        )
      )
    else if (isUnchecked(plan.state)) // guard: I1.137
      plan.state.offset.flatMap(time.asked).map { start =>
        val next = at(plan.state, start.minusMillis(behind)).copy(passedOver = 0)
        new PassedOver(next.copy(since = stored.moment(next.offset)), atEnd = false)
      }
    else None
  }

  /** No response has told the API's time since the first poll fixed the start of aligned slices. */
  private def isUnchecked(state: Progress): Boolean =
    options.latest && state.started && state.passedOver > 0 && state.traversal.isEmpty

  /** All that was there has been passed over, after the last page of a traversal.
    *
    * @param times of the traversal
    * @param items of the page
    * @param isNews some record came for the first time
    */
  def isOver(
      state: Progress,
      reached: Advance,
      times: TraversalTimes,
      descends: Boolean,
      items: Long,
      isNews: Boolean
  ): Boolean =
    state.started || isTimed || config.paging.isPaged || config.job.isDefined || !asksForMore || reached.atEnd || !isNews ||
      // The newest records came first.
      descends || options.descending ||
      items * 2 < state.passedOver || // guard: I1.4
      reached.offset.flatMap(time.momentOf).exists(_.toEpochMilli >= times.began)

  private def asksForMore = options.kind.isToken || config.hasPlaceholder
}

/** A response of which nothing counts. */
final private class PassedOver(next: Progress, atEnd: Boolean) extends PageReader {
  private var records = 0L
  def keep(buf: Array[Byte], from: Int, to: Int, maybeLast: Boolean): Boolean = { records += 1; false }
  def change(buf: Array[Byte], from: Int, to: Int): Option[Change] = None
  def restart(): PageReader = new PassedOver(next, atEnd)
  def finish(facts: PageFacts): Either[RestError, PageOutcome] =
    Right(PageOutcome(next, records, atEnd, None, items = facts.envelope.items.getOrElse(records)))
}

/** The time at the API, which sets the times in records. If the API's clock is behind this machine's clock, new records will
  * have times that are already past here. So an offset must not be beyond the API's time. The `Date` header of a response
  * contains that time in whole seconds, rounded down (RFC 9110 §6.6.1), so it is never too late.
  *
  * @param mostSkewMs maximum difference between `Date` and this machine's clock; a larger one is ignored
  * @param unknownSkewMs assumed delay of the API's clock without a `Date`. Synchronized servers differ by less than a second,
  *   and 5 s also cover a clock that is set once an hour. The price: the records of these seconds are requested twice
  * @param marginMs maximum time for the rounding of `Date` and for a request, if the clocks agree
  */
final case class ApiClock(mostSkewMs: Long = 86400000L, unknownSkewMs: Long = 5000, marginMs: Long = 2000) {

  /** The API's time when the request was sent, unless the API's clock is ahead.
    *
    * @param began when the response began to arrive
    */
  def at(asked: Long, began: Long, date: Option[Long]): Option[Long] =
    date.filter(isBelieved(_, began)).map(d => math.min(asked, d - math.max(0L, began - asked)))

  /** By how much the API's clock may be ahead at most: `Date` is rounded down, by up to a second.
    *
    * @param began when the response began to arrive
    */
  def aheadAt(began: Long, date: Option[Long]): Long =
    date.filter(isBelieved(_, began)).fold(unknownSkewMs)(d => math.max(0L, d + 1000 - began)) // guard: I3.56

  /** @param starts the response fixes the place where `initialOffset=latest` begins */
  def times(options: OffsetConfig, starts: Boolean, asked: Long, began: Long, date: Option[Long]): TraversalTimes = {
    val unknown =
      if (starts) math.max(unknownSkewMs, options.lagMs)
      else if (options.kind.movesWithTime) math.max(0L, unknownSkewMs - options.lagMs)
      else 0L
    TraversalTimes(asked, at(asked, began, date).getOrElse(asked - unknown))
  }

  /** For an offset that is taken from the clock. */
  def warning(options: OffsetConfig, starts: Boolean, began: Long, date: Option[Long]): Option[String] =
    if (options.lagMs >= unknownSkewMs || !starts && !options.kind.movesWithTime || date.exists(isBelieved(_, began)))
      None
    else {
      // The same text each time: it is said once.
      val why =
        if (date.isEmpty) "The API sends no Date header"
        else
          s"The API's Date header is more than ${mostSkewMs / 3600000} h away from this machine's clock, and is not used"
      Some(
        s"$why, so its time is unknown. The connector assumes that the API is at most ${unknownSkewMs / 1000} s behind. Set lag if it may be further behind: otherwise records are lost."
      )
    }

  private def isBelieved(date: Long, began: Long): Boolean = math.abs(date - began) <= mostSkewMs
}

/** A page that also says something about the response. */
final private[sparkrest] class WarnedStep(step: PageReader, text: String) extends PageReader {
  def keep(buf: Array[Byte], from: Int, to: Int, maybeLast: Boolean): Boolean = step.keep(buf, from, to, maybeLast)
  override def change(buf: Array[Byte], from: Int, to: Int): Option[Change] = step.change(buf, from, to)
  def restart(): PageReader = new WarnedStep(step.restart(), text)
  def finish(facts: PageFacts): Either[RestError, PageOutcome] =
    step.finish(facts).map(r => r.copy(warning = r.warning.orElse(Some(text))))
}
