// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule.backfill

import io.github.sparkrest.schedule.EndpointSchedules

/** The backfills of all endpoints together, for metrics. Durations are those of the records' times, not of the work.
  *
  * @param before what was done when this run began
  * @param sinceMs when this run began, epoch milliseconds
  */
final case class BackfillStatus(totalMs: Long, doneMs: Long, before: Long, sinceMs: Long) {
  def isDone: Boolean = doneMs >= totalMs

  /** 100 only at the end. */
  def percent: Long = if (isDone) 100L else math.min(99L, (doneMs * 100.0 / totalMs).toLong)

  /** At the speed of this run. `None`: no slice was read yet. */
  def secondsLeft(now: Long): Option[Long] =
    if (isDone) Some(0L)
    else if (doneMs <= before) None
    else Some(((totalMs - doneMs).toDouble * math.max(0L, now - sinceMs) / (doneMs - before) / 1000).toLong)
}

private[sparkrest] object BackfillStatus {

  /** @param last the status before; `None`: the run begins */
  def of(schedules: EndpointSchedules, last: Option[BackfillStatus], now: Long): Option[BackfillStatus] = {
    val all = schedules.active.flatMap(_.backfill).toVector
    val done = all.map(_.doneMs).sum
    if (all.isEmpty) None
    else Some(BackfillStatus(all.map(_.totalMs).sum, done, last.fold(done)(_.before), last.fold(now)(_.sinceMs)))
  }
}
