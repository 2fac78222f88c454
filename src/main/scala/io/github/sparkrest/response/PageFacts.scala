// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import scala.util.Try

import io.circe.Json
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.LinkHeader
import io.github.sparkrest.options.values.{FieldPath, ValueSource}

/** What a response says beside its records.
  *
  * @param url that was asked, for relative addresses
  * @param records in it, kept or not
  * @param lastRecord value of `nextField` in the last record
  * @param repeatsLast the page is the one before once more
  * @param refused the status code is that of an error, which `emptyStatusCodes` takes for "no records"
  * @param hold makes a text of the API fit to be stored: a credential that it repeats is taken out
  */
final case class PageFacts(
    url: String,
    headers: Seq[(String, String)],
    envelope: Envelope,
    records: Long = 0,
    lastRecord: Option[String] = None,
    repeatsLast: Boolean = false,
    refused: Boolean = false,
    hold: String => String = identity
) {

  /** Absent, null and `""` are all no value; arrays and objects are JSON text. */
  def text(source: ValueSource): Option[String] = source match {
    case ValueSource.InBody(path)   => envelope(path).flatMap(PageFacts.text)
    case ValueSource.InHeader(name) => header(name).map(_.trim).filter(_.nonEmpty)
    case ValueSource.InLink(rel)    => LinkHeader.find(headers, rel)
  }

  /** The value is there, and is null or `""`. */
  def isEmptyAt(path: FieldPath): Boolean = envelope(path).exists(PageFacts.text(_).isEmpty)

  /** A text that is stored and sent again, not compared with others. */
  def token(source: ValueSource): Option[String] = text(source).map(hold)

  def number(source: ValueSource): Option[Long] = text(source).flatMap(t => Try(t.trim.toLong).toOption)

  def header(name: String): Option[String] = headers.value(name)

  /** False, 0, null, `""` and absence are all false. */
  def isTrue(path: FieldPath): Boolean =
    envelope(path).flatMap(PageFacts.text).exists(t => t != "false" && t != "0")
}

object PageFacts {
  private def text(json: Json): Option[String] =
    if (json.isNull) None else Some(json.asString.getOrElse(json.noSpaces)).filter(_.nonEmpty)
}
