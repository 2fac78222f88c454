// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.github.sparkrest.options.tables.Opt
import io.github.sparkrest.options.values.{ClientAuth, GrantType, KeyPlacement, SignatureMethod}
import io.github.sparkrest.options.{OptionReader, RestOptions, tables}
import io.github.sparkrest.secret.Secret

/** How requests are authenticated. */
sealed trait AuthConfig {

  /** Values that must not appear anywhere. */
  def secrets: Seq[Secret]
}

object AuthConfig {
  case object Anonymous extends AuthConfig {
    def secrets: Seq[Secret] = Nil
  }

  /** RFC 7617. The user is secret too, because some APIs expect their key as the user, with an empty password. */
  final case class Basic(user: Secret, password: Secret) extends AuthConfig {
    def secrets: Seq[Secret] = Seq(user, password)
  }

  /** RFC 7616. */
  final case class Digest(user: Secret, password: Secret) extends AuthConfig {
    def secrets: Seq[Secret] = Seq(user, password)
  }

  /** @param scheme the word before the token in `Authorization` (RFC 9110 §11.6.2) */
  final case class Token(scheme: String, token: Secret) extends AuthConfig {
    def secrets: Seq[Secret] = Seq(token)
  }

  final case class ApiKey(name: String, key: Secret, in: KeyPlacement) extends AuthConfig {
    def secrets: Seq[Secret] = Seq(key)
  }

  /** RFC 5849.
    *
    * @param consumerSecret with `RSA-SHA1` the private key as PEM
    * @param token optional, like its secret, if the consumer acts for itself
    */
  final case class OAuth1(
      consumerKey: Secret,
      consumerSecret: Secret,
      token: Option[Secret],
      tokenSecret: Option[Secret],
      method: SignatureMethod,
      realm: Option[String]
  ) extends AuthConfig {
    def secrets: Seq[Secret] = Seq(consumerKey, consumerSecret) ++ token ++ tokenSecret
  }

  /** RFC 6749.
    *
    * @param clientId empty: only an assertion tells who the client is
    * @param params further fields of the token request
    * @param headers of the token request
    * @param tokenField names of the fields that lead to the access token
    * @param scheme the word before the access token
    */
  final case class OAuth2(
      tokenUrl: String,
      grant: GrantType,
      clientId: Secret,
      clientSecret: Option[Secret],
      clientAuth: ClientAuth,
      scope: Option[String],
      params: Seq[(String, Secret)],
      headers: Seq[(String, Secret)],
      tokenField: List[String],
      assertion: Option[Assertion],
      scheme: String,
      user: Option[(Secret, Secret)],
      refreshToken: Option[Secret],
      tokenStore: Option[String]
  ) extends AuthConfig {
    def secrets: Seq[Secret] = Seq(clientId) ++ clientSecret ++ (params ++ headers).map(_._2) ++
      user.toSeq.flatMap { case (u, p) => Seq(u, p) } ++ refreshToken ++ assertion.map(_.key.pem)

    /** A refresh token may be valid for one use, so only the driver uses it. */
    def onDriver: Boolean = grant == GrantType.RefreshToken
  }

  /** RFC 7523.
    *
    * @param claims replace the defaults
    */
  final case class Assertion(key: SigningKey, keyId: Option[String], claims: Seq[(String, String)])

  /** Signature Version 4 of Amazon Web Services.
    *
    * @param sessionToken belongs to temporary credentials
    */
  final case class SigV4(
      region: String,
      service: String,
      accessKeyId: Secret,
      secretAccessKey: Secret,
      sessionToken: Option[Secret]
  ) extends AuthConfig {
    def secrets: Seq[Secret] = Seq(accessKeyId, secretAccessKey) ++ sessionToken
  }

  /** @param withInput with an input, `userId` implies `Basic`, as in older sources */
  private[sparkrest] def read(read: OptionReader, withInput: Boolean): AuthConfig = {
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
      case tables.AuthType.Basic  => Basic(needed(UserId), optional(UserPassword).getOrElse(Secret("")))
      case tables.AuthType.Digest => Digest(needed(UserId), optional(UserPassword).getOrElse(Secret("")))
      case tables.AuthType.Bearer => Token(read(AuthScheme), needed(OauthToken))
      case tables.AuthType.ApiKey => ApiKey(read(ApiKeyName), needed(ApiKeySecret), read(ApiKeyIn))
      case tables.AuthType.OAuth1 =>
        OAuth1(
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
        SigV4(
          code(AwsRegion),
          code(AwsService),
          needed(AwsAccessKeyId),
          needed(AwsSecretAccessKey),
          optional(AwsSessionToken)
        )
      case tables.AuthType.Anonymous => Anonymous
    }
  }

  /** Which option makes `OAuth2` sign its token requests. */
  private[config] def signs(read: OptionReader): Option[String] = {
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
  ): OAuth2 = {
    import RestOptions._
    val grant = read(Oauth2GrantType)
    def neededBy(o: Opt[String]) = Secret(read.needed(o, s"oauth2GrantType=$grant"))
    val assertion = signs(read).map { why =>
      val key = SigningKey.of(read.needed(Oauth2PrivateKey, why))
      Assertion(key, read.opt(Oauth2KeyId), read.opt(Oauth2Claims).getOrElse(Nil))
    }
    val named = grant == GrantType.JwtBearer &&
      assertion.exists(a => a.key.issuer.isDefined || a.claims.exists(_._1 == "iss"))
    OAuth2(
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
