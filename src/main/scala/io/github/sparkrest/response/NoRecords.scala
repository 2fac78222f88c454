// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.Each

/** The errors of a JSON response without records at the expected place. Each names the fields or arrays of the response. */
private[sparkrest] object NoRecords {

  /** @param fields of the root
    * @param arrays of the response, by path
    */
  def at(path: String, fields: List[String], arrays: Iterable[String]): RestError = {
    val exist =
      if (arrays.nonEmpty) s"Arrays in it: ${arrays.take(20).mkString(", ")}."
      else s"Its fields: ${if (fields.isEmpty) "none" else fields.take(20).mkString(", ")}."
    notFound(
      s"The response has no records at $path. $exist",
      "Set dataField to the path of the records, or to $ if the response itself is the record."
    )
  }

  def several(fields: List[String]): RestError = notFound(
    s"Several fields of the response hold arrays of objects: ${fields.mkString(", ")}.",
    "Set dataField to the path of the records."
  )

  /** @param field of the root that contained the records of earlier responses */
  def moved(field: String): RestError = notFound(
    s"Earlier responses had their records in the field $field; this one is an array.",
    "Set dataField to the path of the records."
  )

  def rootIsArray(path: FieldPath): RestError = notFound(
    s"dataField is $path, but the response is an array.",
    s"Remove dataField: a root array needs none. For a field of each element, set ${FieldPath(Each +: path.segments)}."
  )

  /** @param why the beginning of the sentence */
  def rootIsScalar(why: String): RestError = notFound(
    s"$why the response is a single value, not an object or an array.",
    "If it is the record, set dataField to $."
  )

  private def notFound(message: String, hint: String): RestError = RestError(Condition.DataFieldNotFound, message, hint)
}
