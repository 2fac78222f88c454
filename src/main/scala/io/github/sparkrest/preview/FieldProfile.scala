// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.preview

import io.circe.Json
import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.options.values.{Choice, FieldPath}
import io.github.sparkrest.progress.strategies.OffsetKey

/** The values of a field in a sample of records.
  *
  * @param kind how its values compare
  * @param order of its values in the order of the records
  * @param missing the number of records without the field
  * @param distinct the number of distinct values
  * @param values in the order of the records, in the spelling of the API
  */
final case class FieldProfile(
    path: FieldPath,
    kind: ValueKind,
    order: ValueOrder,
    missing: Int,
    distinct: Int,
    values: Vector[String]
) {
  def isUnique: Boolean = missing == 0 && distinct == values.length
  def isSorted: Boolean = order == ValueOrder.Ascending || order == ValueOrder.Descending
  def isEverywhere: Boolean = missing == 0
  def name: String = path.names.lastOption.getOrElse("")
}

sealed abstract class ValueKind(val text: String) extends Choice
object ValueKind {
  case object Whole extends ValueKind("whole")
  case object Decimal extends ValueKind("decimal")
  case object Time extends ValueKind("time")
  case object Text extends ValueKind("text")
}

sealed abstract class ValueOrder(val text: String) extends Choice
object ValueOrder {
  case object Ascending extends ValueOrder("asc")
  case object Descending extends ValueOrder("desc")
  case object Equal extends ValueOrder("equal")
  case object Mixed extends ValueOrder("none")
}

object FieldProfile {

  /** How deep a record is searched. */
  private val Depth = 3

  /** The profiles of all fields whose values are of one kind. */
  def of(records: Vector[Json], options: OffsetConfig): Vector[FieldProfile] = {
    val paths = records.flatMap(leaves(_, Nil)).distinct
    paths.flatMap { names =>
      val values = records.flatMap(FieldPath(names).valueIn(_).flatMap(text))
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
        if (signs.isEmpty) ValueOrder.Equal
        else if (signs == Set(-1)) ValueOrder.Ascending
        else if (signs == Set(1)) ValueOrder.Descending
        else ValueOrder.Mixed
      Some(FieldProfile(path, kindOf(keys), order, records - values.length, values.distinct.length, values))
    }
  }

  private def kindOf(keys: Vector[OffsetKey]): ValueKind = keys.head match {
    case OffsetKey.Moment(_) => ValueKind.Time
    case OffsetKey.Number(_) =>
      val whole = keys.forall { case OffsetKey.Number(n) => n.scale <= 0; case _ => false }
      if (whole) ValueKind.Whole else ValueKind.Decimal
    case OffsetKey.Words(_) => ValueKind.Text
  }

  private def leaves(json: Json, at: List[String]): Vector[List[String]] = json.asObject match {
    case Some(o) if at.length < Depth => o.toVector.flatMap { case (name, v) => leaves(v, name :: at) }
    case Some(_)                      => Vector.empty
    case None                         => if (at.isEmpty || text(json).isEmpty) Vector.empty else Vector(at.reverse)
  }

  /** The text of a number or a nonempty string. */
  private[preview] def text(json: Json): Option[String] =
    json.asString.filter(_.nonEmpty).orElse(json.asNumber.map(_.toString))
}
