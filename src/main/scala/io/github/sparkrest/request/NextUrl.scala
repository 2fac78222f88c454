// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import java.net.URI

import scala.util.Try

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.RestConfig

/** Addresses that the API gives: where they may lead, and how they are stored.
  *
  * Credentials go to the origin of `url` alone (RFC 6454), and nothing goes to a host that `allowedHosts` does not name.
  * Secrets that stand in the user's own options are taken out before such an address is kept, and put back when it is sent.
  */
final class NextUrl(config: RestConfig) {
  import NextUrl._
  private val home = Try(new URI(config.url.replaceAll("[{}]", ""))).toOption

  /** Parameters of the user that may be secret: those whose value does not depend on the state. */
  private val known: Map[String, String] = {
    val inUrl = config.url.split("\\?", 2).drop(1).flatMap(_.split("&")).map(_.split("=", 2)).collect {
      case Array(k, v) if !v.contains("{") => k -> v
    }
    val inParams = config.params.collect {
      case (k, v) if !v.contains("{") => RequestTemplate.percentEncode(k) -> RequestTemplate.percentEncode(v)
    }
    (inUrl ++ inParams).filter { case (k, _) => k.toLowerCase.matches(secretName) }.toMap
  }

  /** `found` made complete (RFC 3986 §5), with known secrets taken out.
    *
    * @param base the address of the request that was answered
    */
  def store(found: String, base: String): String = parameters(
    Try(new URI(base).resolve(found.trim.replace(" ", "%20")).toString).getOrElse(found)
  )((name, value) => if (known.get(name).contains(value)) Taken else value)

  /** The address to send, and whether credentials may go with it. */
  def follow(stored: String): Either[RestError, (String, Boolean)] = {
    val url = parameters(stored)((name, value) => if (value == Taken) known.getOrElse(name, value) else value)
    val target = Try(new URI(url)).toOption.filter(u => u.getHost != null && Set("http", "https")(u.getScheme))
    target match {
      case None                                                => Left(refused("is no http(s) address"))
      case Some(u) if home.exists(h => origin(h) == origin(u)) => Right((url, true))
      case Some(u) if config.paging.allowedHosts.exists(_.equalsIgnoreCase(u.getHost)) => Right((url, false))
      case Some(u) => Left(refused(s"leads to another origin (${origin(u)})"))
    }
  }

  private def refused(what: String) = RestError(
    Condition.AddressRefused,
    s"The next address that the API gave $what.",
    "Name its host in allowedHosts if it may be followed; it gets no credentials."
  )
}

object NextUrl {
  private val Taken = "***"
  private val secretName = ".*(key|token|secret|passw|sig|auth|credential|session|code).*"

  private def origin(u: URI): String = {
    val port = if (u.getPort >= 0) u.getPort else if (u.getScheme.equalsIgnoreCase("https")) 443 else 80
    s"${u.getScheme}://${u.getHost}:$port".toLowerCase
  }

  /** The address with the value of each query parameter replaced. */
  private def parameters(url: String)(value: (String, String) => String): String = url.indexOf('?') match {
    case -1 => url
    case i  =>
      url.substring(0, i + 1) + url
        .substring(i + 1)
        .split("&", -1)
        .map { p =>
          val eq = p.indexOf('=')
          if (eq < 0) p else p.substring(0, eq + 1) + value(p.substring(0, eq), p.substring(eq + 1))
        }
        .mkString("&")
  }
}
