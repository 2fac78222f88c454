// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.client.MeteredClient
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.pagelog.format.PacingState
import io.github.sparkrest.poll.{PollOutcome, PollReport, TaskBudget}

/** What keeps the next request back: what the API said, and `maxRequestRate`. For the one thread that polls.
  *
  * With several endpoints a wait that one of them is asked for (503) is its own; one that a quota is the reason for is
  * everybody's.
  *
  * @param before what an earlier run left
  * @param inferred a schema was inferred at this start
  */
final class RateLimiter(config: RestConfig, before: PacingState, inferred: Boolean, began: Long) {
  import RateLimiter._

  private var budget = config.limits.rate.map(TokenLedger(_, config.maxRetries, inferred, before, began))
  private var notBefore = math.min(before.notBefore, began + config.limits.maxWaitMs)

  /** Requests that a task is likely to make. Of a short window it may be all: a crash costs no longer than that. */
  private var likely = config.limits.rate.filter(_.windowMs <= ShortWindowMillis).fold(0L)(_.count.toLong)
  private var outstanding = 0L // tokens of tasks that are not back yet

  /** Tokens that a request gets: one for itself, and others for hops of redirects and for another try after a 401, as far as a
    * request was seen to need them.
    */
  private var each = 1
  private var learned = 1

  /** The last job had a request that lacked tokens. */
  private var fell = false

  /** `maxRequestRate` is given. */
  val isRated: Boolean = budget.isDefined

  /** When the next request may be sent, and what it waits for. */
  def ready(now: Long): (Long, String) = {
    val free = budget.fold(now) { b =>
      if (b.free(now) >= each && b.free(now) - outstanding < each) now + AgainMillis else b.nextFree(now, each)
    }
    if (notBefore >= free) (math.max(now, notBefore), "the API asks for it") else (free, "maxRequestRate is used up")
  }

  /** What a task may ask for: not much more than it is likely to, for what is granted counts as made after a crash.
    *
    * @param ahead the task asks one request after the other, and no other is out: it is also given what falls free while it is
    *   on its way and runs. A stream that uses its rate up would else need a job for each few tokens, and be late for all
    */
  def grant(wanted: Long, now: Long, ahead: Boolean = false): Grant = budget.fold(Grant(wanted)) { b =>
    val most = math.min(wanted, math.max(LeastGrant, likely))
    val free = math.max(1L, math.min(most, (b.free(now) - outstanding) / each))
    val later =
      if (!ahead || each > 1) Vector.empty
      else b.falling(now, now + TaskBudget.TaskMillis, math.min(most - free, MostAhead)).map(_ - now)
    val granted = Grant(free + later.length, later)
    outstanding += granted.requests * each
    granted
  }

  /** The most for endpoints that are slow: what they hold is not free for the others, for as long as they take. */
  def slowShare: Long = budget.fold(Long.MaxValue)(b => math.max(1L, b.share / (2L * each)))

  /** What a poll may send that got so many of the granted requests, all hops and second tries counted. */
  def limited(limits: TaskBudget, granted: Grant): TaskBudget =
    if (isRated) limits.copy(mostSent = limits.maxRequests * each, later = granted.later) else limits

  /** The tasks of a job came back.
    *
    * @param granted to all of them
    * @param now when, or later
    * @return the reports. A request that needed more tokens than it had is no failure if it can get more: its poll is handed back
    */
  def settle(reports: Seq[PollReport], granted: Grant, now: Long): Seq[PollReport] = {
    val lost = reports.exists(_.repeated)
    val ages = reports.flatMap(_.requestAges)
    budget = budget.map { b =>
      outstanding -= granted.requests * each
      // Ages are rounded down, and so is `now`.
      val spent = b.spent(ages.map(now + 1 - _), now) // guard: I7.1
      if (lost) spent.lost((granted.requests * each - ages.length).toInt, now) else spent
    }
    if (!lost) likely = likelyAfter((ages.length + each - 1) / each, granted)
    val short = reports.exists(_.outcomes.exists(o => fellShort(o._2)))
    // What was not free yet may be all that it lacked: a 401 comes once. A redirect comes again, and has to be provided for.
    val tooEarly = short && granted.later.nonEmpty && !fell
    fell = short
    val settled = if (tooEarly || short && each < share) {
      if (!tooEarly) learned = math.min(share, 2 * each)
      reports.map(r => r.copy(outcomes = r.outcomes.map { case (key, o) => key -> handedBack(o) }))
    } else reports
    // Another task that is out was granted by the old measure.
    if (outstanding == 0) each = learned
    settled.foreach(_.outcomes.foreach { case (_, outcome) => heard(outcome, now) })
    settled
  }

  /** One that made all that was free may have had more to ask for: that few were is no reason to expect less of the next, and
    * what falls free together goes out together.
    */
  private def likelyAfter(made: Int, granted: Grant): Long =
    if (made >= granted.requests - granted.later.length) math.max(likely, 2L * made)
    else math.max(made.toLong, likely / 2)

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
  def leastDistance(limit: ServerLimits): Long = limit.pollEveryMs.fold(0L)(math.min(_, config.limits.maxWaitMs))

  /** What is granted counts as made, should this run end before it comes back. */
  def note(now: Long): PacingState = PacingState(
    if (notBefore > now) notBefore else 0L,
    budget.fold(Vector.empty[(Long, Int)])(_.noted(now)),
    outstanding.toInt
  )
}

/** What a job may ask for under `maxRequestRate`.
  *
  * @param later as in [[TaskBudget]]
  */
final case class Grant(requests: Long, later: Vector[Long] = Vector.empty)

private object RateLimiter {
  val LeastGrant = 4L
  val ShortWindowMillis = 10000L

  /** More than a task sends in its time, and little to tell it. */
  val MostAhead = 1000L

  /** What a task that is not back yet leaves of its grant is free again then. */
  val AgainMillis = 50L
}
