// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, Effect, RestError}

/** When to poll next, and when to give up. Pure: moments are epoch milliseconds. */
final class Schedule(config: RestConfig) {
  import Schedule._

  val backoff: Backoff = new Backoff(config)

  /** With an interval: from the beginning of one poll to the beginning of the next. Without: at once while records come.
    *
    * @param fruitless see [[isFruitless]]
    */
  def afterSuccess(began: Long, now: Long, more: Boolean, fruitless: Boolean = false): Long = {
    val catchUp = config.catchUpIntervalMs.getOrElse(config.streamingIntervalMs)
    if (more && catchUp > 0) began + catchUp
    else if (more && !fruitless) now
    else if (more || config.streamingIntervalMs == 0) now + IdleMillis
    else began + config.streamingIntervalMs
  }

  /** The offset moved and no new record came, outside a traversal. An API that names a new cursor in each response may do so
    * forever. A window moves with the time, and ends at the present.
    *
    * @param kept records that were new
    */
  def isFruitless(outcome: PollOutcome, kept: Long): Boolean =
    kept == 0 && outcome.more && outcome.state.traversal.isEmpty && !config.offset.kind.movesWithTime

  /** The next page of a traversal, also after `maxPagesPerPoll`: then `catchUpInterval` counts, if it is given.
    *
    * @param pages of this poll so far
    */
  def withinTraversal(began: Long, now: Long, pages: Long): Long = {
    val next = now + config.paging.intervalMs
    if (pages < config.paging.maxPages) next else config.catchUpIntervalMs.fold(next)(c => math.max(next, began + c))
  }

  /** After a restart the interval counts from the last poll of the run before, unless the clock was set back. */
  def afterRestart(polledAt: Option[Long], now: Long): Long =
    polledAt.filter(_ <= now).fold(now)(p => math.max(now, p + config.streamingIntervalMs))

  /** The poll failed; the next one is another poll. */
  def afterFailure(error: RestError, began: Long, now: Long): Long =
    math.max(
      now + backoff.apiWait(error),
      if (config.streamingIntervalMs > 0) began + config.streamingIntervalMs else now + config.retryBackoffMs
    )

  /** Whether a failed poll ends the query. `None`: it goes on. */
  def verdict(error: RestError, errorsInRow: Long, fresh: Boolean, mustComplete: Boolean): Option[RestError] = {
    val effect = error.condition.effect
    if (effect == Effect.Fatal || effect == Effect.FatalAtFirst && fresh) Some(error)
    else {
      val why =
        if (config.failOnError) Some("onError is fail")
        else if (mustComplete) Some("Trigger.AvailableNow and Once must not take a failure for the end of the data")
        else config.maxConsecutiveErrors.filter(errorsInRow >= _).map(n => s"maxConsecutiveErrors is $n")
      why.map(w =>
        RestError(
          Condition.TooManyErrors,
          s"$errorsInRow poll(s) failed in a row, and $w. The last error: ${error.text}",
          ""
        )
      )
    }
  }
}

object Schedule {

  /** Between two polls that bring nothing, without an interval. */
  val IdleMillis = 200L
}
