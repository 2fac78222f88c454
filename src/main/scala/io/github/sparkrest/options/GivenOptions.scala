// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import java.util.Locale.ROOT

import io.github.sparkrest.options.tables.Opt

/** Options as the user wrote them. Case does not matter in their names, as in Spark.
  *
  * Values may be secrets. So this is a class and not a map, and nobody prints it by accident.
  */
final private[sparkrest] class GivenOptions(val toMap: Map[String, String]) extends Serializable {
  @transient private lazy val byName = toMap.map { case (name, text) => name.toLowerCase(ROOT) -> text }

  /** The text of an option under exactly this name, not under an alias. */
  def get(name: String): Option[String] = byName.get(name.toLowerCase(ROOT))

  def has(name: String): Boolean = get(name).isDefined

  /** The text of an option under its name or an alias; its name has precedence. */
  def get(o: Opt[_]): Option[String] = (o.name +: o.aliases).flatMap(get(_)).headOption

  def has(o: Opt[_]): Boolean = get(o).isDefined

  def only(names: Iterable[String]): Map[String, String] = {
    val these = names.map(_.toLowerCase(ROOT)).toSet
    toMap.filter { case (name, _) => these(name.toLowerCase(ROOT)) }
  }

  def without(names: Iterable[String]): Map[String, String] = toMap -- only(names).keys

  override def toString: String = toMap.keys.toSeq.sorted.mkString("GivenOptions(", ", ", ")")
  override def equals(other: Any): Boolean = other match {
    case o: GivenOptions => o.toMap == toMap
    case _               => false
  }
  override def hashCode: Int = toMap.hashCode
}
