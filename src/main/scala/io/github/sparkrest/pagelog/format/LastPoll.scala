// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.syntax._
import io.circe.{Decoder, Json}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.pagelog.{LogPosition, ManifestIndex}
import io.github.sparkrest.progress.Progress

/** What an idle stream writes, over and over, into one file: when it polled last, and a state that moved without records.
  *
  * @param after seq of the newest manifest at that time
  * @param pace what keeps the next request back; it holds whatever the newest manifest is
  */
final case class LastPoll(
    after: Long,
    polledAtMs: Long,
    endpoints: Map[String, Progress],
    pace: PacingState = PacingState.Nothing
) {

  /** Whether it tells of this log: not if it is torn, nor if manifests were lost, or purged, that came after it. */
  def isOf(ledger: ManifestIndex, start: LogPosition): Boolean = {
    val end = ledger.newest.fold(0L)(_.seq)
    after >= ledger.base.seq && after <= end && end >= start.seq
  }

  /** Names of the files of records seen that its states depend on. */
  def seenFiles: Set[String] = endpoints.valuesIterator.flatMap(_.seenFiles).toSet

  /** What it says of an endpoint holds until a manifest says something else. */
  def since(ledger: ManifestIndex): Map[String, Progress] = {
    val later = ledger.manifests.iterator.filter(_.seq > after).flatMap(_.endpoints.keysIterator).toSet
    endpoints.filterNot { case (k, _) => later(k) } // guard: I3.15
  }
}

object LastPoll {
  val Name = "last-poll.json"
  val Version = 2

  /** From a torn file: the manifest's state holds, the interval is not kept once, and of `maxRequestRate` all counts as used. */
  private val Torn = LastPoll(-1, 0, Map.empty, PacingState.Unknown)

  /** `None`: there is none. */
  def load(store: LogStore): Option[LastPoll] = store
    .read(Name)
    .map(decode(_).fold(later => throw later.error(s"The note $Name", store.location).toException, note => note))

  def encode(n: LastPoll): Array[Byte] =
    Json
      .fromFields(
        List(
          "version" -> Progress.version(n.endpoints.valuesIterator).asJson,
          "after" -> n.after.asJson,
          "polledAtMs" -> n.polledAtMs.asJson,
          "endpoints" -> n.endpoints.asJson
        ) ++ (if (n.pace == PacingState.Nothing) Nil else List("pace" -> n.pace.asJson))
      )
      .noSpaces
      .getBytes(UTF_8)

  /** Left: of a later version. That one is not taken for torn: with `initialOffset=latest` and no record yet, nothing else tells
    * where the stream began.
    */
  def decode(bytes: Array[Byte]): Either[Unreadable.Later, LastPoll] =
    VersionedJson.decode(bytes, Version, decoder) match {
      case Right(note)                   => Right(note)
      case Left(later: Unreadable.Later) => Left(later) // guard: I3.16
      case Left(_)                       => Right(Torn)
    }

  private val decoder: Decoder[LastPoll] = Decoder.instance { c =>
    for {
      after <- c.get[Long]("after")
      polledAtMs <- c.get[Long]("polledAtMs")
      endpoints <- c.get[Map[String, Progress]]("endpoints")
      pace <- c.get[Option[PacingState]]("pace")
    } yield LastPoll(after, polledAtMs, endpoints, pace.getOrElse(PacingState.Nothing))
  }
}
