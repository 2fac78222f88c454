// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import io.github.sparkrest.options.OptType._

/** Rows of [[RestOptions]]: what is asked. */
private[options] trait RequestTable {
  private val Request = Section("Request")

  val Url: Opt[String] = Opt(
    "url",
    NonEmpty,
    Request,
    required = true,
    doc = "The address, with placeholders: `{<offsetField>}` or `{offset}` stands for the offset, percent-encoded. A query parameter that is an empty placeholder alone is left out."
  )
  val Method: Opt[String] = Opt(
    "method",
    OneOf(Seq("GET", "POST", "PUT", "PATCH")),
    Request,
    default = Some("GET"),
    doc = "The HTTP method."
  )
  val Headers: Opt[Seq[(String, String)]] = Opt(
    "headers",
    JsonMap,
    Request,
    secret = true,
    doc = "Request headers as a JSON object; values may hold placeholders."
  )
  val Params: Opt[Seq[(String, String)]] = Opt(
    "params",
    JsonMap,
    Request,
    secret = true,
    doc = "Query parameters as a JSON object, appended to `url`; values may hold placeholders."
  )
  val ConnectTimeout: Opt[Long] =
    Opt("connectTimeout", Duration(1), Request, default = Some("10"), doc = "Seconds to wait for a connection.")
  val ReadTimeout: Opt[Long] = Opt(
    "readTimeout",
    Duration(1),
    Request,
    default = Some("60"),
    doc = "Seconds to wait for the head of a response, and for each next piece of its body."
  )
  val InitialUrl: Opt[String] = Opt(
    "initialUrl",
    NonEmpty,
    Request,
    doc = "The address while there is no offset yet, if the very first request differs. Default: `url`."
  )
  val Body: Opt[String] = Opt(
    "body",
    NonEmpty,
    Request,
    secret = true,
    doc = "Template of the request body. Only known placeholders are replaced, other braces stay. In JSON a placeholder within quotes is escaped; outside quotes it becomes a value: as it is if it is JSON, `null` if it is empty, else a string."
  )
  val BodyFormat: Opt[String] = Opt(
    "bodyFormat",
    OneOf(Seq("json", "form")),
    Request,
    default = Some("json"),
    doc = "`json`, or `form`: `body` is then a JSON object of names and templates, sent as `application/x-www-form-urlencoded`."
  )
  val InitialBody: Opt[String] = Opt(
    "initialBody",
    NonEmpty,
    Request,
    secret = true,
    doc = "The body while there is no offset yet. Default: `body`."
  )
}
