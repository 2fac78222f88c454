// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import scala.annotation.tailrec

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, Effect, RestError}
import io.github.sparkrest.http.Clock
import io.github.sparkrest.progress.Progress

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
