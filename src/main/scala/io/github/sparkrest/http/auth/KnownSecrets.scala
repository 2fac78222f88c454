// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.auth

import java.net.URLDecoder
import java.util.regex.Matcher.quoteReplacement

import scala.util.Try

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.config.{AuthConfig, RestConfig}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.request.{InputRow, RequestTemplate}
import io.github.sparkrest.secret.{Redact, Secret}

/** Removes known secrets from texts, in each spelling that an API may echo. [[Redact]] goes by names, and `invalid key 12345` does
  * not contain one.
  *
  * Texts that are only shown lose their secrets ([[hide]]). Texts that are sent again, such as the URL of the next page, are
  * stored with a mark instead of each secret ([[hold]]). The secret returns when they are sent ([[open]]).
  */
final class KnownSecrets private (values: Vector[KnownSecrets.Known]) {
  import KnownSecrets._

  private val byName = values.map(v => v.name -> v).toMap

  def hide(text: String): String = replaced(text, 0)((_, _) => "***")
  def hide(e: RestError): RestError = e.copy(message = hide(e.message), hint = hide(e.hint))

  /** The text as it may be stored. The host of a URL stays: whether the URL may be followed depends on it. */
  def hold(text: String): String = replaced(text, authority.findPrefixOf(text).fold(0)(_.length)) { (v, found) =>
    s"***${v.name}~${Spelling.describe(v.value, found)}***"
  }

  /** Puts back the secrets that [[hold]] replaced, in their spelling. A mark stays if its option is no longer set. */
  def open(text: String): String =
    if (!text.contains("***")) text
    else
      mark.replaceAllIn(
        text,
        m => quoteReplacement(byName.get(m.group(1)).fold(m.matched)(v => Spelling.spell(v.value, m.group(2))))
      )

  /** Adds the secrets of an input row: the columns whose name sounds secret. The other columns are data, and appear in the result. */
  def and(row: InputRow): KnownSecrets =
    of(row.values.map(_._1).filter(Secret.isNamed(_)).flatMap(c => row.text(c).map(s"row.$c" -> _)))

  /** Adds tokens that were fetched. */
  def and(tokens: Seq[Secret]): KnownSecrets = of(ofTokenNames(tokens))

  private def of(more: Seq[(String, String)]): KnownSecrets = more.filter(_._2.length >= MinLength) match {
    case Seq() => this
    case some  => longestFirst(values ++ named(some))
  }

  /** Left to right, at each place the longest value. */
  private def replaced(text: String, from: Int)(put: (Known, String) => String): String = {
    val out = new StringBuilder(text.take(from))
    var i = from
    while (i < text.length) {
      var k = 0
      var end = -1
      while (end < 0 && k < values.length) {
        end = Spelling.end(text, i, values(k).value)
        k += 1
      }
      if (end < 0) {
        out += text.charAt(i)
        i += 1
      } else {
        out ++= put(values(k - 1), text.substring(i, end))
        i = end
      }
    }
    out.result()
  }
}

object KnownSecrets {

  /** @param name finds the value again, also after a restart */
  final private case class Known(name: String, value: String)

  /** Shorter values would remove words from any text. */
  private val MinLength = 4

  /** For values that may not be secret: shorter ones are more likely words of the message. */
  private val MinPlainLength = 8
  private val TokenName = "token"
  private val mark = """\*\*\*([\w.%-]+)~([pq][0-9a-f]+)\*\*\*""".r
  private val authority = """(?i)(https?:)?//[^/?#@]*(?=[/?#]|$)""".r
  private val harmless =
    "(?i)(accept.*|content-.*|user-agent|cache-control|prefer|host|origin|referer|if-.*|.*version)".r.pattern

  /** Field names and plain words, of which bodies are full. */
  private val words = "(?i)[a-z]+([ _.-][a-z]+)*".r.pattern
  private val placeholder = """\{[\w.@-]+\}""".r

  /** Knows tokens only. */
  def ofTokens(tokens: Seq[Secret]): KnownSecrets = new KnownSecrets(Vector.empty).and(tokens)

  /** @param more secrets that were fetched, such as an access token */
  def apply(config: RestConfig, more: Seq[Secret] = Nil): KnownSecrets = {
    val proxy = config.transport.proxy.flatMap(_.credentials)
    val tls = Seq(
      config.tls.keyPassword,
      config.tls.keyStore.flatMap(_.password),
      config.tls.trustStore.flatMap(_.password)
    ).flatten
    val references = config.references.values.toSeq.sortBy(_._1).map(_._2)
    val secrets =
      numbered("auth", config.auth.secrets.map(_.reveal)) ++ numbered("reference", references.map(_.reveal)) ++
        numbered("proxy", proxy.toSeq.flatMap(c => Seq(c._2.reveal, c._1))) ++ numbered("tls", tls.map(_.reveal)) ++
        numbered("cookie", config.cookie.toSeq.flatMap(c => inCookie(c.reveal))) ++
        numbered("body", (config.body.toList ++ config.initialBody).flatMap(inBody)) ++
        numbered("job", config.job.toList.flatMap(_.bodies).flatMap(inBody)) ++
        numbered("login", loginBody(config).toList.flatMap(inBody)) ++
        numbered("sent", combined(config)) ++ ofTokenNames(more)
    val inUrls =
      ((config.url +: config.initialUrl.toSeq) ++ config.job.toSeq.flatMap(_.allUrls.map(_._2)))
        .flatMap(Redact.secretsIn)
    val plain = config.headers.collect { case (k, v) if !harmless.matcher(k).matches() => s"headers.$k" -> v } ++
      config.params.map { case (k, v) => s"params.$k" -> v } ++ numbered("url", inUrls)
    val parts = plain
      .flatMap { case (name, v) => (name -> v) +: numbered(name, v.split("[ =;]").toSeq) }
      .filter { case (_, v) => v.length >= MinPlainLength && !v.contains('{') }
    longestFirst(named(secrets.filter(_._2.length >= MinLength) ++ parts))
  }

  /** The first name is that of stored marks. */
  private def ofTokenNames(tokens: Seq[Secret]): Seq[(String, String)] = tokens.zipWithIndex.map { case (t, i) =>
    (if (i == 0) TokenName else s"$TokenName.$i") -> t.reveal
  }

  private def numbered(name: String, values: Seq[String]): Seq[(String, String)] =
    values.zipWithIndex.map { case (v, i) => s"$name.$i" -> v }

  /** Adds the spellings that a comparison by character does not find. Names must fit into URLs. */
  private def named(values: Seq[(String, String)]): Seq[Known] = values.flatMap { case (name, value) =>
    val others =
      Try(URLDecoder.decode(value, "UTF-8")).toOption.filter(d => d != value && d.length >= MinLength).toSeq ++
        (if (value.length >= MinPlainLength) Spelling.inBase64(value) else Nil)
    val safe = RequestTemplate.percentEncode(name)
    Known(safe, value) +: others.zipWithIndex.map { case (v, i) => Known(s"$safe-$i", v) }
  }

  /** A secret may contain another one. */
  private def longestFirst(values: Seq[Known]): KnownSecrets = {
    val distinct = values.groupBy(_.value).values.map(_.minBy(_.name)).toVector
    new KnownSecrets(distinct.sortBy(v => (-v.value.length, v.name)))
  }

  private def combined(config: RestConfig): Seq[String] = {
    val ofAuth = config.auth match {
      case AuthConfig.Basic(user, password) => Some(Authenticator.basic(user.reveal, password.reveal))
      case s: AuthConfig.Session            => s.user.map { case (u, p) => Authenticator.basic(u.reveal, p.reveal) }
      case o: AuthConfig.OAuth2             => o.clientSecret.map(OAuth2.clientHeader(o, _))
      case _                                => None
    }
    val ofProxy = config.transport.proxy.flatMap(_.credentials).map(c => Authenticator.basic(c._1, c._2.reveal))
    (ofAuth.toList ++ ofProxy).map(_.drop("Basic ".length))
  }

  private def loginBody(config: RestConfig): Option[String] = config.auth match {
    case s: AuthConfig.Session => s.body.map(_.reveal)
    case _                     => None
  }

  private def inCookie(cookie: String): List[String] =
    cookie :: cookie.split(";").toList.map(c => c.substring(c.indexOf('=') + 1).trim)

  /** Values whose name sounds secret, and values that are not words. The values of placeholders are not known here. */
  private def inBody(body: String): List[String] = {
    val values = parse(placeholder.replaceAllIn(body, "0")).fold(_ => List.empty[String], leaves(_, named = false))
    (values ++ Redact.valuesIn(body)).filterNot(_.contains('{'))
  }

  private def leaves(json: Json, named: Boolean): List[String] = json.arrayOrObject(
    json.asString.filter(t => named || isNoWord(t)).orElse(json.asNumber.filter(_ => named).map(_.toString)).toList,
    _.toList.flatMap(leaves(_, named)),
    _.toList.flatMap { case (name, value) => leaves(value, named || Secret.isNamed(name)) }
  )

  private def isNoWord(text: String): Boolean = text.length >= MinPlainLength && !words.matcher(text).matches()
}
