// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.net.{Socket, URI}
import java.nio.charset.StandardCharsets.{ISO_8859_1, UTF_8}
import java.util.Base64
import java.util.concurrent.CopyOnWriteArrayList

import scala.jdk.CollectionConverters._

/** A forward proxy: absolute URLs for http, `CONNECT` for https. It demands Basic credentials if `credentials` is given. */
final class SmallProxy(credentials: Option[String]) extends AutoCloseable {
  private val log = new CopyOnWriteArrayList[String]
  private val server = new RawServer((client, _) => serve(client))
  val port: Int = server.port

  /** The first line of each forwarded request. */
  def passed: List[String] = log.asScala.toList

  /** The `User-Agent` of each forwarded request. */
  val agents = new CopyOnWriteArrayList[String]
  def close(): Unit = server.close()

  private def serve(client: Socket): Unit = {
    var head = RawServer.head(client.getInputStream)
    while (head.nonEmpty) {
      val lines = head.split("\r\n").toList
      val wanted = credentials.map(c => "Basic " + Base64.getEncoder.encodeToString(c.getBytes(UTF_8)))
      val shown = lines.collectFirst { case l if l.toLowerCase.startsWith("proxy-authorization:") => l.drop(20).trim }
      if (wanted.nonEmpty && shown != wanted) {
        val refusal = "HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n"
        client.getOutputStream.write(refusal.getBytes(ISO_8859_1))
        head = RawServer.head(client.getInputStream)
      } else {
        log.add(lines.head)
        lines.filter(_.toLowerCase.startsWith("user-agent: ")).foreach(l => agents.add(l.drop(12)))
        forward(client, lines)
        head = ""
      }
    }
  }

  private def forward(client: Socket, lines: List[String]): Unit = {
    val (method, target) = (lines.head.split(" ")(0), lines.head.split(" ")(1))
    val (host, port) = if (method == "CONNECT") {
      val i = target.lastIndexOf(':'); (target.take(i), target.drop(i + 1).toInt)
    } else { val u = new URI(target); (u.getHost, u.getPort) }
    val upstream = new Socket(host, port)
    try {
      if (method == "CONNECT") client.getOutputStream.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1))
      else {
        val u = new URI(target)
        val path = u.getRawPath + Option(u.getRawQuery).fold("")("?" + _)
        val kept =
          lines.tail.filterNot(l => l.toLowerCase.startsWith("proxy-") || l.toLowerCase.startsWith("connection:"))
        val head = (s"$method $path HTTP/1.1" :: kept ::: List("Connection: close")).mkString("", "\r\n", "\r\n\r\n")
        upstream.getOutputStream.write(head.getBytes(ISO_8859_1))
      }
      RawServer.thread(
        try { client.getInputStream.transferTo(upstream.getOutputStream); () }
        finally upstream.close()
      )
      if (method != "CONNECT") {
        // Each connection serves one request. Without this header, the client may send its next request before it sees the end.
        val head = RawServer.head(upstream.getInputStream).stripSuffix("\r\n") + "Connection: close\r\n\r\n"
        client.getOutputStream.write(head.getBytes(ISO_8859_1))
      }
      upstream.getInputStream.transferTo(client.getOutputStream)
      ()
    } finally upstream.close()
  }
}
