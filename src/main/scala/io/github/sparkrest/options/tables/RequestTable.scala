// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values

/** Rows of [[RestOptions]]: requests. */
private[sparkrest] trait RequestTable extends OptionTable {
  private val request = new Section("Request")

  val Url: Opt[String] = request("url", NonEmpty, required = true) means
    "URL of the API, with placeholders: `{<offsetField>}` or `{offset}` is replaced by the offset, percent-encoded. A query parameter whose whole value is an empty placeholder is left out. `{name?}` leaves out whatever contains it. `{env:NAME}` is a secret, read as in `authType`; it works in `headers` and `params` too."
  val Method: Opt[values.HttpMethod] = request("method", OneOf(values.HttpMethod.all)) means
    "HTTP method. Default: `POST` if there is a `body` or a batch read has an input, `GET` otherwise."
  val Headers: Opt[Seq[(String, String)]] = request("headers", JsonMap, secret = true) means
    "Request headers as a JSON object. Values may contain placeholders. `User-Agent` is `spark-rest/VERSION` unless you set it."
  val Params: Opt[Seq[(String, String)]] = request("params", JsonMap, secret = true) means
    "Query parameters as a JSON object, appended to `url`. Values may contain placeholders."
  val Body: Opt[String] = request("body", TemplateText, secret = true) means
    "Template of the request body. Only known placeholders are replaced; other braces stay. In JSON, a placeholder within quotes is escaped. Outside quotes it becomes a value: its text if that is JSON, `null` if it is empty, a string otherwise."
  val BodyFormat: Opt[values.BodyFormat] =
    request("bodyFormat", OneOf(values.BodyFormat.all), default = Some("json")) means
      "Format of `body`. With `form`, `body` is a JSON object of names and templates, which is sent as `application/x-www-form-urlencoded`."
  val GraphqlQuery: Opt[String] = request("graphqlQuery", NonEmpty) means
    "A GraphQL query. It is sent as a `POST` with `graphqlVariables`, and a response with `errors` is an error. If the query reads one list with `nodes` or `edges`, `dataField` is its path; if it also reads `pageInfo { endCursor }`, the pages of the list are followed. Options that you set have precedence."
  val GraphqlVariables: Opt[String] = request("graphqlVariables", TemplateText, secret = true) means
    "Variables of `graphqlQuery` as a JSON object. Values may contain placeholders. A value that is one placeholder gets the declared type: `{\"first\": \"{pageSize}\"}` sends a number for `$first: Int!`. A text that is an empty placeholder is left out. `{cursor}` is the cursor of the page."
  val InitialUrl: Opt[String] = request("initialUrl", NonEmpty) means
    "URL of requests that are sent before there is an offset. Default: `url`."
  val InitialBody: Opt[String] = request("initialBody", TemplateText, secret = true) means
    "Body of requests that are sent before there is an offset. Default: `body`."
  val ConnectTimeout: Opt[Long] =
    request("connectTimeout", Duration(1), default = Some("10"), aliases = Seq("connectionTimeout")) means
      "Seconds to wait for a connection. A bare number is milliseconds if you use the old name `connectionTimeout`."
  val ReadTimeout: Opt[Long] = request("readTimeout", Duration(1), default = Some("60")) means
    "Seconds to wait for the head of a response, and for each further piece of its body. In a batch read with an input, a bare number is milliseconds, as in older sources. `5s` and `500ms` have the same meaning everywhere."
  val ResponseTimeout: Opt[Long] = request("responseTimeout", Duration(1), default = Some("1h")) means
    "Seconds for one response, from sending the request to the last byte of the body. It stops a server that sends a byte now and then, which `readTimeout` never does. Raise it for longer downloads."
  val Proxy: Opt[String] = request("proxy", NonEmpty) means
    "Proxy for all requests, as `http://host:port`. HTTPS requests use `CONNECT`. Default: the settings of the JVM (`http.proxyHost`, `https.proxyHost`, `http.nonProxyHosts`)."
  val ProxyUser: Opt[String] = request("proxyUser", NonEmpty) means
    "User for `proxy` (Basic authentication)."
  val ProxyPassword: Opt[String] = request("proxyPassword", Text, secret = true) means
    "Password of `proxyUser`. It may be empty."
}

/** Rows of [[RestOptions]]: trusted certificates and the client certificate. */
private[sparkrest] trait TlsTable extends OptionTable {
  private val tls = new Section("TLS")

  val TlsCaFile: Opt[String] = tls("tlsCaFile", NonEmpty) means
    "PEM file of the trusted certificate authorities, in place of the JVM's. Like all files here, it is read on the driver and on executors."
  val TlsCertFile: Opt[String] = tls("tlsCertFile", NonEmpty) means
    "PEM file of the client's certificate, followed by the intermediate certificates."
  val TlsKeyFile: Opt[String] = tls("tlsKeyFile", NonEmpty) means
    "PEM file of the private key of `tlsCertFile`: PKCS#8, PKCS#1 or SEC 1."
  val TlsKeyPassword: Opt[String] = tls("tlsKeyPassword", Text, secret = true) means
    "Password of `tlsKeyFile`, or of the key in `tlsKeyStore` if it differs from `tlsKeyStorePassword`."
  val TlsKeyStore: Opt[String] = tls("tlsKeyStore", NonEmpty) means
    "Key store with the client's certificate and key, in place of PEM files."
  val TlsKeyStorePassword: Opt[String] = tls("tlsKeyStorePassword", Text, secret = true) means
    "Password of `tlsKeyStore`."
  val TlsKeyStoreType: Opt[String] = tls("tlsKeyStoreType", NonEmpty) means
    "Type of `tlsKeyStore`: `PKCS12` or `JKS`. Default: detected."
  val TlsTrustStore: Opt[String] = tls("tlsTrustStore", NonEmpty) means
    "Key store of the trusted certificate authorities, in place of `tlsCaFile`."
  val TlsTrustStorePassword: Opt[String] = tls("tlsTrustStorePassword", Text, secret = true) means
    "Password of `tlsTrustStore`."
  val TlsTrustStoreType: Opt[String] = tls("tlsTrustStoreType", NonEmpty) means
    "Type of `tlsTrustStore`: `PKCS12` or `JKS`. Default: detected."
}
