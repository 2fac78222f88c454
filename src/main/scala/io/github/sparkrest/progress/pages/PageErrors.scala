// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.pages

import io.circe.Json
import io.github.sparkrest.config.{PagesConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.RetryPolicy
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.response.PageFacts
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
        val text = Json.fromValues(errors).noSpaces.getBytes("UTF-8")
        RestError(
          Condition.ApiReportedError,
          s"The response has no records and reports errors: ${Redact.snippet(text, text.length)}.",
          "The request will be retried. If such a response means an empty list, set emptyWhen.",
          repeatable = RetryPolicy.isIdempotent(config.method.text)
        )
      }

  def endEarly(paging: PagesConfig, total: Long, received: Long): RestError = RestError(
    Condition.PagesEndEarly,
    s"totalField (${paging.total.fold("")(_.toString)}) says that there are $total records, but the pages end after $received.",
    "Ask for fewer records in one traversal (order=asc with boundary=inclusive, windows, reanchorAfter), or leave totalField out if it is an estimate."
  )

  def manyEmptyPages(n: Int): String =
    s"$n pages in a row had no records, and each named a next page: this counts as the end. If more records follow, name the field that says so in hasMoreField."
}
