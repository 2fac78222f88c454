// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import scala.annotation.tailrec

import io.circe.Decoder
import io.circe.syntax._
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.progress.{JsonFields, Progress}

/** The states of all endpoints after manifest `seq`: purged manifests had the states of endpoints that were idle since.
  *
  * A stream of one endpoint has no such file: its newest manifest is never purged.
  */
final case class StoredStates(seq: Long, endpoints: Map[String, Progress])

object StoredStates {
  val None: StoredStates = StoredStates(0, Map.empty)
  val Version = 3
  val Folder = "states"

  def path(seq: Long): String = f"$Folder/$seq%020d.json"

  /** The newest file. */
  @tailrec def load(store: LogStore): StoredStates =
    seqs(store).lastOption.map(seq => seq -> store.read(path(seq))) match {
      case Some((seq, Some(bytes))) =>
        decode(bytes).fold(reason => throw reason.error(s"The states $seq", store.location).toException, s => s)
      // A later file took its place between the two reads.
      case Some(_) => load(store)
      case _       => None
    }

  /** The states after some manifests, from their files.
    *
    * @param stored the newest file of states
    * @param dropped states that are left out
    * @param seqs of all manifests after these states, the oldest first
    */
  def after(store: LogStore, stored: StoredStates, seqs: Seq[Long], dropped: DroppedStates): StoredStates = {
    def counting(states: Map[String, Progress], seq: Long) = states.filterNot { case (key, _) => dropped(key, seq) }
    seqs.foldLeft(stored.copy(endpoints = counting(stored.endpoints, stored.seq))) { (states, seq) =>
      val manifest = store.read(Manifest.path(seq)).toRight(Unreadable.Broken("it is gone")).flatMap(Manifest.decode)
      manifest.fold(
        why => throw StoredManifests.unreadable(store, seq, why),
        m => StoredStates(seq, states.endpoints ++ counting(m.endpoints, seq))
      )
    }
  }

  /** Durable when it returns; older files are deleted. */
  def write(store: LogStore, states: StoredStates): Unit = {
    store.writeIfAbsent(path(states.seq), encode(states))
    seqs(store).filter(_ < states.seq).foreach(seq => store.delete(path(seq)))
  }

  def encode(s: StoredStates): Array[Byte] = VersionedJson.encode(
    Progress.version(s.endpoints.valuesIterator),
    List("seq" -> s.seq.asJson, "endpoints" -> s.endpoints.asJson)
  )

  /** Left: why it cannot be read. */
  def decode(bytes: Array[Byte]): Either[Unreadable, StoredStates] = VersionedJson.decode(bytes, Version, decoder)

  /** The number of the newest file; 0: there is none. */
  def newest(store: LogStore): Long = seqs(store).lastOption.getOrElse(None.seq)

  private def seqs(store: LogStore): Seq[Long] = store.list(Folder).flatMap(n => Manifest.seqOf(n)).sorted

  private val decoder: Decoder[StoredStates] =
    JsonFields.decoder(f => StoredStates(f[Long]("seq"), f[Map[String, Progress]]("endpoints")))
}
