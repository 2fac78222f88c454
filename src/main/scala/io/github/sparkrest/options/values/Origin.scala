// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

import java.net.URI

import scala.util.Try

/** The origin of a URL: scheme, host and port (RFC 6454). */
object Origin {
  private val head = """^[^/?#]*//[^/?#]*""".r

  def of(url: String): Option[String] =
    Try(new URI(url)).toOption.filter(u => u.getScheme != null && u.getHost != null).map(of)

  def of(u: URI): String = {
    val port = if (u.getPort >= 0) u.getPort else if (u.getScheme.equalsIgnoreCase("https")) 443 else 80
    s"${u.getScheme}://${u.getHost}:$port".toLowerCase
  }

  /** Placeholders in scheme, host or port. Their values decide which host gets the request. */
  def placeholders(url: String): Seq[String] = head.findFirstIn(url).toList.flatMap(h => Template.parse(h).names)

  def isTemplated(url: String): Boolean = placeholders(url).nonEmpty

  /** @param hosts names, `name:port`, or `*.domain` for all names below the domain */
  def isAmong(hosts: Seq[String], u: URI): Boolean = Option(u.getHost).exists { name =>
    val host = name.toLowerCase
    hosts.map(_.trim.toLowerCase).exists {
      case h if h.startsWith("*.") => host.endsWith(h.drop(1)) && !host.matches("[0-9.]+")
      case h                       => h == host || u.getPort >= 0 && h == s"$host:${u.getPort}"
    }
  }
}
