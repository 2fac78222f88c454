// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values

/** Rows of [[RestOptions]]: the pages of one poll. */
private[sparkrest] trait PagingTable {
  private val Paging = Section("Pagination")

  val Pagination: Opt[values.PaginationType] = Opt(
    "pagination",
    OneOf(values.PaginationType.all),
    Paging,
    default = Some("none"),
    doc = "How the pages of one poll follow each other: `link` (header `Link`, `rel=\"next\"`), `nextUrl` (an address in the response), `cursor` (a token), `page` (a number), `offset` (a count of records), or `auto`: as the first response shows."
  )
  val NextField: Opt[String] = Opt(
    "nextField",
    NonEmpty,
    Paging,
    doc = "Path of the next address or token: in the response, or for `cursor` else in the last record; `links[rel=next].uri` selects from an array; or `header:<Name>`."
  )
  val HasMoreField: Opt[String] = Opt(
    "hasMoreField",
    NonEmpty,
    Paging,
    doc = "Path of a value that is false, 0, null or absent on the last page; with `!` before it, true."
  )
  val TotalField: Opt[String] = Opt(
    "totalField",
    NonEmpty,
    Paging,
    doc = "Path of the number of all records. If the pages hold fewer, the poll fails (`PAGES_END_EARLY`): leave the option out if the number is an estimate."
  )
  val PageParam: Opt[String] = Opt(
    "pageParam",
    NonEmpty,
    Paging,
    doc = "Query parameter of the page, offset or cursor. Default: `page`, `offset`, `cursor`; none if `{page}` or `{cursor}` stands in the request."
  )
  val PageSizeParam: Opt[String] = Opt(
    "pageSizeParam",
    NonEmpty,
    Paging,
    doc = "Query parameter of the page size."
  )
  val PageSize: Opt[Long] = Opt(
    "pageSize",
    Whole(1),
    Paging,
    doc = "Records asked for per page; `{pageSize}` in the request."
  )
  val StartPage: Opt[Long] = Opt(
    "startPage",
    Whole(0),
    Paging,
    doc = "Number of the first page. Default: 1; for `offset` 0."
  )
  val MaxPagesPerPoll: Opt[Long] = Opt(
    "maxPagesPerPoll",
    Whole(1),
    Paging,
    default = Some("100"),
    doc = "Pages asked for in a row; the next poll goes on at once, nothing is lost."
  )
  val ReanchorAfter: Opt[Long] = Opt(
    "reanchorAfter",
    Whole(1),
    Paging,
    doc = "With `order=asc`: records after which the next request begins at the offset reached instead of a further page, below the depth that the API allows."
  )
  val PageInterval: Opt[Long] = Opt(
    "pageInterval",
    Duration(0),
    Paging,
    default = Some("0"),
    doc = "Seconds between two requests of one poll."
  )
  val AllowedHosts: Opt[Seq[String]] = Opt(
    "allowedHosts",
    Names,
    Paging,
    doc = "Hosts in addition to that of `url`: `name`, `name:port`, or `*.domain`. Next URLs and redirects that lead there are followed without credentials. A placeholder in the host or port of `url`, and an `initialUrl` of another origin, get credentials only for these hosts."
  )
  val AllowPrivateHosts: Opt[Boolean] = Opt(
    "allowPrivateHosts",
    Flag,
    Paging,
    default = Some("true"),
    doc = "`false` refuses every request, redirects and next URLs included, to a host that has a private, loopback, link-local, shared (CGNAT), multicast or reserved IP address, or whose name does not resolve. The connection goes to an address that was checked. A `proxy` resolves names by itself: it has to refuse them too, and must be a public host itself unless the operator's policy names it."
  )
}
