// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import java.util.concurrent.ThreadLocalRandom

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.{Clock, RetryPolicy}
import io.github.sparkrest.pagelog.{Endpoint, PollSink, Resumption}
import io.github.sparkrest.poll.{PollOutcome, PollReport, PollRequest, Schedule, TaskBudget}
import io.github.sparkrest.progress.strategies.OffsetTime

/** Polls endpoints ahead of the query, in a thread of the driver: all that are due in one job, and each of them once at a time
  * (I3).
  *
  * Every wait is here, and can be interrupted: a task never waits. If the thread ends by anything but [[stop]] and the end of
  * the data, [[failure]] has it. An endpoint that fails or is slow delays no other: each has a pace of its own, and the slow
  * ones are polled in jobs of their own.
  *
  * @param mustComplete `Trigger.AvailableNow` and `Once`: stop when all there is has been polled, and fail on errors
  */
final class Poller(
    config: RestConfig,
    endpoints: Seq[Endpoint],
    journal: PollSink,
    start: Resumption,
    mustComplete: Boolean,
    tasks: PollRunner,
    clock: Clock,
    slowLimits: SlowLimits = SlowLimits(),
    sweepMillis: Long = Poller.SweepMillis
) extends Runnable {
  import Poller._

  private val isAlone = endpoints.lengthCompare(1) == 0

  /** Breaking a request off is safe only where it may be sent again. */
  private val mayShare = !isAlone && RetryPolicy.isIdempotent(config.method)
  private val pace = new Schedule(config)
  private val offsetTime = new OffsetTime(config.offset)
  private val log = new PollerMessages
  private val throttle = new RateLimiter(config, start.pace, start.inferred, nowMs)
  private val slowLane = new SlowLane(tasks, slowLimits)
  private val mostRequests = config.maxRequestsPerTrigger.filter(_ => mustComplete)
  private val turns = new Turns(mostRequests.isDefined && !isAlone, start.pace.last)
  private val all = EndpointSchedule.all(turns.ordered(endpoints), config, pace, start, nowMs)
  private val states = new UnloggedStates(all, journal, start)
  private var fresh = start.fresh

  private var sweptAt = nowMs

  /** When the newest poll began, for the interval after a restart. */
  private var begun = nowMs

  @volatile var status: PollStatus = PollStatus.Start

  /** Waits for limits, for metrics. */
  val waits = new WaitMetrics
  @volatile var failure: Option[Throwable] = None

  /** Under `mustComplete`: all there is has been polled. */
  @volatile var complete: Boolean = false

  /** More is waiting at the API and is being fetched now, without an interval: a batch may as well wait to be filled. */
  @volatile var catchingUp: Boolean = false

  @volatile private var stopped = false

  /** An interrupt alone may be swallowed, by the response to a request for a token say. From any thread. */
  def stop(): Unit = { stopped = true; tasks.stop() }

  def run(): Unit =
    try while (!complete && !stopped) turn()
    catch {
      case _: InterruptedException if stopped => ()
      // OutOfMemoryError and StackOverflowError too: a thread that ends without a failure would leave the query waiting.
      case e: Throwable => failure = Some(e) // guard: I3.11
    } finally {
      slowLane.close()
      catchingUp = false
      journal.pollerChanged()
    }

  private def turn(): Unit = {
    awaitRoom()
    slowLane.await(0).foreach(settleSlow)
    val now = nowMs
    // A task that was run again, or whose executor was lost, leaves a page file that no manifest will ever name.
    if (now - sweptAt >= sweepMillis && slowLane.isIdle) {
      journal.sweepLost()
      sweptAt = now
    }
    val waiting = all.filterNot(e => e.inFlight || e.complete) // guard: I3.9
    val (slow, fast) = waiting.filter(_.due <= now).partition(e => e.isSlow && mayShare)
    val (ready, why) = throttle.ready(now)
    val slowShare = throttle.slowShare - slowLane.granted
    val slowNext = if (requestsLeft > 0 && slowShare > 0) slowLane.next(slow) else Vector.empty
    if (ready > now) holdBack(now, ready, why)
    else if (slowNext.nonEmpty) {
      val (asked, polls, granted) = begin(slowNext, now, slowShare)
      slowLane.start(asked, polls, granted, states.overtaken)
    } else if (fast.nonEmpty && requestsLeft > 0) {
      val (asked, polls, granted) = begin(fast, now)
      settle(asked, granted, tasks.run(polls, sharing = mayShare), states.overtaken)
      // What falls due meanwhile is polled together.
      if (!isAlone && !complete) rest(MinTurnMillis)
    } else rest(waiting.iterator.map(_.due).filter(_ > now).foldLeft(now + LongestRestMillis)(math.min(_, _)) - now)
  }

  /** Grants requests, to those that have been due the longest and to `atMost` so many of them, and notes it. */
  private def begin(
      due: Vector[EndpointSchedule],
      now: Long,
      atMost: Long = Long.MaxValue
  ): (Vector[EndpointSchedule], Vector[PollRequest], Grant) = {
    val left = requestsLeft
    val pages = due.sortBy(_.due).map(e => e -> e.begin(isAlone))
    val wanted = if (isAlone) pages.head._2 else math.min(pages.length.toLong, atMost)
    val granted = throttle.grant(math.min(left, wanted), now, ahead = isAlone)
    begun = now
    // Before the poll: after a crash nobody knows how much of it was done.
    if (config.streamingIntervalMs > 0 || throttle.isRated) note(now)
    val (asked, unasked) = pages.splitAt(math.min(granted.requests, pages.length.toLong).toInt)
    unasked.foreach(_._1.inFlight = false)
    val room = (config.maxBufferedBytes - journal.unreadBytes) / asked.length
    val share = math.max(1L, left / asked.length)
    val polls = asked.map { case (e, most) =>
      val requests = if (isAlone) granted.requests else if (throttle.isRated) 1L else math.min(most, share)
      PollRequest(e.endpoint, e.state, throttle.limited(TaskBudget.within(room, requests), granted))
    }
    (asked.map(_._1), polls, granted)
  }

  private def note(now: Long): Unit = {
    val noted = states.unlogged ++ all.filter(_ => isAlone).map(e => e.endpoint -> e.state)
    journal.noteBeforePoll(
      begun,
      noted.map { case (e, state) => e.key -> state },
      throttle.note(now).copy(last = turns.reached(all))
    )
  }

  /** But for those that the slow lane was granted. */
  private def requestsLeft: Long = mostRequests.fold(Long.MaxValue)(_ - status.requests - slowLane.mayAsk)

  private def settleSlow(back: SlowLane.Returned): Unit =
    settle(back.endpoints, back.granted, back.reports.fold(throw _, identity), back.overtaken)

  /** What was received before an error counts, and is not asked for again.
    *
    * @param since what `overtaken` was when the polls began
    */
  private def settle(asked: Vector[EndpointSchedule], granted: Grant, told: Seq[PollReport], since: Int): Unit = {
    val now = nowMs
    asked.foreach(_.inFlight = false)
    val reports = throttle.settle(told, granted, now)
    if (reports.exists(_.repeated)) log.repeated()
    // One after the other: an append may find that this run was overtaken, and from there on none counts.
    val settled = (for {
      report <- reports.iterator.takeWhile(r => states.overtaken == since && states.append(r))
      (key, outcome) <- report.outcomes
      e <- states.of(key)
    } yield {
      val kept = report.file.fold(0L)(_.recordsOf(key))
      status = status.plus(outcome, kept)
      val distance = throttle.leastDistance(outcome.limit)
      val jitter = ThreadLocalRandom.current.nextDouble()
      (e, outcome, kept, e.settle(outcome, kept, report.file.isDefined, distance, now, jitter))
    }).toVector
    settled.foreach { case (e, outcome, kept, result) => conclude(e, outcome, kept, result, now) }
    log.polled(settled.map { case (e, outcome, kept, _) => (e, outcome, kept) })
    settled.foreach(s => s._1.reachedMs = s._1.state.offset.flatMap(offsetTime.momentOf).map(_.toEpochMilli))
    status = status.after(all.count(_.errorsInRow > 0), all.iterator.flatMap(_.reachedMs))
    val done = mustComplete && (all.forall(_.complete) || mostRequests.exists(_ <= status.requests))
    val failures = settled.collect { case (e, _, _, Settled.Failed(error)) => e -> error }
    val ending = verdict(failures)
    // There may be no next poll to note it before: a place that the API refused would be sent again by each run. And what was
    // granted and not used is free again.
    val last = done || ending.isDefined // guard: I3.10
    val mustNote = states.unlogged.nonEmpty || throttle.isRated || turns.isKept
    if (last && mustNote || settled.exists(_._1.begins)) note(now)
    ending.foreach(e => throw e.toException)
    log.failed(failures, now)
    complete = done
    catchingUp = throttle.ready(now)._1 <= now && all.exists(e => e.more && !e.complete && e.due <= now)
    journal.pollerChanged()
  }

  private def conclude(e: EndpointSchedule, outcome: PollOutcome, kept: Long, result: Settled, now: Long): Unit = {
    result match {
      case Settled.Polled =>
        fresh = false
        status = status.polled(now)
        if (mustComplete)
          e.end(outcome, kept, offsetTime, status.requests, now).foreach { why =>
            log.complete(e, why)
            e.complete = true
          }
      case Settled.Failed(error) =>
        status = status.failed(error)
      case Settled.Retried(error, attempt) => log.again(e, error, attempt)
      case Settled.Again                   => ()
    }
    (e.warnings(config) ++ outcome.warning).foreach(log.warnOnce)
  }

  /** Whether failures end the query. One of many endpoints that is refused does not, unless all are. */
  private def verdict(failures: Seq[(EndpointSchedule, RestError)]): Option[RestError] = {
    val refused = fresh && (isAlone || all.forall(_.errorsInRow > 0))
    // A traversal that begins again, once, is no end of the data.
    def ending(e: EndpointSchedule, error: RestError) =
      pace.verdict(error, e.errorsInRow, refused, mustComplete && !e.beginsAgain)
    failures.flatMap { case (e, error) => ending(e, error) }.headOption
  }

  private def holdBack(now: Long, until: Long, why: String): Unit = {
    catchingUp = false
    if (until - now >= LongWaitMillis && log.waits(until, now, why)) {
      // A restart keeps it too.
      note(now)
      journal.pollerChanged()
    }
    waits.during(now, until)(rest(until - now))
  }

  private def awaitRoom(): Unit =
    while (journal.unreadBytes >= config.maxBufferedBytes) { // guard: I4.1
      log.warnOnce(
        "Polling waits: the query is slower than the API, and maxBufferedBytes are unread. A larger batchSize may help."
      )
      catchingUp = false
      journal.pollerChanged()
      journal.awaitTaken()
    }

  /** Until then, or until something comes back from the slow lane. */
  private def rest(millis: Long): Unit = if (millis > 0) slowLane.await(millis).foreach(settleSlow)

  private def nowMs: Long = clock.now().toEpochMilli
}

private object Poller {

  /** Waits from this on are logged and noted. */
  val LongWaitMillis = 1000L

  val SweepMillis: Long = 10 * 60 * 1000L

  /** Between two jobs with several endpoints. */
  val MinTurnMillis = 50L
  val LongestRestMillis = 3600L * 1000
}
