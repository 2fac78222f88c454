// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.preview

import io.circe.Json
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.options.tables.PaginationType
import io.github.sparkrest.options.values.{FieldPath, ValueSource}
import io.github.sparkrest.progress.pages.AutoPagination
import io.github.sparkrest.request.PageToken

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
