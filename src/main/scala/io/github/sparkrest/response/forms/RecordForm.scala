// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.forms

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.github.sparkrest.config.records.{AddedField, RecordsConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.tables.ResponseFormat
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.{Each, Members, Segment}

/** The form of records that one path does not describe: several paths, members of an object, fields from around a record, arrays
  * of columns.
  *
  * @param paths at least one
  * @param added fields that each record gets
  * @param columns a path leads to an object of arrays, one for each column
  */
final case class RecordForm(paths: Seq[FieldPath], names: Seq[String], added: Seq[AddedField], columns: Boolean) {

  /** `"name":` for each added field. */
  private[response] val labels: Vector[Array[Byte]] =
    added.map(a => (Json.fromString(a.name).noSpaces + ":").getBytes(UTF_8)).toVector

  private[response] val branches: List[Branch] = paths.toList.map { path =>
    val segments = if (path.segments.lastOption.contains(Each)) path.segments.init else path.segments
    val values = added.toVector.map(_.source match {
      case AddedField.Path => Json.fromString(path.toString).noSpaces.getBytes(UTF_8)
      case _               => Branch.Null
    })
    val around = added.zipWithIndex.collect { case (AddedField(_, AddedField.At(value)), i) =>
      val (depth, rest) = AddedField.place(value, path)
      Around(i, depth, FieldPath(rest.toVector).names.map(_.getBytes(UTF_8)))
    }
    val keys = added.zipWithIndex.collect { case (AddedField(_, AddedField.Key), i) => i }
    Branch(path, segments.toList, 0, around.toList, keys.toList, values)
  }
}

object RecordForm {

  /** `None`: one path, or none, is enough. */
  def of(config: RecordsConfig): Option[RecordForm] = {
    val columns = config.format == ResponseFormat.Columns
    val needed = columns || config.added.nonEmpty || config.paths.lengthCompare(1) > 0 ||
      config.paths.exists(_.segments.contains(Members))
    if (needed) Some(RecordForm(config.paths, config.names, config.added, columns)) else None
  }
}

/** Where the value of an added field is: `names` lead to it from the value at this depth of the path.
  *
  * @param field index of the added field
  */
final private[response] case class Around(field: Int, depth: Int, names: List[Array[Byte]])

/** A path on the way to its records.
  *
  * @param rest of the path, from the current value of the scanner on
  * @param depth the number of segments before `rest`
  * @param keys indexes of the added fields that are the name of a member
  * @param values of all added fields, as far as they are known here
  */
final private[response] case class Branch(
    path: FieldPath,
    rest: List[Segment],
    depth: Int,
    around: List[Around],
    keys: List[Int],
    values: Vector[Array[Byte]]
) {
  def next: Branch = copy(rest = rest.tail, depth = depth + 1)

  /** The next segment is the `[]` or `*` whose elements are the items that the API counts. */
  val countsItems: Boolean = depth == path.firstMany

  /** Into a member of an object. */
  def next(key: String): Branch =
    if (keys.isEmpty) next
    else {
      val text = Json.fromString(key).noSpaces.getBytes(UTF_8)
      next.copy(values = keys.foldLeft(values)((all, i) => all.updated(i, text)))
    }

  /** The fields whose values are in the current value of the scanner. */
  def here: List[Around] = around.filter(_.depth == depth)
}

private[response] object Branch {
  val Null: Array[Byte] = "null".getBytes("US-ASCII")
}

/** The response is JSON, but its records do not have the form that the options describe. */
final private[response] class Misshapen(val error: RestError) extends RuntimeException(null, null, false, false)

private[response] object Misshapen {
  def apply(message: String, hint: String): Misshapen = new Misshapen(Condition.InvalidResponse(message, hint))
}
