// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import java.net.URI

import scala.util.Try

/** What one option alone cannot show: placeholders, the form of the address, options that need each other. */
private[options] object CrossChecks {
  def apply(config: RestConfig): Seq[String] =
    if (config.url.isEmpty) Nil else placeholders(config) ++ address(config) ++ headerNames(config) ++ cursor(config)

  private def placeholders(config: RestConfig): Seq[String] = {
    val known = RestConfig.offsetPlaceholders(config.offsetName)
    val places = ("url" -> config.url) +: (config.params.map { case (k, v) => s"params.$k" -> v } ++
      config.headers.map { case (k, v) => s"headers.$k" -> v })
    for {
      (place, text) <- places
      name <- Template.parse(text).names.distinct if !known.contains(name)
    } yield s"$place: {$name} is not a known placeholder; known: ${known.map(n => s"{$n}").mkString(", ")} (the first is named by offsetField)"
  }

  private def address(config: RestConfig): Seq[String] = {
    val sample = Template.parse(config.url).render(_ => "0", identity)
    Try(new URI(sample)).toOption match {
      case None                             => Seq(s"url: is not a valid URI (RFC 3986): ${reason(sample)}")
      case Some(u) if u.getUserInfo != null =>
        Seq("url: holds a user or password; give them as authType=Basic with userId and userPassword")
      case Some(u) if !isHttp(u) || u.getHost == null =>
        Seq(s"""url: must begin with http:// or https:// and a host, and begins with "${config.url
            .takeWhile(_ != '/')
            .take(20)}"""")
      case Some(u) if u.getFragment != null => Seq("url: a fragment (#…) is never sent to a server; take it out")
      case _                                => Nil
    }
  }

  private def isHttp(u: URI): Boolean = u.getScheme != null && Set("http", "https")(u.getScheme.toLowerCase)

  /** Java's own message, without the address, which may hold a secret. */
  private def reason(text: String): String =
    Try(new URI(text)).failed.toOption
      .map {
        case e: java.net.URISyntaxException => s"${e.getReason} at character ${e.getIndex}";
        case e                              => e.getClass.getSimpleName
      }
      .getOrElse("")

  private def headerNames(config: RestConfig): Seq[String] = config.headers.collect {
    case (k, _) if !k.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+") =>
      s"""headers: "$k" is not a header name (RFC 9110 §5.1)"""
    case (k, v) if v.exists(c => c == '\r' || c == '\n' || c == 0) => s"headers.$k: holds a line break"
  }

  private def cursor(config: RestConfig): Seq[String] =
    if (config.offsetType != "cursor" || config.hasPlaceholder) Nil
    else
      Seq(s"url: offsetType=cursor needs a placeholder, e.g. ?cursor={${config.offsetName}}: without it each request is the same")
}
