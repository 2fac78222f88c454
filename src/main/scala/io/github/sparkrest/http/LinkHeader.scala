// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import io.github.sparkrest.http.Headers._

/** `Link` headers (RFC 8288): `<url>; rel="next", <url>; rel=prev`. */
object LinkHeader {

  /** The first URL whose relation types contain `wanted`, as the header spells it.
    *
    * A link with `results="false"` does not count: Sentry names a next page on every page, and marks the last one like this.
    */
  def find(headers: Seq[(String, String)], wanted: String): Option[String] = headers
    .values("Link")
    .iterator
    .flatMap(links)
    .collectFirst { case (url, parameters) if leads(parameters, wanted) => url }

  private def leads(parameters: List[(String, String)], wanted: String): Boolean = {
    // RFC 8288 §3.3: only the first rel of a link counts.
    val relations = parameters.collectFirst { case ("rel", v) => v.split("\\s+").toList }.getOrElse(Nil)
    relations.exists(_.equalsIgnoreCase(wanted)) &&
    !parameters.exists { case (name, value) => name == "results" && value.trim.equalsIgnoreCase("false") }
  }

  /** The links of one header with their parameters. Unknown text between two links is skipped. */
  private def links(text: String): Iterator[(String, List[(String, String)])] = {
    val scanner = new HeaderScanner(text)
    Iterator
      .continually(if (scanner.skipTo('<')) scanner.until('>').map(a => (a, scanner.parameters())) else None)
      .takeWhile(_.isDefined)
      .collect { case Some(link) => link }
  }
}
