// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._

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
