// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.time.Instant

import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.progress.strategies.{ApiClock, OffsetTime}
import io.github.sparkrest.progress.{Progress, RequestPlan}

/** How long before its traversal began a record must have been created, so that the poll has certainly read it: `lag` leaves out
  * younger records, and a window those after its end. The API's clock, which sets the times in records, may be ahead. For one
  * task.
  */
final private[poll] class UnreadTime(options: OffsetConfig, clock: ApiClock = ApiClock()) {
  private lazy val time = new OffsetTime(options)
  private val isLimited = options.kind.movesWithTime || options.lagMs > 0
  private var apiAheadMs = 0L

  /** After the responses so far; `None`: no response tells. */
  var ms: Option[Long] = if (isLimited) None else Some(0L) // guard: I3.54

  /** A response began to arrive. */
  def arrived(at: Instant, date: Option[Long]): Unit =
    if (isLimited) apiAheadMs = math.max(apiAheadMs, clock.aheadAt(at.toEpochMilli, date))

  /** A response counts. */
  def counted(plan: RequestPlan, next: Progress): Unit = if (isLimited) ms = Some(after(plan, next))

  private def after(plan: RequestPlan, next: Progress): Long =
    if (!options.kind.movesWithTime) options.lagMs + apiAheadMs
    else {
      val began = plan.state.begunMs.getOrElse(plan.at.toEpochMilli)
      // A slice may exclude its end.
      end(plan, next).fold(Long.MaxValue)(end => began + 1 - end.toEpochMilli + apiAheadMs) // guard: I3.53
    }

  /** A slice that is not over, or whose data the API has not completed, is read by a later poll. */
  private def end(plan: RequestPlan, next: Progress): Option[Instant] =
    if (options.windowAligned || options.availableUntil.isDefined) // guard: I3.45
      next.moment.orElse(next.offset.flatMap(time.asked))
    else time.asked(plan.ask.until)
}
