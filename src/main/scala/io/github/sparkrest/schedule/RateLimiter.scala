// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.client.MeteredClient
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.pagelog.format.PacingState
import io.github.sparkrest.poll.{PollOutcome, PollReport, TaskBudget}

/** Delays requests: because the API said so, and to keep `maxRequestRate`. For the poller's thread.
  *
  * With several endpoints, a `Retry-After` of an error concerns its endpoint alone. A quota that is used up concerns all.
  *
  * @param lastRun its note
  * @param inferred a schema was inferred at this start
  */
final class RateLimiter(config: RestConfig, lastRun: PacingState, inferred: Boolean, startMs: Long) {
  import RateLimiter._

  private var tokens = config.limits.rate.map(TokenLedger(_, config.maxRetries, inferred, lastRun, startMs))
  private var notBefore = math.min(lastRun.notBefore, startMs + config.limits.maxWaitMs)

  /** One for the request itself, and more if requests turned out to need them: for hops of redirects, for a retry after a 401. */
  private var tokensPerRequest = 1

  /** In the last job a request needed a token that it did not have. */
  private var shortOfTokens = false

  /** When jobs of the live lane returned in the last window, and how many requests they made. */
  private var liveJobs = Vector.empty[(Long, Int)]

  private val mostTokens =
    config.limits.rate.fold(0L)(r => math.max(LeastGrant, r.count * CrashMillis / math.max(1L, r.windowMs)))

  /** `maxRequestRate` is set. */
  val isRated: Boolean = tokens.isDefined

  /** When the next request may be sent, and the reason for the wait. `Long.MaxValue`: only when a task has returned its tokens. */
  def ready(now: Long): (Long, String) = {
    val free = tokens.fold(now)(_.nextFree(now, tokensPerRequest).getOrElse(Long.MaxValue))
    if (notBefore >= free) (math.max(now, notBefore), "the API demands it") else (free, "maxRequestRate is used up")
  }

  /** Grants requests to the next job: at most ten seconds of the rate, because after a crash all of them count as sent.
    *
    * @param ahead the job sends its requests one after the other: it also gets the tokens that will be free while it runs. A
    *   job for each few tokens would take longer than the tokens are apart
    */
  def grant(requests: Long, now: Long, ahead: Boolean = false): Grant = tokens.fold(Grant(requests)) { ledger =>
    val free = ledger.free(now)
    val soon = if (ahead && tokensPerRequest == 1) ledger.free(now + TaskBudget.TaskMillis) - free else 0
    val most = math.min(requests, math.max(1L, mostTokens / tokensPerRequest))
    val granted = math.max(1L, math.min(most, free / tokensPerRequest + math.min(soon.toLong, MostAhead)))
    val (taken, rest) = ledger.take((granted * tokensPerRequest).toInt)
    tokens = Some(rest)
    val later = taken.map { case (at, n) => (ledger.freeAgain(at) - now, n) }.filter(_._1 > 0)
    Grant(granted, later.flatMap { case (ms, n) => Vector.fill(n)(ms) }, tokensPerRequest, taken)
  }

  /** Requests that a backfill may send now. It leaves free a tenth of `maxRequestRate`, at least one request, and as many as the
    * largest job of the live lane made in the last window.
    */
  def spare(now: Long): Long = tokens.fold(Long.MaxValue) { ledger =>
    math.max(0L, (ledger.free(now) - reserve(ledger, now)).toLong / tokensPerRequest) // guard: I10.10
  }

  /** When a backfill may send a request. `Long.MaxValue`: when a task has returned its tokens, at the earliest. */
  def spareAt(now: Long): Long = tokens.fold(now) { ledger =>
    ledger.nextFree(now, reserve(ledger, now) + tokensPerRequest).getOrElse(Long.MaxValue)
  }

  private def reserve(ledger: TokenLedger, now: Long): Int = {
    val recent = liveJobs.iterator.filter { case (at, _) => ledger.freeAgain(at) > now }.map(_._2)
    val wanted = recent.foldLeft(math.max(tokensPerRequest, ledger.share / ReservedPart))(math.max(_, _))
    // With a rate of one request, the lanes take turns.
    math.min(wanted, ledger.share - tokensPerRequest)
  }

  /** Requests that slow endpoints may hold at once: half, so that the others have tokens while slow ones hang. */
  def slowShare: Long = tokens.fold(Long.MaxValue)(l => math.max(1L, l.share / (2L * tokensPerRequest)))

  /** The limits of a poll that got so many of the granted requests.
    *
    * @param room bytes that polling may still run ahead of the query
    */
  def budget(room: Long, requests: Long, granted: Grant): TaskBudget = {
    val isAlone = config.input.isEmpty
    val inFlight = if (isAlone) config.paging.inFlight else 1
    val budget = TaskBudget.within(room, requests, inFlight)
    if (isRated) budget.copy(mostSent = requests * granted.tokensPerRequest, later = granted.later)
    else if (isAlone) budget.copy(maxMillis = TaskBudget.millis(inFlight, config.readChanges))
    else budget
  }

  /** A job returned.
    *
    * @param granted to the whole job
    * @param now not earlier than the moment at which it returned
    * @param isLive it is not the job of a backfill
    * @return the reports. A poll whose request lacked a token is handed back instead of failed, if more tokens can be granted
    */
  def settle(reports: Seq[PollReport], granted: Grant, now: Long, isLive: Boolean = true): Seq[PollReport] = {
    // Ages are rounded down, and so is `now`.
    val over = reports.flatMap(_.requestAges).map(now + 1 - _) // guard: I7.1
    tokens = tokens.map(_.giveBack(granted.tokens, over, reports.exists(_.repeated), now))
    if (isLive) tokens.foreach { ledger =>
      liveJobs = liveJobs.filter { case (at, _) => ledger.freeAgain(at) > now } :+ ((now, over.length))
    }
    val short = reports.exists(_.outcomes.exists(o => fellShort(o._2)))
    // Only the first time: the missing token may have been free a moment later, as for a single 401. A redirect comes again.
    val retriesAsIs = short && granted.later.nonEmpty && !shortOfTokens
    shortOfTokens = short
    val settled = if (retriesAsIs || short && tokensPerRequest < share) {
      if (!retriesAsIs) tokensPerRequest = math.min(share, 2 * tokensPerRequest)
      reports.map(r => r.copy(outcomes = r.outcomes.map { case (key, o) => key -> handedBack(o) }))
    } else reports
    settled.foreach(_.outcomes.foreach { case (_, outcome) => obey(outcome, now) })
    settled
  }

  private def share: Int = tokens.fold(0)(_.share)
  private def fellShort(outcome: PollOutcome) = outcome.error.contains(MeteredClient.NoneLeft)
  private def handedBack(outcome: PollOutcome) =
    if (fellShort(outcome)) outcome.copy(error = None, handedBack = true) else outcome

  private def obey(outcome: PollOutcome, now: Long): Unit = {
    val ofError = if (config.input.isEmpty) outcome.error.flatMap(_.retryAfterMs) else None
    ofError.orElse(outcome.limit.waitMs).foreach { ms =>
      notBefore = math.max(notBefore, now + math.min(ms, config.limits.maxWaitMs))
    }
  }

  /** The least time between two polls that the API named, if any. */
  def leastDistance(limit: ServerLimits): Long = limit.pollEveryMs.fold(0L)(math.min(_, config.limits.maxWaitMs))

  /** For the checkpoint. */
  def note(now: Long): PacingState = PacingState(
    if (notBefore > now) notBefore else 0L,
    tokens.fold(Vector.empty[(Long, Int)])(_.noted(now)),
    tokens.fold(0)(_.out)
  )
}

/** The requests that a job may send under `maxRequestRate`.
  *
  * @param later as in [[TaskBudget]]
  * @param tokens as [[TokenLedger.take]] returned them
  */
final case class Grant(
    requests: Long,
    later: Vector[Long] = Vector.empty,
    tokensPerRequest: Int = 1,
    tokens: Vector[(Long, Int)] = Vector.empty
)

private[schedule] object RateLimiter {

  /** Waits of at least this length are logged and noted. */
  val LongWaitMillis = 1000L
  val LongestWaitMillis: Long = 3600L * 1000

  /** A crash costs so much of the rate, or [[LeastGrant]] tokens. */
  val CrashMillis = 10000L
  val LeastGrant = 4L

  /** The part of the rate that a backfill never uses. */
  val ReservedPart = 10

  /** More than a task sends in its time. */
  val MostAhead = 1000L
}
