// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import io.github.sparkrest.http.Headers._

/** `Link` headers (RFC 8288): `<address>; rel="next", <address>; rel=prev`. */
object LinkHeader {

  /** The first address whose relation types hold `wanted`, as the header spells it.
    *
    * A link that says of itself that it leads to no results is none: Sentry names a next page on every page, with
    * `results="false"` on the last one.
    */
  def find(headers: Seq[(String, String)], wanted: String): Option[String] = headers
    .values("Link")
    .iterator
    .flatMap(links)
    .collectFirst { case (address, parameters) if leads(parameters, wanted) => address }

  private def leads(parameters: List[(String, String)], wanted: String): Boolean = {
    // RFC 8288 §3.3: only the first rel of a link counts.
    val relations = parameters.collectFirst { case ("rel", v) => v.split("\\s+").toList }.getOrElse(Nil)
    relations.exists(_.equalsIgnoreCase(wanted)) &&
    !parameters.exists { case (name, value) => name == "results" && value.trim.equalsIgnoreCase("false") }
  }

  /** The links of one header, each with its parameters. What is not understood between two links is skipped. */
  private def links(text: String): Iterator[(String, List[(String, String)])] = {
    val scanner = new HeaderScanner(text)
    Iterator
      .continually(if (scanner.skipTo('<')) scanner.until('>').map(a => (a, scanner.parameters())) else None)
      .takeWhile(_.isDefined)
      .collect { case Some(link) => link }
  }
}
