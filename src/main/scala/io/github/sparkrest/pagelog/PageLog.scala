// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import scala.annotation.tailrec

import io.github.sparkrest.pagelog.format._
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.progress.Progress
import org.slf4j.LoggerFactory

/** The durable log of the polled records, as the driver sees it.
  *
  * Layout: `manifests/<seq>.json`, `pages/<epoch>-<uuid>.ndjson`, `epochs/<n>`, `last-poll.json`, `run-starts.json`, and with
  * several endpoints `states/<seq>.json` and `left-endpoints.json`; with many records to remember `seen/<epoch>-<uuid>`. A page
  * file that no manifest names does not exist: a file that a retried or speculative task, a lost executor or a crash left
  * behind changes nothing. [[ProgressSources]] says where a run continues.
  *
  * Runs: each run of the query claims the next epoch by a file that can be made only once. A run that sees a newer epoch
  * stops, and deletes nothing. A manifest is written only if its seq is free, so the manifests are one chain whoever writes
  * them.
  *
  * Thread-safe: the poller appends while the query reads.
  */
final class PageLog private (
    store: LogStore,
    val epoch: Long,
    retainBatches: Int,
    private var ledger: ManifestIndex,
    private var note: Option[LastPoll],
    starts: Vector[LogPosition],
    clock: () => Long
) extends PollSink {
  import PageLog._

  private var committed = Vector.empty[LogPosition] // ends of batches, oldest first
  private var floor = 0L // no seq at or below it is given again
  private var read = LogPosition.Start
  private var resumed = false
  @volatile var records: RunRecords = RunRecords() // set once, before a poll or a batch
  private val left = new LeftStates(store)

  private val seenFiles = new NamedSeenFiles(store, ledger, note)

  /** Nothing was ever polled. */
  def isBlank: Boolean = synchronized(ledger.isBlank && note.isEmpty)

  /** Whether an earlier run has continued here, after a batch of this log. */
  def wasRead: Boolean = starts.nonEmpty

  // ---- the poller's side
  /** Drops the states of endpoints that left the input long ago. Before [[resume]]. `inInput`: keys of this run's endpoints. */
  def dropLeft(inInput: Set[String], nowMs: Long, retentionMs: Long): Unit =
    if (Epochs.isNewest(store, epoch)) synchronized(forget(left.atStart(ledger, note, inInput, nowMs, retentionMs)))

  private def forget(keys: Set[String]): Unit = {
    ledger = left.drop(keys, ledger)
    note = note.map(n => n.copy(endpoints = n.endpoints -- keys))
  }

  override def noteLeft(since: Map[String, Long], dropped: Set[String]): Unit = {
    synchronized(forget(dropped))
    if (Epochs.isNewest(store, epoch)) left.note(since, synchronized(ledger))
  }

  /** Where polling continues: [[ProgressSources]] decides.
    *
    * @param offsets in the query's offset, by endpoint
    */
  def resume(start: LogPosition, offsets: Map[String, Option[String]]): Resumption = synchronized {
    floor = math.max(floor, start.seq)
    read = start
    resumed = true
    committed = starts.filter(_ < start) // guard: I4.11
    if (start > LogPosition.Start)
      store.overwrite(RunStarts.Name, RunStarts.encode((committed :+ start).takeRight(retainBatches + 1)))
    val end = ledger.newest.fold(0L)(_.seq)
    val sources = ProgressSources.of(ledger, note, start, offsets)
    // A manifest that was read and then lost: the next one may say that it follows it. A newer run's manifest is not lost.
    if (end < start.seq) checkNewest() // guard: I2.60
    if (end < start.seq) StoredManifests.deleteAbsent(store, ledger, start.seq) // guard: I2.8
    if (end < start.seq && !sources.isNoteUsed)
      logger.warn(s"The page log in ${store.location} holds nothing at or after the query's offset $start: polling continues from the API offset in it; one page may come again.")
    Resumption(
      sources.states.map { case (key, state) => key -> state.inherited },
      note.map(_.polledAtMs),
      fresh = start.seq == 0 && ledger.newest.isEmpty && !sources.isNoteUsed,
      note.fold(PacingState.Nothing)(_.pace),
      unlogged = sources.unlogged,
      noteMillis = store.noteMillis,
      left = left.since
    )
  }

  /** Makes polls count. After it returns, the records are in the log for good.
    *
    * @return the states that hold now: normally the given ones. A dying older run may have put a manifest in this place after
    *   this run had read the log. Then that manifest holds: its polls count, and the given ones do not. It counts as absent if
    *   its page file was swept before.
    */
  def append(file: PolledFile, states: Map[Endpoint, Progress]): Map[String, Progress] =
    append(file, states, Nil)

  /** @param absent manifests that count as absent. They are deleted after the next manifest is written: until then a newer run
    *   might take their number, and its manifest would be deleted instead.
    */
  @tailrec private def append(
      file: PolledFile,
      states: Map[Endpoint, Progress],
      absent: List[Long]
  ): Map[String, Progress] = {
    checkNewest() // guard: I1.13
    Epochs.mustBeShared(store, epoch, file)
    val (seq, previous) = synchronized {
      val newest = ledger.newest.fold(floor)(_.seq)
      ((floor +: newest +: absent).max + 1, newest)
    }
    val mine = Manifest(
      seq,
      previous,
      epoch,
      file,
      states.map { case (e, s) => e.key -> s },
      states.keysIterator.filter(e => file.recordsOf(e.key) > 0).flatMap(e => e.shown.map(e.key -> _)).toMap,
      synchronized(ledger.commitTime(file, clock())),
      records.format
    )
    if (store.writeIfAbsent(Manifest.path(seq), Manifest.encode(mine))) { // guard: I1.12
      absent.foreach(s => store.delete(Manifest.path(s))) // guard: I4.13
      added(mine)
    } else
      StoredManifests.read(store, seq) match {
        case Some(Right(other)) if other.epoch > epoch =>
          throw Epochs.newerRun(store.location, other.epoch, epoch).toException
        case Some(Right(other))                  => added(other)
        case Some(Left(later: Unreadable.Later)) => throw StoredManifests.unreadable(store, seq, later)
        case unusable                            =>
          unusable.flatMap(_.left.toOption).foreach(StoredManifests.passOver(store, seq, _))
          append(file, states, seq :: absent)
      }
  }

  private def added(m: Manifest): Map[String, Progress] = synchronized {
    ledger = ledger.append(m)
    seenFiles.appended(m)
    notifyAll()
    m.endpoints
  }

  def noteBeforePoll(nowMs: Long, states: Map[String, Progress], pace: PacingState): Unit = {
    val next = synchronized(LastPoll(ledger.newest.fold(0L)(_.seq), nowMs, states, pace))
    if (!synchronized(note.exists(_.willDoFor(next, ledger, store.noteMillis)))) {
      checkNewest()
      store.overwrite(LastPoll.Name, LastPoll.encode(next))
      synchronized { note = Some(next); seenFiles.noted(next, ledger) }
    }
  }

  override def sweepLost(): Unit = StoredManifests.sweepLost(store, synchronized(ledger), epoch)

  def unreadBytes: Long = synchronized(ledger.weightAfter(read))
  override def unreadCount: Long = synchronized(ledger.recordsAfter(read))
  def awaitTaken(): Unit = synchronized(wait(1000))
  def pollerChanged(): Unit = synchronized(notifyAll())

  // ---- the query's side
  /** The furthest place that a batch from `from` may reach now. A run that is no longer the newest makes no batch: the newer
    * one reads Spark's offset log once, when it starts.
    */
  def take(from: LogPosition, maxRecords: Long, maxBytes: Long, whole: Boolean = false): LogPosition = {
    val to = synchronized(ledger.take(from, maxRecords, maxBytes, whole))
    if (to > from) checkNewest() // guard: I2.5
    synchronized {
      read = to
      notifyAll()
    }
    to
  }

  def unreadRecords(from: LogPosition): Long = synchronized(ledger.recordsAfter(from))

  /** Waits while `condition` holds, for `millis` at most. The poller wakes it with each change. */
  def awaitWhile(condition: () => Boolean, millis: Long): Unit = synchronized {
    val began = System.nanoTime
    def left = if (millis == Long.MaxValue) 1000L else millis - (System.nanoTime - began) / 1000000
    while (condition() && left > 0) wait(math.min(left, 1000L))
  }

  /** Whether a batch from `from` is full with the records that the log has now. */
  def isFull(from: LogPosition, maxRecords: Long, maxBytes: Long): Boolean =
    synchronized(ledger.recordsAfter(from) >= maxRecords || ledger.bytesAfter(from) >= maxBytes)

  /** The API offsets, by endpoint, that are noted with this place. */
  def offsetsAt(p: LogPosition): Map[String, Option[String]] = synchronized(ledger.offsetsAt(p))
  def isKnown(endpointKey: String): Boolean = synchronized(ledger.states.contains(endpointKey))

  /** Number of the newest file with the states of all endpoints; 0: there is none yet. */
  def statesSeq: Long = synchronized(ledger.base.seq)

  def slices(from: LogPosition, to: LogPosition): Seq[PageSlice] = reloaded(from, to) match {
    case Right(slices) => slices
    case Left(seq)     => throw StoredManifests.missing(store, seq, s"the batch from $from to $to")
  }

  /** An older run that was still alive when this run opened the log may have written a manifest and a batch since. As long as
    * this run has not polled, it continues from there.
    */
  private def reloaded(from: LogPosition, to: LogPosition): Either[Long, Seq[PageSlice]] = synchronized {
    def found = ledger.slices(from, to, m => if (m.epoch == epoch) m else m.showing(records.shown))
    val slices = found
    if (slices.isLeft && !resumed) ledger = StoredManifests.load(store) // guard: I2.6
    if (slices.isLeft) found else slices
  }

  /** Everything up to `end` is in the sink for good. Deletes manifests and pages older than the batches to retain: the manifest
    * first, so that no manifest names a deleted page.
    */
  def commit(end: LogPosition): Unit = {
    val gone = synchronized {
      committed = (committed :+ end).takeRight(retainBatches + 1)
      if (committed.length <= retainBatches) Vector.empty else ledger.consumedBefore(committed.head) // guard: I2.4
    }
    val mustStore = gone.nonEmpty && synchronized(ledger.onlyIn(gone))
    if (gone.nonEmpty && (!mustStore || gone.length >= PurgedTogether) && Epochs.isNewest(store, epoch)) { // guard: I5.3
      // The ledger has only outlines of them.
      val toStore = if (mustStore) Some(left.stored(synchronized(ledger.base), gone.map(_.seq))) else None
      StoredManifests.purge(store, gone)
      synchronized {
        ledger = ledger.without(gone, toStore)
        left.written(ledger.base)
        seenFiles.drop(ledger)
      }
    }
  }

  private def checkNewest(): Unit = Epochs.mustBeNewest(store, epoch)
}

object PageLog {
  private val logger = LoggerFactory.getLogger("io.github.sparkrest.PageLog")

  /** If the states of all endpoints must be written first, several manifests are purged together. */
  private val PurgedTogether = 8

  /** Claims the next epoch and reads the log. Older epochs' files go, and pages that older runs left without a manifest. */
  def open(store: LogStore, retainBatches: Int, clock: () => Long = () => System.currentTimeMillis): PageLog = {
    val epoch = Epochs.claim(store)
    val ledger = StoredManifests.load(store)
    val note = LastPoll.load(store)
    val starts = store.read(RunStarts.Name).fold(Vector.empty[LogPosition])(RunStarts.decode)
    // A newer run may have started meanwhile, and then these files are the newer run's to sweep.
    Epochs.mustBeNewest(store, epoch) // guard: I1.17
    StoredManifests.sweep(store, ledger, note, epoch)
    new PageLog(store, epoch, retainBatches, ledger, note, starts, clock)
  }
}
