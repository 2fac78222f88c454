// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, Effect, RestError}

/** When to poll next, and when to give up. Pure: moments are epoch milliseconds. */
final class Schedule(val config: RestConfig) {
  import Schedule._

  val backoff: Backoff = new Backoff(config)

  /** When the next poll begins. The interval counts from the beginning of one poll to the beginning of the next. Without an
    * interval, the next poll begins at once while new records arrive.
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

  /** Whether the offset moved without a new record, outside a traversal. An API that returns a new cursor in each response may
    * do so forever. Windows are exempt: they move with the time, and end at the present.
    *
    * @param kept number of new records
    */
  def isFruitless(outcome: PollOutcome, kept: Long): Boolean =
    kept == 0 && outcome.more && outcome.state.begunMs.isEmpty && !config.offset.kind.movesWithTime

  /** When to request the next page of a traversal. After `maxPagesPerPoll` pages, `catchUpInterval` applies if it is set.
    *
    * @param pages of this poll so far
    */
  def withinTraversal(began: Long, now: Long, pages: Long): Long = {
    val next = now + config.paging.intervalMs
    if (pages < config.paging.maxPages) next else config.catchUpIntervalMs.fold(next)(c => math.max(next, began + c))
  }

  /** After a restart, the interval counts from the last poll of the previous run, unless the clock was set back. */
  def afterRestart(polledAt: Option[Long], now: Long): Long =
    polledAt.filter(_ <= now).fold(now)(p => math.max(now, p + config.streamingIntervalMs))

  /** When the next poll begins after a poll failed. */
  def afterFailure(error: RestError, began: Long, now: Long): Long =
    math.max(
      now + backoff.apiWait(error),
      if (config.streamingIntervalMs > 0) began + config.streamingIntervalMs else now + config.retryBackoffMs
    )

  /** The error that ends the query after a failed poll. `None`: the query continues. */
  def verdict(error: RestError, errorsInRow: Long, fresh: Boolean, mustComplete: Boolean): Option[RestError] = {
    val effect = error.condition.effect
    if (effect == Effect.Fatal || effect == Effect.FatalAtFirst && fresh) Some(error)
    else {
      val why =
        if (config.failOnError) Some("onError is fail")
        else if (mustComplete) Some("Trigger.AvailableNow and Once must not treat a failure as the end of the data")
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

  /** Between two polls without new records, if there is no interval. */
  val IdleMillis = 200L
}
