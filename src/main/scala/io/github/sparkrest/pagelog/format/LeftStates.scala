// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import io.circe.Decoder
import io.circe.syntax._
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

/** Endpoints that left the input, and when: their states are dropped after a while. The file is overwritten if something
  * changed, at a start of the query and when a run reads its input again.
  *
  * @param since key -> moment when the query first missed the endpoint, epoch milliseconds
  */
final private[sparkrest] case class LeftEndpoints(since: Map[String, Long]) {

  def at(withState: Set[String], inInput: Set[String], nowMs: Long): LeftEndpoints =
    LeftEndpoints((withState -- inInput).iterator.map(k => k -> since.getOrElse(k, nowMs)).toMap)

  def expired(nowMs: Long, retentionMs: Long): Set[String] =
    since.collect { case (key, at) if nowMs - at >= retentionMs => key }.toSet
}

private[sparkrest] object LeftEndpoints {
  val Name = "left-endpoints.json"
  private val Version = 1

  /** A file that is torn or of a later version names no endpoint: then the time counts from this start. */
  def load(store: LogStore): LeftEndpoints =
    LeftEndpoints(
      store.read(Name).flatMap(VersionedJson.decode(_, Version, decoder).toOption).getOrElse(Map.empty[String, Long])
    )

  def write(store: LogStore, left: LeftEndpoints): Unit =
    store.overwrite(Name, VersionedJson.encode(Version, List("left" -> left.since.asJson)))

  private val decoder: Decoder[Map[String, Long]] = Decoder.instance(_.get[Map[String, Long]]("left"))
}

/** States of endpoints that left the input long ago. They no longer count, although files of the log still have them.
  *
  * An endpoint that comes back begins again, and its new states count. So a state is dropped only up to a place in the log, and
  * the endpoint is named here only until the file of all states was written at or after this place.
  *
  * @param upTo key -> seq of the newest manifest whose state of the endpoint does not count
  */
final private[sparkrest] case class DroppedStates(upTo: Map[String, Long] = Map.empty) {
  def plus(keys: Set[String], seq: Long): DroppedStates = DroppedStates(upTo ++ keys.iterator.map(_ -> seq))

  /** Of the manifest `seq`, or of the file of all states after it. */
  def apply(key: String, seq: Long): Boolean = upTo.get(key).exists(seq <= _) // guard: I1.70

  /** A file with all states after manifest `seq` was written. */
  def writtenAt(seq: Long): DroppedStates = DroppedStates(upTo.filter { case (_, dropped) => dropped > seq }) // guard: I4.81
}
