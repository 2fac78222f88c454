// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.preview

import io.circe.Json
import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.progress.strategies.OffsetKey

/** The values of a field in a sample of records.
  *
  * @param kind `whole`, `decimal`, `time` or `text`: how its values compare
  * @param order of its values in the order of the records: `asc`, `desc`, `none`, or `equal`
  * @param missing the number of records without the field
  * @param distinct the number of distinct values
  * @param values in the order of the records, in the spelling of the API
  */
final case class FieldProfile(
    path: FieldPath,
    kind: String,
    order: String,
    missing: Int,
    distinct: Int,
    values: Vector[String]
) {
  def isUnique: Boolean = missing == 0 && distinct == values.length
  def isEverywhere: Boolean = missing == 0
  def name: String = path.names.lastOption.getOrElse("")
}

object FieldProfile {

  /** How deep a record is searched. */
  private val Depth = 3

  /** The profiles of all fields whose values are of one kind. */
  def of(records: Vector[Json], options: OffsetConfig): Vector[FieldProfile] = {
    val paths = records.flatMap(leaves(_, Nil)).distinct
    paths.flatMap { names =>
      val values = records.flatMap(at(_, names).flatMap(text))
      profile(FieldPath(names), values, records.length, options)
    }
  }

  /** `None`: the values are of several kinds. */
  private def profile(
      path: FieldPath,
      values: Vector[String],
      records: Int,
      options: OffsetConfig
  ): Option[FieldProfile] = {
    val keys = values.map(OffsetKey.of(_, options.format, options.zone))
    val steps = keys.zip(keys.drop(1)).map { case (a, b) => OffsetKey.compare(a, b) }
    if (keys.isEmpty || steps.exists(_.isEmpty)) None
    else {
      val signs = steps.flatten.map(math.signum).toSet - 0
      val order =
        if (signs.isEmpty) "equal" else if (signs == Set(-1)) "asc" else if (signs == Set(1)) "desc" else "none"
      Some(FieldProfile(path, kindOf(keys), order, records - values.length, values.distinct.length, values))
    }
  }

  private def kindOf(keys: Vector[OffsetKey]): String = keys.head match {
    case OffsetKey.Moment(_) => "time"
    case OffsetKey.Number(_) =>
      val whole = keys.forall { case OffsetKey.Number(n) => n.scale <= 0; case _ => false }
      if (whole) "whole" else "decimal"
    case OffsetKey.Words(_) => "text"
  }

  private def leaves(json: Json, at: List[String]): Vector[List[String]] = json.asObject match {
    case Some(o) if at.length < Depth => o.toVector.flatMap { case (name, v) => leaves(v, name :: at) }
    case Some(_)                      => Vector.empty
    case None                         => if (at.isEmpty || text(json).isEmpty) Vector.empty else Vector(at.reverse)
  }

  private def at(json: Json, names: List[String]): Option[Json] =
    names.foldLeft(Option(json))((j, n) => j.flatMap(_.asObject).flatMap(_(n)))

  /** The text of a number or a nonempty string. */
  private[preview] def text(json: Json): Option[String] =
    json.asString.filter(_.nonEmpty).orElse(json.asNumber.map(_.toString))
}
