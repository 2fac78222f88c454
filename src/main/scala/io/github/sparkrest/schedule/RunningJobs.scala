// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.pagelog.Endpoint
import io.github.sparkrest.poll.{PollOutcome, PollReport, PollRequest}
import io.github.sparkrest.progress.Progress

/** Jobs that an endpoint can be polled in. */
sealed private[sparkrest] trait Lane {

  /** The lane of an endpoint whose poll ended so. */
  def after(outcome: PollOutcome): Lane =
    if (this == Lane.Backfill) this
    else if (outcome.handedBack) if (this == Lane.Fast) Lane.Slow else Lane.Stuck
    else if (outcome.tookMs <= Lane.SlowMillis * math.max(1, outcome.requests)) Lane.Fast
    else if (this == Lane.Stuck && outcome.tookMs > SlowLimits.PatienceMillis) Lane.Stuck
    else Lane.Slow
}

private[sparkrest] object Lane {

  /** An endpoint that takes longer for a response is polled separately: it would hold up the others. */
  val SlowMillis = 1000L

  /** Between two fast jobs with several endpoints. */
  val MinTurnMillis = 50L

  /** One job at a time, for all endpoints that answer quickly. */
  case object Fast extends Lane

  /** One job at a time, for endpoints whose responses take long. It has patience, but hands back what trickles: otherwise one
    * endpoint could hold up the others for as long as it likes.
    */
  case object Slow extends Lane

  /** A job for one endpoint, which the slow lane waited for in vain. It takes the time that it needs. */
  case object Stuck extends Lane

  /** One job at a time, for backfills. It starts when no other job can, and holds up none. */
  case object Backfill extends Lane
}

/** A job that has not returned yet.
  *
  * @param keys of its endpoints
  * @param mostRequests that each poll may make
  * @param overtaken see [[PollerState]], when it started
  */
final private[sparkrest] case class RunningJob(
    lane: Lane,
    keys: Vector[String],
    granted: Grant,
    mostRequests: Vector[Long],
    overtaken: Int
)

/** The jobs that run, and which job may start next. Pure. */
final private[sparkrest] case class RunningJobs(
    limits: SlowLimits,
    jobs: Map[Int, RunningJob] = Map.empty,
    lastId: Int = 0
) {
  def isEmpty: Boolean = jobs.isEmpty

  def isFree(lane: Lane): Boolean =
    jobs.values.count(_.lane == lane) < (if (lane == Lane.Stuck) limits.most else 1)

  def started(job: RunningJob): RunningJobs = copy(jobs = jobs + (lastId + 1 -> job), lastId = lastId + 1)

  def returned(id: Int): RunningJobs = copy(jobs = jobs - id)

  /** Requests that jobs for slow endpoints were granted. */
  def slowRequests: Long =
    jobs.values.iterator.filter(j => j.lane == Lane.Slow || j.lane == Lane.Stuck).map(_.granted.requests).sum

  /** Requests that running jobs may still make, if that is limited. */
  def mostRequests: Long = jobs.values.iterator.flatMap(_.mostRequests).sum

  /** Slow endpoints first: their job holds up no other. Backfills last. */
  def next(
      due: Vector[EndpointSchedule],
      slowMayStart: Boolean,
      fastMayStart: Boolean,
      backfillMayStart: Boolean = false
  ): Option[(Lane, Vector[EndpointSchedule])] = {
    val byLane = due.groupBy(_.lane)
    val lanes =
      (if (slowMayStart) Seq(Lane.Slow, Lane.Stuck) else Nil) ++ (if (fastMayStart) Seq(Lane.Fast) else Nil) ++
        (if (backfillMayStart) Seq(Lane.Backfill) else Nil) // guard: I10.9
    lanes
      .filter(isFree)
      .flatMap { lane =>
        byLane.get(lane).map(chosen => lane -> (if (lane == Lane.Stuck) Vector(chosen.minBy(_.due)) else chosen))
      }
      .headOption
  }
}

/** A job that returned, while its reports are settled one after the other.
  *
  * @param polls of the reports that are settled
  * @param appending states for the manifest of the next report
  */
final private[sparkrest] case class Settling(
    job: RunningJob,
    reports: List[PollReport],
    polls: Vector[SettledPoll],
    appending: Map[Endpoint, Progress] = Map.empty
)

/** The polls of the next job.
  *
  * @param chosen their endpoints
  */
final private[schedule] case class GrantedPolls(
    chosen: Vector[EndpointSchedule],
    granted: Grant,
    polls: Vector[PollRequest]
) {
  def job(lane: Lane, overtaken: Int): RunningJob =
    RunningJob(lane, chosen.map(_.key), granted, polls.map(_.limits.maxRequests), overtaken)
}

/** Distributes the requests that are possible now over the endpoints that have been due the longest. For the poller's thread.
  *
  * @param isAlone the stream has one live endpoint
  * @param patienceMs of a job for slow endpoints
  */
final private[schedule] class PollGrants(
    config: RestConfig,
    backfill: RestConfig,
    limiter: RateLimiter,
    isAlone: Boolean,
    patienceMs: Long
) {

  /** @param room bytes that polling may still run ahead of the query
    * @param left of `maxRequestsPerTrigger`
    * @param share requests that the lane may be granted
    */
  def of(lane: Lane, due: Vector[EndpointSchedule], room: Long, left: Long, share: Long, now: Long): GrantedPolls = {
    val ofLane = if (lane == Lane.Backfill) backfill else config
    val single = if (lane == Lane.Backfill) due.length == 1 else isAlone
    val candidates = due.sortBy(_.due).map(_.begun(ofLane, now))
    val wished =
      if (single) candidates.head.pagesLeft(ofLane, alone = true) else math.min(candidates.length.toLong, share)
    val most = if (lane == Lane.Backfill) math.min(share, wished) else wished
    val granted = limiter.grant(math.min(left, most), now, ahead = single && lane != Lane.Backfill)
    val chosen = candidates.take(math.min(granted.requests, candidates.length.toLong).toInt)
    val polls = chosen.map { s =>
      val requests =
        if (single) granted.requests
        else if (limiter.isRated) 1L
        else math.min(s.pagesLeft(ofLane, alone = lane == Lane.Backfill), math.max(1L, left / chosen.length))
      val budget = limiter.budget(room / chosen.length, requests, granted)
      PollRequest(s.endpoint, s.state, if (lane == Lane.Slow) budget.copy(patienceMs = patienceMs) else budget)
    }
    GrantedPolls(chosen, granted, polls)
  }
}
