// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.pages

import io.github.sparkrest.config.{PagesConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.tables.PaginationType
import io.github.sparkrest.options.values.{FieldPath, ValueSource}
import io.github.sparkrest.request.{NextUrl, PageToken}
import io.github.sparkrest.response.{Envelope, PageFacts}

/** Where the next page of a traversal is. Pure; one for each value of `pagination`.
  *
  * An empty page is not the end if the API names a new place (Microsoft Graph), and it is one if the place is the same
  * (Auth0). A page that is the one before once more is the end: servers answer so past their last page.
  */
trait Pagination {

  /** Places in the body that it reads. */
  def wanted: Seq[FieldPath]

  /** Whether the list may move while it is read, so that a page begins with records of the page before. */
  def mayOverlap: Boolean

  /** The next page that this page names; `None`: it names no next page. Stop rules come first. */
  def next(current: Option[PageToken], facts: PageFacts): Option[PageToken]

  /** Whether the page explicitly has no successor: the field exists, and is null or empty. */
  def saysEnd: PageFacts => Boolean = _ => false

  /** The place after a page without items, where the API says that there is more.
    *
    * The second argument: items of the largest page so far; 0: there was none.
    */
  def afterEmpty: (Option[PageToken], Long) => Option[PageToken] = (_, _) => None
}

/** A pagination with the stop rules that all kinds share. */
final class PageSequence(paging: PagesConfig, kind: Pagination) {
  def wanted: Seq[FieldPath] = kind.wanted ++ paging.hasMore.flatMap(_._1.inBody) ++ paging.total
  def mayOverlap: Boolean = kind.mayOverlap

  /** @param current the page that was read; `None`: the first one
    * @param before the pages before it
    */
  def next(current: Option[PageToken], before: PageCounts, facts: PageFacts): Either[RestError, Option[PageToken]] =
    if (facts.repeatsLast || isLast(before, facts)) Right(None)
    else
      kind.next(current, facts).orElse(pastEmpty(current, before.largest, facts)) match {
        case same if same.isDefined && same == current =>
          if (facts.items == 0) Right(None) else Left(PageSequence.repeated(same.fold("")(_.text)))
        case other => Right(other)
      }

  /** Whether the API explicitly says that there are more records. `None`: it does not say.
    *
    * @param before the pages before
    */
  def saysMore(before: PageCounts, facts: PageFacts): Option[Boolean] =
    flag(facts)
      .orElse(total(facts).map(before.items + facts.items < _))
      .orElse(if (kind.saysEnd(facts)) Some(false) else None)

  /** Whether a page without records is certainly not the end of the list: `hasMoreField` says so, or the page has items, and
    * `totalField` or a token says so. A number says nothing, because each page has a next number.
    */
  def goesOn(next: Option[PageToken], before: PageCounts, facts: PageFacts): Boolean =
    flag(facts).contains(true) || facts.items > 0 &&
      (next.exists(!_.isInstanceOf[PageToken.Number]) || total(facts).exists { n =>
        before.items + facts.items < n && before.records + facts.records < n
      })

  /** The number of items that the API names, if its pages ended before: a cap is an error, never the end. A total that is exactly
    * the number of records counts these: the items may be groups, of which each page has the same.
    */
  def endsEarly(before: PageCounts, facts: PageFacts): Option[Long] =
    total(facts).filter(n => before.items + facts.items < n && before.records + facts.records != n)

  private def pastEmpty(current: Option[PageToken], largest: Long, facts: PageFacts): Option[PageToken] =
    if (facts.items == 0 && flag(facts).contains(true)) kind.afterEmpty(current, largest) else None

  private def flag(facts: PageFacts): Option[Boolean] = paging.hasMore.collect {
    case (source, negated) if facts.has(source) => facts.isTrue(source) != negated
  }

  private def isLast(before: PageCounts, facts: PageFacts): Boolean =
    paging.hasMore.exists { case (source, negated) => facts.isTrue(source) == negated } ||
      total(facts).exists(before.items + facts.items >= _)

  private def total(facts: PageFacts): Option[Long] = paging.total.flatMap(p => facts.number(ValueSource.InBody(p)))
}

object PageSequence {
  def apply(config: RestConfig): PageSequence = {
    val p = config.paging
    new PageSequence(
      p,
      p.kind match {
        case PaginationType.Unpaged     => NoPagination
        case PaginationType.Link        => new AddressPagination(config, ValueSource.InLink("next"))
        case PaginationType.NextUrl     => new AddressPagination(config, p.next.getOrElse(ValueSource.InLink("next")))
        case PaginationType.Cursor      => new CursorPagination(p.next.getOrElse(ValueSource.InLink("next")))
        case PaginationType.PageNumber  => new NumberPagination(p, _ => 1L)
        case PaginationType.RecordCount => new NumberPagination(p, _.items)
        case PaginationType.Auto        => new AutoPagination(config)
      }
    )
  }

  def repeated(token: String): RestError = Condition.PageRepeated(
    s"""The API named the page "${io.github.sparkrest.secret.Redact
        .url(token)
        .take(200)}" again, which was already read.""",
    "Check pagination and nextField; hasMoreField or totalField tell where the end is."
  )
}

private[sparkrest] object NoPagination extends Pagination {
  def wanted: Seq[FieldPath] = Nil
  def mayOverlap: Boolean = false
  def next(current: Option[PageToken], facts: PageFacts): Option[PageToken] = None
}

/** `link` and `nextUrl`: the API returns the URL of the next page, absolute or relative. The connector uses it unchanged. */
final private[sparkrest] class AddressPagination(config: RestConfig, source: ValueSource) extends Pagination {
  private val nextUrl = new NextUrl(config)
  def wanted: Seq[FieldPath] = source.inBody.toSeq
  def mayOverlap: Boolean = true
  def next(current: Option[PageToken], facts: PageFacts): Option[PageToken] =
    facts.token(source).map(found => PageToken.Address(nextUrl.store(found, facts.url)))
  override def saysEnd: PageFacts => Boolean = facts => source.inBody.exists(facts.isEmptyAt)
}

/** `cursor`: a token from the response, otherwise from the last record. */
final private[sparkrest] class CursorPagination(source: ValueSource) extends Pagination {
  def wanted: Seq[FieldPath] = source.inBody.toSeq
  def mayOverlap: Boolean = false
  def next(current: Option[PageToken], facts: PageFacts): Option[PageToken] =
    facts.token(source).orElse(facts.lastRecord.map(facts.hold)).map(PageToken.Cursor(_))
  override def saysEnd: PageFacts => Boolean = facts => source.inBody.exists(facts.isEmptyAt)
}

/** `page` and `offset`: numbers that increase until a page is empty, because a server may cap the page size silently.
  *
  * @param step by how much a page increases the number
  */
final private[sparkrest] class NumberPagination(paging: PagesConfig, step: PageFacts => Long) extends Pagination {
  def wanted: Seq[FieldPath] = paging.next.flatMap(_.inBody).toSeq
  def mayOverlap: Boolean = true
  def next(current: Option[PageToken], facts: PageFacts): Option[PageToken] = paging.next match {
    case Some(source) => facts.number(source).map(PageToken.Number(_))
    case None         =>
      val at = current.collect { case PageToken.Number(n) => n }.getOrElse(paging.start)
      if (facts.items == 0) None else Some(PageToken.Number(at + step(facts)))
  }

  /** An API that caps its pages has skipped no more than the largest page had. */
  override def afterEmpty: (Option[PageToken], Long) => Option[PageToken] = { (current, largest) =>
    val at = current.collect { case PageToken.Number(n) => n }.getOrElse(paging.start)
    val skipped = (paging.pageSize ++ Some(largest).filter(_ > 0)).reduceOption(math.min(_, _)).getOrElse(0L) // guard: I2.23
    val width = step(PageFacts("", Nil, Envelope.Empty, items = skipped))
    if (width > 0) Some(PageToken.Number(at + width)) else None
  }
}

/** `auto`: recognizes the usual names in the response: a `Link` header, a URL, or a token for `{cursor}`. */
final private[sparkrest] class AutoPagination(config: RestConfig) extends Pagination {
  import AutoPagination._
  private val link = new AddressPagination(config, ValueSource.InLink("next"))
  private val cursors = if (config.mentions("cursor") || config.paging.pageParam.isDefined) cursorPaths else Nil
  private val nextUrl = new NextUrl(config)

  def wanted: Seq[FieldPath] = addressPaths ++ cursors
  def mayOverlap: Boolean = true
  def next(current: Option[PageToken], facts: PageFacts): Option[PageToken] = find(facts, cursors).map(_._2)

  /** Where the response names a next page, and which. */
  def find(facts: PageFacts, cursors: List[FieldPath] = cursorPaths): Option[(ValueSource, PageToken)] = {
    def first(paths: List[FieldPath])(token: String => Option[PageToken]) = paths.iterator
      .map(ValueSource.InBody(_))
      .flatMap(source => facts.token(source).flatMap(token).map(source -> _))
      .toList
      .headOption
    def address(text: String) = if (isAddress(text)) Some(PageToken.Address(nextUrl.store(text, facts.url))) else None
    link
      .next(None, facts)
      .map(ValueSource.InLink("next") -> _)
      .orElse(first(addressPaths)(address))
      .orElse(first(cursors)(text => Some(PageToken.Cursor(text))))
  }

  private def isAddress(text: String): Boolean = Seq("http://", "https://", "/", "?").exists(text.startsWith)
}

private object AutoPagination {
  private def paths(texts: String*): List[FieldPath] = texts.toList.flatMap(FieldPath.parse(_))
  val addressPaths: List[FieldPath] = paths(
    "next",
    "next_url",
    "nextUrl",
    "next_page",
    "next_page_url",
    "nextLink",
    "\"@odata.nextLink\"",
    "links.next",
    "_links.next.href",
    "paging.next",
    "pagination.next_url",
    "meta.next",
    "nextRecordsUrl"
  )
  val cursorPaths: List[FieldPath] = paths(
    "next_cursor",
    "nextCursor",
    "next_page_token",
    "nextPageToken",
    "next_token",
    "nextToken",
    "meta.next_cursor",
    "meta.next_token",
    "pagination.next_cursor",
    "paging.next.after",
    "paging.cursors.after",
    "response_metadata.next_cursor"
  )
}
