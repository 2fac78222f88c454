// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule.backfill

import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.backfill.TimeLane
import io.github.sparkrest.pagelog.{Endpoint, Resumption}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.backfill.BackfillRange
import io.github.sparkrest.progress.strategies.OffsetTime

/** The lanes of each endpoint: the live one, and with `backfillFrom` its backfill. Both get the same moment at which the one begins
  * and the other one ends. It is stored in the progress of the backfill, and holds although `initialOffset` changes.
  *
  * @param start the progress that is stored
  */
final private[sparkrest] class BackfillLanes(config: RestConfig, start: Resumption) {
  private val time = new OffsetTime(config.offset)

  def of(endpoints: Seq[Endpoint]): Vector[Endpoint] = endpoints.toVector.flatMap { e =>
    meeting(e).fold(Vector(e)) { moment =>
      e.copy(lane = TimeLane.Live(moment)) +: config.offset.backfill.map(b => e.backfill(b.from, moment)).toVector
    }
  }

  private def meeting(e: Endpoint): Option[Instant] = stored(e).orElse(config.offset.backfill.map { b =>
    val live = start.states.get(e.key)
    // A live lane that began without a backfill has read `lookback` more, although its offset may not have moved yet.
    val began = live.exists(_ != Progress.Initial) // guard: I10.20
    val until = if (began) b.until.minusMillis(config.offset.lookbackMs) else b.until // guard: I10.13
    live.flatMap(_.since).getOrElse(time.expressible(until)) // guard: I10.28
  })

  private def stored(e: Endpoint): Option[Instant] = start.states
    .get(Endpoint.backfillKey(e.key))
    .flatMap(_.offset)
    .map(BackfillRange.parse(_).fold(e => throw e.toException, _.whole.until)) // guard: I10.14
}
