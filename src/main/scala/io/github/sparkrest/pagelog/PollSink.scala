// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import io.github.sparkrest.pagelog.format.PacingState
import io.github.sparkrest.progress.Progress

/** Where the poller puts what it polled. Every call may fail with a `RestException` that ends the query. */
trait PollSink {

  /** Makes polls count: the records of the file, and the states after them. All or nothing.
    *
    * @param states of all endpoints that have pages in the file, and of others whose states moved without a record
    * @return by key, the states to go on from; an endpoint that is not among them goes on from where it was
    */
  def append(file: PolledFile, states: Map[Endpoint, Progress]): Map[String, Progress]

  /** Written before a poll, over and over in one place: for `streamingInterval` and limits after a restart, and for states
    * that moved without records. After a poll too, if what it said has to outlive this run.
    */
  def noteBeforePoll(nowMs: Long, states: Map[String, Progress], pace: PacingState = PacingState.Nothing): Unit

  /** No poll is under way: what lost attempts of earlier polls left behind may go. */
  def sweepLost(): Unit = ()

  /** Bytes polled that the query has not taken yet. */
  def unreadBytes: Long

  /** Waits, at most a second, for the query to take something. */
  def awaitTaken(): Unit

  /** Wakes the query: the poller ended, failed or completed a poll. */
  def pollerChanged(): Unit
}

/** Where polling goes on.
  *
  * @param states by key, of each endpoint that was ever polled, whether it still is one or not
  * @param polledAtMs when the last poll began, if that is known
  * @param fresh nothing was ever polled under this checkpoint
  * @param pace what the run before left
  * @param inferred a schema was inferred at this start; `pace` has the requests that it took
  * @param unlogged keys of states that no manifest has, only the note of the last poll: they have to be noted again
  */
final case class Resumption(
    states: Map[String, Progress],
    polledAtMs: Option[Long],
    fresh: Boolean,
    pace: PacingState = PacingState.Nothing,
    inferred: Boolean = false,
    unlogged: Set[String] = Set.empty
) {
  def stateOf(endpoint: Endpoint): Progress = states.getOrElse(endpoint.key, Progress.Initial)
}
