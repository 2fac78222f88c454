// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import io.circe.Json
import io.circe.parser.parse

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
