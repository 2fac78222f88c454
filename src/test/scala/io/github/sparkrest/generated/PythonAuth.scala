// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.generated

import io.github.sparkrest.options.RestOptions._
import io.github.sparkrest.options.tables.Opt

/** The authentication options as Python classes. Each class has the name of its `authType`.
  *
  * GeneratedFilesSuite compares the file in the repository with this text. `make docs-options` writes the file.
  */
object PythonAuth {
  private val Quotes = "\"\"\""

  /** The line length of ruff. */
  private val Column = 120

  /** @param name name of the field, without the prefix that the class name makes redundant */
  final private case class Field(name: String, option: Opt[_], required: Boolean = false)

  private val classes: Seq[(String, String, Seq[Field])] = Seq(
    (
      "Basic",
      "User and password (RFC 7617).",
      Seq(Field("user", UserId, required = true), Field("password", UserPassword, required = true))
    ),
    (
      "Digest",
      "A password that is not sent (RFC 7616).",
      Seq(Field("user", UserId, required = true), Field("password", UserPassword, required = true))
    ),
    (
      "Bearer",
      "A token that is sent unchanged (RFC 6750).",
      Seq(Field("token", OauthToken, required = true), Field("scheme", AuthScheme))
    ),
    (
      "ApiKey",
      "A key in a header, a query parameter or a cookie.",
      Seq(Field("key", ApiKeySecret, required = true), Field("name", ApiKeyName), Field("location", ApiKeyIn))
    ),
    (
      "OAuth1",
      "Signed requests (RFC 5849).",
      Seq(
        Field("consumer_key", OauthConsumerKey, required = true),
        Field("consumer_secret", OauthConsumerSecret, required = true),
        Field("token", OauthToken),
        Field("token_secret", OauthTokenSecret),
        Field("signature_method", OauthSignatureMethod),
        Field("realm", OauthRealm)
      )
    ),
    (
      "OAuth2",
      "Tokens fetched when needed (RFC 6749).",
      Seq(
        Field("token_url", Oauth2TokenUrl, required = true),
        Field("client_id", Oauth2ClientId, required = true),
        Field("client_secret", Oauth2ClientSecret),
        Field("grant_type", Oauth2GrantType),
        Field("scope", Oauth2Scope),
        Field("params", Oauth2Params),
        Field("client_auth", Oauth2ClientAuth),
        Field("refresh_token", Oauth2RefreshToken),
        Field("token_store", Oauth2TokenStore),
        Field("user", UserId),
        Field("password", UserPassword),
        Field("scheme", AuthScheme)
      )
    ),
    (
      "SigV4",
      "Signed requests to Amazon Web Services.",
      Seq(
        Field("access_key_id", AwsAccessKeyId, required = true),
        Field("secret_access_key", AwsSecretAccessKey, required = true),
        Field("region", AwsRegion, required = true),
        Field("service", AwsService, required = true),
        Field("session_token", AwsSessionToken)
      )
    ),
    (
      "Session",
      "A login that returns the token of the other requests.",
      Seq(
        Field("url", SessionUrl, required = true),
        Field("body", SessionBody),
        Field("token_field", SessionTokenField),
        Field("body_format", SessionBodyFormat),
        Field("lifetime", SessionLifetime),
        Field("ended_when", SessionEndedWhen),
        Field("headers", SessionHeaders),
        Field("name", ApiKeyName),
        Field("location", ApiKeyIn),
        Field("scheme", AuthScheme),
        Field("user", UserId),
        Field("password", UserPassword)
      )
    ),
    (
      "Signature",
      "Requests signed with an HMAC over a template.",
      Seq(
        Field("key", SignatureKey, required = true),
        Field("template", SignatureTemplate, required = true),
        Field("headers", SignatureHeaders),
        Field("params", SignatureParams),
        Field("api_key", ApiKeySecret),
        Field("algorithm", SignatureAlgorithm),
        Field("encoding", SignatureEncoding),
        Field("key_encoding", SignatureKeyEncoding),
        Field("time_format", SignatureTimeFormat)
      )
    ),
    (
      "Custom",
      "Requests signed by a class of yours.",
      Seq(Field("class_name", AuthClass, required = true), Field("settings", AuthSettings))
    )
  )

  def module: String =
    s"""# Generated from the option table (RestOptions.scala) by `make docs-options`. Do not edit.
       |${Quotes}Credentials as objects, for the argument ``auth``. Secrets can be references, such as ``env:NAME``.$Quotes
       |
       |from __future__ import annotations
       |
       |from collections.abc import Mapping, Sequence
       |from dataclasses import dataclass, field
       |from datetime import timedelta
       |from typing import Literal
       |
       |from spark_rest._credentials import Credentials
       |
       |
       |${classes.map((described _).tupled).mkString("\n\n")}""".stripMargin

  private def described(name: String, what: String, fields: Seq[Field]): String =
    s"""@dataclass(frozen=True, repr=False)
       |class $name(Credentials):
       |    $Quotes``auth_type="$name"``: $what Its repr hides secrets.
       |
       |    Args:
       |${fields.map(f => PythonDoc.described(f.option, f.name, f.required)).mkString("\n")}
       |    $Quotes
       |
       |${fields.map(declared).mkString("\n")}
       |""".stripMargin

  private def declared(f: Field): String = {
    val (kind, default) =
      if (f.required) (f.option.kind.python, "") else (s"${f.option.kind.python} | None", "default=None, ")
    val secret = if (f.option.secret) "True" else "False"
    val begin = s"    ${f.name}: $kind = field("
    val arguments = s"""${default}metadata={"option": "${f.option.name}", "secret": $secret}"""
    val line = s"$begin$arguments)"
    if (line.length <= Column) line else s"$begin\n        $arguments\n    )"
  }
}
