// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import io.github.sparkrest.pagelog.format.{LastPoll, StoredManifests, StoredStates}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.progress.Progress

/** A page log looked at from outside: nothing is claimed or deleted.
  *
  * @param epoch of the newest run; 0: there was none
  * @param unreadable manifests that do not count
  */
final case class LogView(epoch: Long, ledger: ManifestIndex, note: Option[LastPoll], unreadable: Seq[Long]) {

  /** Where polling would go on if the query's offset were `start`: see [[PageLog.resume]]. */
  def states(start: LogPosition): Map[String, Progress] = ledger.states ++ moved(start)

  private def moved(start: LogPosition): Map[String, Progress] =
    note.filter(_.isOf(ledger, start)).fold(Map.empty[String, Progress])(_.since(ledger))

  /** Whether a batch after `from` reads all that came after it. It cannot be told whether a manifest that is gone was read to
    * its end: then it is not.
    */
  def holdsAllAfter(from: LogPosition): Boolean =
    ledger.gapAfter(from.seq).isEmpty && (from == LogPosition.Start || ledger.manifests.exists(_.seq == from.seq))
}

object LogView {
  def of(store: LogStore): LogView = {
    val base = StoredStates.load(store)
    val found = StoredManifests.all(store, base)
    LogView(
      Epochs.newest(store),
      ManifestIndex(found.collect { case (_, Right(m)) => m }.toVector, base),
      LastPoll.load(store),
      found.collect { case (seq, Left(_)) => seq }
    )
  }

  /** Lets the next run poll endpoints from other states. What was received and not read yet stays. */
  def moveTo(store: LogStore, states: Map[String, Progress]): Unit = {
    val view = of(store)
    val end = view.ledger.newest.fold(0L)(_.seq)
    val note = view.note.filter(_.after <= end).getOrElse(LastPoll(end, 0, Map.empty))
    store.overwrite(
      LastPoll.Name,
      LastPoll.encode(note.copy(after = end, endpoints = view.moved(LogPosition.Start) ++ states))
    )
  }
}
