// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import scala.util.Try

import io.github.sparkrest.config.AuthConfig.{Custom, Session, Signature, TokenPlace}
import io.github.sparkrest.options.tables.{Opt, OptType}
import io.github.sparkrest.options.values._
import io.github.sparkrest.options.{OptionReader, RestOptions, values}
import io.github.sparkrest.secret.Secret

/** Reads the options of the types that have many: see [[AuthConfig.read]]. */
private[config] object AuthOptions {
  import RestOptions._

  /** Which option makes `OAuth2` sign its token requests. */
  def signs(read: OptionReader): Option[String] = {
    val (grant, clientAuth) = (read(Oauth2GrantType), read(Oauth2ClientAuth))
    if (grant == GrantType.JwtBearer) Some(s"oauth2GrantType=$grant")
    else if (clientAuth == ClientAuth.PrivateKeyJwt) Some(s"oauth2ClientAuth=$clientAuth")
    else None
  }

  def oauth2(
      read: OptionReader,
      needed: Opt[String] => Secret,
      optional: Opt[String] => Option[Secret]
  ): AuthConfig.OAuth2 = {
    val grant = read(Oauth2GrantType)
    def neededBy(o: Opt[String]) = Secret(read.needed(o, s"oauth2GrantType=$grant"))
    val assertion = signs(read).map { why =>
      val key = SigningKey.of(read.needed(Oauth2PrivateKey, why))
      AuthConfig.Assertion(key, read.opt(Oauth2KeyId), read.opt(Oauth2Claims).getOrElse(Nil))
    }
    val named = grant == GrantType.JwtBearer &&
      assertion.exists(a => a.key.issuer.isDefined || a.claims.exists(_._1 == "iss"))
    AuthConfig.OAuth2(
      needed(Oauth2TokenUrl).reveal,
      grant,
      if (named) optional(Oauth2ClientId).getOrElse(Secret("")) else needed(Oauth2ClientId),
      optional(Oauth2ClientSecret),
      read(Oauth2ClientAuth),
      read.opt(Oauth2Scope),
      read.secretValues(Oauth2Params),
      read.secretValues(Oauth2Headers),
      read.path(Oauth2TokenField).toList.flatMap(_.names),
      assertion,
      read(AuthScheme),
      if (grant == GrantType.Password) Some((neededBy(UserId), neededBy(UserPassword))) else None,
      if (grant == GrantType.RefreshToken) Some(neededBy(Oauth2RefreshToken)) else None,
      read.permitted(Oauth2TokenStore)(read.policy.refusesTokenStore)
    )
  }

  def session(read: OptionReader): Session = {
    val form = read(SessionBodyFormat) == values.BodyFormat.Form
    val body = read.jsonWithSecrets(SessionBody)
    val text = body.map { case (json, _) => json.noSpaces }
    if (form && text.exists(OptType.JsonMap.read(_).isEmpty))
      read.problem("sessionBody: sessionBodyFormat=form needs a JSON object of names and texts")
    val token = read.parsed(SessionTokenField)(ValueSource.parse(_).filter {
      case ValueSource.InBody(path) => path.isSingle
      case _: ValueSource.InHeader  => true
      case _: ValueSource.InLink    => false
    })
    val place =
      if (!read.isGiven(SessionTokenField)) TokenPlace.Cookies
      else if (read.isGiven(ApiKeyName)) TokenPlace.Named(read(ApiKeyName), read(ApiKeyIn))
      else TokenPlace.Authorization(read(AuthScheme))
    val user =
      if (read.isGiven(SessionBody)) None
      else
        Some(
          (
            Secret(read.needed(UserId, "authType=Session without sessionBody")),
            Secret(read.opt(UserPassword).getOrElse(""))
          )
        )
    Session(
      read.needed(SessionUrl, "authType=Session"),
      text.map(Secret(_)),
      form,
      sessionHeaders(read),
      body.toList.flatMap { case (_, references) => references },
      user,
      token,
      place,
      read.opt(SessionLifetime),
      read.parsed(SessionEndedWhen)(BodyCondition.parse)
    )
  }

  private def sessionHeaders(read: OptionReader): Seq[(String, Secret)] = {
    val headers = read.secretValues(SessionHeaders)
    headers.foreach { case (name, value) =>
      if (!HeaderName.isValid(name)) read.problem(s"""sessionHeaders: "$name" is not a header name (RFC 9110 §5.1)""")
      if (!HeaderValue.isValid(value.reveal))
        read.problem(s"sessionHeaders.$name: contains a line break or another control character")
    }
    headers
  }

  /** Names of placeholders in `signatureTemplate`. */
  private val Parts =
    Seq("method", "host", "path", "query", "target", "body", "bodyHash", "timestamp", "nonce", "apiKey")
  private val Signed = "signature"

  def signature(read: OptionReader): Signature = {
    val template = Template.parse(read.needed(SignatureTemplate, "authType=Signature"))
    val (headers, params) = (read.templates(SignatureHeaders), read.templates(SignatureParams))
    val apiKey = read.opt(ApiKeySecret).map(Secret(_))
    val key = Secret(read.needed(SignatureKey, "authType=Signature"))
    val encoding = read(SignatureKeyEncoding)
    val used = Seq(SignatureTemplate.name -> template) ++ named(SignatureHeaders, headers) ++
      named(SignatureParams, params)
    used.foreach { case (place, t) =>
      val known = if (place == SignatureTemplate.name) Parts else Parts :+ Signed
      t.names.distinct.filterNot(known.contains).foreach { name =>
        read.problem(
          s"$place: {$name} is not a known placeholder; known: ${known.map(n => s"{$n}").mkString(", ")}. A brace that belongs to the text is written twice"
        )
      }
      if (t.isOptional) read.problem(s"$place: a placeholder of a signature cannot be optional")
    }
    val names = used.flatMap(_._2.names)
    if (!names.contains(Signed))
      read.problem("signatureHeaders: neither signatureHeaders nor signatureParams contains {signature}")
    if (names.contains("apiKey") && apiKey.isEmpty) read.problem("apiKey: is required by {apiKey} and was not given")
    headers.map(_._1).filterNot(HeaderName.isValid).foreach { name =>
      read.problem(s"""signatureHeaders: "$name" is not a header name (RFC 9110 §5.1)""")
    }
    if (Try(encoding.decode(key.reveal)).isFailure)
      read.problem(s"signatureKey: its value (***) is not $encoding; see signatureKeyEncoding")
    Signature(
      key,
      encoding,
      read(SignatureAlgorithm),
      read(SignatureEncoding),
      template,
      headers,
      params,
      read.parsed(SignatureTimeFormat)(TimeFormat.parse).getOrElse(TimeFormat.Epoch(1)),
      apiKey
    )
  }

  private def named(o: Opt[_], templates: Seq[(String, Template)]): Seq[(String, Template)] =
    templates.map { case (k, t) => s"${o.name}.$k" -> t }

  def custom(read: OptionReader): Custom = {
    val name = read.needed(AuthClass, "authType=Custom")
    read.policy.refusesClass(name).foreach(why => read.problem(s"authClass: $why"))
    Custom(name, read.secretValues(AuthSettings))
  }
}
