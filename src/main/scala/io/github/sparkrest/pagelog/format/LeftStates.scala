// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import io.github.sparkrest.pagelog.ManifestIndex
import io.github.sparkrest.pagelog.store.LogStore

/** The endpoints that the input of a run lacks, and which of their states are dropped. The poller's thread changes them, and the
  * query's thread reads them.
  */
final private[pagelog] class LeftStates(store: LogStore) {
  @volatile private var noted = LeftEndpoints(Map.empty)
  @volatile private var gone = DroppedStates()

  /** Since when the input lacks endpoints whose states are kept, by key. */
  def since: Map[String, Long] = noted.since -- gone.upTo.keySet

  /** Notes a start of the query.
    *
    * @param inInput keys of this start
    * @return keys of the endpoints that left so long ago that their states are dropped
    */
  def atStart(
      ledger: ManifestIndex,
      note: Option[LastPoll],
      inInput: Set[String],
      nowMs: Long,
      retentionMs: Long
  ): Set[String] = {
    val withState = ledger.states.keySet ++ note.toSet[LastPoll].flatMap(_.endpoints.keySet)
    val stored = LeftEndpoints.load(store)
    noted = stored.at(withState, inInput, nowMs)
    if (noted != stored) LeftEndpoints.write(store, noted)
    noted.expired(nowMs, retentionMs)
  }

  /** Files that were written so far have these states, and none counts. */
  def drop(keys: Set[String], ledger: ManifestIndex): ManifestIndex = {
    gone = gone.plus(keys, ledger.newest.fold(ledger.base.seq)(_.seq))
    ledger.forget(keys)
  }

  /** A run has read its input again. The next start finds the dropped states that are still in files, and drops them again. */
  def note(left: Map[String, Long], ledger: ManifestIndex): Unit = {
    val inFiles = noted.since.filter { case (key, _) => gone.upTo.contains(key) && !ledger.states.contains(key) }
    val next = LeftEndpoints(inFiles ++ left)
    if (next != noted) LeftEndpoints.write(store, next)
    noted = next
  }

  /** Writes the states that count after some manifests. */
  def stored(base: StoredStates, seqs: Seq[Long]): StoredStates = {
    val states = StoredStates.after(store, base, seqs, gone)
    StoredStates.write(store, states)
    states
  }

  def written(states: StoredStates): Unit = gone = gone.writtenAt(states.seq)
}
