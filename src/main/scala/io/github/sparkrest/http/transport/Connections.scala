// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.net.{InetAddress, InetSocketAddress, Proxy, ProxySelector, URI, UnknownHostException}
import java.security.cert.{CertificateException, X509Certificate}
import java.util.concurrent.TimeUnit.{MILLISECONDS, SECONDS}
import javax.net.ssl.{SSLContext, X509TrustManager}

import scala.jdk.CollectionConverters._
import scala.util.Try

import io.github.sparkrest.config.TransportConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.RecentlyUsed
import io.github.sparkrest.http.auth.Authenticator
import okhttp3.{Authenticator => ProxyAuthenticator, ConnectionPool, ConnectionSpec, Dns, OkHttpClient}

/** All that a connection depends on. Requests with equal settings share connections.
  *
  * @param tls `None`: the JVM's settings
  * @param checked connections go to the IP addresses that it returned
  */
final private[transport] case class Connections(
    connectTimeoutMs: Long,
    transport: TransportConfig,
    tls: Option[SSLContext],
    checked: Option[AddressCheck]
)

private[http] object Connections {

  /** An idle connection outlives a stopped query by this time. */
  private val IdleSeconds = 30L
  private val MaxIdle = 64

  private val clients = new RecentlyUsed[Connections, OkHttpClient](close = _.connectionPool.evictAll())

  private[transport] def client(settings: Connections): OkHttpClient = clients.get(settings)(made(settings))

  /** Closes the connections that no request uses. */
  def closeIdle(): Unit = clients.foreach(_.connectionPool.evictAll())

  def hasJvmProxy(url: String): Boolean = Try(
    Option(ProxySelector.getDefault).exists(_.select(new URI(url)).asScala.exists(_.`type` != Proxy.Type.DIRECT))
  ).getOrElse(false)

  private def made(s: Connections): OkHttpClient = {
    val builder = new OkHttpClient.Builder()
      .connectTimeout(s.connectTimeoutMs, MILLISECONDS)
      .readTimeout(0, MILLISECONDS) // see Exchange
      .writeTimeout(0, MILLISECONDS)
      .connectionPool(new ConnectionPool(MaxIdle, IdleSeconds, SECONDS))
      .connectionSpecs(java.util.Arrays.asList(jvmTls, ConnectionSpec.CLEARTEXT))
      .sslSocketFactory(s.tls.getOrElse(SSLContext.getDefault).getSocketFactory, Unused)
      .retryOnConnectionFailure(false)
      .followRedirects(false)
      .fastFallback(false) // connects in the thread of the request
      .addNetworkInterceptor(SentOnce)
      .eventListener(ExchangeEvents)
    s.checked.foreach(c => builder.proxy(Proxy.NO_PROXY).dns(checkedDns(c)))
    s.transport.proxy.foreach(p => builder.proxy(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(p.host, p.port))))
    val credentials = s.transport.proxy.flatMap(_.credentials)
    builder.proxyAuthenticator(forTunnels(credentials.map(c => Authenticator.basic(c._1, c._2.reveal)))).build()
  }

  /** The JVM decides which protocols and ciphers are safe (`jdk.tls.disabledAlgorithms`). */
  private val jvmTls =
    new ConnectionSpec.Builder(ConnectionSpec.MODERN_TLS).allEnabledTlsVersions().allEnabledCipherSuites().build()

  private def checkedDns(addresses: AddressCheck): Dns = (host: String) =>
    addresses.checked(host).fold(e => throw new RefusedHost(e), _.asJava)

  /** Completes the first `CONNECT`, which has OkHttp's own name. A proxy that refuses it gets no second request. */
  private def forTunnels(credentials: Option[String]): ProxyAuthenticator = (_, response) =>
    if (response.challenges.asScala.exists(_.scheme.equalsIgnoreCase("OkHttp-Preemptive"))) {
      val connect = response.request.newBuilder.header("User-Agent", SttpClient.UserAgent)
      credentials.foreach(connect.header("Proxy-Authorization", _))
      connect.build()
    } else null

  /** OkHttp takes a trust manager for certificate pinning, which is not used. The SSL context decides whom to trust. */
  private object Unused extends X509TrustManager {
    def checkClientTrusted(chain: Array[X509Certificate], kind: String): Unit = throw new CertificateException("unused")
    def checkServerTrusted(chain: Array[X509Certificate], kind: String): Unit = throw new CertificateException("unused")
    def getAcceptedIssuers: Array[X509Certificate] = Array.empty
  }
}

/** Carries the reason through OkHttp. */
final private[transport] class RefusedHost(val error: RestError) extends UnknownHostException(error.message)

/** Which IP addresses a name has, if requests may go to all of them. */
private[sparkrest] trait AddressCheck {

  /** Not empty; left: why nothing may be sent. */
  def checked(host: String): Either[RestError, Seq[InetAddress]]
}
