// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.progress.{Change, PageOutcome, PageReader, Progress, RequestPlan}
import io.github.sparkrest.response.PageFacts

/** `initialOffset=latest`: the stream skips the records that exist when it starts, and remembers them as delivered.
  *
  * If the offset is a time in a known format, the first request starts shortly before now. Otherwise the first requests start
  * at the beginning of the list, because an API may return its oldest records first, in parts.
  */
final private[sparkrest] class LatestStart(config: RestConfig, clock: ApiClock) {
  private val options = config.offset
  private val time = new OffsetTime(options)
  private val isTimed = time.isKnown || options.kind.movesWithTime

  /** A checkpoint that has an offset, and gets this option later, goes on from there. */
  def passesOver(state: Progress): Boolean =
    options.latest && !state.started && (state.offset.isEmpty || state.passedOver > 0)

  /** The response to the next request of `state` tells the API's time. */
  def reads(state: Progress): Boolean = passesOver(state) && isTimed && state.traversal.isEmpty

  def begun(state: Progress, now: Instant): Progress =
    if (reads(state) && state.offset.isEmpty) {
      // A window ends so long ago, and must begin before.
      val back = clock.marginMs + (if (options.kind.movesWithTime) options.lagMs else 0L)
      state.copy(offset = Some(time.render(now.minusMillis(back))), passedOver = 1)
    } else state

  /** The API's clock is behind, so new records would be before the start of the request. This response delivers no records, and
    * the stream starts at the API's time.
    */
  def moved(plan: RequestPlan, times: TraversalTimes): Option[PageReader] =
    if (reads(plan.state) && times.horizon < plan.at.toEpochMilli - clock.marginMs) // guard: I3.5
      Some(
        new PassedOver(
          plan.state
            .copy(offset = Some(time.render(Instant.ofEpochMilli(times.horizon))), started = true, passedOver = 0)
        )
      )
    else None

  /** All that was there has been passed over, after the last page of a traversal.
    *
    * @param times of the traversal
    * @param records of the page
    * @param isNews some record came for the first time
    */
  def isOver(
      state: Progress,
      reached: Advance,
      times: TraversalTimes,
      descends: Boolean,
      records: Long,
      isNews: Boolean
  ): Boolean =
    state.started || isTimed || config.paging.isPaged || config.job.isDefined || !asksForMore || reached.atEnd || !isNews ||
      // The newest records came first.
      descends || options.descending ||
      records * 2 < state.passedOver || // guard: I1.4
      reached.offset.flatMap(time.momentOf).exists(_.toEpochMilli >= times.began)

  private def asksForMore = options.kind.isToken || config.hasPlaceholder
}

/** A response of which nothing counts. */
final private class PassedOver(next: Progress) extends PageReader {
  private var records = 0L
  def keep(buf: Array[Byte], from: Int, to: Int, maybeLast: Boolean): Boolean = { records += 1; false }
  def change(buf: Array[Byte], from: Int, to: Int): Option[Change] = None
  def restart(): PageReader = new PassedOver(next)
  def finish(facts: PageFacts): Either[RestError, PageOutcome] = Right(PageOutcome(next, records, atEnd = true, None))
}
