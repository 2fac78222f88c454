// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.preview

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.records.RecordsConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.Clock
import io.github.sparkrest.http.client.{ApiClient, FirstResponse}
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.options.tables.{OffsetType, PaginationType}
import io.github.sparkrest.options.values.{FieldPath, ValueSource}
import io.github.sparkrest.pagelog.{PageOrigin, PageSink}
import io.github.sparkrest.poll.Poll
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.pages.AutoPagination
import io.github.sparkrest.request.{InputRow, PageToken}
import io.github.sparkrest.response.xml.XmlRecords
import io.github.sparkrest.response.{Envelope, PageFacts}

/** The properties of an API that its first response shows. Pure.
  *
  * @param places paths of arrays of objects, with the number of objects
  * @param offsets the fields that could track progress, the best first
  * @param pages how the response names the next page; `None`: it does not
  * @param limitHeaders headers about rate limits, unchanged
  */
final case class Findings(
    page: SampledPage,
    places: Vector[(FieldPath, Int)],
    fields: Vector[FieldProfile],
    offsets: Vector[OffsetCandidate],
    pages: Option[FoundPages],
    limit: ServerLimits,
    limitHeaders: Seq[(String, String)]
)

/** @param kind of `pagination`
  * @param field for `nextField`; `None`: this kind needs none
  */
final case class FoundPages(kind: PaginationType, field: Option[String], token: PageToken)

object Findings {
  private val ofLimits = "(?i).*(rate-?limit|retry-after|poll-interval|limit-info|call-limit).*".r.pattern

  /** How deep values next to the records are searched for. */
  private val Depth = 2

  def of(config: RestConfig, page: SampledPage): Findings = {
    val places = page.body.fold(Vector.empty[(FieldPath, Int)])(SampledPage.places)
    val fields = FieldProfile.of(page.parsed, config.offset)
    Findings(
      page,
      places,
      fields,
      OffsetCandidate.of(fields, page.body.fold(Vector.empty[(FieldPath, Json)])(outside(_, Nil)), config.offset),
      new AutoPagination(config).find(page.facts).map {
        case (ValueSource.InLink(_), token)                       => FoundPages(PaginationType.Link, None, token)
        case (ValueSource.InBody(path), token: PageToken.Address) =>
          FoundPages(PaginationType.NextUrl, Some(path.toString), token)
        case (ValueSource.InBody(path), token)   => FoundPages(PaginationType.Cursor, Some(path.toString), token)
        case (ValueSource.InHeader(name), token) => FoundPages(PaginationType.Cursor, Some(s"header:$name"), token)
      },
      ServerLimits.of(page.sample.headers, config.limits, page.sample.atMs),
      page.sample.headers.filter { case (name, _) => ofLimits.matcher(name).matches() }
    )
  }

  /** Scalars of the objects that contain the records, or are next to them. */
  private def outside(json: Json, at: List[String]): Vector[(FieldPath, Json)] = json.asObject match {
    case Some(o) if at.length < Depth => o.toVector.flatMap { case (name, v) => outside(v, name :: at) }
    case None if at.nonEmpty && !json.isArray && !json.isNull => Vector(FieldPath(at.reverse) -> json)
    case _                                                    => Vector.empty
  }
}

/** A response for a preview: cut into records by the same code as a poll, and complete as JSON.
  *
  * @param path of the records; `None`: they were found without a path
  * @param body `None`: the body is longer than a sample, or is not one JSON value
  */
final case class SampledPage(sample: FirstResponse, path: Option[FieldPath], records: Vector[String], body: Option[Json]) {

  /** Where the records of further pages are. */
  def placed(config: RecordsConfig): RecordsConfig = SampledPage.placed(config, path)

  /** The values of the first records. */
  lazy val parsed: Vector[Json] =
    records
      .take(SampledPage.MostRecords)
      .flatMap(r => io.circe.parser.parse(r).toOption)
      .map(_.mapObject(_.remove(XmlRecords.Source)))

  /** The response without its records. Any path of the body can be read. */
  def facts: PageFacts = PageFacts(
    sample.url,
    sample.headers,
    body.fold(Envelope.Empty)(b => Envelope(List(FieldPath(Nil) -> b), Nil)),
    records = records.length.toLong
  )
}

object SampledPage {
  private val MostRecords = 1000

  /** How deep records are searched for. */
  private val Depth = 3

  /** The records at `dataField`. Without it, and with several arrays of objects, the records of the largest array. */
  def of(config: RestConfig, row: InputRow, sample: FirstResponse): Either[RestError, SampledPage] = {
    val body = io.circe.parser.parse(new String(sample.body, UTF_8)).toOption
    def at(path: Option[FieldPath]) =
      records(config.copy(records = placed(config.records, path)), row, sample).map(SampledPage(sample, path, _, body))
    at(config.dataField) match {
      case Left(e) if e.condition == Condition.DataFieldNotFound && config.dataField.isEmpty =>
        val largest = body.map(places).getOrElse(Vector.empty).headOption.map(_._1)
        val root = body.filter(_.isObject).map(_ => FieldPath(Nil))
        largest.orElse(root).fold[Either[RestError, SampledPage]](Left(e))(p => at(Some(p)))
      case other => other
    }
  }

  /** The paths of the user stay. */
  private def placed(records: RecordsConfig, path: Option[FieldPath]): RecordsConfig =
    if (records.paths.isEmpty) records.copy(paths = path.toList) else records

  /** Arrays of objects, the largest first. */
  def places(body: Json): Vector[(FieldPath, Int)] = {
    def in(json: Json, at: List[String]): Vector[(FieldPath, Int)] = json.asArray
      .filter(items => items.nonEmpty && items.forall(_.isObject))
      .map(items => FieldPath(at.reverse) -> items.length)
      .toVector ++
      json.asObject.filter(_ => at.length < Depth).toVector.flatMap(_.toVector.flatMap { case (k, v) => in(v, k :: at) })
    in(body, Nil).sortBy { case (path, n) => (-n, path.segments.length) }
  }

  private def records(config: RestConfig, row: InputRow, sample: FirstResponse): Either[RestError, Vector[String]] = {
    val sink = new SampledRecords
    // The offset of the stream is not known yet.
    val plain = config.copy(
      offset = config.offset.copy(kind = OffsetType.Snapshot),
      paging = config.paging.copy(kind = PaginationType.Unpaged)
    )
    val client = ApiClient.replaying(sample)
    new Poll(plain, client, Clock.System, row).page(Progress.Initial, sink) match {
      case Left(f) if f.error.condition != Condition.InvalidResponse || sink.received.isEmpty => Left(f.error)
      case _                                                                                  => Right(sink.received)
    }
  }
}

/** Keeps the records of a response as text, even if the response ends early: a sample may be cut short.
  *
  * @param maxBytes of all texts together. A small response may be an archive of millions of records, and the driver holds them
  */
final private[sparkrest] class SampledRecords(maxBytes: Long = SampledRecords.MaxBytes) extends PageSink {
  private var texts, discarded = Vector.empty[String]
  private var held = 0L

  /** The records of the response. If it failed, the records before the failure. */
  def received: Vector[String] = if (texts.isEmpty) discarded else texts

  def append(buf: Array[Byte], from: Int, to: Int): Unit = {
    held += to - from + SampledRecords.Overhead
    if (texts.isEmpty || held <= maxBytes) texts :+= new String(buf, from, to - from, UTF_8) // guard: I4.66
  }

  /** The records were in the wrong field, or the response failed. A failure is the last call. */
  def discardPage(): Unit = {
    discarded = texts
    texts = Vector.empty
    held = 0
  }
  def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = discarded = Vector.empty
  def bytes: Long = 0
}

private[sparkrest] object SampledRecords {

  /** Several times the largest sample. */
  val MaxBytes: Long = 32L << 20

  /** Bytes of a text without its characters. */
  private val Overhead = 64
}
