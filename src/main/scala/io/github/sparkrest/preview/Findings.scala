// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.preview

import io.circe.Json
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.options.values.{FieldPath, PaginationType, ValueSource}
import io.github.sparkrest.progress.pages.AutoPagination
import io.github.sparkrest.request.PageToken

/** What a first response tells of an API. Pure.
  *
  * @param places where arrays of objects are, with how many
  * @param offsets by what progress could be tracked, the best first
  * @param pages how further pages are named, if they are
  * @param limitHeaders as the API sent them
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
  * @param field for `nextField`; `None`: the kind says enough
  */
final case class FoundPages(kind: PaginationType, field: Option[String], token: PageToken)

object Findings {
  private val ofLimits = "(?i).*(rate-?limit|retry-after|poll-interval|limit-info|call-limit).*".r.pattern

  /** How deep values are looked for beside the records. */
  private val Depth = 2

  def of(config: RestConfig, page: SampledPage): Findings = {
    val places = page.body.fold(Vector.empty[(FieldPath, Int)])(SampledPage.places)
    val fields = FieldProfile.of(page.parsed, config.offset)
    Findings(
      page,
      places,
      fields,
      OffsetCandidate.of(fields, page.body.fold(Vector.empty[(FieldPath, Json)])(beside(_, Nil)), config.offset),
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

  /** Scalars of the objects that lead to the records, or stand beside them. */
  private def beside(json: Json, at: List[String]): Vector[(FieldPath, Json)] = json.asObject match {
    case Some(o) if at.length < Depth => o.toVector.flatMap { case (name, v) => beside(v, name :: at) }
    case None if at.nonEmpty && !json.isArray && !json.isNull => Vector(FieldPath(at.reverse) -> json)
    case _                                                    => Vector.empty
  }
}
