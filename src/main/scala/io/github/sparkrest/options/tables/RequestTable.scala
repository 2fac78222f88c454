// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values

/** Rows of [[RestOptions]]: requests. */
private[sparkrest] trait RequestTable {
  private val Request = Section("Request")

  val Url: Opt[String] = Opt(
    "url",
    NonEmpty,
    Request,
    required = true,
    doc = "URL of the API, with placeholders: `{<offsetField>}` or `{offset}` is replaced by the offset, percent-encoded. A query parameter whose whole value is an empty placeholder is left out. `{name?}` leaves out whatever contains it. `{env:NAME}` is a secret, read as in `authType`; it works in `headers` and `params` too."
  )
  val Method: Opt[values.HttpMethod] = Opt(
    "method",
    OneOf(values.HttpMethod.all),
    Request,
    doc = "HTTP method. Default: `POST` if there is a `body` or a batch read has an input, `GET` otherwise."
  )
  val Headers: Opt[Seq[(String, String)]] = Opt(
    "headers",
    JsonMap,
    Request,
    secret = true,
    doc = "Request headers as a JSON object. Values may contain placeholders. `User-Agent` is `spark-rest/VERSION` unless you set it."
  )
  val Params: Opt[Seq[(String, String)]] = Opt(
    "params",
    JsonMap,
    Request,
    secret = true,
    doc = "Query parameters as a JSON object, appended to `url`. Values may contain placeholders."
  )
  val ConnectTimeout: Opt[Long] =
    Opt(
      "connectTimeout",
      Duration(1),
      Request,
      default = Some("10"),
      aliases = Seq("connectionTimeout"),
      doc =
        "Seconds to wait for a connection. A bare number is milliseconds if you use the old name `connectionTimeout`."
    )
  val ReadTimeout: Opt[Long] = Opt(
    "readTimeout",
    Duration(1),
    Request,
    default = Some("60"),
    doc = "Seconds to wait for the head of a response, and for each further piece of its body. With an input, a bare number is milliseconds, as in older sources. `5s` and `500ms` have the same meaning everywhere."
  )
  val ResponseTimeout: Opt[Long] = Opt(
    "responseTimeout",
    Duration(1),
    Request,
    default = Some("1h"),
    doc = "Seconds for one response, from sending the request to the last byte of the body. It stops a server that sends a byte now and then, which `readTimeout` never does. Raise it for longer downloads."
  )
  val Proxy: Opt[String] = Opt(
    "proxy",
    NonEmpty,
    Request,
    doc = "Proxy for all requests, as `http://host:port`. HTTPS requests use `CONNECT`. Default: the settings of the JVM (`http.proxyHost`, `https.proxyHost`, `http.nonProxyHosts`)."
  )
  val ProxyUser: Opt[String] = Opt("proxyUser", NonEmpty, Request, doc = "User for `proxy` (Basic authentication).")
  val ProxyPassword: Opt[String] =
    Opt("proxyPassword", Text, Request, secret = true, doc = "Password of `proxyUser`. It may be empty.")
  val InitialUrl: Opt[String] = Opt(
    "initialUrl",
    NonEmpty,
    Request,
    doc = "URL of requests that are sent before there is an offset. Default: `url`."
  )
  val Body: Opt[String] = Opt(
    "body",
    TemplateText,
    Request,
    secret = true,
    doc = "Template of the request body. Only known placeholders are replaced; other braces stay. In JSON, a placeholder within quotes is escaped. Outside quotes it becomes a value: its text if that is JSON, `null` if it is empty, a string otherwise."
  )
  val GraphqlQuery: Opt[String] = Opt(
    "graphqlQuery",
    NonEmpty,
    Request,
    doc = "A GraphQL query. It is sent as a `POST` with `graphqlVariables`, and a response with `errors` is an error. If the query reads one list with `nodes` or `edges`, `dataField` is its path; if it also reads `pageInfo { endCursor }`, the pages of the list are followed. Options that you set have precedence."
  )
  val GraphqlVariables: Opt[String] = Opt(
    "graphqlVariables",
    TemplateText,
    Request,
    secret = true,
    doc = "Variables of `graphqlQuery` as a JSON object. Values may contain placeholders. A value that is one placeholder gets the declared type: `{\"first\": \"{pageSize}\"}` sends a number for `$first: Int!`. A text that is an empty placeholder is left out. `{cursor}` is the cursor of the page."
  )
  val BodyFormat: Opt[values.BodyFormat] = Opt(
    "bodyFormat",
    OneOf(values.BodyFormat.all),
    Request,
    default = Some("json"),
    doc = "Format of `body`. With `form`, `body` is a JSON object of names and templates, which is sent as `application/x-www-form-urlencoded`."
  )
  val InitialBody: Opt[String] = Opt(
    "initialBody",
    TemplateText,
    Request,
    secret = true,
    doc = "Body of requests that are sent before there is an offset. Default: `body`."
  )
}

/** Rows of [[RestOptions]]: trusted certificates and the client certificate. */
private[sparkrest] trait TlsTable {
  private val Tls = Section("TLS")
  private def file(name: String, doc: String): Opt[String] = Opt(name, NonEmpty, Tls, doc)
  private def password(name: String, doc: String): Opt[String] = Opt(name, Text, Tls, doc, secret = true)
  private def kind(name: String, of: String): Opt[String] =
    Opt(name, NonEmpty, Tls, s"Type of `$of`: `PKCS12` or `JKS`. Default: detected.")

  val TlsCaFile: Opt[String] = file(
    "tlsCaFile",
    "PEM file of the trusted certificate authorities, in place of the JVM's. Like all files here, it is read on the driver and on executors."
  )
  val TlsCertFile: Opt[String] =
    file("tlsCertFile", "PEM file of the client's certificate, followed by the intermediate certificates.")
  val TlsKeyFile: Opt[String] =
    file("tlsKeyFile", "PEM file of the private key of `tlsCertFile`: PKCS#8, PKCS#1 or SEC 1.")
  val TlsKeyPassword: Opt[String] =
    password(
      "tlsKeyPassword",
      "Password of `tlsKeyFile`, or of the key in `tlsKeyStore` if it differs from `tlsKeyStorePassword`."
    )
  val TlsKeyStore: Opt[String] =
    file("tlsKeyStore", "Key store with the client's certificate and key, in place of PEM files.")
  val TlsKeyStorePassword: Opt[String] = password("tlsKeyStorePassword", "Password of `tlsKeyStore`.")
  val TlsKeyStoreType: Opt[String] = kind("tlsKeyStoreType", "tlsKeyStore")
  val TlsTrustStore: Opt[String] =
    file("tlsTrustStore", "Key store of the trusted certificate authorities, in place of `tlsCaFile`.")
  val TlsTrustStorePassword: Opt[String] = password("tlsTrustStorePassword", "Password of `tlsTrustStore`.")
  val TlsTrustStoreType: Opt[String] = kind("tlsTrustStoreType", "tlsTrustStore")
}
