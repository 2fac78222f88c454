// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values

/** Rows of [[RestOptions]]: what is asked. */
private[sparkrest] trait RequestTable {
  private val Request = Section("Request")

  val Url: Opt[String] = Opt(
    "url",
    NonEmpty,
    Request,
    required = true,
    doc = "The address, with placeholders: `{<offsetField>}` or `{offset}` stands for the offset, percent-encoded. A query parameter that is an empty placeholder alone is left out."
  )
  val Method: Opt[values.HttpMethod] = Opt(
    "method",
    OneOf(values.HttpMethod.all),
    Request,
    doc = "The HTTP method. Default: `POST` if there is a `body`, or a batch read has an input; else `GET`."
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
    Opt(
      "connectTimeout",
      Duration(1),
      Request,
      default = Some("10"),
      aliases = Seq("connectionTimeout"),
      doc = "Seconds to wait for a connection. Under its old name `connectionTimeout`, and with an input, a bare number is milliseconds."
    )
  val ReadTimeout: Opt[Long] = Opt(
    "readTimeout",
    Duration(1),
    Request,
    default = Some("60"),
    doc = "Seconds to wait for the head of a response, and for each next piece of its body. With an input a bare number is milliseconds, as in older sources; `5s` and `500ms` are clear everywhere."
  )
  val ResponseTimeout: Opt[Long] = Opt(
    "responseTimeout",
    Duration(1),
    Request,
    default = Some("1h"),
    doc = "Seconds for one response, from sending the request to the last byte of the body. A server that sends a byte now and then never meets `readTimeout`. Raise it for downloads that take longer."
  )
  val Proxy: Opt[String] = Opt(
    "proxy",
    NonEmpty,
    Request,
    doc = "The proxy for all requests, as `http://host:port`; https goes through it by `CONNECT`. Default: the JVM's settings (`http.proxyHost`, `https.proxyHost`, `http.nonProxyHosts`)."
  )
  val ProxyUser: Opt[String] = Opt("proxyUser", NonEmpty, Request, doc = "User that `proxy` knows (Basic).")
  val ProxyPassword: Opt[String] =
    Opt("proxyPassword", Text, Request, secret = true, doc = "Password of `proxyUser`; may be empty.")
  val InitialUrl: Opt[String] = Opt(
    "initialUrl",
    NonEmpty,
    Request,
    doc = "The address while there is no offset yet, if the very first request differs. Default: `url`."
  )
  val Body: Opt[String] = Opt(
    "body",
    TemplateText,
    Request,
    secret = true,
    doc = "Template of the request body. Only known placeholders are replaced, other braces stay. In JSON a placeholder within quotes is escaped; outside quotes it becomes a value: as it is if it is JSON, `null` if it is empty, else a string."
  )
  val BodyFormat: Opt[values.BodyFormat] = Opt(
    "bodyFormat",
    OneOf(values.BodyFormat.all),
    Request,
    default = Some("json"),
    doc = "`json`, or `form`: `body` is then a JSON object of names and templates, sent as `application/x-www-form-urlencoded`."
  )
  val InitialBody: Opt[String] = Opt(
    "initialBody",
    TemplateText,
    Request,
    secret = true,
    doc = "The body while there is no offset yet. Default: `body`."
  )
}
