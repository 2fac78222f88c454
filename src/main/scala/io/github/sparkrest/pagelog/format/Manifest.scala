// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.syntax._
import io.circe.{Decoder, Json}
import io.github.sparkrest.pagelog.format.PolledFileCodec._
import io.github.sparkrest.pagelog.{PolledFile, PolledPage}
import io.github.sparkrest.progress.Progress

/** Makes polls count: the page file that they wrote, and the state of their endpoints after them. Never changed (I1).
  *
  * @param previous seq of the manifest before it, 0 for none: shows whether pages are missing between two
  * @param epoch of the run that wrote it
  * @param rows with an input: by endpoint, the columns that stand beside its records, as a JSON object
  */
final case class Manifest(
    seq: Long,
    previous: Long,
    epoch: Long,
    file: PolledFile,
    endpoints: Map[String, Progress],
    rows: Map[String, String] = Map.empty
) {
  def records: Long = file.records

  /** Bytes of the page file, and roughly those that the outline of this takes in memory. */
  def weight: Long = {
    def ofState(key: String, s: Progress) = 500L + key.length + s.offset.fold(0)(_.length)
    def ofPage(p: PolledPage) = 400L + p.offsetBefore.fold(0)(_.length) + p.origin.fold(0)(_.url.length)
    file.bytes + endpoints.iterator.map { case (k, s) => ofState(k, s) }.sum + file.pages.iterator.map(ofPage).sum +
      rows.valuesIterator.map(100L + _.length).sum
  }

  /** What the places in it need: the offsets of the states, and the names of the files that they depend on. */
  def outline: Manifest = copy(endpoints = endpoints.map { case (k, s) => k -> s.outline })

  def offsets: Map[String, Option[String]] = endpoints.map { case (k, s) => k -> s.offset }

  /** The API offset before the page of an endpoint that holds record `n` or is the next one after it; after its last one, that
    * of its state.
    */
  def offsetAt(n: Long, endpoint: String): Option[String] =
    file.pages
      .zip(ends)
      .collectFirst { case (p, end) if n < end && p.isOf(endpoint) => p.offsetBefore } // guard: I5.2
      .getOrElse(endpoints.get(endpoint).flatMap(_.offset))

  lazy val pages: Vector[PageInFile] = PageInFile.of(file, rows)

  private def ends = file.pages.scanLeft(0L)(_ + _.records).tail
}

object Manifest {
  val Version = 2
  val Folder = "manifests"

  def path(seq: Long): String = f"$Folder/$seq%020d.json"
  def seqOf(name: String): Option[Long] = if (name.matches("\\d{20}\\.json")) Some(name.take(20).toLong) else None

  def encode(m: Manifest): Array[Byte] = Json
    .fromFields(
      List(
        "version" -> Progress.version(m.endpoints.valuesIterator).asJson,
        "seq" -> m.seq.asJson,
        "previous" -> m.previous.asJson,
        "epoch" -> m.epoch.asJson,
        "file" -> m.file.asJson,
        "endpoints" -> m.endpoints.asJson
      ) ++ (if (m.rows.isEmpty) Nil else List("rows" -> m.rows.asJson))
    )
    .noSpaces
    .getBytes(UTF_8)

  /** Left: why it cannot be read. */
  def decode(bytes: Array[Byte]): Either[Unreadable, Manifest] = VersionedJson.decode(bytes, Version, decoder)

  private val decoder: Decoder[Manifest] = Decoder.instance { c =>
    for {
      seq <- c.get[Long]("seq")
      previous <- c.get[Long]("previous")
      epoch <- c.get[Long]("epoch")
      file <- c.get[PolledFile]("file")
      endpoints <- c.get[Map[String, Progress]]("endpoints")
      rows <- c.get[Option[Map[String, String]]]("rows")
    } yield Manifest(seq, previous, epoch, file, endpoints, rows.getOrElse(Map.empty))
  }
}
