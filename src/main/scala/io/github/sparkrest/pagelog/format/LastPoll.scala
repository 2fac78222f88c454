// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.pagelog.{LogPosition, ManifestIndex}
import io.github.sparkrest.progress.{JsonFields, Progress}

/** The file that an idle stream overwrites, on an object store once a minute: when it polled last, and states that moved without records.
  *
  * @param after seq of the newest manifest at that time
  * @param pace that delays the next request; it holds whatever the newest manifest is
  */
final case class LastPoll(
    after: Long,
    polledAtMs: Long,
    endpoints: Map[String, Progress],
    pace: PacingState = PacingState.Nothing
) {

  /** Whether it belongs to this log: not if it is torn, nor if later manifests were lost or purged. */
  def isOf(ledger: ManifestIndex, start: LogPosition): Boolean = {
    val end = ledger.newest.fold(0L)(_.seq)
    after >= ledger.base.seq && after <= end && end >= start.seq
  }

  /** Names of the files of records seen that its states depend on. */
  def seenFiles: Set[String] = endpoints.valuesIterator.flatMap(_.seenFiles).toSet

  /** Whether a run that starts with this note does the same as with `next`, if it counts the interval from `keptMillis` after this
    * note. Then an idle stream need not write `next`.
    */
  def willDoFor(next: LastPoll, ledger: ManifestIndex, keptMillis: Long): Boolean = {
    // A file of states that was written since makes an older note void.
    def isWithoutNews(n: LastPoll) = n.since(ledger).forall { case (key, state) => ledger.states.get(key).contains(state) }
    val age = next.polledAtMs - polledAtMs
    pace == next.pace && age >= 0 && age < keptMillis && // guard: I3.17
    (after == next.after && endpoints == next.endpoints || isWithoutNews(this) && isWithoutNews(next))
  }

  /** Its state of an endpoint holds until a manifest has another one. */
  def since(ledger: ManifestIndex): Map[String, Progress] = {
    val later = ledger.manifests.iterator.filter(_.seq > after).flatMap(_.endpoints.keysIterator).toSet
    endpoints.filterNot { case (k, _) => later(k) } // guard: I3.15
  }
}

object LastPoll {
  val Name = "last-poll.json"
  val Version = 3

  /** From a torn file: the manifest's state holds, one interval is not kept, and all of `maxRequestRate` counts as used. */
  private val Torn = LastPoll(-1, 0, Map.empty, PacingState.Unknown)

  /** `None`: the file does not exist. */
  def load(store: LogStore): Option[LastPoll] = store
    .read(Name)
    .map(decode(_).fold(later => throw later.error(s"The note $Name", store.location).toException, note => note))

  def encode(n: LastPoll): Array[Byte] = VersionedJson.encode(
    Progress.version(n.endpoints.valuesIterator),
    List("after" -> n.after.asJson, "polledAtMs" -> n.polledAtMs.asJson, "endpoints" -> n.endpoints.asJson) ++
      (if (n.pace == PacingState.Nothing) Nil else List("pace" -> n.pace.asJson))
  )

  /** Left: the file has a later version. It must not pass for torn: with `initialOffset=latest` and no record yet, nothing else
    * tells where the stream began.
    */
  def decode(bytes: Array[Byte]): Either[Unreadable.Later, LastPoll] =
    VersionedJson.decode(bytes, Version, decoder) match {
      case Right(note)                   => Right(note)
      case Left(later: Unreadable.Later) => Left(later) // guard: I3.16
      case Left(_)                       => Right(Torn)
    }

  private val decoder: Decoder[LastPoll] = JsonFields.decoder { f =>
    LastPoll(
      f[Long]("after"),
      f[Long]("polledAtMs"),
      f[Map[String, Progress]]("endpoints"),
      f.or("pace", PacingState.Nothing)
    )
  }
}

/** The pace that a restart has to keep. Times are epoch milliseconds.
  *
  * @param notBefore the API allows no request before; 0: it named no time
  * @param used when requests were over, and how many, for `maxRequestRate`
  * @param granted requests that running jobs may make: after a crash they count as made
  * @param last key of the last endpoint that had its turn, if `maxRequestsPerTrigger` does not reach all in one run
  */
final case class PacingState(
    notBefore: Long = 0,
    used: Vector[(Long, Int)] = Vector.empty,
    granted: Int = 0,
    last: Option[String] = None
)

object PacingState {
  val Nothing: PacingState = PacingState()

  /** Any number of requests may have been made. */
  val Unknown: PacingState = PacingState(granted = Int.MaxValue)

  implicit val encoder: Encoder[PacingState] = Encoder.instance { n =>
    Json.fromFields(
      List(
        "notBefore" -> n.notBefore.asJson,
        "used" -> n.used.map { case (at, count) => Json.arr(at.asJson, count.asJson) }.asJson,
        "granted" -> n.granted.asJson
      ) ++ n.last.map("last" -> _.asJson)
    )
  }
  implicit val decoder: Decoder[PacingState] =
    Decoder.forProduct4("notBefore", "used", "granted", "last")(
      (b: Long, u: Vector[(Long, Int)], g: Int, l: Option[String]) => PacingState(b, u, g, l)
    )
}

/** Where the last runs began, oldest first, in one file that each run overwrites once.
  *
  * Each start is the end of a batch. So runs of one or two batches, which see no more ends than they have to retain, purge as
  * one long run does.
  */
private[sparkrest] object RunStarts {
  val Name = "run-starts.json"
  private val Version = 1

  def encode(starts: Seq[LogPosition]): Array[Byte] =
    VersionedJson.encode(Version, List("starts" -> starts.map(p => Json.arr(p.seq.asJson, p.record.asJson)).asJson))

  /** Empty if the file is torn or has a later version: then more is kept, for a few runs. */
  def decode(bytes: Array[Byte]): Vector[LogPosition] =
    VersionedJson.decode(bytes, Version, decoder).getOrElse(Vector.empty)

  private val decoder: Decoder[Vector[LogPosition]] =
    Decoder.instance(_.get[Vector[(Long, Long)]]("starts").map(_.map { case (seq, record) => LogPosition(seq, record) }))
}
