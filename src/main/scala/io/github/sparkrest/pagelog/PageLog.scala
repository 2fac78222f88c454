// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.offset.{EndpointState, Position}
import io.github.sparkrest.poll.{PollJournal, PolledFile, Resumption}
import org.slf4j.LoggerFactory

/** The durable log of what was polled, seen from the driver.
  *
  * Layout: `manifests/<seq>.json`, `pages/<epoch>-<uuid>.ndjson`, `epochs/<n>`, `last-poll.json`, `run-starts.json`. A page file
  * that no manifest names does not exist: whatever a retried or speculative task, a lost executor or a crash left behind
  * changes nothing.
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
    private var ledger: Ledger,
    note: Option[PollNote],
    starts: Vector[Position]
) extends PollJournal {
  import PageLog._

  private var committed = Vector.empty[Position] // ends of batches, oldest first
  private var floor = 0L // no seq at or below it is given again
  private var read = Position.Start

  // ---- the poller's side

  def resume(start: Position, endpoint: String, offsetInStart: Option[String]): Resumption = synchronized {
    floor = math.max(floor, start.seq)
    read = start
    committed = starts.filter(_ < start)
    if (start > Position.Start)
      store.overwrite(RunStarts.Name, RunStarts.encode((committed :+ start).takeRight(retainBatches + 1)))
    val current = ledger.newest.filter(_.seq >= start.seq)
    val noted = note.filter(n => n.after == ledger.newest.fold(0L)(_.seq) && n.after >= start.seq)
    val state = noted
      .flatMap(_.endpoints.get(endpoint))
      .orElse(current.flatMap(_.endpoints.get(endpoint)))
      .getOrElse {
        if (start.seq > 0)
          logger.warn(s"The page log in ${store.location} holds nothing at or after the query's offset $start: polling goes on from the API offset in it; one page may come again.")
        EndpointState(offsetInStart, EndpointState.Initial.boundary)
      }
    Resumption(state, note.map(_.polledAtMs), fresh = start.seq == 0 && ledger.newest.isEmpty && noted.isEmpty)
  }

  /** Makes a poll count. After it returns, the records are in the log for good.
    *
    * @return the state that holds now: normally the one given. If an older run, dying, put a manifest of its own in this
    *   place after this run had read the log, that one stands: its poll counted, this one did not.
    */
  def append(file: PolledFile, endpoint: String, state: EndpointState): EndpointState = {
    checkNewest()
    checkShared(file)
    val (seq, previous) = synchronized(
      (math.max(ledger.newest.fold(0L)(_.seq), floor) + 1, ledger.newest.fold(floor)(_.seq))
    )
    val mine = Manifest(seq, previous, epoch, file, Map(endpoint -> state))
    if (store.writeIfAbsent(Manifest.path(seq), Manifest.encode(mine))) added(mine, endpoint)
    else
      readManifest(store, seq).flatMap(complete(store)) match {
        case Right(other) if other.epoch > epoch => throw newerRun(other.epoch)
        case Right(other)                        => added(other, endpoint)
        case Left(why)                           =>
          logger.warn(s"Manifest $seq in ${store.location} counts as absent: $why.")
          synchronized { floor = seq }
          append(file, endpoint, state)
      }
  }

  private def added(m: Manifest, endpoint: String): EndpointState = synchronized {
    ledger = ledger.append(m)
    notifyAll()
    m.endpoints(endpoint)
  }

  def noteBeforePoll(nowMs: Long, endpoint: String, state: EndpointState): Unit = {
    checkNewest()
    val after = synchronized(ledger.newest.fold(0L)(_.seq))
    store.overwrite(PollNote.Name, PollNote.encode(PollNote(after, nowMs, Map(endpoint -> state))))
  }

  def unreadBytes: Long = synchronized(ledger.bytesAfter(read))

  def awaitTaken(): Unit = synchronized(wait(1000))

  def pollerChanged(): Unit = synchronized(notifyAll())

  // ---- the query's side

  /** The furthest place that a batch from `from` may reach now. */
  def take(from: Position, maxRecords: Long, maxBytes: Long): Position = synchronized {
    val to = ledger.take(from, maxRecords, maxBytes)
    read = to
    notifyAll()
    to
  }

  def unreadRecords(from: Position): Long = synchronized(ledger.recordsAfter(from))

  /** Waits while `condition` holds, for `millis` at most. The poller wakes it with each change. */
  def awaitWhile(condition: () => Boolean, millis: Long): Unit = synchronized {
    val began = System.nanoTime
    def left = if (millis == Long.MaxValue) 1000L else millis - (System.nanoTime - began) / 1000000
    while (condition() && left > 0) wait(math.min(left, 1000L))
  }

  /** Whether a batch from `from` could not take more than is there. */
  def isFull(from: Position, maxRecords: Long, maxBytes: Long): Boolean = synchronized {
    ledger.recordsAfter(from) >= maxRecords || ledger.bytesAfter(from) >= maxBytes
  }

  def offsetAt(p: Position, endpoint: String): Option[Option[String]] = synchronized(ledger.offsetAt(p, endpoint))

  def slices(from: Position, to: Position): Seq[PageSlice] = synchronized(ledger.slices(from, to)) match {
    case Right(found) => found
    case Left(seq)    =>
      throw RestError(
        Condition.PageMissing,
        s"The batch from $from to $to is to be run again, but manifest $seq is not in ${store.location}.",
        "Restore the page log, or start with a new checkpoint."
      ).toException
  }

  /** Everything up to `end` is in the sink for good. Deletes what is older than the batches to retain: the manifest first, so
    * that none names a page that is gone.
    */
  def commit(end: Position): Unit = {
    val gone = synchronized {
      committed = (committed :+ end).takeRight(retainBatches + 1)
      if (committed.length <= retainBatches) Vector.empty else ledger.consumedBefore(committed.head)
    }
    if (gone.nonEmpty && newestEpoch(store) == epoch) {
      gone.foreach { m =>
        store.delete(Manifest.path(m.seq))
        store.delete(PageFile.path(m.file.name))
      }
      synchronized { ledger = ledger.without(gone) }
    }
  }

  private def checkNewest(): Unit = {
    val newest = newestEpoch(store)
    if (newest > epoch) throw newerRun(newest)
  }

  private def checkShared(file: PolledFile): Unit =
    if (!store.length(PageFile.path(file.name)).contains(file.bytes))
      throw notShared(store.location, "an executor wrote a page file that the driver does not see").toException

  private def newerRun(newest: Long) = PageLog.newerRun(store.location, newest, epoch).toException
}

object PageLog {
  private val logger = LoggerFactory.getLogger("io.github.sparkrest.PageLog")
  private val Epochs = "epochs"

  private def epochPath(epoch: Long): String = f"$Epochs/$epoch%010d"

  def newerRun(location: String, newest: Long, epoch: Long): RestError = RestError(
    Condition.NewerRun,
    s"Run $newest of this query took over the page log in $location; this is run $epoch.",
    "Let one query run on a checkpoint at a time."
  )

  /** What stops an executor from polling for a run, if anything does. */
  def obstacle(store: LogStore, epoch: Long): Option[RestError] =
    newestEpoch(store) match {
      case newest if newest > epoch => Some(newerRun(store.location, newest, epoch))
      case newest if newest < epoch =>
        Some(notShared(store.location, "the driver made a file there that an executor does not see"))
      case _ => None
    }

  private def notShared(location: String, what: String): RestError = RestError(
    Condition.LogNotShared,
    s"The page log in $location is not on storage that driver and executors share: $what.",
    "Put checkpointLocation on storage that all machines see, or set pageLogLocation to such a folder."
  )

  /** Claims the next epoch and reads the log. Older epochs' files go, and pages that older runs left without a manifest. */
  def open(store: LogStore, retainBatches: Int): PageLog = {
    val epoch = claim(store)
    val ledger = load(store)
    sweep(store, ledger, epoch)
    val note = store.read(PollNote.Name).flatMap(PollNote.decode)
    val starts = store.read(RunStarts.Name).fold(Vector.empty[Position])(RunStarts.decode)
    new PageLog(store, epoch, retainBatches, ledger, note, starts)
  }

  private def claim(store: LogStore): Long = {
    val epoch = newestEpoch(store) + 1
    if (store.writeIfAbsent(epochPath(epoch), epoch.toString.getBytes("UTF-8"))) epoch else claim(store)
  }

  private def epochs(store: LogStore): Seq[Long] = store.list(Epochs).filter(_.matches("\\d{10}")).map(_.toLong)
  private def newestEpoch(store: LogStore): Long = (0L +: epochs(store)).max

  /** An unreadable newest manifest counts as absent: its poll is done again. Any other is an error. */
  private def load(store: LogStore): Ledger = {
    val seqs = store.list(Manifest.Folder).flatMap(n => Manifest.seqOf(n)).sorted
    val read = seqs.map(seq => seq -> readManifest(store, seq).flatMap(complete(store)))
    val good = read.zipWithIndex.flatMap {
      case ((_, Right(m)), _)                                                        => Some(m)
      case ((seq, Left(why)), i) if i == read.length - 1 && !why.contains("version") =>
        logger.warn(s"The newest manifest $seq in ${store.location} counts as absent: $why.")
        store.delete(Manifest.path(seq))
        None
      case ((seq, Left(why)), _) =>
        throw RestError(
          Condition.CheckpointUnreadable,
          s"Manifest $seq in ${store.location} cannot be read: $why.",
          "Use the version of spark-rest that wrote it, or a later one; or restore it, or start with a new checkpoint."
        ).toException
    }
    Ledger(good.toVector)
  }

  private def readManifest(store: LogStore, seq: Long): Either[String, Manifest] =
    store.read(Manifest.path(seq)).toRight("it is gone").flatMap(Manifest.decode)

  private def complete(store: LogStore)(m: Manifest): Either[String, Manifest] =
    if (store.length(PageFile.path(m.file.name)).contains(m.file.bytes)) Right(m)
    else Left(s"its page file ${m.file.name} is not whole")

  private def sweep(store: LogStore, ledger: Ledger, epoch: Long): Unit = {
    val named = ledger.manifests.map(_.file.name).toSet
    store
      .list(PageFile.Folder)
      .filter(n => !named(n) && PageFile.epochOf(n).exists(_ < epoch))
      .foreach(n => store.delete(PageFile.path(n)))
    Seq(Manifest.Folder, Epochs, ".").foreach(store.deleteTemporary)
    epochs(store).filter(_ < epoch).foreach(n => store.delete(epochPath(n)))
  }
}
