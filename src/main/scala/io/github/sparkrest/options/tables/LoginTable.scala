// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values

/** Rows of [[RestOptions]]: logins of single APIs, which no standard describes. */
private[sparkrest] trait LoginTable {
  protected val Authentication = Section("Authentication")

  protected def text(name: String, doc: String): Opt[String] = Opt(name, NonEmpty, Authentication, doc)
  protected def hidden(name: String, doc: String): Opt[String] = text(name, doc).copy(secret = true)
  protected def fields(name: String, doc: String): Opt[Seq[(String, String)]] =
    Opt(name, JsonMap, Authentication, doc)

  val SessionUrl: Opt[String] = text("sessionUrl", "URL of the login request of `Session`. It is a POST.")
  val SessionBody: Opt[String] = Opt(
    "sessionBody",
    TemplateText,
    Authentication,
    secret = true,
    doc = "Body of the login request as a JSON object. Each text in it may be a reference, such as `env:API_PASSWORD`. Without a body, the request carries `userId` and `userPassword` as `Basic` does."
  )
  val SessionBodyFormat: Opt[values.BodyFormat] = Opt(
    "sessionBodyFormat",
    OneOf(values.BodyFormat.all),
    Authentication,
    default = Some("json"),
    doc = "Format of `sessionBody`, as `bodyFormat` is for `body`."
  )
  val SessionTokenField: Opt[String] = text(
    "sessionTokenField",
    "Place of the token in the response to the login: a path such as `credentials.token`, `$` for a body that is the token, or `header:<Name>`. `apiKeyName` and `apiKeyIn` say where later requests have it. Default: the cookies that the response sets."
  )
  val SessionHeaders: Opt[Seq[(String, String)]] = fields(
    "sessionHeaders",
    "Headers of the login request as a JSON object. Values may be references. The `headers` are not sent with it, except `User-Agent`."
  ).copy(secret = true)
  val SessionLifetime: Opt[Long] = Opt(
    "sessionLifetime",
    Duration(1000),
    Authentication,
    doc = "Seconds after which the connector logs in again. Default: when the API answers with 401."
  )
  val SessionEndedWhen: Opt[String] = text(
    "sessionEndedWhen",
    "Condition on the JSON body of a response that means that the session has ended, though the status is not 401. Write `path=value`, e.g. `error.code=119`. A path alone means that its value exists and is not null. Such a response is as a 401: the connector logs in again, once, and repeats the request."
  )

  val SignatureKey: Opt[String] = hidden("signatureKey", "Secret with which `Signature` signs.")
  val SignatureKeyEncoding: Opt[values.KeyEncoding] = Opt(
    "signatureKeyEncoding",
    OneOf(values.KeyEncoding.all),
    Authentication,
    default = Some("text"),
    doc = "How `signatureKey` is written. With `text`, its characters are the key."
  )
  val SignatureAlgorithm: Opt[values.SignatureAlgorithm] = Opt(
    "signatureAlgorithm",
    OneOf(values.SignatureAlgorithm.all),
    Authentication,
    default = Some("HMAC-SHA256"),
    doc = "Algorithm of `Signature` (RFC 2104)."
  )
  val SignatureEncoding: Opt[values.SignatureEncoding] = Opt(
    "signatureEncoding",
    OneOf(values.SignatureEncoding.all),
    Authentication,
    default = Some("hex"),
    doc = "How the signature and `{bodyHash}` are written."
  )
  val SignatureTemplate: Opt[String] = text(
    "signatureTemplate",
    "Text that is signed. Placeholders: `{method}`, `{host}`, `{path}`, `{query}`, `{target}` (path and query), `{body}`, `{bodyHash}`, `{timestamp}`, `{nonce}`, `{apiKey}`."
  )
  val SignatureHeaders: Opt[Seq[(String, String)]] = fields(
    "signatureHeaders",
    "Headers of a signed request as a JSON object, with `{signature}` and the placeholders of `signatureTemplate`. Values may be references."
  ).copy(secret = true)
  val SignatureParams: Opt[Seq[(String, String)]] = fields(
    "signatureParams",
    "Query parameters of a signed request, in the same form. Parameters without `{signature}` are part of the signed query."
  ).copy(secret = true)
  val SignatureTimeFormat: Opt[String] = text(
    "signatureTimeFormat",
    "Format of `{timestamp}`, as for `offsetFormat`: `epoch_s`, `epoch_ms`, `iso` or a pattern in UTC."
  ).copy(default = Some("epoch_s"))

  val AuthClass: Opt[String] = text(
    "authClass",
    "Name of a class that implements `io.github.sparkrest.auth.RequestSigner`, for `Custom`. The class is created on each executor."
  )
  val AuthSettings: Opt[Seq[(String, String)]] = fields(
    "authSettings",
    "Settings of `authClass` as a JSON object. Values may be references."
  ).copy(secret = true)
}
