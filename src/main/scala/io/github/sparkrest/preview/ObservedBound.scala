// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.preview

import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.progress.strategies.OffsetKey

/** What an API sends from an offset on: found by asking it for the middle of what it sent before. */
sealed abstract class ObservedBound(val text: String) extends Product with Serializable
object ObservedBound {
  case object Inclusive extends ObservedBound("the record at the offset comes again: inclusive")
  case object Exclusive extends ObservedBound("only what is above the offset comes: exclusive")
  case object Ignored extends ObservedBound("records below the offset came too: the API does not go by this parameter")
  case object Nothing extends ObservedBound("nothing came: does the API want another format? See requestOffsetFormat")

  /** A value with records below and above it; `None`: there are too few to tell. */
  def probe(field: FieldProfile, options: OffsetConfig): Option[String] = {
    val sorted = field.values.distinct.sortWith((a, b) => compare(a, b, options).exists(_ < 0))
    if (sorted.length < 3) None else Some(sorted((sorted.length - 1) / 2))
  }

  /** @param answered values that came when `asked` was sent */
  def of(asked: String, answered: Seq[String], options: OffsetConfig): ObservedBound = {
    val signs = answered.flatMap(compare(_, asked, options)).map(math.signum).toSet
    if (signs.isEmpty) Nothing else if (signs(-1)) Ignored else if (signs(0)) Inclusive else Exclusive
  }

  private def compare(a: String, b: String, options: OffsetConfig): Option[Int] =
    OffsetKey.compare(OffsetKey.of(a, options.format, options.zone), OffsetKey.of(b, options.format, options.zone))
}
