// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.{IOException, InputStream, OutputStream}
import java.net.{InetAddress, InetSocketAddress, Socket, URI}
import java.nio.charset.StandardCharsets.ISO_8859_1

import scala.util.Try

/** The door through which requests go under `allowPrivateHosts=false`: a name is resolved once, and the connection goes to an
  * address that was checked. `java.net.http` would resolve the name again, and may get another address (DNS rebinding).
  *
  * https is a tunnel. Plain http comes as a request to a proxy, one for each connection: a second one might be for another
  * host, so nothing after the first is passed on.
  */
final private[http] class CheckedDoor(addresses: AddressCheck, connectTimeoutMs: Long)
    extends LoopbackDoor(connectTimeoutMs) {
  import CheckedDoor._

  protected def serve(head: List[String], client: Socket, upstream: Socket): Unit =
    head.headOption.map(_.split(" ")) match {
      case Some(Array("CONNECT", authority, _)) =>
        val at = target(s"https://$authority", 443)
        connect(upstream, at)
        client.getOutputStream.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1))
        join(client, upstream)
      case Some(Array(method, url, version)) =>
        val at = target(url, 80)
        val path =
          Option(at._1.getRawPath).filter(_.nonEmpty).getOrElse("/") + Option(at._1.getRawQuery).fold("")("?" + _)
        val (length, headers) = head.tail.filterNot(isOfProxy).partition(named("content-length"))
        if (headers.exists(named("transfer-encoding"))) throw new IOException("a body of unknown length")
        connect(upstream, at)
        write(upstream, s"$method $path $version" :: headers ::: length ::: List("Connection: close"))
        client.setSoTimeout(0)
        length.headOption.foreach { l =>
          send(client.getInputStream, upstream.getOutputStream, l.drop(l.indexOf(':') + 1).trim.toLong)
        }
        upstream.getInputStream.transferTo(client.getOutputStream)
        ()
      case _ => throw new IOException("no request")
    }

  private def target(url: String, port: Int): (URI, Int) = {
    val u = Try(new URI(url)).getOrElse(throw new IOException("no URL"))
    if (u.getHost == null) throw new IOException("no host")
    (u, if (u.getPort < 0) port else u.getPort)
  }

  private def connect(upstream: Socket, to: (URI, Int)): Unit = {
    val found = addresses.checked(to._1.getHost).fold(e => throw new IOException(e.message), identity)
    upstream.connect(new InetSocketAddress(found.head, to._2), connectTimeoutMs.toInt)
  }
}

private[http] object CheckedDoor {
  private def named(name: String)(line: String): Boolean = line.toLowerCase.startsWith(s"$name:")
  private def isOfProxy(line: String): Boolean = named("connection")(line) || line.toLowerCase.startsWith("proxy-")

  private def send(from: InputStream, to: OutputStream, length: Long): Unit = {
    val buffer = new Array[Byte](16 << 10)
    var left = length
    while (left > 0) {
      val n = from.read(buffer, 0, math.min(left, buffer.length.toLong).toInt)
      if (n < 0) throw new IOException("the client ended")
      to.write(buffer, 0, n)
      left -= n
    }
    to.flush()
  }
}

/** Which addresses a name has, if requests may go to all of them. */
private[sparkrest] trait AddressCheck {

  /** Not empty; left: why nothing may be sent. */
  def checked(host: String): Either[io.github.sparkrest.error.RestError, Seq[InetAddress]]
}
