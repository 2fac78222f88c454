// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import scala.annotation.tailrec
import scala.util.control.NonFatal

import io.github.sparkrest.error.Condition
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.pagelog.{Epochs, ManifestIndex, SeenFiles}
import org.slf4j.LoggerFactory

/** The manifests in the store. */
private[sparkrest] object StoredManifests {
  private val logger = LoggerFactory.getLogger("io.github.sparkrest.PageLog")

  /** The manifests that count. An unreadable manifest is an error if a valid manifest follows it, because then it once counted.
    * Otherwise a crash tore it, or its page was swept before it was written: its poll is repeated.
    */
  def load(store: LogStore): ManifestIndex = {
    val (base, manifests) = all(store)
    val good = manifests.collect { case (_, Right(m)) => m }
    val followed = good.map(_.previous).toSet
    manifests.foreach {
      case (seq, Left(later: Unreadable.Later)) => throw unreadable(store, seq, later) // guard: I1.15
      case (seq, Left(reason)) if followed(seq) => throw unreadable(store, seq, reason) // guard: I1.14, I2.7
      case (seq, Left(reason))                  => passOver(store, seq, reason)
      case (_, Right(_))                        => ()
    }
    ManifestIndex(good.toVector, base)
  }

  /** The stored states of all endpoints, and the manifests after them, ordered by seq. */
  def all(store: LogStore): (StoredStates, Seq[(Long, Either[Unreadable, Manifest])]) = all(store, Tries)

  /** Retries if another run has purged meanwhile: the states of the manifests that are gone are in a newer file. A purge writes
    * this file before it deletes a manifest.
    */
  @tailrec private def all(store: LogStore, tries: Int): (StoredStates, Seq[(Long, Either[Unreadable, Manifest])]) = {
    val base = StoredStates.load(store)
    // Manifests that these states cover are left over from a purge that broke off.
    val manifests = seqs(store).filter(_ > base.seq).sorted.flatMap(seq => read(store, seq).map(seq -> _))
    if (StoredStates.newest(store) == base.seq) (base, manifests) // guard: I5.20
    else if (tries > 1) all(store, tries - 1)
    else throw everChanging(store).toException
  }

  private def everChanging(store: LogStore) = Condition.CheckpointUnreadable(
    s"Another run of this query deleted files in ${store.location} each time that the page log was read.",
    "Stop the other run, and start again."
  )

  /** How often the log is read: an older run purges once at most after this run has begun. */
  private val Tries = 10

  /** `None`: the manifest does not exist. Left: why it does not count. */
  def read(store: LogStore, seq: Long): Option[Either[Unreadable, Manifest]] =
    store.read(Manifest.path(seq)).map(Manifest.decode(_).flatMap(whole(store, _))).filter {
      // A purge deletes it before its page: it may be gone since it was read.
      case Left(_: Unreadable.WithoutPage) => store.length(Manifest.path(seq)).isDefined // guard: I1.16
      case _                               => true
    }

  def unreadable(store: LogStore, seq: Long, reason: Unreadable): Throwable =
    reason.error(s"Manifest $seq", store.location).toException

  def missing(store: LogStore, seq: Long, batch: String): Throwable = Condition.PageMissing.exception(
    s"Spark runs $batch again, but manifest $seq is not in ${store.location}.",
    "Restore the page log, or start with a new checkpoint."
  )

  def passOver(store: LogStore, seq: Long, reason: Unreadable): Unit =
    logger.warn(s"Manifest $seq in ${store.location} counts as absent: ${reason.why}.")

  /** Deletes pages that older runs left without a manifest, half-written files of crashes, manifests that do not count, and
    * older epochs.
    */
  def sweep(store: LogStore, ledger: ManifestIndex, note: Option[LastPoll], epoch: Long): Unit = {
    sweepPages(store, ledger, note)(_ < epoch) // guard: I4.9
    val seen = ledger.seenFiles ++ note.fold(Set.empty[String])(_.seenFiles)
    store
      .list(SeenFiles.Folder)
      .filter(n => !seen(n) && PageFile.epochOf(n).exists(_ < epoch))
      .foreach(n => store.delete(SeenFiles.path(n)))
    // A newer manifest may be needed: a run that started meanwhile gives the numbers after these.
    deleteAbsent(store, ledger, ledger.newest.fold(ledger.base.seq)(_.seq))
    Seq(Manifest.Folder, StoredStates.Folder, Epochs.Folder, ".").foreach(store.deleteTemporary) // guard: I4.10
    Epochs.deleteBefore(store, epoch)
  }

  /** Deletes the pages of this run that no manifest names. Nothing depends on it: if the store fails, a later sweep will do. */
  def sweepLost(store: LogStore, ledger: ManifestIndex, epoch: Long): Unit =
    try if (Epochs.isNewest(store, epoch)) sweepPages(store, ledger, None)(_ == epoch)
    catch { case NonFatal(e) => logger.warn(s"Page files of lost tasks stay in ${store.location} for now: $e") }

  /** The manifests first, so that no manifest names a deleted page. */
  def purge(store: LogStore, gone: Seq[Manifest]): Unit = {
    store.delete(gone.map(m => Manifest.path(m.seq)))
    store.delete(gone.map(m => PageFile.path(m.file.name)))
  }

  /** Deletes the pages of some runs that no manifest names, and no state for acknowledgements. */
  def sweepPages(store: LogStore, ledger: ManifestIndex, note: Option[LastPoll])(isOf: Long => Boolean): Unit = {
    val states = ledger.states.valuesIterator ++ note.iterator.flatMap(_.endpoints.valuesIterator)
    val named = ledger.manifests.map(_.file.name).toSet ++ states.flatMap(_.acks.map(_.file)) // guard: I9.6
    store
      .list(PageFile.Folder)
      .filter(n => !named(n) && PageFile.epochOf(n).exists(isOf))
      .foreach(n => store.delete(PageFile.path(n)))
  }

  /** Deletes manifests up to a seq that do not count. */
  def deleteAbsent(store: LogStore, ledger: ManifestIndex, end: Long): Unit = {
    val counting = ledger.manifests.map(_.seq).toSet
    seqs(store).filter(seq => seq <= end && !counting(seq)).foreach(seq => store.delete(Manifest.path(seq)))
  }

  private def whole(store: LogStore, m: Manifest): Either[Unreadable, Manifest] =
    if (store.length(PageFile.path(m.file.name)).contains(m.file.bytes)) Right(m)
    else Left(Unreadable.WithoutPage(m.file.name))

  private def seqs(store: LogStore): Seq[Long] = store.list(Manifest.Folder).flatMap(n => Manifest.seqOf(n))
}
