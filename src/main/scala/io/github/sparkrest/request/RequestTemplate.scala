// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.options.{RestConfig, Template}

/** Options and an offset make a request: placeholders are filled, each encoded for the place it stands in. */
final class RequestTemplate(config: RestConfig) {
  import RequestTemplate._

  private val (path, query) = config.url.indexOf('?') match {
    case -1 => (config.url, Nil)
    case i  => (config.url.substring(0, i), config.url.substring(i + 1).split("&", -1).toList)
  }
  private val pathTemplate = Template.parse(path)
  private val parameters: List[(String, Template)] =
    query.map { p =>
      val eq = p.indexOf('=')
      (p.substring(0, eq + 1), Template.parse(p.substring(eq + 1)))
    } ++ config.params.map { case (k, v) => (percentEncode(k) + "=", Template.parse(escapeLiteral(v))) }
  private val headers = config.headers.map { case (k, v) => (k, Template.parse(v)) }

  /** @param offset what every offset placeholder stands for, as text */
  def render(offset: String): HttpRequest = {
    val value: String => String = _ => offset
    // `?since=` is a 400 on real servers: a parameter that is an empty placeholder alone is left out.
    val kept = parameters.filterNot { case (_, t) => offset.isEmpty && t.onlyHole.isDefined }
    val queryText = kept.map { case (name, t) => name + t.render(value, percentEncode) }.mkString("&")
    HttpRequest(
      config.method,
      pathTemplate.render(value, percentEncode) + (if (queryText.isEmpty) "" else s"?$queryText"),
      headers.map { case (k, t) => (k, t.render(value, _.filterNot(c => c == '\r' || c == '\n'))) }
    )
  }
}

object RequestTemplate {
  private val unreserved = (('a' to 'z') ++ ('A' to 'Z') ++ ('0' to '9') ++ "-._~").map(_.toByte).toSet

  /** RFC 3986 §2: all but unreserved characters, as UTF-8. */
  def percentEncode(text: String): String =
    text.getBytes(UTF_8).map(b => if (unreserved(b)) b.toChar.toString else f"%%${b & 0xff}%02X").mkString

  /** `params` are plain text: what stands around their placeholders is encoded too. */
  private def escapeLiteral(text: String): String = Template
    .parse(text)
    .parts
    .map {
      case Template.Literal(t) => percentEncode(t)
      case Template.Hole(n)    => s"{$n}"
    }
    .mkString
}
