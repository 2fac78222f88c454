// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.tables.{AuthType => Kind}
import io.github.sparkrest.options.values
import io.github.sparkrest.options.values.Choice

/** How requests are authenticated.
  *
  * @param doc its part of the description of its Python class
  */
sealed abstract class AuthType(val text: String, val doc: String) extends Choice
object AuthType {
  case object Anonymous extends AuthType("None", "No credentials.")
  case object Basic extends AuthType("Basic", "User and password (RFC 7617).")
  case object Digest extends AuthType("Digest", "A password that is not sent (RFC 7616).")
  case object Bearer extends AuthType("Bearer", "A token that is sent unchanged (RFC 6750).")
  case object ApiKey extends AuthType("ApiKey", "A key in a header, a query parameter, a cookie or the body.")
  case object OAuth1 extends AuthType("OAuth1", "Signed requests (RFC 5849).")
  case object OAuth2 extends AuthType("OAuth2", "Tokens fetched when needed (RFC 6749).")
  case object SigV4 extends AuthType("SigV4", "Signed requests to Amazon Web Services.")
  case object Session extends AuthType("Session", "A login that returns the token of the other requests.")
  case object Signature extends AuthType("Signature", "Requests signed with an HMAC over a template.")
  case object Custom extends AuthType("Custom", "Requests signed by a class of yours.")
  val all: Seq[AuthType] =
    Seq(Anonymous, Basic, Digest, Bearer, ApiKey, OAuth1, OAuth2, SigV4, Session, Signature, Custom)
}

/** Rows of [[RestOptions]]: authentication. [[optionsOf]] says which of them belong together. */
private[sparkrest] trait AuthTable extends OptionTable {
  private val auth = new Section("Authentication")

  val AuthType: Opt[Kind] = auth("authType", OneOf(Kind.all), default = Some("None")) means
    "How requests are authenticated. Secrets may be references: `env:NAME`, `file:PATH`, `conf:KEY` (a Spark setting) or `hadoop:ALIAS` (Hadoop's credential providers). The driver and the executors read them."
  val UserId: Opt[String] = auth("userId", Text, secret = true) means
    "User of `Basic`, of `Digest`, of the OAuth2 grant `password`, and of `Session` without a `sessionBody`."
  val UserPassword: Opt[String] = auth("userPassword", Text, secret = true) means
    "Password of `userId`. It may be empty for `Basic` and `Digest`."
  val OauthToken: Opt[String] = auth("oauthToken", NonEmpty, secret = true) means
    "Token of `Bearer` or `OAuth1`. Optional for `OAuth1`."
  val AuthScheme: Opt[String] = auth("authScheme", NonEmpty, default = Some("Bearer")) means
    "Word before the token of `Bearer`, `OAuth2` and `Session`, e.g. `SSWS`. No blank follows a word that ends with `=`, such as `Token token=`."
  val ApiKeySecret: Opt[String] = auth("apiKey", NonEmpty, secret = true) means
    "Key of `ApiKey`, or `{apiKey}` in the templates of `Signature`."
  val ApiKeyName: Opt[String] = auth("apiKeyName", NonEmpty, default = Some("X-API-Key")) means
    "Name of the header, query parameter, cookie or property of the body with the key of `ApiKey` or the token of `Session`. Without it, the token of a `Session` follows `authScheme` in the header `Authorization`."
  val ApiKeyIn: Opt[values.KeyPlacement] =
    auth("apiKeyIn", OneOf(values.KeyPlacement.all), default = Some("header")) means
      "Place of `apiKeyName`. `body` is a property of a JSON object, or a field of a form."
  val OauthConsumerKey: Opt[String] = auth("oauthConsumerKey", NonEmpty, secret = true) means
    "Consumer key of `OAuth1` (RFC 5849)."
  val OauthConsumerSecret: Opt[String] = auth("oauthConsumerSecret", Text, secret = true) means
    "Consumer secret of `OAuth1`. With `RSA-SHA1`, the private key as PEM, preferably as `file:PATH`."
  val OauthTokenSecret: Opt[String] = auth("oauthTokenSecret", Text, secret = true) means
    "Secret of the token of `OAuth1`."
  val OauthSignatureMethod: Opt[values.SignatureMethod] =
    auth("oauthSignatureMethod", OneOf(values.SignatureMethod.all), default = Some("HMAC-SHA1")) means
      "Signature method of `OAuth1`."
  val OauthRealm: Opt[String] = auth("oauthRealm", NonEmpty) means
    "Realm of `OAuth1`, if the API needs it."
  val Oauth2TokenUrl: Opt[String] = auth("oauth2TokenUrl", NonEmpty) means
    "URL of the token endpoint of `OAuth2` (RFC 6749)."
  val Oauth2GrantType: Opt[values.GrantType] =
    auth("oauth2GrantType", OneOf(values.GrantType.all), default = Some("client_credentials")) means
      "Grant type of `OAuth2`. With `refresh_token`, only the driver requests tokens. `jwt_bearer` sends a signed assertion (RFC 7523), as service accounts do. For another grant, set `grant_type` in `oauth2Params`."
  val Oauth2ClientId: Opt[String] = auth("oauth2ClientId", NonEmpty, secret = true) means
    "Client of `OAuth2`."
  val Oauth2ClientSecret: Opt[String] = auth("oauth2ClientSecret", NonEmpty, secret = true) means
    "Secret of the client. Omit it for a public client."
  val Oauth2ClientAuth: Opt[values.ClientAuth] =
    auth("oauth2ClientAuth", OneOf(values.ClientAuth.all), default = Some("header")) means
      "How the client proves who it is: its secret in the `Authorization` header, its secret as `client_secret` in the body, or an assertion that `oauth2PrivateKey` signs (RFC 7523)."
  val Oauth2Scope: Opt[String] = auth("oauth2Scope", NonEmpty) means
    "Scopes to request, separated by blanks."
  val Oauth2Params: Opt[Seq[(String, String)]] = auth("oauth2Params", JsonMap, secret = true) means
    "Further fields of the token request as a JSON object, e.g. `audience`."
  val Oauth2PrivateKey: Opt[String] = auth("oauth2PrivateKey", NonEmpty, secret = true) means
    "Private key as PEM (RSA, EC or Ed25519), or the JSON file of a Google service account, preferably as `file:PATH`. It signs the assertions of `jwt_bearer` and `private_key_jwt`."
  val Oauth2KeyId: Opt[String] = auth("oauth2KeyId", NonEmpty) means
    "Name of the private key at the server, the `kid` of an assertion."
  val Oauth2Claims: Opt[Seq[(String, String)]] = auth("oauth2Claims", JsonMap) means
    "Claims of an assertion as a JSON object, e.g. `sub`. They replace the defaults: `iss` and `sub` are the client (no `sub` with `jwt_bearer`), `aud` is the token endpoint, and an assertion is valid for five minutes."
  val Oauth2Headers: Opt[Seq[(String, String)]] = auth("oauth2Headers", JsonMap, secret = true) means
    "Headers of the token request as a JSON object. It gets none of `headers` except `User-Agent`."
  val Oauth2TokenField: Opt[String] = auth("oauth2TokenField", NonEmpty, default = Some("access_token")) means
    "Path of the access token in the response of the token endpoint, e.g. `data.token`."
  val Oauth2RefreshToken: Opt[String] = auth("oauth2RefreshToken", NonEmpty, secret = true) means
    "First refresh token."
  val Oauth2TokenStore: Opt[String] = auth("oauth2TokenStore", NonEmpty) means
    "File on the driver for the refresh token that the server issues in place of `oauth2RefreshToken`. Only its owner must be able to read it."
  val AwsRegion: Opt[String] = auth("awsRegion", NonEmpty) means
    "Region of the service that `SigV4` signs for (AWS Signature Version 4), e.g. `eu-central-1`."
  val AwsService: Opt[String] = auth("awsService", NonEmpty) means
    "Signing name of the service, e.g. `execute-api` for Amazon API Gateway, `es` for OpenSearch, `s3`."
  val AwsAccessKeyId: Opt[String] = auth("awsAccessKeyId", NonEmpty, secret = true) means
    "Access key of `SigV4`."
  val AwsSecretAccessKey: Opt[String] = auth("awsSecretAccessKey", NonEmpty, secret = true) means
    "Secret of the access key."
  val AwsSessionToken: Opt[String] = auth("awsSessionToken", NonEmpty, secret = true) means
    "Session token of temporary credentials. Each poll reads `file:PATH` again, so that a process can renew the credentials."
  val SessionUrl: Opt[String] = auth("sessionUrl", NonEmpty) means
    "URL of the login request of `Session`. It is a POST."
  val SessionBody: Opt[String] = auth("sessionBody", TemplateText, secret = true) means
    "Body of the login request as a JSON object. Each text in it may be a reference, such as `env:API_PASSWORD`. Without a body, the request carries `userId` and `userPassword` as `Basic` does."
  val SessionBodyFormat: Opt[values.BodyFormat] =
    auth("sessionBodyFormat", OneOf(values.BodyFormat.all), default = Some("json")) means
      "Format of `sessionBody`, as `bodyFormat` is for `body`."
  val SessionHeaders: Opt[Seq[(String, String)]] = auth("sessionHeaders", JsonMap, secret = true) means
    "Headers of the login request as a JSON object. Values may be references. The `headers` are not sent with it, except `User-Agent`."
  val SessionTokenField: Opt[String] = auth("sessionTokenField", NonEmpty) means
    "Place of the token in the response to the login: a path such as `credentials.token`, `$` for a body that is the token, or `header:<Name>`. `apiKeyName` and `apiKeyIn` say where later requests have it. Default: the cookies that the response sets."
  val SessionLifetime: Opt[Long] = auth("sessionLifetime", Duration(1000)) means
    "Seconds after which the connector logs in again. Default: when the API answers with 401."
  val SessionEndedWhen: Opt[String] = auth("sessionEndedWhen", NonEmpty) means
    "Condition on the JSON body of a response that means that the session has ended, though the status is not 401. Write `path=value`, e.g. `error.code=119`. A path alone means that its value exists and is not null. Such a response is as a 401: the connector logs in again, once, and repeats the request."
  val SignatureKey: Opt[String] = auth("signatureKey", NonEmpty, secret = true) means
    "Secret with which `Signature` signs."
  val SignatureKeyEncoding: Opt[values.KeyEncoding] =
    auth("signatureKeyEncoding", OneOf(values.KeyEncoding.all), default = Some("text")) means
      "How `signatureKey` is written. With `text`, its characters are the key."
  val SignatureAlgorithm: Opt[values.SignatureAlgorithm] =
    auth("signatureAlgorithm", OneOf(values.SignatureAlgorithm.all), default = Some("HMAC-SHA256")) means
      "Algorithm of `Signature` (RFC 2104)."
  val SignatureEncoding: Opt[values.SignatureEncoding] =
    auth("signatureEncoding", OneOf(values.SignatureEncoding.all), default = Some("hex")) means
      "How the signature and `{bodyHash}` are written."
  val SignatureTemplate: Opt[String] = auth("signatureTemplate", NonEmpty) means
    "Text that is signed. Placeholders: `{method}`, `{host}`, `{path}`, `{query}`, `{target}` (path and query), `{body}`, `{bodyHash}`, `{timestamp}`, `{nonce}`, `{apiKey}`."
  val SignatureHeaders: Opt[Seq[(String, String)]] = auth("signatureHeaders", JsonMap, secret = true) means
    "Headers of a signed request as a JSON object, with `{signature}` and the placeholders of `signatureTemplate`. Values may be references."
  val SignatureParams: Opt[Seq[(String, String)]] = auth("signatureParams", JsonMap, secret = true) means
    "Query parameters of a signed request, in the same form. Parameters without `{signature}` are part of the signed query."
  val SignatureTimeFormat: Opt[String] = auth("signatureTimeFormat", NonEmpty, default = Some("epoch_s")) means
    "Format of `{timestamp}`, as for `offsetFormat`: `epoch_s`, `epoch_ms`, `iso` or a pattern in UTC."
  val AuthClass: Opt[String] = auth("authClass", NonEmpty) means
    "Name of a class that implements `io.github.sparkrest.auth.RequestSigner`, for `Custom`. The class is created on each executor."
  val AuthSettings: Opt[Seq[(String, String)]] = auth("authSettings", JsonMap, secret = true) means
    "Settings of `authClass` as a JSON object. Values may be references."

  val authentication: Seq[Opt[_]] = auth.options

  /** The options of one `authType`, in the order of the arguments of its Python class. An option may belong to several. */
  def optionsOf(kind: Kind): AuthFields = kind match {
    case Kind.Anonymous           => needs()()
    case Kind.Basic | Kind.Digest => needs(UserId, UserPassword)()
    case Kind.Bearer              => needs(OauthToken)(AuthScheme)
    case Kind.ApiKey              => needs(ApiKeySecret)(ApiKeyName, ApiKeyIn)
    case Kind.OAuth1              =>
      needs(OauthConsumerKey, OauthConsumerSecret)(OauthToken, OauthTokenSecret, OauthSignatureMethod, OauthRealm)
    case Kind.OAuth2 =>
      needs(Oauth2TokenUrl, Oauth2ClientId)(
        Oauth2ClientSecret,
        Oauth2GrantType,
        Oauth2Scope,
        Oauth2Params,
        Oauth2ClientAuth,
        Oauth2RefreshToken,
        Oauth2TokenStore,
        UserId,
        UserPassword,
        AuthScheme,
        Oauth2PrivateKey,
        Oauth2KeyId,
        Oauth2Claims,
        Oauth2Headers,
        Oauth2TokenField
      )
    case Kind.SigV4   => needs(AwsAccessKeyId, AwsSecretAccessKey, AwsRegion, AwsService)(AwsSessionToken)
    case Kind.Session =>
      needs(SessionUrl)(
        SessionBody,
        SessionTokenField,
        SessionBodyFormat,
        SessionLifetime,
        SessionEndedWhen,
        SessionHeaders,
        ApiKeyName,
        ApiKeyIn,
        AuthScheme,
        UserId,
        UserPassword
      )
    case Kind.Signature =>
      needs(SignatureKey, SignatureTemplate)(
        SignatureHeaders,
        SignatureParams,
        ApiKeySecret,
        SignatureAlgorithm,
        SignatureEncoding,
        SignatureKeyEncoding,
        SignatureTimeFormat
      )
    case Kind.Custom => needs(AuthClass)(AuthSettings)
  }

  private def needs(required: Opt[_]*)(optional: Opt[_]*) = AuthFields(required, optional)
}

/** The options of an [[AuthType]].
  *
  * @param required arguments without a default in Python
  */
final private[sparkrest] case class AuthFields(required: Seq[Opt[_]], optional: Seq[Opt[_]]) {
  def all: Seq[Opt[_]] = required ++ optional
}
