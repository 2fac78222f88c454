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

  def isHttp(u: URI): Boolean =
    u.getScheme != null && Set("http", "https")(u.getScheme.toLowerCase) && u.getHost != null

  /** Placeholders in scheme, host or port. Their values decide which host gets the request. */
  def placeholders(url: String): Seq[String] = head.findFirstIn(url).toList.flatMap(h => Template.parse(h).names)

  def isTemplated(url: String): Boolean = placeholders(url).nonEmpty

  /** A URL with a value for each placeholder. */
  def filled(url: String): String = Template.parse(url).render(_ => "0", identity)

  /** Both URLs say their origin whatever the values of their placeholders are, and it is not the same. */
  def differ(a: String, b: String): Boolean = !isTemplated(a) && !isTemplated(b) && of(filled(a)) != of(filled(b))

  /** @param hosts names, `name:port`, or `*.domain` for all names below the domain */
  def isAmong(hosts: Seq[String], u: URI): Boolean = Option(u.getHost).exists { name =>
    val host = name.toLowerCase
    hosts.map(_.trim.toLowerCase).exists {
      case h if h.startsWith("*.") => host.endsWith(h.drop(1)) && !host.matches("[0-9.]+")
      case h                       => h == host || u.getPort >= 0 && h == s"$host:${u.getPort}"
    }
  }
}

/** Names of header fields, and of cookies: tokens (RFC 9110 §5.6.2). */
private[sparkrest] object HeaderName {
  private val token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+".r.pattern
  def isValid(name: String): Boolean = token.matcher(name).matches()
}

private[sparkrest] object HeaderValue {

  /** RFC 9110 §5.5: no line break and no other control character, which could end the header. */
  def isValid(text: String): Boolean = !text.exists(c => c < ' ' && c != '\t' || c == 0x7f)
}

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
