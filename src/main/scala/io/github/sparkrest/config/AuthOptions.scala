// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.github.sparkrest.config.checks.AuthChecks
import io.github.sparkrest.options.tables.Opt
import io.github.sparkrest.options.values.{ClientAuth, GrantType}
import io.github.sparkrest.options.{OptionReader, RestOptions, tables}
import io.github.sparkrest.secret.Secret

/** Reads the options of authentication. [[AuthChecks]] finds the options that have no meaning together. */
private[sparkrest] object AuthOptions {

  /** @param withInput with an input, `userId` implies `Basic`, as in older sources */
  def apply(read: OptionReader, withInput: Boolean): AuthConfig = {
    import RestOptions._
    val kind =
      if (withInput && !read.isGiven(AuthType) && read.isGiven(UserId)) tables.AuthType.Basic else read(AuthType)
    def needed(o: Opt[String]) = Secret(read.needed(o, s"authType=$kind"))
    def optional(o: Opt[String]) = read.opt(o).map(Secret(_))
    AuthChecks(read, kind).foreach(read.problem)
    // The message of the JDK would contain the secret.
    val inHeaders = Seq(OauthToken, ApiKeySecret, AwsAccessKeyId, AwsSessionToken) ++
      (if (kind == tables.AuthType.Digest) Seq(UserId) else Nil)
    inHeaders.filter(read.opt(_).exists(_.exists(isControl))).foreach { o =>
      read.problem(s"${o.name}: contains a line break or another control character, which a header cannot contain")
    }
    kind match {
      case tables.AuthType.Basic  => AuthConfig.Basic(needed(UserId), optional(UserPassword).getOrElse(Secret("")))
      case tables.AuthType.Digest => AuthConfig.Digest(needed(UserId), optional(UserPassword).getOrElse(Secret("")))
      case tables.AuthType.Bearer => AuthConfig.Token(read(AuthScheme), needed(OauthToken))
      case tables.AuthType.ApiKey => AuthConfig.ApiKey(read(ApiKeyName), needed(ApiKeySecret), read(ApiKeyIn))
      case tables.AuthType.OAuth1 =>
        AuthConfig.OAuth1(
          needed(OauthConsumerKey),
          needed(OauthConsumerSecret),
          optional(OauthToken),
          optional(OauthTokenSecret),
          read(OauthSignatureMethod),
          read.opt(OauthRealm)
        )
      case tables.AuthType.OAuth2 => oauth2(read, needed, optional)
      case tables.AuthType.SigV4  =>
        def code(o: Opt[String]) = {
          val name = read.needed(o, s"authType=$kind")
          if (!name.matches("[A-Za-z0-9-]*"))
            read.problem(s"""${o.name}: "$name" is not allowed; allowed: letters, digits and hyphens""")
          name
        }
        AuthConfig.SigV4(
          code(AwsRegion),
          code(AwsService),
          needed(AwsAccessKeyId),
          needed(AwsSecretAccessKey),
          optional(AwsSessionToken)
        )
      case tables.AuthType.Session   => LoginOptions.session(read)
      case tables.AuthType.Signature => LoginOptions.signature(read)
      case tables.AuthType.Custom    => LoginOptions.custom(read)
      case tables.AuthType.Anonymous => AuthConfig.Anonymous
    }
  }

  /** Which option makes `OAuth2` sign its token requests. */
  def signs(read: OptionReader): Option[String] = {
    import RestOptions._
    val (grant, clientAuth) = (read(Oauth2GrantType), read(Oauth2ClientAuth))
    if (grant == GrantType.JwtBearer) Some(s"oauth2GrantType=$grant")
    else if (clientAuth == ClientAuth.PrivateKeyJwt) Some(s"oauth2ClientAuth=$clientAuth")
    else None
  }

  private def isControl(c: Char): Boolean = c < ' ' || c == 0x7f

  private def oauth2(
      read: OptionReader,
      needed: Opt[String] => Secret,
      optional: Opt[String] => Option[Secret]
  ): AuthConfig.OAuth2 = {
    import RestOptions._
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
      read.opt(Oauth2TokenStore).filter { file =>
        val why = read.policy.refusesTokenStore(file)
        why.foreach(w => read.problem(s"oauth2TokenStore: $w"))
        why.isEmpty
      }
    )
  }
}
