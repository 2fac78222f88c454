// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.error.RestError
import io.github.sparkrest.poll.PollOutcome
import io.github.sparkrest.schedule.backfill.BackfillStatus

/** The poller's work so far in this run, for metrics. Counts of requests include retries.
  *
  * @param bytes of responses, decoded
  * @param failures of polls, by the name of their condition
  * @param quotaLeft requests that the API last said were left
  * @param failing endpoints whose last poll failed
  * @param polledAtMs when the last poll without an error was over
  * @param oldestMs the earliest time that an endpoint's offset stands for; `None`: no offset yet, or offsets are not times
  * @param backfill of all endpoints together
  */
final case class PollStatus(
    polls: Long = 0,
    requests: Long = 0,
    bytes: Long = 0,
    records: Long = 0,
    newRecords: Long = 0,
    failures: Map[String, Long] = Map.empty,
    lastError: Option[String] = None,
    quotaLeft: Option[Long] = None,
    failing: Int = 0,
    polledAtMs: Option[Long] = None,
    oldestMs: Option[Long] = None,
    backfill: Option[BackfillStatus] = None
) {
  def failedPolls: Long = failures.values.sum

  def plus(o: PollOutcome, kept: Long): PollStatus =
    copy(
      requests = requests + o.requests,
      bytes = bytes + o.bytes,
      records = records + o.records,
      newRecords = newRecords + kept,
      quotaLeft = o.limit.left.orElse(quotaLeft)
    )

  /** @param failingNow endpoints
    * @param reachedMs times that the offsets of all endpoints stand for
    */
  def after(failingNow: Int, reachedMs: Iterator[Long], backfillNow: Option[BackfillStatus] = None): PollStatus =
    copy(
      backfill = backfillNow,
      failing = failingNow,
      oldestMs = reachedMs.reduceOption(math.min(_, _)),
      lastError = if (failingNow == 0) None else lastError
    )

  def polled(atMs: Long): PollStatus = copy(polls = polls + 1, polledAtMs = Some(atMs))

  def failed(error: RestError): PollStatus = {
    val name = error.condition.name
    copy(
      polls = polls + 1,
      failures = failures.updated(name, failures.getOrElse(name, 0L) + 1),
      lastError = Some(error.text)
    )
  }
}

/** How long requests waited for the API's limits and for `maxRequestRate`. Written by one thread, read by any. */
final class WaitMetrics {
  @volatile private var total = 0L
  @volatile private var current: Option[(Long, Long)] = None

  private[sparkrest] def during[A](now: Long, until: Long)(wait: => A): A = {
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
