// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.error.RestError
import io.github.sparkrest.pagelog.format.LeftEndpoints
import io.github.sparkrest.pagelog.{Endpoint, PolledFile, Resumption}
import io.github.sparkrest.poll.{PollOutcome, PollReport, Schedule}
import io.github.sparkrest.progress.strategies.ApiClock
import io.github.sparkrest.progress.{Progress, RowSeen}

/** All endpoints of a run, and which of their states no manifest has. Pure.
  *
  * A state that moved without a record is in no manifest at first, and with `initialOffset=latest` nothing else tells where the
  * endpoint started. So it is noted, and goes into the next manifest, whichever endpoint the pages of that manifest belong to.
  *
  * @param all in the order of their turns
  * @param unloggedOfOthers states of endpoints that are not in this run. They may come back, and continue then
  * @param left since when the input lacks endpoints with a state, of this run and of earlier ones. Epoch milliseconds, by key
  */
final private[sparkrest] case class EndpointSchedules(
    all: Vector[EndpointSchedule],
    private val index: Map[String, Int],
    private val unloggedOfOthers: Map[Endpoint, Progress],
    left: Map[String, Long] = Map.empty
) {

  /** The input has these endpoints now. One that is gone keeps its state here, and continues from it if it comes back. */
  def changedTo(endpoints: Seq[Endpoint], start: Resumption, rules: Schedule, now: Long): EndpointSchedules = {
    val present = endpoints.iterator.map(e => e.key -> e).toMap
    val unloggedKeys = unloggedOfOthers.keysIterator.map(_.key).toSet
    val added = endpoints.filterNot(e => index.contains(e.key)).map { e =>
      EndpointSchedule(e, start.stateOf(e), unloggedKeys(e.key), None, rules, now)
    }
    val changed = all.map(s => present.get(s.key).fold(s.copy(isGone = true))(s.present(_, now))) ++ added // guard: I3.19
    // The progress of a backfill stays while its row does, although the run has none.
    val absent =
      changed.iterator.filter(_.isGone).map(_.key) ++ start.states.keysIterator.filterNot(Endpoint.keysOf(endpoints))
    EndpointSchedules(
      changed,
      EndpointSchedules.indexOf(changed),
      unloggedOfOthers.filterNot { case (e, _) => present.contains(e.key) },
      absent.map(key => key -> left.getOrElse(key, now)).toMap
    )
  }

  /** Without the endpoints that have been gone for so long that their states may be dropped, and their keys. A stream may run for
    * months while rows come and go, so nothing of them remains.
    */
  def purged(now: Long, retentionMs: Long): (EndpointSchedules, Set[String]) = {
    val expired = LeftEndpoints(left).expired(now, retentionMs).filterNot(get(_).exists(_.inFlight)) // guard: I4.80
    val kept = all.filterNot(s => expired(s.key))
    val others = unloggedOfOthers.filterNot { case (e, _) => expired(e.key) }
    (EndpointSchedules(kept, EndpointSchedules.indexOf(kept), others, left -- expired), expired)
  }

  def versioned(report: PollReport): PollReport =
    report.copy(outcomes = report.outcomes.map { case (key, outcome) =>
      key -> get(key).fold(outcome)(s => s.version.after(s.state, outcome))
    })

  /** The endpoints that the input has. */
  def active: Iterator[EndpointSchedule] = all.iterator.filterNot(_.isGone)

  /** Those of the live lanes. */
  def live: Iterator[EndpointSchedule] = active.filterNot(_.endpoint.isBackfill)

  /** The error that ends the query after these failures, if one does. If one of many endpoints is refused, that ends the query only
    * if all are.
    *
    * @param fresh nothing was ever polled
    */
  def verdict(
      failures: Seq[(EndpointSchedule, RestError)],
      fresh: Boolean,
      isAlone: Boolean,
      mustComplete: Boolean,
      rules: Schedule
  ): Option[RestError] = {
    val refused = fresh && (isAlone || live.forall(_.errorsInRow > 0))
    failures.flatMap { case (s, error) =>
      // A backfill that is refused leaves the live lane alone. A traversal that starts over, once, is not the end of the data.
      rules.verdict(error, s.errorsInRow, refused && !s.endpoint.isBackfill, mustComplete && !s.restarted) // guard: I10.17
    }.headOption
  }

  /** The endpoints that may be in a job. The records of a queue are acknowledged although its row is gone. */
  def served: Iterator[EndpointSchedule] = all.iterator.filter(s => !s.isGone || s.acknowledges) // guard: I9.10

  def get(key: String): Option[EndpointSchedule] = index.get(key).map(all)

  def updated(schedule: EndpointSchedule): EndpointSchedules =
    index.get(schedule.key).fold(this)(i => copy(all = all.updated(i, schedule)))

  def updated(keys: Iterable[String])(change: EndpointSchedule => EndpointSchedule): EndpointSchedules =
    keys.iterator.flatMap(get).foldLeft(this)((schedules, s) => schedules.updated(change(s)))

  /** The states for a note. */
  def unlogged: Map[Endpoint, Progress] =
    unloggedOfOthers ++ all.iterator.filter(_.isUnlogged).map(s => s.endpoint -> s.state)

  /** The states for the manifest of a file: the states after its pages, and all states that no manifest has yet. */
  def statesOf(report: PollReport, file: PolledFile): Map[Endpoint, Progress] =
    unlogged ++ (for {
      (key, outcome) <- report.outcomes
      s <- get(key) if file.recordsOf(key) > 0 || s.mayShift(outcome.state)
    } yield s.endpoint -> outcome.state)

  /** A manifest has these states.
    *
    * @param isOurs otherwise it is an older run's, and the endpoints continue from its states
    */
  def logged(states: Map[String, Progress], isOurs: Boolean): EndpointSchedules =
    states.foldLeft(copy(unloggedOfOthers = unloggedOfOthers.filterNot { case (e, _) => states.contains(e.key) })) {
      case (schedules, (key, state)) =>
        schedules.updated(Seq(key))(s =>
          if (isOurs) s.copy(isUnlogged = false)
          // The older run may have begun its traversal before this version was seen.
          else s.copy(state = state, isUnlogged = false, version = s.version.copy(polled = None, began = 0))
        )
    }
}

private[sparkrest] object EndpointSchedules {
  def apply(endpoints: Seq[Endpoint], start: Resumption, rules: Schedule, now: Long): EndpointSchedules = {
    val isAlone = endpoints.count(!_.isBackfill) == 1
    val all = endpoints.iterator.map { e =>
      // An endpoint that was never polled has no interval to keep.
      val polledAt = start.polledAtMs.filter(_ => isAlone || start.states.contains(e.key))
      EndpointSchedule(e, start.stateOf(e), start.unlogged(e.key), polledAt, rules, now)
    }.toVector
    val index = indexOf(all)
    val others = start.states.collect {
      case (key, state) if start.unlogged(key) && !index.contains(key) => Endpoint(key) -> state
    }
    new EndpointSchedules(all, index, others, start.left)
  }

  private def indexOf(all: Vector[EndpointSchedule]): Map[String, Int] = all.iterator.map(_.key).zipWithIndex.toMap
}

/** Whose turn it is if `maxRequestsPerTrigger` is not enough for a poll of each endpoint: each run continues where the last run
  * stopped. In any other order each run would poll the same first endpoints.
  *
  * The order is that of the keys, because endpoints come and go between runs.
  *
  * @param isKept a run may not reach all endpoints; otherwise nothing changes
  * @param last key of the last endpoint that had its turn in the run before
  */
final private[sparkrest] class Turns(val isKept: Boolean, last: Option[String]) {

  def ordered(endpoints: Seq[Endpoint]): Seq[Endpoint] =
    if (!isKept) endpoints
    else {
      val (after, upTo) = endpoints.sortBy(_.key).partition(e => last.forall(e.key > _))
      after ++ upTo // guard: I3.12
    }

  /** For the next run: all endpoints up to this one had their turn.
    *
    * @param all in the order of [[ordered]]
    */
  def reached(all: Vector[EndpointSchedule]): Option[String] =
    if (isKept) all.takeWhile(_.wasPolled).lastOption.map(_.key).orElse(last) else last
}

/** When a stream reads its input again (`inputRefresh`). Pure; times are epoch milliseconds.
  *
  * @param everyMs `None`: never
  */
final private[schedule] case class InputRefresh(everyMs: Option[Long], dueMs: Long, isReading: Boolean = false) {
  def isDue(now: Long): Boolean = everyMs.isDefined && !isReading && dueMs <= now

  /** When to look again. */
  def moment: Option[Long] = everyMs.filterNot(_ => isReading).map(_ => dueMs)

  def begun: InputRefresh = copy(isReading = true)
  def ended(now: Long): InputRefresh = copy(isReading = false, dueMs = now + everyMs.getOrElse(0L))
}

private[schedule] object InputRefresh {
  def apply(everyMs: Option[Long], now: Long): InputRefresh = new InputRefresh(everyMs, now + everyMs.getOrElse(0L))
}

/** The version of an endpoint's row (`inputVersion`). Pure; times are epoch milliseconds by the driver's clock.
  *
  * @param current `None`: the input lacks this column
  * @param since when this run first saw it
  * @param polled the version when the current traversal began; `None`: an earlier run began it
  * @param began when the first task of that traversal was started
  */
final private[schedule] case class RowVersion(
    current: Option[String],
    since: Long,
    polled: Option[String] = None,
    began: Long = 0
) {

  /** @param state by an earlier run, whose clock may have been behind */
  def known(state: Progress): RowVersion =
    state.rowSeen
      .filter(r => current.contains(r.version))
      .fold(this)(r => copy(since = math.min(since, r.atMs + ApiClock().unknownSkewMs))) // guard: I3.57

  def seen(version: Option[String], now: Long): RowVersion =
    if (version == current) this else copy(version, now)

  /** A task gets a part of the poll. */
  def begun(state: Progress, now: Long): RowVersion =
    if (state.acks.isDefined || state.begunMs.isDefined) this else copy(polled = current, began = now)

  /** The state after a poll contains the version that the poll began with, once it has read all records that existed when this
    * version was seen. The result may arrive long after the poll, so only the moment counts when the driver started it.
    *
    * @param state before the poll
    */
  def after(state: Progress, outcome: PollOutcome): PollOutcome = {
    val hasRead = outcome.unreadMs.exists(began - since >= _) // guard: I3.42
    val isComplete = state.acks.isEmpty && outcome.error.isEmpty && !outcome.more && !outcome.handedBack &&
      outcome.waitMs.isEmpty && outcome.state.traversal.isEmpty && !outcome.awaits && hasRead // guard: I3.44
    if (isComplete && polled.isDefined) outcome.copy(outcome.state.copy(inputVersion = polled)) // guard: I3.20
    // A run of AvailableNow may end before the version is old enough, and the next one has the same version.
    else if (!hasRead) outcome.copy(outcome.state.copy(rowSeen = current.map(RowSeen(_, since))))
    else outcome
  }
}
