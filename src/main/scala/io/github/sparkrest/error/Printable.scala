// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.error

/** Texts of others as they may stand in a log: on one line, without characters that a terminal obeys or that turn the direction
  * of a text. An API could otherwise write lines of a log.
  */
object Printable {
  private val obeyed = "[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]".r

  def apply(text: String): String = obeyed.replaceAllIn(text, m => "<%04x>".format(m.matched.charAt(0).toInt))
}
