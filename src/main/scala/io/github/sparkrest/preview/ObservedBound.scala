// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.preview

import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.progress.strategies.OffsetKey

/** Whether the API treats an offset as an inclusive or exclusive bound. Observed by a request for a value in the middle of the
  * first response.
  */
sealed abstract class ObservedBound(val text: String) extends Product with Serializable
object ObservedBound {
  case object Inclusive extends ObservedBound("the API repeats the record at the offset: inclusive")
  case object Exclusive extends ObservedBound("the API returns only records above the offset: exclusive")
  case object Ignored extends ObservedBound("the API returned records below the offset too: it ignores this parameter")
  case object Nothing
      extends ObservedBound("the API returned no records: does it expect another format? See requestOffsetFormat")

  /** A value with records below and above it; `None`: too few records. */
  def probe(field: FieldProfile, options: OffsetConfig): Option[String] = {
    val sorted = field.values.distinct.sortWith((a, b) => compare(a, b, options).exists(_ < 0))
    if (sorted.length < 3) None else Some(sorted((sorted.length - 1) / 2))
  }

  /** @param values in the response to a request with `offset` */
  def of(offset: String, values: Seq[String], options: OffsetConfig): ObservedBound = {
    val signs = values.flatMap(compare(_, offset, options)).map(math.signum).toSet
    if (signs.isEmpty) Nothing else if (signs(-1)) Ignored else if (signs(0)) Inclusive else Exclusive
  }

  private def compare(a: String, b: String, options: OffsetConfig): Option[Int] =
    OffsetKey.compare(OffsetKey.of(a, options.format, options.zone), OffsetKey.of(b, options.format, options.zone))
}
