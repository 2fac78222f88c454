// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.pages

import io.circe.Json
import io.github.sparkrest.config.{PagesConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.RetryPolicy
import io.github.sparkrest.json.JsonBytes
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.seen.ShortHash
import io.github.sparkrest.progress.strategies.{OffsetReading, OffsetStrategy}
import io.github.sparkrest.request.PageToken
import io.github.sparkrest.response.PageFacts
import io.github.sparkrest.response.xml.XmlRecords
import io.github.sparkrest.secret.Redact

/** Errors in a page that must not look like the end of a list. */
private[sparkrest] object PageErrors {

  /** Where GraphQL and JSON:API report errors, next to empty data (GraphQL, October 2021, §7.1). */
  val ErrorsPath: FieldPath = FieldPath(List("errors"))

  /** The response has no records, and says that there were errors. */
  def reported(config: RestConfig, facts: PageFacts): Option[RestError] =
    facts
      .envelope(ErrorsPath)
      .flatMap(_.asArray)
      .filter(errors => facts.records == 0 && errors.nonEmpty && config.errorWhen.isEmpty && config.emptyWhen.isEmpty)
      .map { errors =>
        Condition.ApiReportedError(
          s"The response has no records and reports errors: ${Redact.snippet(Json.fromValues(errors).noSpaces)}.",
          s"${RestError.Retried} If such a response means an empty list, set emptyWhen.",
          repeatable = RetryPolicy.isIdempotent(config.method.text)
        )
      }

  def endEarly(paging: PagesConfig, total: Long, received: PageCounts): RestError = Condition.PagesEndEarly(
    s"totalField (${paging.total.fold("")(_.toString)}) says that there are ${counted(total, received.surplus)}, but the pages end after ${received.items}.",
    "Ask for fewer records in one traversal (order=asc with boundary=inclusive, windows, reanchorAfter), or leave totalField out if it is an estimate."
  )

  /** @param surplus the number of items less the number of records */
  def counted(items: Long, surplus: Long): String =
    if (surplus == 0) s"$items records" else s"$items elements for the first [] or * of dataField"

  /** @param facts of the last page */
  def manyEmptyPages(n: Int, facts: PageFacts): String =
    s"$n pages in a row had no records, and each named a next page: this counts as the end. If more records follow, name the field that says so in hasMoreField" +
      (if (facts.items == 0) "."
       else
         " or totalField. If each page has the same elements at the [] or * of dataField, even past the end, select them by [0] or [name=value].")
}

/** Signs that an option is wrong, seen in one page: the warning names the option to set. */
private[sparkrest] object PageWarnings {
  def ofPage(
      config: RestConfig,
      state: Progress,
      strategy: OffsetStrategy,
      reading: OffsetReading,
      facts: PageFacts,
      kept: Long,
      hasNext: Boolean
  ): List[String] = {
    val options = config.offset
    val asked = config.paging.pageSize
    val isRefusal =
      config.emptyStatusCodes.contains(facts.status) && config.paging.expiredStatuses.contains(facts.status)
    List(
      (isRefusal && options.kind.isToken && state.offset.isDefined && state.traversal.isEmpty) ->
        s"The API answered the stored cursor with ${facts.status}, which is in emptyStatusCodes: there is nothing new. If the cursor has expired instead, the stream gets no further record: leave ${facts.status} out of emptyStatusCodes. If ${facts.status} always means nothing new, leave it out of expiredStatusCodes.",
      (options.ascending && reading.outOfOrder) ->
        s"order=asc, but a page is not in ascending order of ${options.name}: the offset moves when all pages are in. Set order to desc or none, or let the API sort.",
      (hasNext && state.traversal.isEmpty && asked.exists(n => facts.items > 0 && facts.items < n)) ->
        s"pageSize is ${asked.getOrElse(0L)}, but the API sends pages of ${facts.items}: it caps them. Lower pageSize to spare the difference.",
      (!hasNext && config.paging.isPaged && state.traversal.isEmpty && !reading.reachedOld && asked
        .exists(facts.items >= _)) ->
        s"The first page has ${PageErrors.counted(facts.items, facts.items - facts.records)}, as many as pageSize allows, and names no next page. If there are more records, check pagination and nextField: they are missing.",
      (!hasNext && !config.hasPlaceholder && !reading.reachedOld &&
        state.offset.isDefined && strategy.showsGaps(state) &&
        kept > 1 && kept == facts.records && state.traversal.isEmpty) ->
        "No record of this poll was there in the last one: there may be a gap between them. Poll more often (streamingInterval), or read further pages (pagination)."
    ).collect { case (true, text) => text }
  }
}

/** Notices page tokens that lead round in a circle, with one token of memory: R. P. Brent's cycle detection. */
private[sparkrest] object CycleMark {

  /** @return the token to compare later ones with and the number of its page; or that the next one came before */
  def of(state: Progress, next: Option[PageToken]): Either[RestError, (String, Long)] = {
    val number = state.traversal.fold(1L)(_.pages + 1)
    val (mark, at) = state.traversal.fold(("", 1L))(_.landmark)
    next match {
      case Some(token)
          if !token.isInstanceOf[PageToken.Number] && state.traversal.isDefined && mark == ShortHash.of(token.text) =>
        Left(PageSequence.repeated(token.text))
      case Some(token) if number >= 2 * at || mark.isEmpty => Right((ShortHash.of(token.text), number))
      case _                                               => Right((mark, at))
    }
  }
}

/** Keeps the field names of the first record, to list them in an error. */
final private[sparkrest] class FirstRecord {
  private var fields: Option[List[String]] = None
  def see(buf: Array[Byte], from: Int, to: Int): Unit = if (fields.isEmpty) fields = Some(JsonBytes.names(buf, from, to))
  def names: List[String] = fields.getOrElse(Nil).filterNot(_ == XmlRecords.Source)
}
