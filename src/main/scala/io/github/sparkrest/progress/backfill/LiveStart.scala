// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.backfill

import java.time.Instant

import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.progress.strategies.OffsetTime

/** Where the live lane begins next to a backfill. The lane delivers exactly the records from this moment on. Pure.
  *
  * An API may exclude the beginning of a slice. So the request for the first slice begins a unit earlier, and older records are
  * dropped by their time. With `boundary=exclusive` the slices of the API are exact, and no request begins before the moment.
  */
final private[progress] class LiveStart(start: Instant, options: OffsetConfig) {
  private val time = new OffsetTime(options)

  /** The API returns exactly the records from the start on. */
  private val isExact = options.exclusive && time.isExact(start)
  private val earliest = if (isExact) start else time.certain(time.unitsAfter(start, -1)) // guard: I10.27

  /** The beginning of the request from this offset on: at most `lookbackMs` earlier. */
  def sent(offset: String, lookbackMs: Long): String = {
    val from = time.asked(offset).map(_.minusMillis(lookbackMs))
    if (from.exists(_.isAfter(start))) time.sent(offset, lookbackMs) else time.render(earliest) // guard: I10.2
  }

  /** The record belongs to the backfill. */
  def isBefore(moment: Instant): Boolean = !isExact && moment.isBefore(start)
}
