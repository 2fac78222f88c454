// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.pagelog.Endpoint
import io.github.sparkrest.poll.{PollOutcome, Retries, Schedule}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.backfill.BackfillShare
import io.github.sparkrest.schedule.backfill.BackfillTurns

/** An endpoint as the poller sees it: its progress, and when it is due. Pure; times are epoch milliseconds.
  *
  * @param due when it may be polled
  * @param nextPoll when it may be polled, if it acknowledges the records of the last poll first
  * @param pollBegan when the API received the first request of the last poll: its task may have waited for a core
  * @param retries in the poll so far, which may span several tasks
  * @param pages of the poll so far
  * @param resumes the last task failed or handed the poll back: the next one continues the same poll
  * @param inFlight a job polls it
  * @param version of the input row
  * @param isGone the input no longer has its row
  * @param complete under `AvailableNow`: everything has been polled
  * @param wasPolled in this run
  * @param more records are waiting at the API
  * @param isUnlogged the state moved, and no manifest has it
  * @param mustNote the last poll fixed the starting point of `initialOffset=latest`, or created a job: nothing else tells of it
  * @param restarts times in this run that the API refused a place that it had named, so that the traversal starts over
  * @param restarted the last poll was the first of these
  * @param reachedMs the time that the offset stands for, if it is a time
  * @param inherited when the traversal began that an earlier run left unfinished. It lacks the records that its first pages got
  *   since
  * @param endsInherited the last poll completed that traversal
  * @param backfill how much of it is done, if the endpoint is one
  */
final private[sparkrest] case class EndpointSchedule(
    endpoint: Endpoint,
    state: Progress,
    due: Long,
    nextPoll: Long,
    pollBegan: Long,
    availableNow: AvailableNow,
    retries: Retries,
    inherited: Option[Long],
    version: RowVersion,
    isUnlogged: Boolean = false,
    pages: Long = 0,
    resumes: Boolean = false,
    inFlight: Boolean = false,
    isGone: Boolean = false,
    complete: Boolean = false,
    wasPolled: Boolean = false,
    more: Boolean = false,
    errorsInRow: Long = 0,
    lane: Lane = Lane.Fast,
    mustNote: Boolean = false,
    restarts: Int = 0,
    restarted: Boolean = false,
    reachedMs: Option[Long] = None,
    endsInherited: Boolean = false,
    backfill: Option[BackfillShare] = None,
    warnings: PollWarnings = PollWarnings()
) {
  def key: String = endpoint.key

  /** A task gets the next part of the poll, or a new poll. */
  def begun(config: RestConfig, now: Long): EndpointSchedule = {
    val continues = resumes || state.job.isDefined ||
      state.traversal.isDefined && pages > 0 && pages < config.paging.maxPages
    val flying = copy(inFlight = true, version = version.begun(state, now))
    if (continues) flying else flying.copy(pages = 0, retries = retries.none)
  }

  /** The row has another version than at the last complete poll. Without `inputVersion` an endpoint is always polled. */
  def isWanted: Boolean = endpoint.version.forall(v => !state.inputVersion.contains(v))

  /** Nothing is left to do under `AvailableNow`. */
  def isSettled: Boolean = (complete || !isWanted) && !acknowledges // guard: I9.7

  /** The next task acknowledges the records of the last poll, and does not poll. */
  def acknowledges: Boolean = state.acks.isDefined

  /** The input has its row again, or still. */
  def present(row: Endpoint, now: Long): EndpointSchedule =
    copy(row, isGone = false, version = version.seen(row.version, now))

  /** Pages that a task may request, after [[begun]].
    *
    * @param alone no other endpoint waits for its turn
    */
  def pagesLeft(config: RestConfig, alone: Boolean): Long =
    if (acknowledges) Long.MaxValue
    else if (config.paging.isPaged) math.max(1, config.paging.maxPages - pages)
    else if (!config.catchesUpAtOnce || !alone) 1
    else Long.MaxValue

  /** Whether the poll that leads to `next` must be kept, although it returned no new record. */
  def mayShift(next: Progress): Boolean =
    isUnlogged || state.copy(validators = None) != next.copy(validators = None)

  /** A task returned.
    *
    * @param kept records that were new
    * @param isLogged a manifest has the new state
    * @param leastDistance of two polls, if the API named it, milliseconds
    */
  def settled(
      outcome: PollOutcome,
      kept: Long,
      isLogged: Boolean,
      leastDistance: Long,
      now: Long,
      jitter: Double,
      rules: Schedule
  ): (EndpointSchedule, PollResult) = {
    val next = outcome.state
    val offsetLost = state.offset.isDefined && next.offset.isEmpty
    val startsOver = outcome.error.isDefined && (state.traversal.isDefined && next.traversal.isEmpty || offsetLost)
    val moved = copy(
      state = next,
      wasPolled = true,
      pollBegan =
        if (retries.made == 0 && pages == 0 && !acknowledges && state.job.isEmpty) now - outcome.tookMs else pollBegan,
      // Requests about a job are not pages.
      pages = if (isWaiting(next)) 0 else pages + outcome.requests,
      isUnlogged = !isLogged && mayShift(next),
      mustNote = !isLogged && mayShift(next) && (next.started && !state.started || isNewJob(next)), // guard: I1.54
      endsInherited = isInherited(state) && !isInherited(next),
      restarts = if (startsOver) restarts + 1 else restarts,
      // Only once: an API that refuses its own next page each time would keep an AvailableNow query running forever.
      restarted = startsOver && restarts == 0,
      lane = lane.after(outcome),
      warnings = if (outcome.handedBack || acknowledges) warnings else warnings.after(state, outcome, kept)
    )
    if (outcome.handedBack) (moved.copy(resumes = true, due = now), PollResult.HandedBack)
    else
      outcome.error match {
        case None if acknowledges => (moved.acknowledged(now), PollResult.Acknowledged)
        case None                 =>
          (moved.succeeded(outcome, kept, leastDistance, now, rules).beforePolling(now), PollResult.Polled)
        case Some(error) =>
          val (next, result) = moved.failed(error, now, jitter, rules)
          (if (acknowledges) next else next.beforePolling(now), result)
      }
  }

  private def isInherited(s: Progress): Boolean = s.begunMs.exists(inherited.contains(_))

  private def isNewJob(next: Progress): Boolean = next.job.exists(j => !state.job.exists(_.id == j.id))

  /** A job is not done, or no page of it was read. */
  private def isWaiting(s: Progress): Boolean = s.job.isDefined && s.traversal.isEmpty

  private def succeeded(outcome: PollOutcome, kept: Long, leastDistance: Long, now: Long, rules: Schedule) = {
    val next = outcome.waitMs match {
      case Some(wait)                     => now + wait
      case None if state.begunMs.nonEmpty => rules.withinTraversal(pollBegan, now, pages)
      case None                           =>
        val fruitless = rules.isFruitless(outcome, kept)
        math.max(rules.afterSuccess(pollBegan, now, outcome.more, fruitless), pollBegan + leastDistance)
    }
    val left =
      if (isWaiting(state)) retries.none else if (state.job.isEmpty) retries.copy(failedJobs = 0) else retries
    // A job that was created after a failed job may fail too.
    val errors = if (left.failedJobs > 0) errorsInRow else 0
    copy(due = next, more = outcome.more, errorsInRow = errors, resumes = false, retries = left)
  }

  private def acknowledged(now: Long): EndpointSchedule =
    copy(due = if (acknowledges) now else math.max(now, nextPoll), errorsInRow = 0, resumes = false, pages = 0)

  /** After a poll: its records are acknowledged as soon as they are stored, whatever the interval, and although a further request
    * failed.
    */
  private def beforePolling(now: Long): EndpointSchedule =
    if (acknowledges) copy(due = now, nextPoll = due) else this

  private def failed(error: RestError, now: Long, jitter: Double, rules: Schedule): (EndpointSchedule, PollResult) =
    retries.next(error, now, jitter) match {
      case Some((at, later)) =>
        (
          copy(due = at, more = false, retries = later, resumes = true),
          PollResult.Retried(error, later.made + later.failedJobs + 1)
        )
      case None =>
        // The next poll is another one, though a traversal continues with its page.
        val next = rules.afterFailure(error, pollBegan, now)
        val ended =
          copy(
            due = next,
            more = false,
            errorsInRow = errorsInRow + 1,
            pages = 0,
            retries = retries.givenUp(error),
            resumes = false
          )
        (ended, PollResult.Failed(error))
    }

  /** Under `AvailableNow`, after a poll without an error.
    *
    * @param requests of this run
    * @return and why the endpoint is complete, if it is
    */
  def ended(
      outcome: PollOutcome,
      kept: Long,
      requests: Long,
      now: Long,
      config: RestConfig,
      rules: Schedule
  ): (EndpointSchedule, Option[String]) = if (state.job.isDefined) (this, None)
  else if (backfill.isDefined) {
    // Its offset is not a time, and it ends by itself.
    val reason = if (outcome.more) None else Some("the backfill has read all slices that are over") // guard: I10.11
    (copy(complete = reason.isDefined), reason)
  } else {
    val ending = availableNow.after(outcome, rules.isFruitless(outcome, kept), reachedMs, now)
    val reason = ending.end(outcome, reachedMs, requests, now, config, endsInherited)
    // The interval may be longer than anybody waits for the end of a run.
    val next = if (endsInherited && reason.isEmpty) now else due
    (copy(availableNow = ending, due = if (acknowledges) due else next, complete = reason.isDefined), reason)
  }
}

private[sparkrest] object EndpointSchedule {

  def apply(
      endpoint: Endpoint,
      state: Progress,
      isUnlogged: Boolean,
      polledAtMs: Option[Long],
      rules: Schedule,
      now: Long
  ): EndpointSchedule = BackfillTurns.begun(rules, now)(
    new EndpointSchedule(
      endpoint,
      state,
      // Acknowledgements are sent at once, and a job goes on by itself.
      due = if (state.acks.isDefined || state.job.isDefined) now else rules.afterRestart(polledAtMs, now),
      nextPoll = rules.afterRestart(polledAtMs, now),
      pollBegan = now,
      AvailableNow(now),
      Retries(rules.backoff),
      inherited = state.begunMs,
      RowVersion(endpoint.version, now).known(state),
      isUnlogged
    )
  )
}
