// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import scala.annotation.tailrec

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.RetryPolicy
import io.github.sparkrest.pagelog.{Endpoint, Resumption}
import io.github.sparkrest.poll.{PollReport, Schedule}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.strategies.OffsetTime
import io.github.sparkrest.schedule.PollerCommand._
import io.github.sparkrest.schedule.backfill.{BackfillStatus, BackfillTurns}

/** Every decision of the poller: which endpoints are polled when, in which job, and what a result means. It does no I/O and
  * reads no clock: events go in by [[step]], commands come out, and [[Poller]] executes them.
  *
  * @param jitter in [0, 1), for retries
  */
final private[sparkrest] class PollerState(
    config: RestConfig,
    endpoints: Seq[Endpoint],
    private var start: Resumption,
    mustComplete: Boolean,
    slowLimits: SlowLimits,
    sweepMillis: Long,
    jitter: () => Double,
    startMs: Long
) {
  private var refresh = InputRefresh(config.input.flatMap(_.refreshMs), startMs)
  private val isAlone = endpoints.count(!_.isBackfill) == 1 && refresh.everyMs.isEmpty

  /** Only a request that may be repeated can be broken off. */
  private val mayShare = !isAlone && config.job.isEmpty && RetryPolicy.isIdempotent(config.method.text)
  private val rules = new Schedule(config)
  private val offsetTime = new OffsetTime(config.offset)
  private val limiter = new RateLimiter(config, start.pace, start.inferred, startMs)
  private val mostRequests = config.maxRequestsPerTrigger.filter(_ => mustComplete)
  private val turns = new Turns(mostRequests.isDefined && !isAlone, start.pace.last)

  private var schedules = EndpointSchedules(turns.ordered(endpoints), start, rules, startMs)
  private var jobs = RunningJobs(slowLimits)
  private val backfill = new BackfillTurns(config, limiter)
  private val grants = new PollGrants(config, backfill.config, limiter, isAlone, slowLimits.patienceMs)
  private var settling: Option[Settling] = None

  /** How often an older run's manifest took the place of one of this run: polls that began before are void. */
  private var overtaken = 0
  private var fresh = start.fresh // nothing was ever polled under this checkpoint
  private var sweptMs = startMs

  /** When the newest job of the live lane started, for the interval after a restart. */
  private var jobStartedMs = startMs
  private var nextFastMs = startMs
  private var announcedWaitMs = 0L

  /** Only [[step]] changes it and [[catchingUp]]. */
  var status: PollStatus = PollStatus(backfill = BackfillStatus.of(schedules, None, startMs))

  /** That the input has now. */
  var endpointCount: Int = endpoints.count(!_.isBackfill)

  /** More records are waiting at the API, and are polled now, without an interval. */
  var catchingUp: Boolean = false

  def step(event: PollerEvent, now: Long): Vector[PollerCommand] = event match {
    case PollerEvent.Due(unreadBytes, unreadRecords)     => lookAround(unreadBytes, unreadRecords, now)
    case PollerEvent.Finished(id, reports)               => finished(id, reports, now)
    case PollerEvent.Appended(standing)                  => appended(standing, now)
    case PollerEvent.InputRead(read)                     => inputRead(read, now)
    case PollerEvent.Failed(PollerEvent.InputJob, cause) =>
      refresh = refresh.ended(now)
      Vector(PollerMessages.inputFailed(cause))
    case PollerEvent.Failed(_, cause) => Vector(Fail(cause))
  }

  private def inputRead(read: Vector[Endpoint], now: Long): Vector[PollerCommand] = {
    val before = schedules
    val (kept, expired) = schedules.changedTo(read, start, rules, now).purged(now, config.endpointRetentionMs)
    schedules = kept
    start = start.without(expired) // guard: I3.40
    endpointCount = schedules.live.size
    refresh = refresh.ended(now)
    PollerMessages.inputChanged(before, schedules, expired)
  }

  private def lookAround(unreadBytes: Long, unreadRecords: Long, now: Long): Vector[PollerCommand] =
    if (unreadBytes >= config.maxBufferedBytes) { // guard: I4.1
      catchingUp = false
      Vector(PollerMessages.BufferFull, WakeQuery, AwaitRoom)
    } else {
      // A task that was run again, or whose executor was lost, leaves a page file that no manifest will ever name.
      val sweeps = now - sweptMs >= sweepMillis && jobs.isEmpty
      if (sweeps) sweptMs = now
      val reads = refresh.isDue(now) && !mustComplete
      if (reads) refresh = refresh.begun
      (if (sweeps) Vector(SweepLost) else Vector.empty) ++ (if (reads) Vector(ReadInput) else Vector.empty) ++
        startOrWait(config.maxBufferedBytes - unreadBytes, backfill.hasRoom(unreadBytes, unreadRecords), now)
    }

  private def startOrWait(room: Long, backfillHasRoom: Boolean, now: Long): Vector[PollerCommand] = {
    val waiting = schedules.served.filterNot(s => s.inFlight || s.isSettled).toVector // guard: I3.9
    val (ready, reason) = limiter.ready(now)
    val backfillAt =
      if (!jobs.isFree(Lane.Backfill) || mostRequests.isDefined && schedules.live.exists(!_.isSettled)) Long.MaxValue // guard: I10.16
      else backfill.nextAt(waiting, backfillHasRoom, now)
    if (mustComplete && jobs.isEmpty && schedules.active.forall(_.isSettled)) Vector(Complete, WakeQuery)
    else if (ready > now && ready < Long.MaxValue && jobs.isFree(Lane.Fast)) holdBack(ready, reason, now)
    else
      jobs
        .next(waiting.filter(_.due <= now), slowShare > 0, nextFastMs <= now, backfillAt <= now)
        .filter(_ => ready <= now && requestsLeft > 0) match {
        case Some((lane, due)) => begin(lane, due, room, now)
        case None              =>
          val moments = waiting.iterator.map(_.due) ++ Iterator(nextFastMs, ready, backfillAt) ++ refresh.moment
          val wait = WaitUntil(moments.filter(_ > now).foldLeft(now + RateLimiter.LongestWaitMillis)(math.min(_, _)))
          // Under `AvailableNow` the query waits for a full batch while this run catches up. It must make room, and records that
          // are there must not wait for the requests of a backfill.
          val isRated = jobs.isEmpty && backfillAt - now >= RateLimiter.LongWaitMillis // guard: I10.51
          val wakes = catchingUp && (!backfillHasRoom || isRated) && backfillAt < Long.MaxValue // guard: I10.40
          if (wakes) catchingUp = false
          (if (wakes) Vector(WakeQuery) else Vector.empty) :+ wait
      }
  }

  private def holdBack(until: Long, reason: String, now: Long): Vector[PollerCommand] = {
    catchingUp = false
    val isNews = until - now >= RateLimiter.LongWaitMillis && until > announcedWaitMs
    if (isNews) announcedWaitMs = until
    // A restart obeys the wait too.
    (if (isNews) Vector(PollerMessages.waits(until, now, reason), note(now), WakeQuery) else Vector.empty) :+
      WaitUntil(until, heldBack = true)
  }

  /** Requests that jobs for slow endpoints may still be granted. */
  private def slowShare: Long = limiter.slowShare - jobs.slowRequests

  /** Of `maxRequestsPerTrigger`, without the requests that running jobs may still make. */
  private def requestsLeft: Long = mostRequests.fold(Long.MaxValue)(_ - status.requests - jobs.mostRequests)

  /** Grants requests to the endpoints that have been due the longest. The note comes first: a crash hides how many were sent. */
  private def begin(lane: Lane, due: Vector[EndpointSchedule], room: Long, now: Long): Vector[PollerCommand] = {
    val isBackfill = lane == Lane.Backfill
    val share = if (isBackfill) limiter.spare(now) else if (lane == Lane.Fast) Long.MaxValue else slowShare
    val bytes = if (isBackfill) math.min(room, backfill.mostBytes) else room
    val granted = grants.of(lane, due, bytes, requestsLeft, share, now)
    granted.chosen.foreach(s => schedules = schedules.updated(s))
    jobs = jobs.started(granted.job(lane, overtaken))
    if (!isBackfill) jobStartedMs = now // guard: I10.19
    val started = StartPolls(jobs.lastId, lane, granted.polls, sharing = mayShare && lane == Lane.Fast)
    if (config.streamingIntervalMs > 0 && !isBackfill || limiter.isRated) Vector(note(now), started) else Vector(started)
  }

  private def note(now: Long): PollerCommand = {
    val states = schedules.unlogged ++ schedules.all.filter(_ => isAlone).map(s => s.endpoint -> s.state)
    val pace = limiter.note(now).copy(last = turns.reached(schedules.all.filterNot(_.endpoint.isBackfill)))
    NoteState(jobStartedMs, states.map { case (e, state) => e.key -> state }, pace)
  }

  private def finished(id: Int, told: Seq[PollReport], now: Long): Vector[PollerCommand] = {
    val job = jobs.jobs(id)
    jobs = jobs.returned(id)
    schedules = schedules.updated(job.keys)(_.copy(inFlight = false))
    // Endpoints that become due within this time are polled together.
    if (job.lane == Lane.Fast && !isAlone) nextFastMs = now + Lane.MinTurnMillis
    if (job.lane == Lane.Backfill) backfill.returned(told)
    val reports = limiter
      .settle(told, job.granted, now, job.lane != Lane.Backfill)
      .map(schedules.versioned)
    (if (reports.exists(_.repeated)) Vector(PollerMessages.Repeated) else Vector.empty) ++
      settle(Settling(job, reports.toList, Vector.empty), now)
  }

  /** One report after the other: an append may find that this run was overtaken, and then the following reports are void. */
  @tailrec private def settle(s: Settling, now: Long): Vector[PollerCommand] = s.reports match {
    case report :: rest if s.job.overtaken == overtaken =>
      report.file match {
        case Some(file) =>
          val states = schedules.statesOf(report, file)
          settling = Some(s.copy(appending = states))
          Vector(Append(file, states))
        case None => settle(s.copy(reports = rest, polls = s.polls ++ count(report, isLogged = false, now)), now)
      }
    case _ =>
      settling = None
      conclude(s.polls, now)
  }

  private def appended(standing: Map[String, Progress], now: Long): Vector[PollerCommand] =
    settling.fold(Vector.empty[PollerCommand]) { s =>
      val isOurs = standing == s.appending.map { case (e, state) => e.key -> state }
      schedules = schedules.logged(standing, isOurs)
      if (!isOurs) overtaken += 1
      val counted = if (isOurs) s.reports.headOption.toVector.flatMap(count(_, isLogged = true, now)) else Vector.empty
      settle(s.copy(reports = s.reports.drop(1), polls = s.polls ++ counted), now)
    }

  /** The records that a poll received before an error count, and are not requested again. */
  private def count(report: PollReport, isLogged: Boolean, now: Long): Vector[SettledPoll] = for {
    (key, outcome) <- report.outcomes
    s <- schedules.get(key)
  } yield {
    val kept = report.file.fold(0L)(_.recordsOf(key))
    status = status.plus(outcome, kept)
    val distance = limiter.leastDistance(outcome.limit)
    val (next, result) =
      s.settled(outcome, kept, isLogged, distance, now, jitter(), if (s.endpoint.isBackfill) backfill.rules else rules)
    schedules = schedules.updated(
      if (s.endpoint.isBackfill) backfill.settled(next, now)
      else {
        val reachedMs = next.state.offset.flatMap(offsetTime.momentOf).map(_.toEpochMilli)
        next.copy(reachedMs = reachedMs, lane = if (mayShare) next.lane else Lane.Fast)
      }
    )
    SettledPoll(key, outcome, kept, result)
  }

  private def conclude(polls: Vector[SettledPoll], now: Long): Vector[PollerCommand] = {
    val messages = polls.flatMap(p => schedules.get(p.key).toVector.flatMap(concluded(_, p, now)))
    val settled = polls.flatMap(p => schedules.get(p.key).map(_ -> p))
    val failing = schedules.active.count(_.errorsInRow > 0)
    status =
      status.after(failing, schedules.active.flatMap(_.reachedMs), BackfillStatus.of(schedules, status.backfill, now))
    val failures = settled.collect { case (s, SettledPoll(_, _, _, PollResult.Failed(error))) => s -> error }
    val isDone = mustComplete && (schedules.active.forall(_.isSettled) || mostRequests.exists(_ <= status.requests))
    val ending = schedules.verdict(failures, fresh, isAlone, mustComplete, rules)
    // No later poll may write the note, and then each run would send a place again that the API refused. And tokens that were
    // granted and not used are free again.
    val isLast = isDone || ending.isDefined // guard: I3.10
    val mustNote = schedules.unlogged.nonEmpty || limiter.isRated || turns.isKept
    val noted = if (isLast && mustNote || settled.exists(_._1.mustNote)) Vector(note(now)) else Vector.empty
    catchingUp = limiter.ready(now)._1 <= now &&
      // Live records need not wait until a batch is full.
      (if (mustComplete) schedules.active else schedules.live).exists(s => s.more && !s.complete && s.due <= now)
    messages ++ PollerMessages.polled(settled.filterNot(_._2.isAcknowledgement)) ++ noted ++
      (ending match {
        case Some(error) => Vector(Fail(error.toException))
        case None        => PollerMessages.failed(failures, now) ++ (if (isDone) Seq(Complete) else Nil) :+ WakeQuery
      })
  }

  private def concluded(s: EndpointSchedule, p: SettledPoll, now: Long): Vector[PollerCommand] = {
    val messages = p.result match {
      case PollResult.Polled =>
        if (!s.endpoint.isBackfill) fresh = false
        status = status.polled(now)
        val (ended, reason) = s.ended(p.outcome, p.kept, status.requests, now, config, rules)
        if (mustComplete) schedules = schedules.updated(ended)
        reason.filter(_ => mustComplete).map(PollerMessages.complete(s, _))
      case PollResult.Failed(error) =>
        status = status.failed(error)
        None
      case PollResult.Retried(error, attempt) => Some(PollerMessages.again(s, error, attempt))
      case PollResult.HandedBack              => None
      case PollResult.Acknowledged            => Some(PollerMessages.acknowledged(s, p.outcome))
    }
    messages.toVector ++ (s.warnings.texts(config) ++ p.outcome.warning).map(WarnOnce(_))
  }
}
