// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest

/** The number of random cases of a test: all on Scala 2.13, and a fifth on 2.12.
  *
  * For code that is the same on both lines. A test of code that differs, such as Spark's parsers, runs all cases on both.
  */
private[sparkrest] object RandomCases {
  private val isSecondLine = scala.util.Properties.versionNumberString.startsWith("2.12")

  /** Between two cases of an exhaustive test. */
  val step: Int = if (isSecondLine) 5 else 1

  def apply(all: Int): Int = math.max(1, all / step)
}
