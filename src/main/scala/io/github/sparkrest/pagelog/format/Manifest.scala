// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.syntax._
import io.circe.{Decoder, Json}
import io.github.sparkrest.pagelog.format.PolledFileCodec._
import io.github.sparkrest.pagelog.{PolledFile, PolledPage}
import io.github.sparkrest.progress.Progress

/** Makes polls count: their page file, and the state of their endpoints after them. Never changed (I1).
  *
  * @param previous seq of the previous manifest, or 0: shows whether pages are missing between two
  * @param epoch of the run that wrote it
  * @param rows with an input: by endpoint, the columns that appear next to its records, as a JSON object
  * @param committedAtMs with `readChanges`: greater than that of the manifest before it
  */
final case class Manifest(
    seq: Long,
    previous: Long,
    epoch: Long,
    file: PolledFile,
    endpoints: Map[String, Progress],
    rows: Map[String, String] = Map.empty,
    committedAtMs: Option[Long] = None
) {
  def records: Long = file.records

  /** Bytes of the page file, and roughly the memory of the outline. */
  def weight: Long = {
    def ofState(key: String, s: Progress) = 500L + key.length + s.offset.fold(0)(_.length)
    def ofPage(p: PolledPage) = 400L + p.offsetBefore.fold(0)(_.length) + p.origin.fold(0)(_.url.length)
    file.bytes + endpoints.iterator.map { case (k, s) => ofState(k, s) }.sum + file.pages.iterator.map(ofPage).sum +
      rows.valuesIterator.map(100L + _.length).sum
  }

  /** The parts that positions need: the offsets of the states, and the names of the files that the states depend on. */
  def outline: Manifest = copy(endpoints = endpoints.map { case (k, s) => k -> s.outline })

  def offsets: Map[String, Option[String]] = endpoints.map { case (k, s) => k -> s.offset }

  /** The API offset before the endpoint's page that holds record `n`, or before its next page after `n`. After its last page, the
    * offset of its state.
    */
  def offsetAt(n: Long, endpoint: String): Option[String] =
    file.pages
      .zip(ends)
      .collectFirst { case (p, end) if n < end && p.isOf(endpoint) => p.offsetBefore } // guard: I5.2
      .getOrElse(endpoints.get(endpoint).flatMap(_.offset))

  lazy val pages: Vector[PageInFile] = PageInFile.of(file, rows, Some(PageCommit(seq, committedAtMs)))

  def hasChanges: Boolean = file.pages.exists(_.changes)

  private def ends = file.pages.scanLeft(0L)(_ + _.records).tail
}

object Manifest {
  val Version = 3
  val Folder = "manifests"

  def path(seq: Long): String = f"$Folder/$seq%020d.json"
  def seqOf(name: String): Option[Long] = if (name.matches("\\d{20}\\.json")) Some(name.take(20).toLong) else None

  def encode(m: Manifest): Array[Byte] = Json
    .fromFields(
      List(
        // An earlier version would read the marks of changes as parts of the records.
        "version" -> (if (m.hasChanges) Version else Progress.version(m.endpoints.valuesIterator)).asJson, // guard: I8.14
        "seq" -> m.seq.asJson,
        "previous" -> m.previous.asJson,
        "epoch" -> m.epoch.asJson,
        "file" -> m.file.asJson,
        "endpoints" -> m.endpoints.asJson
      ) ++ (if (m.rows.isEmpty) Nil else List("rows" -> m.rows.asJson)) ++
        m.committedAtMs.map("committedAt" -> _.asJson)
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
      committedAt <- c.get[Option[Long]]("committedAt")
    } yield Manifest(seq, previous, epoch, file, endpoints, rows.getOrElse(Map.empty), committedAt)
  }
}
