// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.net.URI

import scala.util.Try

/** Takes secrets out of what may be logged, thrown or stored (I6). */
object Redact {
  private val secretName = "(?i).*(key|token|secret|passw|signature|sig|auth|credential|session|code).*"

  /** The address with `***` for values of parameters whose name sounds secret, and without user information. */
  def url(text: String): String = {
    val (base, query) = text.indexOf('?') match {
      case -1 => (text, None)
      case i  => (text.substring(0, i), Some(text.substring(i + 1)))
    }
    query.fold(userInfo(base)) { q =>
      val parts = q.split("&", -1).map { p =>
        val eq = p.indexOf('=')
        if (eq >= 0 && p.substring(0, eq).matches(secretName)) p.substring(0, eq + 1) + "***" else p
      }
      userInfo(base) + "?" + parts.mkString("&")
    }
  }

  /** The first bytes of a body, on one line, with what looks like a secret taken out. */
  def snippet(body: Array[Byte], length: Int): String = {
    val text = new String(body, 0, math.min(length, 200), "UTF-8").map(c => if (c < ' ') ' ' else c)
    text
      .replaceAll(
        """(?i)("?[\w-]*(?:key|token|secret|passw|signature|auth)[\w-]*"?\s*[:=]\s*)("[^"]*"?|[^\s,&}]+)""",
        "$1***"
      )
      .trim
  }

  private def userInfo(base: String): String =
    if (!base.contains('@') || Try(new URI(base)).toOption.exists(_.getUserInfo == null)) base
    else base.replaceFirst("//[^/@]*@", "//***@")
}
