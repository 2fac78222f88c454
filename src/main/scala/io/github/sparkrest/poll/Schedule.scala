// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import scala.annotation.tailrec

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, Effect, RestError}
import io.github.sparkrest.http.Clock
import io.github.sparkrest.progress.Progress

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
        Condition.TooManyErrors(
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

/** How long to wait before a failed request is sent again. Pure: moments are epoch milliseconds, `jitter` is in [0, 1). */
final class Backoff(config: RestConfig) {

  /** When to send the request again: exponential backoff with full jitter, and not before the API allows it. `None`: give up,
    * because of the error or of `maxRetries`.
    *
    * @param tries made so far, at least 1
    */
  def retryAt(error: RestError, tries: Int, now: Long, jitter: Double): Option[Long] =
    if (error.condition.effect != Effect.Retry || !error.repeatable || tries > config.maxRetries) None
    else {
      val ceiling = math.min(config.retryBackoffMs.toDouble * math.pow(2, tries - 1.0), Backoff.MaxMillis.toDouble)
      Some(now + math.max((ceiling * jitter).toLong, apiWait(error)))
    }

  /** The wait that the API named in its answer. */
  def apiWait(error: RestError): Long = math.min(error.retryAfterMs.getOrElse(0L), config.limits.maxWaitMs)
}

object Backoff {
  val MaxMillis: Long = 60L * 1000
}

/** The retries of one poll, all its pages together, or of one row call. Immutable.
  *
  * @param made so far
  * @param failedJobs jobs in a row that failed. Requests about a job succeed in between, and do not end the row
  */
final case class Retries(backoff: Backoff, made: Int = 0, failedJobs: Int = 0) {

  /** After another failure: when to try again, and the retries including that one. `None`: give up. */
  def next(error: RestError, now: Long, jitter: Double): Option[(Long, Retries)] =
    if (error.condition == Condition.JobFailed)
      backoff.retryAt(error, failedJobs + 1, now, jitter).map(_ -> copy(failedJobs = failedJobs + 1)) // guard: I3.30
    else backoff.retryAt(error, made + 1, now, jitter).map(_ -> copy(made = made + 1))

  /** For the poll after one that gave up. */
  def givenUp(error: RestError): Retries =
    if (error.condition == Condition.JobFailed) copy(made = 0, failedJobs = failedJobs + 1) else none // guard: I3.31

  /** For another poll, or after a response. */
  def none: Retries = copy(made = 0)

  /** After a poll that has read its records.
    *
    * @param next progress after the poll
    */
  def after(next: Progress): Retries = if (next.job.isEmpty) copy(made = 0, failedJobs = 0) else none
}

object Retries {

  /** Repeats an attempt until it succeeds or the backoff gives up.
    *
    * @param pause waits until the given moment; gets the error for its log message
    */
  def blocking[A](backoff: Backoff, clock: Clock, jitter: () => Double)(pause: (Long, RestError) => Unit)(
      attempt: () => Either[RestError, A]
  ): Either[RestError, A] = {
    @tailrec def tried(retries: Retries): Either[RestError, A] = {
      val result = attempt()
      result.left.toOption.flatMap(e => retries.next(e, clock.now().toEpochMilli, jitter()).map(e -> _)) match {
        case Some((error, (at, later))) =>
          pause(at, error)
          tried(later)
        case None => result
      }
    }
    tried(Retries(backoff))
  }
}
