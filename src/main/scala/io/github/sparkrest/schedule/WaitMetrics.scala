// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

/** How long requests waited for the API's limits and for `maxRequestRate`. Written by one thread, read by any. */
final class WaitMetrics {
  @volatile private var total = 0L
  @volatile private var current: Option[(Long, Long)] = None

  private[sparkrest] def during(now: Long, until: Long)(wait: => Unit): Unit = {
    current = Some((now, until))
    try wait
    finally {
      total += math.max(0L, until - now)
      current = None
    }
  }

  /** Milliseconds so far, the wait under way included. */
  def totalMs(now: Long): Long = total + current.fold(0L) { case (from, _) => math.max(0L, now - from) }

  /** Milliseconds that the wait under way still takes. */
  def leftMs(now: Long): Long = current.fold(0L) { case (_, until) => math.max(0L, until - now) }
}
