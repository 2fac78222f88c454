// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import io.github.sparkrest.options.RestConfig

/** The moment that an offset stands for, as epoch milliseconds: ISO-8601 text, and for `timestamp` numbers too, as seconds,
  * milliseconds, micro- or nanoseconds by their magnitude (each since 2001).
  */
object OffsetTime {
  def of(config: RestConfig, offset: String): Option[Long] = OffsetKey.of(offset) match {
    case OffsetKey.Moment(instant)                                   => Some(instant.toEpochMilli)
    case OffsetKey.Number(value) if config.offsetType == "timestamp" =>
      units.collectFirst {
        case (unit, perMilli) if value.compareTo(unit) >= 0 =>
          value.multiply(perMilli).setScale(0, java.math.RoundingMode.DOWN).longValue
      }
    case _ => None
  }

  private def decimal(text: String) = new java.math.BigDecimal(text)

  /** The least value of a unit, and milliseconds in one. */
  private val units = List("1e18" -> "1e-6", "1e15" -> "1e-3", "1e12" -> "1", "1e9" -> "1e3").map { case (least, ms) =>
    (decimal(least), decimal(ms))
  }
}
