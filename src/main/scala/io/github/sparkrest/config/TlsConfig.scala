// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.github.sparkrest.options.tables.Opt
import io.github.sparkrest.options.{OptionReader, RestOptions}
import io.github.sparkrest.secret.Secret

/** Certificates and keys of a connection. Without any of them, the settings of the JVM apply. */
final case class TlsConfig(
    caFile: Option[String],
    certFile: Option[String],
    keyFile: Option[String],
    keyPassword: Option[Secret],
    keyStore: Option[TlsStore],
    trustStore: Option[TlsStore]
) {
  def isDefault: Boolean = this == TlsConfig.Default
}

/** @param kind `PKCS12`, `JKS`…; `None`: detected by the JDK */
final case class TlsStore(path: String, password: Option[Secret], kind: Option[String])

object TlsConfig {
  val Default: TlsConfig = TlsConfig(None, None, None, None, None, None)

  private[sparkrest] def read(read: OptionReader): TlsConfig = {
    import RestOptions._
    def store(file: Opt[String], password: Opt[String], kind: Opt[String]) =
      read.file(file).map(TlsStore(_, read.opt(password).map(Secret(_)), read.opt(kind)))
    val tls = TlsConfig(
      read.file(TlsCaFile),
      read.file(TlsCertFile),
      read.file(TlsKeyFile),
      read.opt(TlsKeyPassword).map(Secret(_)),
      store(TlsKeyStore, TlsKeyStorePassword, TlsKeyStoreType),
      store(TlsTrustStore, TlsTrustStorePassword, TlsTrustStoreType)
    )
    def needs(option: Opt[_], other: Opt[_]*): Unit =
      if (read.isGiven(option) && !other.exists(read.isGiven(_)))
        read.problem(s"${option.name}: has no meaning without ${other.map(_.name).mkString(" or ")}")
    def excludes(option: Opt[_], other: Opt[_]): Unit =
      if (read.isGiven(option) && read.isGiven(other))
        read.problem(s"${option.name}: and ${other.name} exclude each other; set only one of them")
    needs(TlsCertFile, TlsKeyFile)
    needs(TlsKeyFile, TlsCertFile)
    needs(TlsKeyPassword, TlsKeyFile, TlsKeyStore)
    Seq(TlsKeyStorePassword, TlsKeyStoreType).foreach(needs(_, TlsKeyStore))
    Seq(TlsTrustStorePassword, TlsTrustStoreType).foreach(needs(_, TlsTrustStore))
    excludes(TlsCertFile, TlsKeyStore)
    excludes(TlsCaFile, TlsTrustStore)
    tls
  }
}
