// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import scala.util.Try

import io.github.sparkrest.options.tables.PaginationType
import io.github.sparkrest.options.values.{FieldPath, StatusCodes, Template, ValueSource}
import io.github.sparkrest.options.{OptionReader, RestOptions}

/** The pages of one poll.
  *
  * @param next place of the next URL or token
  * @param hasMore place of the value, and whether the value is true on the last page
  * @param pageParam query parameter of the page; `None`: a placeholder is used
  * @param start number of the first page, or of the first record
  * @param first token of the first page, or its number
  * @param expiredStatuses may refuse a page token, or the stored cursor
  * @param expiredPlace place of the cursor that such a response names instead
  * @param inFlight the most requests of one poll at once
  */
final case class PagesConfig(
    kind: PaginationType,
    next: Option[ValueSource],
    hasMore: Option[(ValueSource, Boolean)],
    total: Option[FieldPath],
    pageParam: Option[String],
    pageSizeParam: Option[String],
    pageSize: Option[Long],
    start: Long,
    first: Template,
    expiredStatuses: StatusCodes,
    expiredPlace: Option[ValueSource],
    maxPages: Long,
    reanchorAfter: Option[Long],
    intervalMs: Long,
    inFlight: Int,
    allowedHosts: Seq[String]
) {
  def isPaged: Boolean = kind != PaginationType.Unpaged
}

object PagesConfig {

  private def number(text: String): Option[Long] = Try(text.trim.toLong).toOption.filter(_ >= 0)

  /** @param placeholders all placeholders in the request */
  private[sparkrest] def read(read: OptionReader, placeholders: Seq[String]): PagesConfig = {
    import RestOptions._
    val kind = read(Pagination)
    val start = if (kind.isNumbered) read.parsed(StartPage)(number).getOrElse(kind.start) else kind.start
    val inRequest = placeholders.contains("page") || placeholders.contains("cursor")
    PagesConfig(
      kind = kind,
      next = read.parsed(NextField)(ValueSource.parse),
      hasMore = read.opt(HasMoreField).flatMap { text =>
        val source = ValueSource.parse(text.stripPrefix("!"))
        if (source.isEmpty)
          read.problem(s"""hasMoreField: "$text" is not a path; allowed: names joined by dots, header:<Name>""")
        source.map(_ -> text.startsWith("!"))
      },
      total = read.path(TotalField),
      pageParam = read.opt(PageParam).orElse(if (inRequest) None else kind.parameter),
      pageSizeParam = read.opt(PageSizeParam),
      pageSize = read.opt(PageSize),
      start = start,
      first = Template.parse(if (kind.isNumbered) start.toString else read.opt(StartPage).getOrElse("")),
      expiredStatuses = read.parsed(ExpiredStatusCodes)(StatusCodes.parse).getOrElse(StatusCodes(Nil)),
      expiredPlace = read.parsed(ExpiredOffsetField)(ValueSource.parse),
      maxPages = read(MaxPagesPerPoll),
      reanchorAfter = read.opt(ReanchorAfter),
      intervalMs = read(PageInterval),
      inFlight = read(PagesInFlight).toInt,
      allowedHosts = read.opt(AllowedHosts).getOrElse(Nil)
    )
  }
}
