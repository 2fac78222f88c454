// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows.parser

import java.math.BigInteger

/** Decimal to binary floating point, by the algorithm of Eisel and Lemire (Daniel Lemire, "Number Parsing at a Gigabyte per
  * Second", 2021), with Clinger's fast path before it. It knows when it cannot be sure of the last bit.
  */
private[parser] object Doubles {
  private val Least = -307
  private val Greatest = 288
  private val exact: Array[Double] = Array.iterate(1.0, 23)(_ * 10)

  // The first 128 bits of each power of five.
  private val high = new Array[Long](Greatest - Least + 1)
  private val low = new Array[Long](Greatest - Least + 1)
  (Least to Greatest).foreach { q =>
    val bits = firstBits(q)
    high(q - Least) = bits.shiftRight(64).longValue
    low(q - Least) = bits.longValue
  }

  private def firstBits(q: Int): BigInteger = {
    val five = BigInteger.valueOf(5)
    val value =
      if (q >= 0) {
        val power = five.pow(q)
        power.shiftLeft(math.max(0, 128 - power.bitLength))
      } else {
        val power = five.pow(-q)
        val bits = power.subtract(BigInteger.ONE).bitLength
        BigInteger.ONE.shiftLeft(if (q >= -27) bits + 127 else 2 * bits + 128).divide(power).add(BigInteger.ONE)
      }
    value.shiftRight(math.max(0, value.bitLength - 128))
  }

  /** `mantissa` (unsigned and exact) times ten to the power of `q`, correctly rounded; NaN: use another algorithm. */
  def of(negative: Boolean, mantissa: Long, q: Int): Double =
    if (mantissa == 0) if (negative) -0.0 else 0.0
    else if (q >= -22 && q <= 22 && mantissa > 0 && mantissa <= (1L << 53)) {
      val value = if (q < 0) mantissa.toDouble / exact(-q) else mantissa.toDouble * exact(q)
      if (negative) -value else value
    } else if (q < Least || q > Greatest) Double.NaN
    else eiselLemire(negative, mantissa, q)

  private def eiselLemire(negative: Boolean, mantissa: Long, q: Int): Double = {
    val zeros = java.lang.Long.numberOfLeadingZeros(mantissa)
    val w = mantissa << zeros
    var upper = unsignedHigh(w, high(q - Least))
    var lower = w * high(q - Least)
    if ((upper & 0x1ff) == 0x1ff) {
      val second = unsignedHigh(w, low(q - Least))
      lower += second
      if (java.lang.Long.compareUnsigned(lower, second) < 0) upper += 1
    }
    val upperBit = (upper >>> 63).toInt
    val shift = upperBit + 64 - 52 - 3
    var bits = upper >>> shift
    var power = (((152170 + 65536) * q) >> 16) + 63 + upperBit - zeros + 1023
    if (lower == -1L && (q < -27 || q > 55) || power <= 0) Double.NaN
    else {
      val tie = lower >= 0 && lower <= 1 && q >= -4 && q <= 23 && (bits & 3) == 1 && (bits << shift) == upper
      if (tie) bits &= ~1L
      bits += bits & 1
      bits >>>= 1
      if (bits >= (2L << 52)) {
        bits = 1L << 52
        power += 1
      }
      if (power >= 0x7ff) Double.NaN
      else
        java.lang.Double.longBitsToDouble(
          (bits & ~(1L << 52)) | (power.toLong << 52) | (if (negative) Long.MinValue else 0L)
        )
    }
  }

  private def unsignedHigh(a: Long, b: Long): Long = Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a)
}
