// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.error

/** Makes text of an API safe for a log: one line, without control characters and without characters that change the direction
  * of text. Otherwise an API could write log lines.
  */
object Printable {
  private val obeyed = "[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]".r

  def apply(text: String): String = obeyed.replaceAllIn(text, m => "<%04x>".format(m.matched.charAt(0).toInt))
}
