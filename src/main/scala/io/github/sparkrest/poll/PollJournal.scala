// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.offset.EndpointState

/** Where the poller puts what it polled. Every call may fail with a `RestException` that ends the query. */
trait PollJournal {

  /** Makes a poll count: the records of the file, and the state after them. All or nothing.
    *
    * @return the state to go on from
    */
  def append(file: PolledFile, endpoint: String, state: EndpointState): EndpointState

  /** Written before a poll, over and over in one place: for `streamingInterval` after a restart, and for a state that moved
    * without records.
    */
  def noteBeforePoll(nowMs: Long, endpoint: String, state: EndpointState): Unit

  /** Bytes polled that the query has not taken yet. */
  def unreadBytes: Long

  /** Waits, at most a second, for the query to take something. */
  def awaitTaken(): Unit

  /** Wakes the query: the poller ended, failed or completed a poll. */
  def pollerChanged(): Unit
}

/** Where polling goes on.
  *
  * @param polledAtMs when the last poll began, if that is known
  * @param fresh nothing was ever polled under this checkpoint
  */
final case class Resumption(state: EndpointState, polledAtMs: Option[Long], fresh: Boolean)
