// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.net.{InetSocketAddress, Socket}

import io.github.sparkrest.config.ProxyConfig
import io.github.sparkrest.http.auth.Auth

/** The door through which https requests of one client reach a proxy that demands Basic credentials.
  *
  * `java.net.http` sends Basic credentials with no `CONNECT` unless a property of the whole JVM allows it, for all its users
  * (`jdk.http.auth.tunneling.disabledSchemes`), and only if it is set before the first of them. So the client connects
  * here with a word that only it knows; the real credentials are put in its place. What goes through is encrypted end to end.
  */
final private[http] class ProxyTunnel(proxy: ProxyConfig, connectTimeoutMs: Long) extends LoopbackDoor(connectTimeoutMs) {

  protected def serve(head: List[String], client: Socket, upstream: Socket): Unit = {
    upstream.connect(new InetSocketAddress(proxy.host, proxy.port), connectTimeoutMs.toInt)
    val credentials = proxy.credentials.map(c => s"${LoopbackDoor.Header} ${Auth.basic(c._1, c._2.reveal)}")
    write(upstream, head ++ credentials)
    join(client, upstream)
  }
}
