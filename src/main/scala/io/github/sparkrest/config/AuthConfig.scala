// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.circe.parser.parse
import io.github.sparkrest.config.checks.AuthChecks
import io.github.sparkrest.options.tables.Opt
import io.github.sparkrest.options.values._
import io.github.sparkrest.options.{OptionReader, RestOptions, tables}
import io.github.sparkrest.secret.Secret

/** How requests are authenticated.
  *
  * @param secrets values that must not appear anywhere. Stored marks name them by their order
  */
sealed abstract class AuthConfig(val secrets: Seq[Secret]) extends Serializable

object AuthConfig {
  case object Anonymous extends AuthConfig(Nil)

  /** RFC 7617. The user is secret too, because some APIs expect their key as the user, with an empty password. */
  final case class Basic(user: Secret, password: Secret) extends AuthConfig(Seq(user, password))

  /** RFC 7616. */
  final case class Digest(user: Secret, password: Secret) extends AuthConfig(Seq(user, password))

  /** @param scheme the word before the token in `Authorization` (RFC 9110 §11.6.2) */
  final case class Token(scheme: String, token: Secret) extends AuthConfig(Seq(token))

  final case class ApiKey(name: String, key: Secret, in: KeyPlacement) extends AuthConfig(Seq(key))

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
  ) extends AuthConfig(Seq(consumerKey, consumerSecret) ++ token ++ tokenSecret)

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
  ) extends AuthConfig(
        Seq(clientId) ++ clientSecret ++ (params ++ headers).map(_._2) ++
          both(user) ++ refreshToken ++ assertion.map(_.key.pem)
      ) {

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
  ) extends AuthConfig(Seq(accessKeyId, secretAccessKey) ++ sessionToken)

  /** A login request, whose response has the token of the other requests.
    *
    * @param body as it is sent; `None`: the request carries `user`
    * @param headers of the login request
    * @param references secrets in the body that stand for references
    * @param token `None`: the cookies that the response sets
    * @param endedWhen on the body of any other response: the token is no longer valid
    */
  final case class Session(
      url: String,
      body: Option[Secret],
      form: Boolean,
      headers: Seq[(String, Secret)],
      references: Seq[Secret],
      user: Option[(Secret, Secret)],
      token: Option[ValueSource],
      place: TokenPlace,
      lifetimeMs: Option[Long],
      endedWhen: Option[BodyCondition]
  ) extends AuthConfig(references ++ headers.map(_._2) ++ both(user))

  /** Where requests have the token of a [[Session]]. */
  sealed trait TokenPlace
  object TokenPlace {

    /** The header `Authorization`, after a word. */
    final case class Authorization(scheme: String) extends TokenPlace
    final case class Named(name: String, in: KeyPlacement) extends TokenPlace
    case object Cookies extends TokenPlace
  }

  /** An HMAC over a template of the request.
    *
    * @param headers with the placeholder of the signature, or without it; `params` too
    */
  final case class Signature(
      key: Secret,
      keyEncoding: KeyEncoding,
      algorithm: SignatureAlgorithm,
      encoding: SignatureEncoding,
      template: Template,
      headers: Seq[(String, Template)],
      params: Seq[(String, Template)],
      time: TimeFormat,
      apiKey: Option[Secret]
  ) extends AuthConfig(Seq(key) ++ apiKey ++ texts(headers ++ params))

  /** A text without placeholders may be a passphrase, or stand for a reference. */
  private def texts(templates: Seq[(String, Template)]): Seq[Secret] =
    templates.map(_._2.parts).collect { case List(Template.Literal(text)) => Secret(text) }

  private def both(user: Option[(Secret, Secret)]): Seq[Secret] = user.toSeq.flatMap { case (u, p) => Seq(u, p) }

  /** A class of the user that signs requests.
    *
    * @param settings for the class
    */
  final case class Custom(className: String, settings: Seq[(String, Secret)]) extends AuthConfig(settings.map(_._2))

  /** Reads the options of authentication. `AuthChecks` finds the options that have no meaning together.
    *
    * @param withInput with an input, `userId` implies `Basic`, as in older sources
    */
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
      case tables.AuthType.OAuth2 => AuthOptions.oauth2(read, needed, optional)
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
      case tables.AuthType.Session   => AuthOptions.session(read)
      case tables.AuthType.Signature => AuthOptions.signature(read)
      case tables.AuthType.Custom    => AuthOptions.custom(read)
      case tables.AuthType.Anonymous => Anonymous
    }
  }

  private def isControl(c: Char): Boolean = c < ' ' || c == 0x7f
}

/** A private key that signs assertions (RFC 7523), and what its file says about it.
  *
  * @param pem see `PemKey`
  * @param id the `kid`
  * @param issuer of assertions
  * @param audience the URL of the token endpoint
  */
final case class SigningKey(pem: Secret, id: Option[String], issuer: Option[String], audience: Option[String])

object SigningKey {

  /** @param text PEM, or the JSON file of a service account of Google */
  def of(text: String): SigningKey = {
    val account = if (text.trim.startsWith("{")) parse(text).toOption.flatMap(_.asObject) else None
    def field(name: String) = account.flatMap(_(name)).flatMap(_.asString)
    SigningKey(
      Secret(field("private_key").getOrElse(text)),
      field("private_key_id"),
      field("client_email"),
      field("token_uri")
    )
  }
}
