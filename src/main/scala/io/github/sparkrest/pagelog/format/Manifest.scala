// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

import io.circe.parser.parse
import io.circe.syntax._
import io.circe.{Codec, Decoder, Encoder, Json}
import io.github.sparkrest.pagelog.format.PolledFileCodec._
import io.github.sparkrest.pagelog.{PageOrigin, PolledFile, PolledPage}
import io.github.sparkrest.progress.{JsonFields, Progress}

/** Makes polls count: their page file, and the state of their endpoints after them. Never changed (I1).
  *
  * @param previous seq of the previous manifest, or 0: shows whether pages are missing between two
  * @param epoch of the run that wrote it
  * @param rows with an input: by endpoint, the columns that appear next to its records, as a JSON object
  * @param committedAtMs with `readChanges`: greater than that of the manifest before it
  * @param format of the records, which decides how they become rows: `json`, `csv` or `xml`; `None`: an earlier version wrote the
  *   manifest
  */
final case class Manifest(
    seq: Long,
    previous: Long,
    epoch: Long,
    file: PolledFile,
    endpoints: Map[String, Progress],
    rows: Map[String, String] = Map.empty,
    committedAtMs: Option[Long] = None,
    format: Option[String] = None
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

  /** With the columns of the input that appear next to the records now.
    *
    * @param shown by endpoint, as in [[rows]]. An endpoint is identified by the values of its row, so they are those of the poll
    */
  def showing(shown: Map[String, String]): Manifest = {
    def completed(key: String): Option[String] = {
      val polled = rows.getOrElse(key, "{}")
      shown.get(key).filter(_ != polled).map(now => parsed(now).deepMerge(parsed(polled)).noSpaces)
    }
    copy(rows = rows ++ file.pages.flatMap(_.endpoint).distinct.flatMap(key => completed(key).map(key -> _))) // guard: I2.51
  }

  private def parsed(row: String) = parse(row).getOrElse(Json.obj())

  def hasChanges: Boolean = file.pages.exists(_.changes)

  private def ends = file.pages.scanLeft(0L)(_ + _.records).tail
}

/** What a run knows about the records of the log.
  *
  * @param format of those that it polls
  * @param shown the columns of the input that appear next to records now, by endpoint. Pages of earlier runs may lack some
  */
final case class RunRecords(format: Option[String] = None, shown: Map[String, String] = Map.empty)

object Manifest {
  val Version = 3
  val Folder = "manifests"

  def path(seq: Long): String = f"$Folder/$seq%020d.json"
  def seqOf(name: String): Option[Long] = if (name.matches("\\d{20}\\.json")) Some(name.take(20).toLong) else None

  def encode(m: Manifest): Array[Byte] = VersionedJson.encode(
    // An earlier version would read the marks of changes as parts of the records.
    if (m.hasChanges) Version else Progress.version(m.endpoints.valuesIterator), // guard: I8.14
    List(
      "seq" -> m.seq.asJson,
      "previous" -> m.previous.asJson,
      "epoch" -> m.epoch.asJson,
      "file" -> m.file.asJson,
      "endpoints" -> m.endpoints.asJson
    ) ++ (if (m.rows.isEmpty) Nil else List("rows" -> m.rows.asJson)) ++
      m.committedAtMs.map("committedAt" -> _.asJson) ++ m.format.map("format" -> _.asJson)
  )

  /** Left: why it cannot be read. */
  def decode(bytes: Array[Byte]): Either[Unreadable, Manifest] = VersionedJson.decode(bytes, Version, decoder)

  private val decoder: Decoder[Manifest] = JsonFields.decoder { f =>
    Manifest(
      seq = f[Long]("seq"),
      previous = f[Long]("previous"),
      epoch = f[Long]("epoch"),
      file = f[PolledFile]("file"),
      endpoints = f[Map[String, Progress]]("endpoints"),
      rows = f.or("rows", Map.empty[String, String]),
      committedAtMs = f[Option[Long]]("committedAt"),
      format = f[Option[String]]("format")
    )
  }
}

/** How a manifest stores the description of its page file. Golden files guard this format. */
object PolledFileCodec {
  implicit private val originCodec: Codec[PageOrigin] =
    Codec.forProduct4("url", "status", "at", "number")(PageOrigin(_, _, _, _))(o => (o.url, o.status, o.atMs, o.number))

  implicit val pageEncoder: Encoder[PolledPage] = Encoder.instance { p =>
    Json.fromFields(
      List("records" -> p.records.asJson, "bytes" -> p.bytes.asJson, "offsetBefore" -> p.offsetBefore.asJson) ++
        p.endpoint.map("endpoint" -> _.asJson) ++ p.origin.map("origin" -> _.asJson) ++
        (if (p.changes) List("changes" -> true.asJson) else Nil)
    )
  }
  implicit val pageDecoder: Decoder[PolledPage] =
    Decoder.forProduct6("records", "bytes", "offsetBefore", "endpoint", "origin", "changes")(
      (r: Long, b: Long, o: Option[String], e: Option[String], g: Option[PageOrigin], c: Option[Boolean]) =>
        PolledPage(r, b, o, e, g, c.contains(true))
    )
  implicit val fileCodec: Codec[PolledFile] =
    Codec.forProduct4("name", "bytes", "location", "pages")(
      PolledFile(_: String, _: Long, _: String, _: List[PolledPage])
    )(f => (f.name, f.bytes, f.location, f.pages.toList))
}
