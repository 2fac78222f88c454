// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import scala.util.Try

import io.circe.Json
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.LinkHeader
import io.github.sparkrest.options.values.{FieldPath, ValueSource}

/** A response without its records.
  *
  * @param url of the response, the base of relative URLs
  * @param records in the response, kept or not
  * @param items what the API counts: its page size, its total and the `{page}` of `pagination=offset`. These are the elements of
  *   the array or object at the first `[]` or `*` of `dataField`, otherwise the records
  * @param lastRecord value of `nextField` in the last record
  * @param repeatsLast the page repeats the page before it
  * @param refused the status code is an error, but `emptyStatusCodes` declares it to mean "no records"
  * @param hold prepares a text of the API for storage: it removes credentials that the API repeats
  */
final case class PageFacts(
    url: String,
    headers: Seq[(String, String)],
    envelope: Envelope,
    records: Long = 0,
    items: Long = 0,
    lastRecord: Option[String] = None,
    repeatsLast: Boolean = false,
    refused: Boolean = false,
    hold: String => String = identity
) {

  /** The value as text; arrays and objects are JSON text. Absent, null and `""` are all `None`, and so is `null` as the text of
    * a header.
    */
  def text(source: ValueSource): Option[String] = source match {
    case ValueSource.InBody(path)   => envelope(path).flatMap(PageFacts.text)
    case ValueSource.InHeader(name) => header(name).map(_.trim).filterNot(t => t.isEmpty || t == PageFacts.NoValue)
    case ValueSource.InLink(rel)    => LinkHeader.find(headers, rel)
  }

  /** The value exists, and is null or `""`. */
  def isEmptyAt(path: FieldPath): Boolean = envelope(path).exists(PageFacts.text(_).isEmpty)

  /** A text that is stored and sent back, and never compared. */
  def token(source: ValueSource): Option[String] = text(source).map(hold)

  def number(source: ValueSource): Option[Long] = text(source).flatMap(t => Try(t.trim.toLong).toOption)

  def header(name: String): Option[String] = headers.value(name)

  /** False, 0, null, `""` and absence are all false. */
  def isTrue(source: ValueSource): Boolean = text(source).exists(t => !t.equalsIgnoreCase("false") && t != "0")

  /** Whether the response has the value; null and `""` count. */
  def has(source: ValueSource): Boolean = source match {
    case ValueSource.InBody(path)   => envelope(path).isDefined
    case ValueSource.InHeader(name) => header(name).isDefined
    case ValueSource.InLink(rel)    => LinkHeader.find(headers, rel).isDefined
  }
}

object PageFacts {

  /** Salesforce: `Sforce-Locator: null`. */
  private val NoValue = "null"

  /** A scalar as its text; null and `""` are none. */
  private[sparkrest] def text(json: Json): Option[String] =
    if (json.isNull) None else Some(json.asString.getOrElse(json.noSpaces)).filter(_.nonEmpty)
}
