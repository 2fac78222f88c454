// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.checks

import java.net.URI

import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.options.values.Origin
import io.github.sparkrest.secret.Secret

/** Credentials go only to the origin of `url`, and never to a host that an input row names. */
private[sparkrest] object TrustChecks {
  def apply(config: RestConfig): Seq[String] = templated(config) ++ elsewhere(config)

  private def templated(config: RestConfig): Seq[String] =
    if (config.paging.allowedHosts.nonEmpty) Nil
    else
      for {
        (option, url) <- urls(config)
        name <- Origin.placeholders(url).headOption.toList
        what <- credentials(config).headOption.toList
      } yield s"$option: {$name} is in the host or port, so its value decides which host gets $what; name the hosts in allowedHosts"

  /** The URLs of the options to which credentials go, by option: `url` first. */
  private def urls(config: RestConfig): Seq[(String, String)] =
    Seq("url" -> config.url) ++ config.initialUrl.map("initialUrl" -> _) ++ config.offset.ack.map("ackUrl" -> _.url)

  private def elsewhere(config: RestConfig): Seq[String] = for {
    (option, _) <- urls(config).drop(1).filter(u => isElsewhere(config, u._2))
    what <- credentials(config).headOption.toList
  } yield s"$option: has another origin than url, and would get $what; name its host in allowedHosts"

  /** [[templated]] checks placeholders in host and port. [[CrossChecks]] checks that the text is a URL. */
  private def isElsewhere(config: RestConfig, url: String): Boolean =
    Origin.differ(url, config.url) && Origin.of(Origin.filled(url)).isDefined &&
      !Origin.isAmong(config.paging.allowedHosts, new URI(Origin.filled(url)))

  /** Settings that are allowed, but show a secret to everybody on the network. */
  def warnings(config: RestConfig): Seq[String] = {
    val tokens = config.auth match {
      case o: AuthConfig.OAuth2 if isClear(o.tokenUrl) =>
        Seq(
          "oauth2TokenUrl: http:// shows the client's secret and the tokens to everybody on the network. Use https://."
        )
      case s: AuthConfig.Session if isClear(s.url) =>
        Seq("sessionUrl: http:// shows the login and the token to everybody on the network. Use https://.")
      case _ => Nil
    }
    tokens ++ (for (
      (option, _) <- urls(config).filter(u => isClear(u._2));
      what <- credentials(config).filterNot(_.startsWith("the body")).headOption.toList
    )
      yield s"$option: http:// shows $what to everybody on the network. Use https://.")
  }

  /** Requests to this host do not leave it, so nobody can read them. */
  private def isClear(url: String): Boolean =
    url.regionMatches(true, 0, "http:", 0, 5) && !local.matcher(url).find()
  private val local = """(?i)^http://(localhost|127\.[\d.]+|\[::1\])([:/?#]|$)""".r.pattern

  /** Options that contain secrets, or may contain them. */
  private def credentials(config: RestConfig): Seq[String] = {
    def named(texts: Seq[(String, String)]) = texts.map(_._1).filter(Secret.isNamed)
    val query = config.url.split("[?&]").toSeq.drop(1).map(_.takeWhile(_ != '='))
    Seq(
      (config.auth != AuthConfig.Anonymous) -> "the credentials of authType",
      config.cookie.isDefined -> "the cookie",
      (config.references.values.nonEmpty || named(
        config.headers ++ config.params
      ).nonEmpty) -> "secret headers, params or parts of url",
      query.exists(n => !n.contains('{') && Secret.isNamed(n)) -> "the secret in the query of url",
      (config.tls.keyFile.isDefined || config.tls.keyStore.isDefined) -> "the client certificate",
      (config.body ++ config.initialBody ++ config.offset.ack.flatMap(
        _.body
      )).nonEmpty -> "the body, which may hold secrets"
    ).collect { case (true, what) => what }
  }
}
