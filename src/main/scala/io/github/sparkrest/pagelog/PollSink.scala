// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import io.github.sparkrest.pagelog.format.PacingState
import io.github.sparkrest.progress.Progress

/** Takes the results of the poller. Every call may fail with a `RestException` that ends the query. */
trait PollSink {

  /** Makes polls count: the records of the file, and the states after them. All or nothing.
    *
    * @param states of all endpoints that have pages in the file, and of others whose states moved without a record
    * @return by key, the states to continue from; an endpoint that is missing continues from where it was
    */
  def append(file: PolledFile, states: Map[Endpoint, Progress]): Map[String, Progress]

  /** Notes a poll before it begins: for `streamingInterval` and limits after a restart, and for states that moved without records.
    * Also after a poll whose result must outlive this run. Writes nothing if the last note will do.
    */
  def noteBeforePoll(nowMs: Long, states: Map[String, Progress], pace: PacingState = PacingState.Nothing): Unit

  /** No poll is running: deletes the files that lost attempts of earlier polls left behind. */
  def sweepLost(): Unit = ()

  /** The input lacks endpoints that have a state.
    *
    * @param since when, epoch milliseconds, by key
    * @param dropped keys of endpoints whose states are dropped: if they come back, they begin again
    */
  def noteLeft(since: Map[String, Long], dropped: Set[String]): Unit = (since, dropped) match { case _ => () }

  /** Bytes polled that the query has not taken yet. */
  def unreadBytes: Long

  /** Records polled that the query has not taken yet. */
  def unreadCount: Long = 0

  /** Waits, at most a second, for the query to take something. */
  def awaitTaken(): Unit

  /** Wakes the query: the poller ended, failed or completed a poll. */
  def pollerChanged(): Unit
}

/** Where polling continues: see [[ProgressSources]].
  *
  * @param states by key, of each endpoint that was ever polled, also if it has left the input
  * @param polledAtMs when the last poll that was noted began, if that is known
  * @param fresh nothing was ever polled under this checkpoint
  * @param pace that the last run noted
  * @param inferred a schema was inferred at this start; `pace` has the requests for it
  * @param noteMillis polls that began so soon after that were not noted, unless the interval is at least as long
  * @param unlogged keys of states that only the note of the last poll has, and no manifest: they must be noted again
  * @param left since when the input lacks endpoints that have a state, epoch milliseconds, by key
  */
final case class Resumption(
    states: Map[String, Progress],
    polledAtMs: Option[Long],
    fresh: Boolean,
    pace: PacingState = PacingState.Nothing,
    inferred: Boolean = false,
    unlogged: Set[String] = Set.empty,
    noteMillis: Long = 0,
    left: Map[String, Long] = Map.empty
) {

  /** The latest time at which the last poll may have begun. So the interval is kept over a restart.
    *
    * @param now the start of this run, epoch milliseconds
    */
  def lastPollMs(intervalMs: Long, now: Long): Option[Long] = polledAtMs.map { noted =>
    if (intervalMs >= noteMillis || noted > now) noted else math.min(now, noted + noteMillis) // guard: I3.18
  }

  /** Without the states of these endpoints. */
  def without(keys: Set[String]): Resumption =
    if (keys.isEmpty) this else copy(states = states -- keys, unlogged = unlogged -- keys, left = left -- keys)

  def stateOf(endpoint: Endpoint): Progress = states.getOrElse(endpoint.key, Progress.Initial)
}
