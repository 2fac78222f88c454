// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.http.{MeteredClient, RateLimit}
import io.github.sparkrest.options.RestConfig

/** What keeps the next request back: what the API said, and `maxRequestRate`. For the one thread that polls.
  *
  * With several endpoints a wait that one of them is asked for (503) is its own; one that a quota is the reason for is
  * everybody's.
  *
  * @param before what an earlier run left
  * @param inferred a schema was inferred at this start
  */
final class Throttle(config: RestConfig, before: PaceNote, inferred: Boolean, began: Long) {
  import Throttle._

  private var budget = config.limits.rate.map(RequestBudget(_, config.maxRetries, inferred, before, began))
  private var notBefore = math.min(before.notBefore, began + config.limits.maxWaitMs)
  private var lastUsed = 0
  private var outstanding = 0L // tokens of tasks that are not back yet

  /** Tokens that a request gets: one for itself, and others for hops of redirects and for another try after a 401, as far as a
    * request was seen to need them.
    */
  private var each = 1
  private var learned = 1

  /** `maxRequestRate` is given. */
  val isRated: Boolean = budget.isDefined

  /** When the next request may be sent, and what it waits for. */
  def ready(now: Long): (Long, String) = {
    val free = budget.fold(now) { b =>
      if (b.free(now) >= each && b.free(now) - outstanding < each) now + AgainMillis else b.nextFree(now, each)
    }
    if (notBefore >= free) (math.max(now, notBefore), "the API asks for it") else (free, "maxRequestRate is used up")
  }

  /** How many requests a task may make. Twice as many as the last one made: for what is granted counts as made after a crash. */
  def grant(wanted: Long, now: Long): Long = budget.fold(wanted) { b =>
    val most = math.min((b.free(now) - outstanding) / each, math.max(LeastGrant, 2L * lastUsed))
    val granted = math.max(1L, math.min(wanted, most))
    outstanding += granted * each
    granted
  }

  /** What may be sent for so many requests that were granted, all hops and second tries counted. */
  def sendable(granted: Long): Long = if (isRated) granted * each else Long.MaxValue

  /** The tasks of a job came back.
    *
    * @param granted to all of them
    * @param now when, or later
    * @return the reports. A request that needed more tokens than it had is no failure if it can get more: its poll is handed back
    */
  def settle(reports: Seq[PollReport], granted: Long, now: Long): Seq[PollReport] = {
    val lost = reports.exists(_.repeated)
    val ages = reports.flatMap(_.requestAges)
    budget = budget.map { b =>
      outstanding -= granted * each
      // Ages are rounded down, and so is `now`.
      val spent = b.spent(ages.map(now + 1 - _), now)
      if (lost) spent.lost((granted * each - ages.length).toInt, now) else spent
    }
    if (!lost) lastUsed = ages.length
    val settled = if (each < share && reports.exists(_.outcomes.exists(o => fellShort(o._2)))) {
      learned = math.min(share, 2 * each)
      reports.map(r => r.copy(outcomes = r.outcomes.map { case (key, o) => key -> handedBack(o) }))
    } else reports
    // Another task that is out was granted by the old measure.
    if (outstanding == 0) each = learned
    settled.foreach(_.outcomes.foreach { case (_, outcome) => heard(outcome, now) })
    settled
  }

  private def share: Int = budget.fold(0)(_.share)
  private def fellShort(outcome: PollOutcome) = outcome.error.contains(MeteredClient.NoneLeft)
  private def handedBack(outcome: PollOutcome) =
    if (fellShort(outcome)) outcome.copy(error = None, handedBack = true) else outcome

  private def heard(outcome: PollOutcome, now: Long): Unit = {
    val ofError = if (config.input.isEmpty) outcome.error.flatMap(_.retryAfterMs) else None
    ofError.orElse(outcome.limit.waitMs).foreach { ms =>
      notBefore = math.max(notBefore, now + math.min(ms, config.limits.maxWaitMs))
    }
  }

  /** The least distance of two polls, if the API named one. */
  def leastDistance(limit: RateLimit): Long = limit.pollEveryMs.fold(0L)(math.min(_, config.limits.maxWaitMs))

  /** What is granted counts as made, should this run end before it comes back. */
  def note(now: Long): PaceNote = PaceNote(
    if (notBefore > now) notBefore else 0L,
    budget.fold(Vector.empty[(Long, Int)])(_.noted(now)),
    outstanding.toInt
  )
}

private object Throttle {
  val LeastGrant = 4L

  /** What a task that is not back yet leaves of its grant is free again then. */
  val AgainMillis = 50L
}
