// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.github.sparkrest.options.tables.Opt
import io.github.sparkrest.options.{OptionReader, Policy, RestOptions}
import io.github.sparkrest.secret.Secret

/** Settings of a connection, apart from its URL.
  *
  * @param proxy `None`: the settings of the JVM apply (`http.proxyHost`, `https.proxyHost`, `http.nonProxyHosts`)
  * @param policy operator's policy: hosts that requests may reach
  */
final case class TransportConfig(
    allowPrivateHosts: Boolean = true,
    proxy: Option[ProxyConfig] = None,
    policy: Policy = Policy.Open
)

/** A proxy for http and https (RFC 9110 §3.7), with credentials for it. */
final case class ProxyConfig(host: String, port: Int, credentials: Option[(String, Secret)] = None) {
  def authority: String = if (host.contains(':')) s"[$host]:$port" else s"$host:$port"
}

object TransportConfig {
  import RestOptions._
  private val address = """(?i)http://(\[[0-9a-f:.]+\]|[^\s/:@\[\]]+):(\d{1,5})/?""".r

  private[sparkrest] def read(reader: OptionReader): TransportConfig = {
    val proxy = reader.opt(Proxy).flatMap { text =>
      text.trim match {
        case address(host, port) if port.toInt > 0 && port.toInt < 65536 =>
          Some(ProxyConfig(host.stripPrefix("[").stripSuffix("]"), port.toInt))
        case other =>
          // Text before an @ is a password.
          reader.problem(
            s"""proxy: "${other.replaceAll(
                "//[^/]*@",
                "//***@"
              )}" is not allowed; allowed: http://host:port (credentials by proxyUser and proxyPassword)"""
          )
          None
      }
    }
    val user = reader.opt(ProxyUser)
    if (user.nonEmpty && !reader.isGiven(Proxy)) reader.problem("proxy: is required by proxyUser and was not given")
    if (user.isEmpty && reader.isGiven(ProxyPassword))
      reader.problem("proxyUser: is required by proxyPassword and was not given")
    if (user.exists(_.contains(':'))) reader.problem("proxyUser: a colon is not allowed in it (RFC 7617)")
    val credentials = user.map(_ -> Secret(reader.opt(ProxyPassword).getOrElse("")))
    for (p <- proxy; why <- reader.policy.refusesHost(s"http://${p.authority}/")) reader.problem(s"proxy: $why")
    val privateHosts = reader(AllowPrivateHosts)
    if (privateHosts && reader.isGiven(AllowPrivateHosts) && !reader.policy.privateNetworks)
      reader.problem(s"allowPrivateHosts: the operator's ${Policy.Prefix}privateNetworks is false")
    TransportConfig(
      privateHosts && reader.policy.privateNetworks,
      proxy.map(_.copy(credentials = credentials)),
      reader.policy
    )
  }
}

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
