// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.preview

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.Clock
import io.github.sparkrest.http.client.{ApiClient, FirstResponse}
import io.github.sparkrest.options.values.{FieldPath, OffsetType, PaginationType}
import io.github.sparkrest.poll.Poll
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.request.InputRow
import io.github.sparkrest.response.{Envelope, PageFacts}

/** A response as a preview looks at it: cut into records by the pipeline that polls use, and whole as JSON.
  *
  * @param path of the records; `None`: found without
  * @param body `None`: it is longer than a sample, or no single JSON value
  */
final case class SampledPage(sample: FirstResponse, path: Option[FieldPath], records: Vector[String], body: Option[Json]) {

  /** The values of the first records. */
  lazy val parsed: Vector[Json] =
    records.take(SampledPage.MostRecords).flatMap(r => io.circe.parser.parse(r).toOption)

  /** What stands beside the records: any place of the body can be asked for. */
  def facts: PageFacts = PageFacts(
    sample.url,
    sample.headers,
    body.fold(Envelope.Empty)(b => Envelope(List(FieldPath(Nil) -> b), Nil)),
    records = records.length.toLong
  )
}

object SampledPage {
  private val MostRecords = 1000

  /** How deep records are looked for. */
  private val Depth = 3

  /** The records where `dataField` says; if it is not given and there are several places, at that with the most. */
  def of(config: RestConfig, row: InputRow, sample: FirstResponse): Either[RestError, SampledPage] = {
    val body = io.circe.parser.parse(new String(sample.body, UTF_8)).toOption
    def at(path: Option[FieldPath]) =
      records(config.copy(dataField = path), row, sample).map(SampledPage(sample, path, _, body))
    at(config.dataField) match {
      case Left(e) if e.condition == Condition.DataFieldNotFound && config.dataField.isEmpty =>
        val found = body.map(places).getOrElse(Vector.empty).headOption.map(_._1)
        val root = body.filter(_.isObject).map(_ => FieldPath(Nil))
        found.orElse(root).fold[Either[RestError, SampledPage]](Left(e))(p => at(Some(p)))
      case other => other
    }
  }

  /** Arrays of objects, those with the most first. */
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
    // Whatever the offset may turn out to be.
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
