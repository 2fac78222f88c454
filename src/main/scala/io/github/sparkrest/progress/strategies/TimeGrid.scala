// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.time.{Instant, ZoneId}

/** The moments at which aligned slices of time end. Days are those of the calendar, which may have 23 or 25 hours. */
final private[progress] class TimeGrid(stepMs: Long, zone: ZoneId) {
  import TimeGrid._

  private val days = if (stepMs % DayMs == 0) Some(stepMs / DayMs) else None

  /** The next moment of the grid. */
  def after(moment: Instant): Instant = end(moment, 1)

  /** The last moment of the grid that is earlier. */
  def before(moment: Instant): Instant = end(moment.minusNanos(1), 0)

  /** The moment of the grid so many steps after the last one at or before `moment`. */
  private def end(moment: Instant, steps: Long): Instant = days match {
    case Some(n) =>
      // Whole weeks begin on a Monday: the fifth day of 1970 is the first one.
      val first = if (n % 7 == 0) 4L else 0L
      val day = moment.atZone(zone).toLocalDate.toEpochDay - first
      java.time.LocalDate.ofEpochDay(first + (Math.floorDiv(day, n) + steps) * n).atStartOfDay(zone).toInstant
    case None => Instant.ofEpochMilli((Math.floorDiv(moment.toEpochMilli, stepMs) + steps) * stepMs)
  }
}

private object TimeGrid {
  private val DayMs = 24L * 3600 * 1000
}
