// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import io.github.sparkrest.pagelog.format.{LastPoll, Manifest}
import io.github.sparkrest.pagelog.store.LogStore

/** Files of records seen that a manifest or note of this log named: one that none names any more is deleted.
  *
  * A file that only a lost attempt or a state between two notes knew is deleted by the next run. Guarded by the page log.
  */
final private[sparkrest] class NamedSeenFiles(store: LogStore, ledger: ManifestIndex, note: Option[LastPoll]) {
  private var inNote = note.fold(Set.empty[String])(_.seenFiles)
  private var named = ledger.seenFiles ++ inNote

  def appended(m: Manifest): Unit = named ++= m.endpoints.valuesIterator.flatMap(_.seenFiles)

  def noted(written: LastPoll, ledger: ManifestIndex): Unit = {
    val before = inNote
    inNote = written.seenFiles
    named ++= inNote
    if (!before.subsetOf(inNote)) drop(ledger)
  }

  /** After the log has forgotten manifests or a note. */
  def drop(ledger: ManifestIndex): Unit = {
    val needed = ledger.seenFiles ++ inNote
    named.filterNot(needed).foreach(name => store.delete(SeenFiles.path(name)))
    named = needed
  }
}
