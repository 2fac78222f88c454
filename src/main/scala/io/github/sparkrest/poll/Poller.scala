// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.util.concurrent.ThreadLocalRandom

import scala.annotation.tailrec
import scala.util.control.NonFatal

import io.github.sparkrest.error.{Condition, RestError, RestException}
import io.github.sparkrest.http.Clock
import io.github.sparkrest.offset.{EndpointState, OffsetTime}
import io.github.sparkrest.options.RestConfig
import org.slf4j.LoggerFactory

/** Polls one endpoint ahead of the query, in a thread of the driver, one poll after the other (I3).
  *
  * Every wait is here, and can be interrupted: a task never waits. If the thread ends by an error, [[failure]] has it.
  *
  * @param poll runs a poll on an executor; what a task throws comes out of it
  * @param mustComplete `Trigger.AvailableNow` and `Once`: stop when all there is has been polled, and fail on errors
  */
final class Poller(
    config: RestConfig,
    endpoint: String,
    journal: PollJournal,
    start: Resumption,
    mustComplete: Boolean,
    poll: (EndpointState, PollLimits) => PollReport,
    clock: Clock
) extends Runnable {
  import Poller.logger

  private val pace = new Pace(config)
  private val offsetTime = new OffsetTime(config.offset)
  private var state = start.state
  private var due = pace.afterRestart(start.polledAtMs, nowMs)
  private var fresh = start.fresh

  private var availableNow = AvailableNow(nowMs)

  /** When the API was asked, in the last poll: its task may have waited for a core. */
  private var asked = nowMs
  private var pages = 0L
  private var symptoms = Symptoms()
  private var errorsInRow = 0L
  private var warned = Set.empty[String]

  @volatile var status: PollStatus = PollStatus.Start
  @volatile var failure: Option[Throwable] = None

  /** Under `mustComplete`: all there is has been polled. */
  @volatile var complete: Boolean = false

  /** More is waiting at the API and is being fetched now, without an interval: a batch may as well wait to be filled. */
  @volatile var catchingUp: Boolean = false

  def run(): Unit =
    try while (!complete) turn()
    catch {
      case _: InterruptedException => ()
      case NonFatal(e)             => failure = Some(e)
      case e: LinkageError         => failure = Some(e)
    } finally {
      catchingUp = false
      journal.pollerChanged()
    }

  private def turn(): Unit = {
    awaitRoom()
    sleepUntil(due)
    if (!goesOn) pages = 0
    if (config.streamingIntervalMs > 0) journal.noteBeforePoll(nowMs, endpoint, state)
    status = status.copy(polls = status.polls + 1)
    val before = state
    val (outcome, kept) = attempt(tries = 1)
    symptoms = symptoms.after(before, outcome, kept)
    outcome.error match {
      case None =>
        errorsInRow = 0
        fresh = false
        status = status.copy(lastError = None)
        due =
          if (state.drain.isDefined) pace.withinDrain(asked, nowMs, pages)
          else pace.afterSuccess(asked, nowMs, outcome.more)
        if (mustComplete) endIfComplete(outcome)
        catchingUp = outcome.more && due <= nowMs
        logger.info(
          s"polled $endpoint: ${outcome.requests} request(s), ${outcome.records} records, $kept new, ${outcome.tookMs} ms, offset ${state.offset.getOrElse("(initial)")}"
        )
      case Some(error) => failed(error)
    }
    (symptoms.warnings(config) ++ outcome.warning).foreach(warnOnce)
    journal.pollerChanged()
  }

  /** The poll is the same one: a task handed back what it had, and pages are still to come. */
  private def goesOn: Boolean = state.drain.isDefined && pages > 0 && pages < config.paging.maxPages

  private def pagesLeft: Long =
    if (config.paging.isPaged) math.max(1, config.paging.maxPages - pages) else Long.MaxValue

  private def requestsLeft: Long =
    config.maxRequestsPerTrigger.filter(_ => mustComplete).fold(Long.MaxValue)(_ - status.requests)

  private def endIfComplete(outcome: PollOutcome): Unit = {
    availableNow = availableNow.after(outcome)
    availableNow
      .end(outcome, state.offset.flatMap(offsetTime.momentOf).map(_.toEpochMilli), status.requests, nowMs, config)
      .foreach { why =>
        logger.info(s"$endpoint is complete: $why")
        complete = true
      }
  }

  /** One poll with its retries. What was received before an error counts, and is not asked for again. */
  @tailrec private def attempt(tries: Int): (PollOutcome, Long) = {
    val room = config.maxBufferedBytes - journal.unreadBytes
    val report = poll(state, PollLimits.within(room, math.min(requestsLeft, pagesLeft)))
    if (tries == 1 && pages == 0) asked = nowMs - report.outcome.tookMs
    pages += report.outcome.requests
    // Without a file a state that moved lives in the next note alone: losing it repeats an empty page.
    state = report.file.fold(report.outcome.state)(journal.append(_, endpoint, report.outcome.state))
    val kept = report.file.fold(0L)(_.records)
    status = status.plus(report.outcome, kept)
    report.outcome.error.flatMap(pace.retry(_, tries, nowMs, ThreadLocalRandom.current.nextDouble())) match {
      case Some(at) =>
        logger.info(s"polling $endpoint again, try ${tries + 1}: ${report.outcome.error.fold("")(_.text)}")
        sleepUntil(at)
        attempt(tries + 1)
      case None => (report.outcome, kept)
    }
  }

  private def failed(error: RestError): Unit = {
    errorsInRow += 1
    catchingUp = false
    status = status.copy(failedPolls = status.failedPolls + 1, lastError = Some(error.text))
    pace.verdict(error, errorsInRow, fresh, mustComplete).foreach(e => throw e.toException)
    due = pace.afterFailure(error, asked, nowMs)
    logger.warn(
      s"poll of $endpoint failed, $errorsInRow in a row; the offset stays, next poll in ${math.max(0, due - nowMs) / 1000.0} s: ${error.text}"
    )
  }

  private def awaitRoom(): Unit =
    while (journal.unreadBytes >= config.maxBufferedBytes) {
      warnOnce(
        "Polling waits: the query is slower than the API, and maxBufferedBytes are unread. A larger batchSize may help."
      )
      catchingUp = false
      journal.pollerChanged()
      journal.awaitTaken()
    }

  private def warnOnce(text: String): Unit = if (!warned(text)) {
    warned += text
    logger.warn(text)
  }

  private def sleepUntil(moment: Long): Unit = {
    val ms = moment - nowMs
    if (ms > 0) Thread.sleep(ms)
  }

  private def nowMs: Long = clock.now().toEpochMilli
}

object Poller {
  private val logger = LoggerFactory.getLogger("io.github.sparkrest.Poller")

  /** The cause of a poller's end as the error to show. */
  def asException(cause: Throwable): RestException = cause match {
    case e: RestException => e
    case e                =>
      new RestException(
        RestError(
          Condition.PollerStopped,
          s"Polling ended by ${e.getClass.getName}: ${e.getMessage}.",
          "See the cause, and the driver's log."
        ),
        e
      )
  }
}
