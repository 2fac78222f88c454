// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.tables.{AuthType => Kind}
import io.github.sparkrest.options.values
import io.github.sparkrest.options.values.Choice

/** How requests are authenticated. A further type also needs its options in [[AuthTable]], an `AuthConfig` and an
  * `Authenticator`.
  */
sealed abstract class AuthType(val text: String) extends Choice
object AuthType {
  case object Anonymous extends AuthType("None")
  case object Basic extends AuthType("Basic")
  case object Digest extends AuthType("Digest")
  case object Bearer extends AuthType("Bearer")
  case object ApiKey extends AuthType("ApiKey")
  case object OAuth1 extends AuthType("OAuth1")
  case object OAuth2 extends AuthType("OAuth2")
  case object SigV4 extends AuthType("SigV4")
  case object Session extends AuthType("Session")
  case object Signature extends AuthType("Signature")
  case object Custom extends AuthType("Custom")
  val all: Seq[AuthType] =
    Seq(Anonymous, Basic, Digest, Bearer, ApiKey, OAuth1, OAuth2, SigV4, Session, Signature, Custom)
}

/** Rows of [[RestOptions]]: authentication. [[optionsOf]] says which of them belong together. */
private[sparkrest] trait AuthTable extends LoginTable {
  val AuthType: Opt[Kind] = Opt(
    "authType",
    OneOf(Kind.all),
    Authentication,
    default = Some("None"),
    doc = "How requests are authenticated. Secrets may be references: `env:NAME`, `file:PATH`, `conf:KEY` (a Spark setting) or `hadoop:ALIAS` (Hadoop's credential providers). The driver and the executors read them."
  )
  val UserId: Opt[String] =
    Opt(
      "userId",
      Text,
      Authentication,
      secret = true,
      doc = "User of `Basic`, of `Digest`, of the OAuth2 grant `password`, and of `Session` without a `sessionBody`."
    )
  val UserPassword: Opt[String] =
    Opt(
      "userPassword",
      Text,
      Authentication,
      secret = true,
      doc = "Password of `userId`. It may be empty for `Basic` and `Digest`."
    )
  val OauthToken: Opt[String] = hidden("oauthToken", "Token of `Bearer` or `OAuth1`. Optional for `OAuth1`.")
  val AuthScheme: Opt[String] = text(
    "authScheme",
    "Word before the token of `Bearer`, `OAuth2` and `Session`, e.g. `SSWS`. No blank follows a word that ends with `=`, such as `Token token=`."
  ).copy(default = Some("Bearer"))

  val ApiKeySecret: Opt[String] = hidden("apiKey", "Key of `ApiKey`, or `{apiKey}` in the templates of `Signature`.")
  val ApiKeyName: Opt[String] =
    text(
      "apiKeyName",
      "Name of the header, query parameter, cookie or property of the body with the key of `ApiKey` or the token of `Session`. Without it, the token of a `Session` follows `authScheme` in the header `Authorization`."
    ).copy(default = Some("X-API-Key"))
  val ApiKeyIn: Opt[values.KeyPlacement] = Opt(
    "apiKeyIn",
    OneOf(values.KeyPlacement.all),
    Authentication,
    default = Some("header"),
    doc = "Place of `apiKeyName`. `body` is a property of a JSON object, or a field of a form."
  )

  val OauthConsumerKey: Opt[String] = hidden("oauthConsumerKey", "Consumer key of `OAuth1` (RFC 5849).")
  val OauthConsumerSecret: Opt[String] = Opt(
    "oauthConsumerSecret",
    Text,
    Authentication,
    secret = true,
    doc = "Consumer secret of `OAuth1`. With `RSA-SHA1`, the private key as PEM, preferably as `file:PATH`."
  )
  val OauthTokenSecret: Opt[String] =
    Opt("oauthTokenSecret", Text, Authentication, secret = true, doc = "Secret of the token of `OAuth1`.")
  val OauthSignatureMethod: Opt[values.SignatureMethod] = Opt(
    "oauthSignatureMethod",
    OneOf(values.SignatureMethod.all),
    Authentication,
    default = Some("HMAC-SHA1"),
    doc = "Signature method of `OAuth1`."
  )
  val OauthRealm: Opt[String] = text("oauthRealm", "Realm of `OAuth1`, if the API needs it.")

  val Oauth2TokenUrl: Opt[String] = text("oauth2TokenUrl", "URL of the token endpoint of `OAuth2` (RFC 6749).")
  val Oauth2GrantType: Opt[values.GrantType] = Opt(
    "oauth2GrantType",
    OneOf(values.GrantType.all),
    Authentication,
    default = Some("client_credentials"),
    doc = "Grant type of `OAuth2`. With `refresh_token`, only the driver requests tokens. `jwt_bearer` sends a signed assertion (RFC 7523), as service accounts do. For another grant, set `grant_type` in `oauth2Params`."
  )
  val Oauth2ClientId: Opt[String] = hidden("oauth2ClientId", "Client of `OAuth2`.")
  val Oauth2ClientSecret: Opt[String] =
    hidden("oauth2ClientSecret", "Secret of the client. Omit it for a public client.")
  val Oauth2ClientAuth: Opt[values.ClientAuth] = Opt(
    "oauth2ClientAuth",
    OneOf(values.ClientAuth.all),
    Authentication,
    default = Some("header"),
    doc = "How the client proves who it is: its secret in the `Authorization` header, its secret as `client_secret` in the body, or an assertion that `oauth2PrivateKey` signs (RFC 7523)."
  )
  val Oauth2Scope: Opt[String] = text("oauth2Scope", "Scopes to request, separated by blanks.")
  val Oauth2Params: Opt[Seq[(String, String)]] = fields(
    "oauth2Params",
    "Further fields of the token request as a JSON object, e.g. `audience`."
  ).copy(secret = true)
  val Oauth2PrivateKey: Opt[String] = hidden(
    "oauth2PrivateKey",
    "Private key as PEM (RSA, EC or Ed25519), or the JSON file of a Google service account, preferably as `file:PATH`. It signs the assertions of `jwt_bearer` and `private_key_jwt`."
  )
  val Oauth2KeyId: Opt[String] = text("oauth2KeyId", "Name of the private key at the server, the `kid` of an assertion.")
  val Oauth2Claims: Opt[Seq[(String, String)]] = fields(
    "oauth2Claims",
    "Claims of an assertion as a JSON object, e.g. `sub`. They replace the defaults: `iss` and `sub` are the client (no `sub` with `jwt_bearer`), `aud` is the token endpoint, and an assertion is valid for five minutes."
  )
  val Oauth2Headers: Opt[Seq[(String, String)]] = fields(
    "oauth2Headers",
    "Headers of the token request as a JSON object. It gets none of `headers` except `User-Agent`."
  ).copy(secret = true)
  val Oauth2TokenField: Opt[String] = text(
    "oauth2TokenField",
    "Path of the access token in the response of the token endpoint, e.g. `data.token`."
  ).copy(default = Some("access_token"))
  val Oauth2RefreshToken: Opt[String] = hidden("oauth2RefreshToken", "First refresh token.")
  val Oauth2TokenStore: Opt[String] = text(
    "oauth2TokenStore",
    "File on the driver for the refresh token that the server issues in place of `oauth2RefreshToken`. Only its owner must be able to read it."
  )

  val AwsRegion: Opt[String] =
    text("awsRegion", "Region of the service that `SigV4` signs for (AWS Signature Version 4), e.g. `eu-central-1`.")
  val AwsService: Opt[String] = text(
    "awsService",
    "Signing name of the service, e.g. `execute-api` for Amazon API Gateway, `es` for OpenSearch, `s3`."
  )
  val AwsAccessKeyId: Opt[String] = hidden("awsAccessKeyId", "Access key of `SigV4`.")
  val AwsSecretAccessKey: Opt[String] = hidden("awsSecretAccessKey", "Secret of the access key.")
  val AwsSessionToken: Opt[String] = hidden(
    "awsSessionToken",
    "Session token of temporary credentials. Each poll reads `file:PATH` again, so that a process can renew the credentials."
  )

  /** The options of one `authType`. An option may belong to several. */
  def optionsOf(kind: Kind): Seq[Opt[_]] = {
    import Kind._
    kind match {
      case Anonymous => Nil
      case Basic     => Seq(UserId, UserPassword)
      case Digest    => Seq(UserId, UserPassword)
      case Bearer    => Seq(OauthToken, AuthScheme)
      case ApiKey    => Seq(ApiKeySecret, ApiKeyName, ApiKeyIn)
      case OAuth1    =>
        Seq(OauthConsumerKey, OauthConsumerSecret, OauthToken, OauthTokenSecret, OauthSignatureMethod, OauthRealm)
      case OAuth2 =>
        Seq(
          Oauth2TokenUrl,
          Oauth2GrantType,
          Oauth2ClientId,
          Oauth2ClientSecret,
          Oauth2ClientAuth,
          Oauth2Scope,
          Oauth2Params,
          Oauth2PrivateKey,
          Oauth2KeyId,
          Oauth2Claims,
          Oauth2Headers,
          Oauth2TokenField,
          Oauth2RefreshToken,
          Oauth2TokenStore,
          UserId,
          UserPassword,
          AuthScheme
        )
      case SigV4   => Seq(AwsRegion, AwsService, AwsAccessKeyId, AwsSecretAccessKey, AwsSessionToken)
      case Session =>
        Seq(
          SessionUrl,
          SessionBody,
          SessionBodyFormat,
          SessionHeaders,
          SessionTokenField,
          SessionLifetime,
          SessionEndedWhen,
          UserId,
          UserPassword,
          ApiKeyName,
          ApiKeyIn,
          AuthScheme
        )
      case Signature =>
        Seq(
          SignatureKey,
          SignatureKeyEncoding,
          SignatureAlgorithm,
          SignatureEncoding,
          SignatureTemplate,
          SignatureHeaders,
          SignatureParams,
          SignatureTimeFormat,
          ApiKeySecret
        )
      case Custom => Seq(AuthClass, AuthSettings)
    }
  }

  /** All options of authentication, in the order of the docs. */
  val authentication: Seq[Opt[_]] = AuthType +: Kind.all.flatMap(optionsOf).distinct
}
