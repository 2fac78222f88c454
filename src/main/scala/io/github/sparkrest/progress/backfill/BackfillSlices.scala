// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.backfill

import java.time.Instant

import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.config.backfill.TimeLane
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.strategies.{ApiClock, OffsetTime, TimeGrid}

/** Cuts a backfill into slices of `windowStep`, the newest or the oldest one first. Pure.
  *
  * A slice is read only when it is over: `lag` and `lookback` are for records that appear late.
  */
final private[sparkrest] class BackfillSlices(
    options: OffsetConfig,
    lane: TimeLane.Backfill,
    clock: ApiClock = ApiClock()
) {
  private val time = new OffsetTime(options)
  private val start = time.expressible(lane.from)
  private val stepMs = options.windowStepMs.getOrElse(BackfillSlices.AllMillis)
  private val grid = if (options.windowAligned) options.windowStepMs.map(new TimeGrid(_, options.zone)) else None
  private val descending = options.backfill.forall(_.descending)

  /** Until when slices are over at this moment, by both clocks. */
  private def over(now: Instant): Instant =
    now.minusMillis(options.lagMs + options.lookbackMs + clock.unknownSkewMs + clock.marginMs)

  def isOver(slice: TimeRange, now: Instant): Boolean = !endOf(slice).isAfter(over(now)) // guard: I10.3

  /** A record with a local time that appears twice may come an hour later. */
  private def endOf(slice: TimeRange): Instant = time.certainAfter(slice.until)

  /** How long until the next slice is over, if there is a next slice. */
  def waitMs(state: Progress, now: Instant): Option[Long] =
    of(state, now).next.map(s => math.max(0L, endOf(s).toEpochMilli - over(now).toEpochMilli))

  /** The progress with which a run begins. */
  def begun(stored: Progress, now: Instant): Progress = {
    val range = of(stored, now).from(start)
    // Records of the next slice that were delivered are remembered for this slice alone.
    val isUnread = stored.traversal.isEmpty && stored.ahead.isEmpty && stored.boundary.isEmpty
    stored.copy(offset = Some((if (isUnread) cut(range.uncut, now) else range).toString)) // guard: I10.4
  }

  def of(state: Progress, now: Instant): BackfillRange = state.offset.fold {
    val whole = TimeRange(start, lane.until)
    cut(BackfillRange(whole, None, Vector(whole).filterNot(_.isEmpty)), now)
  }(BackfillRange.parse(_).fold(e => throw e.toException, range => range))

  /** After the next slice was read. */
  def after(range: BackfillRange, now: Instant): BackfillRange = cut(range.copy(next = None), now)

  /** How much time the backfill covers, and how much of it remains. */
  def share(state: Progress, now: Instant): BackfillShare = {
    val range = of(state, now)
    val remaining = range.remaining(start).map(_.millis).sum
    BackfillShare(math.max(TimeRange(start, range.whole.until).millis, remaining), remaining)
  }

  private def cut(range: BackfillRange, now: Instant): BackfillRange = {
    val present = over(now)
    val wanted = range.rest.map(_.since(start)).filterNot(_.isEmpty)
    val newestOver = if (descending) wanted.reverse.flatMap(newest(_, present)).headOption else None
    // If none is over, the oldest will be the first.
    newestOver.orElse(wanted.headOption.map(oldest)).fold(range) { slice =>
      val left = range.rest.flatMap { r =>
        if (r.holds(slice.from))
          Vector(TimeRange(r.from, slice.from), TimeRange(slice.until, r.until)).filterNot(_.isEmpty)
        else Vector(r)
      }
      range.copy(next = Some(slice), rest = left)
    }
  }

  /** The last slice of a range that is over. A part that is over and shorter than a slice waits: otherwise there would be a slice
    * for each few seconds.
    */
  private def newest(r: TimeRange, present: Instant): Option[TimeRange] = {
    val isWhole = !r.until.isAfter(present)
    val end =
      if (isWhole) r.until else time.expressible(grid.fold(time.certain(present))(time.before(_, present.plusNanos(1))))
    val from = time.expressible(grid.fold(time.certain(end.minusMillis(stepMs)))(time.before(_, end)))
    val slice = TimeRange(from, end).since(r.from)
    Some(slice).filterNot(_.isEmpty).filter(s => isWhole || s.from.isAfter(r.from) || s.millis >= stepMs)
  }

  private def oldest(r: TimeRange): TimeRange = {
    val end = time.expressible(grid.fold(time.certainAfter(r.from.plusMillis(stepMs)))(time.after(_, r.from)))
    // A step may be shorter than a unit of the format.
    val later = if (end.isAfter(r.from)) end else time.unitsAfter(r.from, 1)
    TimeRange(r.from, if (later.isAfter(r.from) && later.isBefore(r.until)) later else r.until)
  }
}

private object BackfillSlices {

  /** Longer than any backfill. */
  val AllMillis: Long = 1000L * 365 * 24 * 3600 * 1000
}

/** How much time a backfill covers, and how much of it remains, milliseconds. */
final case class BackfillShare(totalMs: Long, remainingMs: Long) {
  def isDone: Boolean = remainingMs <= 0
  def doneMs: Long = totalMs - remainingMs
}
