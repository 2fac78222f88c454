// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

import scala.util.Try

/** A list of HTTP status codes, such as `404,5xx,!501`: a later entry overrides an earlier one. */
final case class StatusCodes(entries: List[(Int, Int, Boolean)]) {
  def contains(status: Int): Boolean =
    entries.reverseIterator.collectFirst { case (from, to, in) if status >= from && status <= to => in }.getOrElse(false)
}

object StatusCodes {
  def parse(text: String): Option[StatusCodes] = {
    val parts = text.split(",", -1).map(_.trim).toList.map { t =>
      val code = t.stripPrefix("!").toLowerCase
      val range =
        if (code.matches("[1-5]xx")) Some((code.take(1).toInt * 100, code.take(1).toInt * 100 + 99))
        else Try(code.toInt).toOption.filter(c => c >= 100 && c <= 599).map(c => (c, c))
      range.map { case (from, to) => (from, to, !t.startsWith("!")) }
    }
    if (parts.forall(_.isDefined)) Some(StatusCodes(parts.flatten)) else None
  }
}
