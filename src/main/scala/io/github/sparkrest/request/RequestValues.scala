// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import io.circe.Json
import io.circe.parser.parse

/** The values of one request.
  *
  * @param offset as it is sent
  * @param window start and end of the requested time, as sent
  * @param page `None`: the first one
  * @param initial no offset is known yet: `initialUrl` and `initialBody` apply
  * @param input its columns are placeholders too, with precedence
  * @param now when the traversal began, as sent. All its pages have the same time
  * @param job id of the job whose records are requested
  * @param file URL of the job's file, in place of `url`
  */
final case class RequestValues(
    offset: String,
    window: (String, String) = ("", ""),
    page: Option[PageToken] = None,
    initial: Boolean = false,
    input: InputRow = InputRow.Empty,
    now: String = "",
    job: Option[String] = None,
    file: Option[String] = None
)

/** The position of a page, in addition to the offset. */
sealed trait PageToken {
  def text: String
}

object PageToken {

  /** A complete URL that the API returned. */
  final case class Address(text: String) extends PageToken
  final case class Cursor(text: String) extends PageToken

  /** The number of the page, or of its first record. */
  final case class Number(value: Long) extends PageToken {
    def text: String = value.toString
  }
}

/** One row of an input: the values of placeholders with the names of its columns. */
final case class InputRow(values: Vector[(String, Json)]) {
  private lazy val byName = values.toMap

  def apply(column: String): Option[Json] = byName.get(column)

  /** A text without quotes, a null as nothing, everything else as JSON. */
  def text(column: String): Option[String] = byName.get(column).map(InputRow.text)
}

object InputRow {
  val Empty: InputRow = InputRow(Vector.empty)

  /** @param json an object with the columns, as Spark's `to_json` writes it; a column that it lacks is null */
  def of(columns: Seq[String], json: String): InputRow = {
    val found = parse(json).toOption.flatMap(_.asObject)
    InputRow(columns.toVector.map(c => c -> found.flatMap(_(c)).getOrElse(Json.Null)))
  }

  private[request] def text(value: Json): String = value.asString.getOrElse(if (value.isNull) "" else value.noSpaces)
}
