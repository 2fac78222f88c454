// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.time.Instant

import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.progress.Progress

/** The offset of a window, after a restart with another `requestOffsetFormat` or `timeZone`. Pure.
  *
  * The text of an offset means another moment in another format. So the progress contains the moment, too.
  */
final private[progress] class StoredOffset(options: OffsetConfig) {
  private val time = new OffsetTime(options)

  /** The text of a backfill is the same in all formats. */
  private val isMoment = options.kind.movesWithTime && !options.lane.isBackfill

  /** The moment of a new offset. */
  def moment(offset: Option[String]): Option[Instant] = if (isMoment) offset.flatMap(time.asked) else None

  /** The progress after a page.
    *
    * @param until end of the requested slice, as sent, if it had new records
    * @param now epoch milliseconds
    */
  def after(before: Progress, next: Progress, until: Option[String], now: Long): Progress = next.copy(
    moment = if (next.offset == before.offset) before.moment else moment(next.offset),
    since = next.since.orElse(before.since),
    lookbackMs = if (next.offset == before.offset) before.lookbackMs else covered(before, next),
    beyond = if (isMoment) latest(before.beyond, until.flatMap(time.asked)).filterNot(isReached(next, _)) else None,
    // A response that does not count yet leaves the traversal as it was.
    traversal =
      if (next.traversal == before.traversal) next.traversal else next.traversal.map(_.copy(readMs = Some(now)))
  )

  /** The records from the reached offset on are remembered, and so are those before it that the last request covered. */
  private def covered(before: Progress, next: Progress): Option[Long] =
    if (!options.kind.canBeTime || options.lane.isBackfill) None
    else {
      val moved =
        for (from <- before.offset.flatMap(momentOf); to <- next.offset.flatMap(momentOf))
          yield math.min(options.lookbackMs, time.lookbackMs(before) + math.max(0L, to.toEpochMilli - from.toEpochMilli))
      Some(moved.getOrElse(options.lookbackMs))
    }

  private def latest(a: Option[Instant], b: Option[Instant]): Option[Instant] =
    (a ++ b).reduceOption((x, y) => if (x.isBefore(y)) y else x)

  private def isReached(next: Progress, end: Instant): Boolean =
    next.offset.flatMap(time.asked).exists(!_.isBefore(end))

  private def momentOf(offset: String): Option[Instant] = time.asked(offset).orElse(time.momentOf(offset))

  /** The progress with its offset in the format of this run. A coarser format begins a unit earlier. */
  def understood(state: Progress): Progress =
    state.moment.filter(m => isMoment && !moment(state.offset).contains(m)).fold(state) { m => // guard: I3.51
      state.copy(offset = Some(time.render(time.certain(m))))
    }

  /** The offset has no moment, because an earlier version stored it or the log is gone, and it is not a time in this format. */
  def problem(state: Progress, now: Instant): Option[RestError] =
    state.offset
      .filter(_ => isMoment && state.moment.isEmpty && isReversible(now))
      .filter(time.asked(_).forall(_.isAfter(now.plusMillis(StoredOffset.FarMillis)))) // guard: I3.52
      .map { text =>
        Condition.CheckpointUnreadable(
          s"""The stored offset "${text.take(60)}" is not a time of the past in requestOffsetFormat.""",
          "Set requestOffsetFormat, offsetFormat and timeZone as they were in the last run. They may change after the offset has moved."
        )
      }

  /** A pattern may leave out what its text would need to be read. */
  private def isReversible(now: Instant): Boolean = time.asked(time.render(now)).isDefined
}

private object StoredOffset {

  /** No clock is so wrong. */
  val FarMillis: Long = 366L * 24 * 3600 * 1000
}
