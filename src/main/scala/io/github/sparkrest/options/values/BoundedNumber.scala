// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

import java.math.{BigDecimal => JBigDecimal}

import scala.util.Try

/** Decimal numbers that are small enough to write out. `1e900000000` has 11 characters, but 900 MB of digits. Such a number must
  * never reach `toPlainString`, `toBigInteger` or `setScale`. An ObjectId can look like such a number.
  */
private[sparkrest] object BoundedNumber {
  val MaxDigits = 1000

  /** @param maxDigits before and after the point, when the number is written without an exponent
    * @return `None`: the text is not a number, or needs more digits
    */
  def parse(text: String, maxDigits: Int = MaxDigits): Option[JBigDecimal] =
    if (text.isEmpty || text.length > maxDigits) None
    else
      Try(new JBigDecimal(text)).toOption.filter(n => n.precision.toLong + math.abs(n.scale.toLong) <= maxDigits.toLong)
}
