// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import scala.annotation.tailrec

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.RetryPolicy
import io.github.sparkrest.pagelog.{Endpoint, Resumption}
import io.github.sparkrest.poll.{PollReport, PollRequest, Schedule, TaskBudget}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.strategies.OffsetTime
import io.github.sparkrest.schedule.PollerCommand._

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
  private val isAlone = endpoints.lengthCompare(1) == 0 && refresh.everyMs.isEmpty

  /** Only a request that may be repeated can be broken off. */
  private val mayShare = !isAlone && config.job.isEmpty && RetryPolicy.isIdempotent(config.method.text)
  private val rules = new Schedule(config)
  private val offsetTime = new OffsetTime(config.offset)
  private val limiter = new RateLimiter(config, start.pace, start.inferred, startMs)
  private val mostRequests = config.maxRequestsPerTrigger.filter(_ => mustComplete)
  private val turns = new Turns(mostRequests.isDefined && !isAlone, start.pace.last)

  private var schedules = EndpointSchedules(turns.ordered(endpoints), start, rules, startMs)
  private var jobs = RunningJobs(slowLimits)
  private var settling: Option[Settling] = None

  /** How often an older run's manifest took the place of one of this run: polls that began before are void. */
  private var overtaken = 0
  private var fresh = start.fresh // nothing was ever polled under this checkpoint
  private var sweptMs = startMs

  /** When the newest job started, for the interval after a restart. */
  private var jobStartedMs = startMs
  private var nextFastMs = startMs
  private var announcedWaitMs = 0L

  /** Only [[step]] changes it and [[catchingUp]]. */
  var status: PollStatus = PollStatus.Start

  /** That the input has now. */
  var endpointCount: Int = endpoints.length

  /** More records are waiting at the API, and are polled now, without an interval. */
  var catchingUp: Boolean = false

  def step(event: PollerEvent, now: Long): Vector[PollerCommand] = event match {
    case PollerEvent.Due(unreadBytes)                    => lookAround(unreadBytes, now)
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
    endpointCount = schedules.active.size
    refresh = refresh.ended(now)
    PollerMessages.inputChanged(before, schedules, expired)
  }

  private def lookAround(unreadBytes: Long, now: Long): Vector[PollerCommand] =
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
        startOrWait(config.maxBufferedBytes - unreadBytes, now)
    }

  private def startOrWait(room: Long, now: Long): Vector[PollerCommand] = {
    val waiting = schedules.served.filterNot(s => s.inFlight || s.isSettled).toVector // guard: I3.9
    val (ready, reason) = limiter.ready(now)
    if (mustComplete && jobs.isEmpty && schedules.active.forall(_.isSettled)) Vector(Complete, WakeQuery)
    else if (ready > now && ready < Long.MaxValue && jobs.isFree(Lane.Fast)) holdBack(ready, reason, now)
    else
      jobs
        .next(waiting.filter(_.due <= now), slowShare > 0, nextFastMs <= now)
        .filter(_ => ready <= now && requestsLeft > 0) match {
        case Some((lane, due)) => begin(lane, due, room, now)
        case None              =>
          val moments = waiting.iterator.map(_.due) ++ Iterator(nextFastMs, ready) ++ refresh.moment
          Vector(WaitUntil(moments.filter(_ > now).foldLeft(now + RateLimiter.LongestWaitMillis)(math.min(_, _))))
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

  /** Grants requests to those that have been due the longest. The note comes first: a crash hides how many were sent. */
  private def begin(lane: Lane, due: Vector[EndpointSchedule], room: Long, now: Long): Vector[PollerCommand] = {
    val left = requestsLeft
    val candidates = due.sortBy(_.due).map(_.begun(config))
    val wished =
      if (isAlone) candidates.head.pagesLeft(config, alone = true)
      else math.min(candidates.length.toLong, if (lane == Lane.Fast) Long.MaxValue else slowShare)
    val granted = limiter.grant(math.min(left, wished), now, ahead = isAlone)
    val chosen = candidates.take(math.min(granted.requests, candidates.length.toLong).toInt)
    val polls = chosen.map { s =>
      val requests =
        if (isAlone) granted.requests
        else if (limiter.isRated) 1L
        else math.min(s.pagesLeft(config, alone = false), math.max(1L, left / chosen.length))
      val budget = TaskBudget.within(room / chosen.length, requests)
      PollRequest(s.endpoint, s.state, limiter.limited(budget, granted))
    }
    chosen.foreach(s => schedules = schedules.updated(s))
    jobs = jobs.started(Job(lane, chosen.map(_.key), granted, polls.map(_.limits.maxRequests), overtaken))
    jobStartedMs = now
    val patient =
      if (lane == Lane.Slow) polls.map(p => p.copy(limits = p.limits.copy(patienceMs = slowLimits.patienceMs)))
      else polls
    val started = StartPolls(jobs.lastId, lane, patient, sharing = mayShare && lane == Lane.Fast)
    if (config.streamingIntervalMs > 0 || limiter.isRated) Vector(note(now), started) else Vector(started)
  }

  private def note(now: Long): PollerCommand = {
    val states = schedules.unlogged ++ schedules.all.filter(_ => isAlone).map(s => s.endpoint -> s.state)
    val pace = limiter.note(now).copy(last = turns.reached(schedules.all))
    NoteState(jobStartedMs, states.map { case (e, state) => e.key -> state }, pace)
  }

  private def finished(id: Int, told: Seq[PollReport], now: Long): Vector[PollerCommand] = {
    val job = jobs.jobs(id)
    jobs = jobs.returned(id)
    schedules = schedules.updated(job.keys)(_.copy(inFlight = false))
    // Endpoints that become due within this time are polled together.
    if (job.lane == Lane.Fast && !isAlone) nextFastMs = now + Lane.MinTurnMillis
    val reports = limiter.settle(told, job.granted, now).map(schedules.versioned)
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
    val (next, result) = s.settled(outcome, kept, isLogged, distance, now, jitter(), rules)
    val reachedMs = next.state.offset.flatMap(offsetTime.momentOf).map(_.toEpochMilli)
    val lane = if (mayShare) next.lane else Lane.Fast
    schedules = schedules.updated(next.copy(reachedMs = reachedMs, lane = lane))
    SettledPoll(key, outcome, kept, result)
  }

  private def conclude(polls: Vector[SettledPoll], now: Long): Vector[PollerCommand] = {
    val messages = polls.flatMap(p => schedules.get(p.key).toVector.flatMap(concluded(_, p, now)))
    val settled = polls.flatMap(p => schedules.get(p.key).map(_ -> p))
    status = status.after(schedules.active.count(_.errorsInRow > 0), schedules.active.flatMap(_.reachedMs))
    val failures = settled.collect { case (s, SettledPoll(_, _, _, PollResult.Failed(error))) => s -> error }
    val isDone = mustComplete && (schedules.active.forall(_.isSettled) || mostRequests.exists(_ <= status.requests))
    val ending = verdict(failures)
    // No later poll may write the note, and then each run would send a place again that the API refused. And tokens that were
    // granted and not used are free again.
    val isLast = isDone || ending.isDefined // guard: I3.10
    val mustNote = schedules.unlogged.nonEmpty || limiter.isRated || turns.isKept
    val noted = if (isLast && mustNote || settled.exists(_._1.mustNote)) Vector(note(now)) else Vector.empty
    catchingUp = limiter.ready(now)._1 <= now && schedules.active.exists(s => s.more && !s.complete && s.due <= now)
    messages ++ PollerMessages.polled(settled.filterNot(_._2.isAcknowledgement)) ++ noted ++
      (ending match {
        case Some(error) => Vector(Fail(error.toException))
        case None        => PollerMessages.failed(failures, now) ++ (if (isDone) Seq(Complete) else Nil) :+ WakeQuery
      })
  }

  private def concluded(s: EndpointSchedule, p: SettledPoll, now: Long): Vector[PollerCommand] = {
    val messages = p.result match {
      case PollResult.Polled =>
        fresh = false
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

  /** Whether failures end the query. If one of many endpoints is refused, they do so only if all are. */
  private def verdict(failures: Seq[(EndpointSchedule, RestError)]): Option[RestError] = {
    val refused = fresh && (isAlone || schedules.active.forall(_.errorsInRow > 0))
    // A traversal that starts over, once, is not the end of the data.
    failures.flatMap { case (s, error) =>
      rules.verdict(error, s.errorsInRow, refused, mustComplete && !s.restarted)
    }.headOption
  }
}
