// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.time.{Instant, ZoneId}

import io.github.sparkrest.options.values.TimeFormat
import io.github.sparkrest.progress.backfill.TimeRange

/** The time in autumn whose local times appear twice, if a format writes them without their offset. Pure.
  *
  * Such a text means two moments, an hour apart, and the API may read it as either. So no request may begin or end there: records
  * of the other hour would be lost.
  */
final private[strategies] class RepeatedHour(format: Option[TimeFormat], zone: ZoneId) {

  /** Whether the format may write two moments alike, other than by rounding. A date has no hour that could be repeated. */
  private val isLocal = format.exists {
    case p: TimeFormat.Pattern => p.render(RepeatedHour.Morning, zone) != p.render(RepeatedHour.Noon, zone)
    case _                     => false
  }

  /** Both times that contain the moment in their texts; `None`: the text of the moment has one meaning. */
  def around(moment: Instant): Option[TimeRange] =
    if (!isLocal) None
    else
      Option(zone.getRules.getTransition(moment.atZone(zone).toLocalDateTime)).filter(_.isOverlap).flatMap { t =>
        val length = t.getDuration.abs
        val both = TimeRange(t.getInstant.minus(length), t.getInstant.plus(length))
        val isAlike = format.exists(f => f.render(both.from, zone) == f.render(t.getInstant, zone))
        if (isAlike) Some(both) else None
      }
}

private object RepeatedHour {
  val Morning: Instant = Instant.parse("2026-01-15T10:00:00Z")
  val Noon: Instant = Instant.parse("2026-01-15T13:00:00Z")
}
