// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.net.{URLDecoder, URLEncoder}

import scala.util.Try

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.{AuthOptions, RestConfig, Secret}
import io.github.sparkrest.request.{InputRow, RequestTemplate}

/** Takes values that are known to be secret out of texts, in each form that an API may echo them in. [[Redact]] goes by names;
  * an API that says `invalid key 12345` gives none.
  */
final class KnownSecrets private (values: Seq[String]) {
  import KnownSecrets._

  def hide(text: String): String = values.foldLeft(text)((t, v) => t.replace(v, "***"))
  def hide(e: RestError): RestError = e.copy(message = hide(e.message), hint = hide(e.hint))

  /** And those of an input row: of columns whose name sounds secret. The others are data, and stand in the result. */
  def and(row: InputRow): KnownSecrets =
    row.values.map(_._1).filter(Secret.isNamed(_)).flatMap(row.text(_)).filter(_.length >= MinLength) match {
      case Seq()    => this
      case ofColumn => longestFirst(values ++ ofColumn.flatMap(forms))
    }
}

object KnownSecrets {

  /** Shorter ones would take words out of any text. */
  private val MinLength = 4

  /** Of values that may be no secrets: shorter ones are more likely words of the message itself. */
  private val MinPlainLength = 8
  private val harmless =
    "(?i)(accept.*|content-.*|user-agent|cache-control|prefer|host|origin|referer|if-.*|.*version)".r.pattern

  /** Field names and plain words, of which bodies are full. */
  private val words = "(?i)[a-z]+([ _.-][a-z]+)*".r.pattern
  private val placeholder = """\{[\w.@-]+\}""".r

  /** @param more that were fetched, such as an access token */
  def apply(config: RestConfig, more: Seq[Secret] = Nil): KnownSecrets = {
    val proxy = config.transport.proxy.flatMap(_.credentials)
    val secrets = config.auth.secrets ++ more ++ config.references.values ++ proxy.map(_._2) ++
      Seq(
        config.tls.keyPassword,
        config.tls.keyStore.flatMap(_.password),
        config.tls.trustStore.flatMap(_.password)
      ).flatten
    val plain = config.headers.collect { case (k, v) if !harmless.matcher(k).matches() => v } ++
      config.params.map(_._2) ++ Redact.secretsIn(config.url) ++ config.initialUrl.toList.flatMap(Redact.secretsIn)
    val parts =
      plain.flatMap(v => v +: v.split("[ =;]").toList).filter(v => v.length >= MinPlainLength && !v.contains('{'))
    val sent = config.cookie.toList.flatMap(c => inCookie(c.reveal)) ++
      (config.body.toList ++ config.initialBody).flatMap(inBody) ++ proxy.map(_._1)
    val all = (secrets.map(_.reveal) ++ sent).filter(_.length >= MinLength) ++ parts ++ combined(config)
    longestFirst(all.flatMap(forms))
  }

  /** One may hold others. */
  private def longestFirst(values: Seq[String]): KnownSecrets =
    new KnownSecrets(values.distinct.sortBy(-_.length))

  private def combined(config: RestConfig): Seq[String] = {
    val ofAuth = config.auth match {
      case AuthOptions.Basic(user, password) => Some(Auth.basic(user.reveal, password.reveal))
      case o: AuthOptions.OAuth2             => o.clientSecret.map(OAuth2.clientHeader(o, _))
      case _                                 => None
    }
    val ofProxy = config.transport.proxy.flatMap(_.credentials).map(c => Auth.basic(c._1, c._2.reveal))
    (ofAuth.toList ++ ofProxy).map(_.drop("Basic ".length))
  }

  private def inCookie(cookie: String): List[String] =
    cookie :: cookie.split(";").toList.map(c => c.substring(c.indexOf('=') + 1).trim)

  /** Values whose name sounds secret, and others that are no words. What a placeholder stands for is not known here. */
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

  private def forms(value: String): Seq[String] = Seq(
    value,
    RequestTemplate.percentEncode(value),
    // OAuth1's PLAINTEXT is a percent-encoded text in a percent-encoded one.
    RequestTemplate.percentEncode(RequestTemplate.percentEncode(value)),
    URLEncoder.encode(value, "UTF-8"),
    escaped(value),
    // A body in a text in a body.
    escaped(escaped(value))
  ) ++ Try(URLDecoder.decode(value, "UTF-8")).toOption.filter(_.length >= MinLength)

  private def escaped(text: String): String = Json.fromString(text).noSpaces.drop(1).dropRight(1)
}
