// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values.Choice

/** How the pages of one poll follow each other.
  *
  * @param parameter default of `pageParam`
  * @param isNumbered a page is a number, known without a response
  * @param needsNextField the response has no usual place for the next page, so `nextField` is required
  * @param readsHeaders the next page may be named in a header of the response
  * @param start default of `startPage`
  */
sealed abstract class PaginationType(
    val text: String,
    val parameter: Option[String] = None,
    val isNumbered: Boolean = false,
    val needsNextField: Boolean = false,
    val readsHeaders: Boolean = false,
    val start: Long = 1L
) extends Choice {

  /** Whether a page may be named by its place in the list. Then a record that moves forward while pages are read can be missed. */
  def hidesMoves: Boolean = this != PaginationType.Unpaged && this != PaginationType.Cursor
}
object PaginationType {
  case object Unpaged extends PaginationType("none")
  case object Link extends PaginationType("link", readsHeaders = true)
  case object NextUrl extends PaginationType("nextUrl", needsNextField = true)
  case object Cursor extends PaginationType("cursor", Some("cursor"), needsNextField = true)
  case object PageNumber extends PaginationType("page", Some("page"), isNumbered = true)
  case object RecordCount extends PaginationType("offset", Some("offset"), isNumbered = true, start = 0L)
  case object Auto extends PaginationType("auto", readsHeaders = true)

  /** In the order of the docs. */
  val all: Seq[PaginationType] = Seq(Unpaged, Link, NextUrl, Cursor, PageNumber, RecordCount, Auto)
}

/** Rows of [[RestOptions]]: the pages of one poll. */
private[sparkrest] trait PagingTable extends OptionTable {
  private val paging = new Section("Pagination")

  val Pagination: Opt[PaginationType] = paging("pagination", OneOf(PaginationType.all), default = Some("none")) means
    "How a response names the next page: `link` (header `Link`, `rel=\"next\"`), `nextUrl` (a URL in the response), `cursor` (a token), `page` (a page number), `offset` (a number of records), or `auto` (the usual names of the first three, in each response). With `auto`, a token needs `pageParam`, or `{cursor}` in the request."
  val NextField: Opt[String] = paging("nextField", NonEmpty) means
    "Path of the next URL or token in the response, `header:<Name>`, or `link:<rel>`. For `cursor`, the last record is searched if the response has no such value. `links[rel=next].uri` selects an element of an array."
  val HasMoreField: Opt[String] = paging("hasMoreField", NonEmpty) means
    "Path of a value that is false, 0, null or absent on the last page, or `header:<Name>`. Prefix it with `!` for a value that is true on the last page."
  val TotalField: Opt[String] = paging("totalField", NonEmpty) means
    "Path of the total number of records. A poll whose pages hold fewer records fails with `REST_PAGES_END_EARLY`. Do not set this option if the number is an estimate. With a `[]` or `*` in `dataField`, it is the number of elements there: of carts for `carts[].lines`. The same holds for `pageSize`, `reanchorAfter` and `pagination=offset`."
  val PageParam: Opt[String] = paging("pageParam", NonEmpty) means
    "Query parameter of the page, offset or cursor. Default: `page`, `offset` or `cursor`; none if the request contains `{page}` or `{cursor}`."
  val PageSizeParam: Opt[String] = paging("pageSizeParam", NonEmpty) means
    "Query parameter of the page size."
  val PageSize: Opt[Long] = paging("pageSize", Whole(1)) means
    "Records per page to request. `{pageSize}` in a request is replaced by it."
  val StartPage: Opt[String] = paging("startPage", NumberOrText) means
    "Number of the first page. Default: 1, and 0 for `offset`. With `cursor`: the token of the first page, such as `*`, or `{offset}` if the API takes the offset and the page token in one parameter. Default: none."
  val ExpiredStatusCodes: Opt[String] = paging("expiredStatusCodes", NonEmpty, default = Some("400,404,410")) means
    "Status codes that may mean that a cursor or page token has expired, e.g. `400,410,412,422`."
  val ExpiredOffsetField: Opt[String] = paging("expiredOffsetField", NonEmpty) means
    "Place of the cursor from which the stream goes on after the API refused the stored cursor twice: a path in the body of that response, `header:<Name>` such as `header:Location`, or `link:<rel>`. A warning names both cursors. If the response has no such value, `onCursorExpired` applies."
  val MaxPagesPerPoll: Opt[Long] = paging("maxPagesPerPoll", Whole(1), default = Some("100")) means
    "Maximum number of pages in one poll. The next poll continues at once, so no record is lost."
  val ReanchorAfter: Opt[Long] = paging("reanchorAfter", Whole(1)) means
    "Number of records after which the next request begins at the offset reached, instead of reading a further page. It needs `order=asc`. Unless the bound is known to be inclusive, the request begins at the greatest value below, because records with an equal value may follow. Set it below the depth that the API allows."
  val PageInterval: Opt[Long] = paging("pageInterval", Duration(0), default = Some("0")) means
    "Seconds between two requests of one poll."
  val PagesInFlight: Opt[Long] = paging("pagesInFlight", Whole(1, 64), default = Some("1")) means
    "Maximum number of requests of one poll at the same time. Above 1, `page` and `offset` need `order=asc` (new records appear at the end) or `offsetType=window`. Without pagination it applies to slices of `windowStep` that are over. For `link`, `nextUrl`, `cursor` and `auto` the next request is sent as soon as its token has been read, before the page counts. It cannot be combined with `pageInterval`."
  val AllowedHosts: Opt[Seq[String]] = paging("allowedHosts", Names) means
    "Hosts in addition to the host of `url`: `name`, `name:port`, or `*.domain`. Next URLs and redirects to these hosts are followed without credentials. Only these hosts get credentials if the host or port of `url` contains a placeholder, or if `initialUrl` has another origin."
  val AllowPrivateHosts: Opt[Boolean] = paging("allowPrivateHosts", Flag, default = Some("true")) means
    "Whether requests may reach hosts that are not public. `false` refuses a host whose IP address is private, loopback, link-local, shared (CGNAT), multicast or reserved, and a name that does not resolve. Redirects and next URLs are checked too. The connection uses the IP address that was checked. A `proxy` resolves names itself, so it must refuse such hosts too. The proxy must be public, unless the operator's policy names it."
}
