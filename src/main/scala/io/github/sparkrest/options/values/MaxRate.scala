// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

import scala.util.Try

/** `maxRequestRate`: in any period of `windowMs` milliseconds at most `count` requests arrive. */
final case class MaxRate(count: Int, windowMs: Long)

object MaxRate {
  private val form = """(\d{1,9})\s*/\s*(\d+(?:\.\d+)?)?\s*(ms|s|sec|second|m|min|minute|h|hour|d|day)""".r

  /** Milliseconds of the units of time in options. */
  private[options] val unitMs =
    Map("ms" -> 1L, "s" -> 1000L, "m" -> 60000L, "h" -> 3600000L, "d" -> 86400000L)

  /** `100/h`, `5/s`, `100/3.6s`. */
  def parse(text: String): Option[MaxRate] = text.trim.toLowerCase match {
    case form(count, times, unit) =>
      val ms = unitMs(if (unit == "ms") unit else unit.take(1))
      val window = (BigDecimal(Option(times).getOrElse("1")) * ms).setScale(0, BigDecimal.RoundingMode.CEILING)
      for {
        n <- Try(count.toInt).toOption if n > 0
        w <- Some(window).filter(w => w >= 1 && w <= 366 * unitMs("d")).map(_.toLong)
      } yield MaxRate(n, w)
    case _ => None
  }
}
