// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}
import io.github.sparkrest.progress.JsonFields

/** How often a record was seen, and where its offset value lies.
  *
  * Counted, because equal duplicates and two different updates in one second must both pass: of a record that was seen n
  * times, the first n copies in a traversal are repeats, the next one is new.
  *
  * @param rank see [[OffsetKey.rank]]; [[Seen.Unranked]]: the record has no value to compare. Of a [[Mirrored]] record, a
  *   hash of its content
  * @param key of a [[Mirrored]] record, as JSON; empty for any other
  */
final case class Seen(count: Int, rank: Long = Seen.Unranked, key: String = "") {

  /** A key has one state, the newest. */
  def and(older: Seen): Seen =
    if (key.nonEmpty) this else Seen(math.max(count, older.count), math.max(rank, older.rank))
}

object Seen {
  val Unranked: Long = Long.MinValue
}

/** A file of records that were seen, sorted by identity. It never changes.
  *
  * @param lowest and `highest` rank in it
  * @param keyBytes length of a second file, `keys`, with the keys of its entries in the same order; 0: it has none
  */
final case class SeenFile(name: String, entries: Long, lowest: Long, highest: Long, keyBytes: Long = 0) {
  def keys: String = s"$name.keys"
  def names: List[String] = if (keyBytes > 0) List(name, keys) else List(name)
}

/** Records that the API may send again: by identity, in the state itself and in files that the state names.
  *
  * @param truncated by an earlier version, which forgot some: what lies below the offset counts as delivered
  */
final case class SeenRecords(
    recent: Map[String, Seen] = Map.empty,
    files: Vector[SeenFile] = Vector.empty,
    truncated: Boolean = false
) {

  /** An entry of several files counts several times. */
  def entries: Long = recent.size + files.map(_.entries).sum

  def isEmpty: Boolean = recent.isEmpty && files.isEmpty

  /** The highest rank; [[Seen.Unranked]] if there is none. */
  def highest: Long =
    (recent.valuesIterator.map(_.rank) ++ files.iterator.map(_.highest)).foldLeft(Seen.Unranked)(math.max(_, _))

  /** Whether a reader of version 1 understands it. */
  def isVersion1: Boolean = files.isEmpty && recent.valuesIterator.forall(s => s.rank == Seen.Unranked && s.key.isEmpty)
}

object SeenRecords {
  val Empty: SeenRecords = SeenRecords()

  /** Without ranks. */
  def of(counts: (String, Int)*): SeenRecords = SeenRecords(counts.map { case (id, n) => id -> Seen(n) }.toMap)

  implicit private val fileEncoder: Encoder[SeenFile] =
    Encoder.instance(f =>
      Json.fromValues(
        Seq(f.name.asJson, f.entries.asJson, f.lowest.asJson, f.highest.asJson) ++
          (if (f.keyBytes > 0) Seq(f.keyBytes.asJson) else Nil)
      )
    )
  implicit private val fileDecoder: Decoder[SeenFile] =
    Decoder[(String, Long, Long, Long)]
      .map { case (name, entries, lowest, highest) => SeenFile(name, entries, lowest, highest) }
      .or(Decoder[(String, Long, Long, Long, Long)].map((SeenFile.apply _).tupled))

  private val recordDecoder: Decoder[(String, Seen)] =
    Decoder[(String, Int, Long)]
      .map { case (id, n, rank) => id -> Seen(n, rank) }
      .or(Decoder[(String, Int, Long, String)].map { case (id, n, rank, key) => id -> Seen(n, rank, key) })

  /** What version 1 can express is written as version 1 wrote it. */
  implicit val encoder: Encoder[SeenRecords] = Encoder.instance { s =>
    if (s.isVersion1) {
      val counts = s.recent.toList.map { case (id, seen) => id -> Json.fromInt(seen.count) }
      Json.fromFields(if (s.truncated) (Truncated -> Json.fromInt(1)) :: counts else counts)
    } else
      Json.fromFields(
        List("records" -> Json.fromValues(s.recent.toList.map { case (id, seen) => record(id, seen) })) ++
          (if (s.files.isEmpty) Nil else List("files" -> s.files.asJson)) ++
          (if (s.truncated) List("truncated" -> Json.True) else Nil)
      )
  }

  private def record(id: String, seen: Seen): Json = Json.fromValues(
    Seq(id.asJson, seen.count.asJson, seen.rank.asJson) ++ (if (seen.key.isEmpty) Nil else Seq(seen.key.asJson))
  )

  implicit val decoder: Decoder[SeenRecords] = Decoder.instance { c =>
    if (c.downField("records").as[List[Json]].isRight) current.apply(c) else version1.apply(c)
  }

  private val current: Decoder[SeenRecords] = JsonFields.decoder { f =>
    SeenRecords(
      f[List[(String, Seen)]]("records")(Decoder.decodeList(recordDecoder)).toMap,
      f.or("files", Vector.empty[SeenFile]),
      f.or("truncated", false)
    )
  }

  /** Identity and count, and a mark that looks like no identity. */
  private val version1: Decoder[SeenRecords] = Decoder
    .decodeMap[String, Int]
    .map(m => of((m - Truncated).toSeq: _*).copy(truncated = m.contains(Truncated)))
  private val Truncated = "truncated!"
}
