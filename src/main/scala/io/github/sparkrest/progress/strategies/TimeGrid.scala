// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.time.{Instant, ZoneId}

/** The moments at which aligned slices of time end. Days are those of the calendar, which may have 23 or 25 hours. */
final private[strategies] class TimeGrid(stepMs: Long, zone: ZoneId) {
  import TimeGrid._

  private val days = if (stepMs % DayMs == 0) Some(stepMs / DayMs) else None

  /** The next moment of the grid. */
  def after(moment: Instant): Instant = days match {
    case Some(n) =>
      // Whole weeks begin on a Monday: the fifth day of 1970 is the first one.
      val first = if (n % 7 == 0) 4L else 0L
      val day = moment.atZone(zone).toLocalDate.toEpochDay - first
      java.time.LocalDate.ofEpochDay(first + (Math.floorDiv(day, n) + 1) * n).atStartOfDay(zone).toInstant
    case None => Instant.ofEpochMilli((Math.floorDiv(moment.toEpochMilli, stepMs) + 1) * stepMs)
  }
}

private object TimeGrid {
  private val DayMs = 24L * 3600 * 1000
}
