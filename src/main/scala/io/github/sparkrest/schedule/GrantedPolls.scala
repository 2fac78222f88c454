// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.poll.{PollRequest, TaskBudget}

/** The polls of the next job.
  *
  * @param chosen their endpoints
  */
final private[schedule] case class GrantedPolls(
    chosen: Vector[EndpointSchedule],
    granted: Grant,
    polls: Vector[PollRequest]
) {
  def job(lane: Lane, overtaken: Int): Job =
    Job(lane, chosen.map(_.key), granted, polls.map(_.limits.maxRequests), overtaken)
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
    val candidates = due.sortBy(_.due).map(_.begun(ofLane))
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
      val budget = TaskBudget.within(room / chosen.length, requests, if (config.input.isEmpty) config.paging.inFlight else 1)
      PollRequest(s.endpoint, s.state, limiter.limited(budget, granted))
    }
    val patient =
      if (lane == Lane.Slow) polls.map(p => p.copy(limits = p.limits.copy(patienceMs = patienceMs))) else polls
    GrantedPolls(chosen, granted, patient)
  }
}
