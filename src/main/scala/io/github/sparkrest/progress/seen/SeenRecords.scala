// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}

/** How often a record was seen, and where its offset value lies.
  *
  * Counted, because equal duplicates and two different updates in one second must both pass: of a record that was seen n
  * times, the first n copies in a traversal are repeats, the next one is new.
  *
  * @param rank see [[OffsetKey.rank]]; [[Seen.Unranked]]: the record has no value to compare
  */
final case class Seen(count: Int, rank: Long = Seen.Unranked) {
  def and(other: Seen): Seen = Seen(math.max(count, other.count), math.max(rank, other.rank))
}

object Seen {
  val Unranked: Long = Long.MinValue
}

/** A file of records that were seen, sorted by identity. It never changes.
  *
  * @param lowest and `highest` rank in it
  */
final case class SeenFile(name: String, entries: Long, lowest: Long, highest: Long)

/** Records that the API may send again: by identity, in the state itself and in files that the state names.
  *
  * @param truncated by an earlier version, which forgot some: what lies below the offset counts as delivered
  */
final case class SeenRecords(
    recent: Map[String, Seen] = Map.empty,
    files: Vector[SeenFile] = Vector.empty,
    truncated: Boolean = false
) {
  def isEmpty: Boolean = recent.isEmpty && files.isEmpty

  /** Whether a reader of version 1 understands it. */
  def isVersion1: Boolean = files.isEmpty && recent.valuesIterator.forall(_.rank == Seen.Unranked)
}

object SeenRecords {
  val Empty: SeenRecords = SeenRecords()

  /** Without ranks. */
  def of(counts: (String, Int)*): SeenRecords = SeenRecords(counts.map { case (id, n) => id -> Seen(n) }.toMap)

  implicit private val fileEncoder: Encoder[SeenFile] =
    Encoder.instance(f => Json.arr(f.name.asJson, f.entries.asJson, f.lowest.asJson, f.highest.asJson))
  implicit private val fileDecoder: Decoder[SeenFile] =
    Decoder[(String, Long, Long, Long)].map((SeenFile.apply _).tupled)

  /** What version 1 can express is written as version 1 wrote it. */
  implicit val encoder: Encoder[SeenRecords] = Encoder.instance { s =>
    if (s.isVersion1) {
      val counts = s.recent.toList.map { case (id, seen) => id -> Json.fromInt(seen.count) }
      Json.fromFields(if (s.truncated) (Truncated -> Json.fromInt(1)) :: counts else counts)
    } else
      Json.fromFields(
        List("records" -> s.recent.toList.map { case (id, seen) => (id, seen.count, seen.rank) }.asJson) ++
          (if (s.files.isEmpty) Nil else List("files" -> s.files.asJson)) ++
          (if (s.truncated) List("truncated" -> Json.True) else Nil)
      )
  }

  implicit val decoder: Decoder[SeenRecords] = Decoder.instance { c =>
    if (c.downField("records").as[List[Json]].isRight) current.apply(c) else version1.apply(c)
  }

  private val current: Decoder[SeenRecords] = Decoder.instance { c =>
    for {
      recent <- c.get[List[(String, Int, Long)]]("records")
      files <- c.get[Option[Vector[SeenFile]]]("files")
      truncated <- c.get[Option[Boolean]]("truncated")
    } yield SeenRecords(
      recent.iterator.map { case (id, n, rank) => id -> Seen(n, rank) }.toMap,
      files.getOrElse(Vector.empty),
      truncated.getOrElse(false)
    )
  }

  /** Identity and count, and a mark that looks like no identity. */
  private val version1: Decoder[SeenRecords] = Decoder
    .decodeMap[String, Int]
    .map(m => of((m - Truncated).toSeq: _*).copy(truncated = m.contains(Truncated)))
  private val Truncated = "truncated!"
}
