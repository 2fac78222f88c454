// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import java.net.{URI, URLDecoder}

import scala.util.Try

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.values.{KeyPlacement, Origin, Template}
import io.github.sparkrest.secret.{Redact, Secret}

/** URLs that the API returns: where they may lead, and how they are stored.
  *
  * Credentials and bodies go to the origin of `url` alone (RFC 6454), and no request goes to a host that is missing in
  * `allowedHosts`.
  * Secrets from the user's options are removed before such a URL is stored, and put back when it is sent.
  */
final class NextUrl(config: RestConfig) {
  import NextUrl._

  /** `None`: it depends on the input row. */
  private val home = if (Origin.isTemplated(config.url)) None else Origin.of(config.url.replaceAll("[{}]", ""))

  /** The user's parameters that may be secret: their value does not depend on the state. */
  private val known: Map[String, String] = {
    val pairs = config.url.split("\\?", 2).drop(1).flatMap(_.split("&")).map(_.split("=", 2))
    val inUrl = pairs.collect { case Array(k, v) if !v.contains("{") => k -> v }
    val referred = pairs.collect {
      case Array(k, v) if config.references.fill(v) =>
        k -> constant(config.references.placed(v, RequestTemplate.percentEncode))
    }
    val inParams = config.params.collect {
      case (k, v) if !v.contains("{") => RequestTemplate.percentEncode(k) -> RequestTemplate.percentEncode(v)
    }
    // The whole option is secret. Short values are numbers and words that belong to the URL.
    val secretValues = config.params
      .collect {
        case (k, v) if config.references.fill(v)                       => k -> constant(config.references.template(v))
        case (k, v) if v.length >= MinSecretLength && !v.contains("{") => k -> v
      }
      .map { case (k, v) => RequestTemplate.percentEncode(k) -> RequestTemplate.percentEncode(v) }
    val inAuth = config.auth match {
      case AuthConfig.ApiKey(name, key, KeyPlacement.Query) =>
        Seq(RequestTemplate.percentEncode(name) -> RequestTemplate.percentEncode(key.reveal))
      case _ => Nil
    }
    (inUrl ++ inParams).filter { case (k, _) => Secret.isNamed(k) }.toMap ++ referred ++ secretValues ++ inAuth
  }

  private def constant(template: Template): String = template.render(_ => "", identity)

  /** `found`, resolved against `base` (RFC 3986 §5), without known secrets.
    *
    * @param base the URL of the request
    */
  def store(found: String, base: String): String =
    Redact.parameters(resolve(base, found))((name, value) =>
      if (known.get(name).exists(same(_, value))) Taken else value
    )

  /** The URL to send, and whether credentials may go with it. Only then are secrets put back.
    *
    * @param hasBody the request has a body, which may contain secrets
    * @param first `url` with the values of this input row, if the row names the host
    */
  def follow(stored: String, hasBody: Boolean, first: Option[String] = None): Either[RestError, (String, Boolean)] =
    allows(stored, first).left.map(refused).flatMap {
      case false if hasBody => Left(bodyLeaves(stored))
      case false            => Right((stored, false))
      case true             =>
        Right(
          (Redact.parameters(stored)((name, value) => if (value == Taken) known.getOrElse(name, value) else value), true)
        )
    }

  /** Whether credentials may go to `url`. Left: why no request may. */
  def allows(url: String, first: Option[String] = None): Either[String, Boolean] = {
    val target = Try(new URI(url)).toOption.filter(u => u.getHost != null && Set("http", "https")(u.getScheme))
    val origin = first.flatMap(Origin.of(_)).orElse(home)
    target match {
      case None                                                     => Left("is not an http(s) URL")
      case Some(u) if origin.contains(Origin.of(u))                 => Right(true)
      case Some(u) if Origin.isAmong(config.paging.allowedHosts, u) => Right(false)
      case Some(u) => Left(s"leads to another origin (${Origin.of(u)})")
    }
  }

  private def refused(what: String) = Condition.AddressRefused(
    s"The API returned a next URL that $what.",
    "Add its host to allowedHosts if requests without credentials may go there."
  )

  private def bodyLeaves(url: String) = Condition.AddressRefused(
    s"The API returned a next URL that leads to another origin (${Origin.of(new URI(url))}), and the request has a body, which may contain secrets.",
    "Set url to that origin, or use another pagination. A body goes only to the origin of url, whatever allowedHosts contains."
  )
}

object NextUrl {
  private val Taken = "***"
  private val notInUrls = """[^\x21-\x7e]+|["<>\\^`{|}]""".r
  private val MinSecretLength = 8

  /** `found`, resolved against `base` (RFC 3986 §5.2), with forbidden characters encoded; unchanged if that fails. */
  def resolve(base: String, found: String): String = {
    val reference = encoded(found.trim)
    Try {
      // URI.resolve is older than RFC 3986: to it a query alone replaces the end of the path too.
      if (reference.startsWith("?")) new URI(base.takeWhile(c => c != '?' && c != '#') + reference)
      else new URI(base).resolve(reference)
    }.fold(_ => found, _.toString)
  }

  /** Encodes the characters that a URL does not allow. */
  def encoded(text: String): String = notInUrls.replaceAllIn(text, m => RequestTemplate.percentEncode(m.matched))

  def sameOrigin(a: String, b: String): Boolean =
    Origin.of(a).exists(Origin.of(b).contains(_))

  /** An API may encode in another way than the user: `%20` or `+`, `%2f` or `%2F`. */
  private def same(a: String, b: String): Boolean = a == b || plain(a).exists(plain(b).contains(_))
  private def plain(text: String): Option[String] = Try(URLDecoder.decode(text, "UTF-8")).toOption
}
