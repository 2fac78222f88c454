// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.pagelog.{Endpoint, Resumption}
import io.github.sparkrest.poll.{PollOutcome, Retries, Schedule}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.strategies.OffsetTime

/** One endpoint as the [[Poller]] sees it: where it is, and when it is due. For the poller's thread.
  *
  * @param start where it goes on
  * @param firstDue when it may be polled first, epoch milliseconds
  */
final private[sparkrest] class EndpointSchedule(
    val endpoint: Endpoint,
    config: RestConfig,
    pace: Schedule,
    start: Progress,
    firstDue: Long,
    now: Long
) {
  import EndpointSchedule._

  private var pages = 0L
  private var retries = Retries(pace.backoff)
  private var symptoms = PollWarnings()
  private var availableNow = AvailableNow(now)
  private var forgets = 0

  /** The traversal that an earlier run left unfinished, by its beginning. What came to its first pages since is not in it. */
  private val inherited = start.traversal.map(_.times.began)
  private var endsInherited = false

  var state: Progress = start
  var due: Long = firstDue

  /** When the API was asked, in the last poll: its task may have waited for a core. */
  var asked: Long = now

  /** What the offset stands for, if it is a time: epoch milliseconds. */
  var reachedMs: Option[Long] = None
  var errorsInRow = 0L
  var inFlight = false
  var complete = false

  /** In this run. */
  var wasPolled = false

  /** It failed or was handed back, and is polled again as the same poll. */
  var triesAgain = false

  /** More is waiting at the API. */
  var more = false

  /** The state moved, and no manifest has it. */
  var isUnlogged = false

  /** By the last poll, with `initialOffset=latest`: what came into being since is to be delivered. */
  var begins = false

  /** In the last poll the API refused a place that it once named, for the first time in this run: the next poll begins where the
    * place came from.
    */
  var beginsAgain = false

  /** Its answers take long: polled with others it would hold them up. */
  var isSlow = false

  /** Polled with other slow ones it would hold them up too: a job of its own waits for it. */
  var isStuck = false

  /** Makes ready for a task.
    *
    * @param alone no other endpoint waits for its turn
    * @return pages that the task may ask for
    */
  def begin(alone: Boolean): Long = {
    if (!triesAgain && !goesOn) {
      pages = 0
      retries = retries.none
    }
    inFlight = true
    if (config.paging.isPaged) math.max(1, config.paging.maxPages - pages)
    else if (config.streamingIntervalMs > 0 || !alone) 1
    else Long.MaxValue
  }

  /** The poll is the same one: a task handed back what it had, and pages are still to come. */
  private def goesOn: Boolean = state.traversal.isDefined && pages > 0 && pages < config.paging.maxPages

  /** Whether the poll that leads to `next` is worth keeping, though it brought no record. */
  def moves(next: Progress): Boolean =
    isUnlogged || state.copy(validators = None) != next.copy(validators = None)

  /** A manifest has this state. */
  def logged(standing: Progress): Unit = {
    state = standing
    isUnlogged = false
  }

  /** A task came back.
    *
    * @param kept records that were new
    * @param isLogged a manifest has the new state
    * @param leastDistance of two polls, if the API named one, milliseconds
    */
  def settle(
      outcome: PollOutcome,
      kept: Long,
      isLogged: Boolean,
      leastDistance: Long,
      now: Long,
      jitter: Double
  ): Settled = {
    val before = state
    wasPolled = true
    if (retries.made == 0 && pages == 0) asked = now - outcome.tookMs
    pages += outcome.requests
    isUnlogged = !isLogged && moves(outcome.state)
    state = outcome.state
    endsInherited = before.traversal.exists(d => inherited.contains(d.times.began)) && state.traversal.isEmpty
    begins = isUnlogged && state.started && !before.started
    val forgot =
      before.traversal.isDefined && state.traversal.isEmpty || before.offset.isDefined && state.offset.isEmpty
    if (forgot && outcome.error.isDefined) forgets += 1
    // Only once: an API that refuses its own next page each time would keep an AvailableNow query running forever.
    beginsAgain = forgot && outcome.error.isDefined && forgets == 1
    // From a job of slow ones only one that was waited for in vain comes back so.
    isStuck = if (outcome.handedBack) isSlow else isStuck && outcome.tookMs > SlowLimits.PatienceMillis
    isSlow = outcome.handedBack || outcome.tookMs > SlowMillis * math.max(1, outcome.requests)
    if (!outcome.handedBack) symptoms = symptoms.after(before, outcome, kept)
    triesAgain = outcome.handedBack
    if (outcome.handedBack) {
      due = now
      Settled.Again
    } else
      outcome.error match {
        case None =>
          errorsInRow = 0
          more = outcome.more
          due =
            if (outcome.waitMs.isDefined) now + outcome.waitMs.getOrElse(0L)
            else if (state.traversal.isDefined) pace.withinTraversal(asked, now, pages)
            else {
              val fruitless = pace.isFruitless(outcome, kept)
              math.max(pace.afterSuccess(asked, now, outcome.more, fruitless), asked + leastDistance)
            }
          Settled.Polled
        case Some(error) =>
          more = false
          retries.next(error, now, jitter) match {
            case Some((at, later)) =>
              retries = later
              due = at
              triesAgain = true
              Settled.Retried(error, retries.made + 1)
            case None =>
              errorsInRow += 1
              // What comes next is another poll, though a traversal goes on with its page.
              pages = 0
              retries = retries.none
              due = pace.afterFailure(error, asked, now)
              Settled.Failed(error)
          }
      }
  }

  def warnings(config: RestConfig): List[String] = symptoms.warnings(config)

  /** Under `AvailableNow`, after a poll without an error: why it has all that there was; `None`: it has not. */
  def end(outcome: PollOutcome, kept: Long, time: OffsetTime, requests: Long, now: Long): Option[String] = {
    availableNow = availableNow.after(outcome, pace.isFruitless(outcome, kept))
    val reached = state.offset.flatMap(time.momentOf).map(_.toEpochMilli)
    val why = availableNow.end(outcome, reached, requests, now, config, endsInherited)
    // The interval may be longer than anybody waits for the end of a run.
    if (endsInherited && why.isEmpty) due = now
    why
  }
}

private[sparkrest] object EndpointSchedule {

  def all(
      endpoints: Seq[Endpoint],
      config: RestConfig,
      pace: Schedule,
      start: Resumption,
      now: Long
  ): Vector[EndpointSchedule] = {
    val isAlone = endpoints.lengthCompare(1) == 0
    endpoints.iterator.map { e =>
      // One that was never polled has no interval to keep.
      val before = start.polledAtMs.filter(_ => isAlone || start.states.contains(e.key))
      val polled = new EndpointSchedule(e, config, pace, start.stateOf(e), pace.afterRestart(before, now), now)
      polled.isUnlogged = start.unlogged(e.key)
      polled
    }.toVector
  }

  /** An answer that takes longer than this is waited for apart. */
  val SlowMillis = 1000L
}

/** What became of a poll. */
sealed private[sparkrest] trait Settled
private[sparkrest] object Settled {
  case object Polled extends Settled
  case object Again extends Settled
  final case class Retried(error: RestError, attempt: Int) extends Settled
  final case class Failed(error: RestError) extends Settled
}
