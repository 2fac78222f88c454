// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import io.github.sparkrest.pagelog.format.{LastPoll, StoredManifests}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.progress.Progress

/** A page log seen by a tool, which claims and deletes nothing.
  *
  * @param epoch of the newest run; 0 if the log has had no run
  * @param unreadable manifests that do not count
  */
final case class LogView(epoch: Long, ledger: ManifestIndex, note: Option[LastPoll], unreadable: Seq[Long]) {

  def isBlank: Boolean = ledger.isBlank && note.isEmpty

  /** Where polling would continue if the query's offset were `start`: see [[ProgressSources]]. */
  def states(start: LogPosition): Map[String, Progress] = ledger.states ++ unlogged(start)

  private def unlogged(start: LogPosition): Map[String, Progress] =
    note.filter(_.isOf(ledger, start)).fold(Map.empty[String, Progress])(_.since(ledger))

  /** Whether a batch after `from` reads all records that came after it. Nobody knows whether a deleted manifest was read to its
    * end, so then it does not.
    */
  def holdsAllAfter(from: LogPosition): Boolean =
    ledger.gapAfter(from.seq).isEmpty && (from == LogPosition.Start || ledger.manifests.exists(_.seq == from.seq))
}

object LogView {
  def of(store: LogStore): LogView = {
    val (base, manifests) = StoredManifests.all(store)
    LogView(
      Epochs.newest(store),
      ManifestIndex(manifests.collect { case (_, Right(m)) => m }.toVector, base),
      LastPoll.load(store),
      manifests.collect { case (seq, Left(_)) => seq }
    )
  }

  /** Lets the next run poll endpoints from other states. Received records that no batch has read stay. */
  def moveTo(store: LogStore, states: Map[String, Progress]): Unit = {
    val view = of(store)
    val end = view.ledger.newest.fold(0L)(_.seq)
    val note = view.note.filter(_.after <= end).getOrElse(LastPoll(end, 0, Map.empty))
    store.overwrite(
      LastPoll.Name,
      LastPoll.encode(note.copy(after = end, endpoints = view.unlogged(LogPosition.Start) ++ states))
    )
  }
}
