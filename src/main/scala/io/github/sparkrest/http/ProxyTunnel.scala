// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.io.{ByteArrayOutputStream, IOException, InputStream}
import java.net.{InetAddress, InetSocketAddress, ServerSocket, Socket}
import java.nio.charset.StandardCharsets.{ISO_8859_1, UTF_8}
import java.security.{MessageDigest, SecureRandom}
import java.util.Base64
import java.util.concurrent.{ExecutorService, SynchronousQueue, ThreadPoolExecutor, TimeUnit}

import io.github.sparkrest.options.ProxyOptions

/** A door on the loopback address, through which https requests of one client reach a proxy that demands Basic credentials.
  *
  * `java.net.http` sends Basic credentials with no `CONNECT` unless a property of the whole JVM allows it, for all its users
  * (`jdk.http.auth.tunneling.disabledSchemes`), and only if it is set before the first of them. So the client connects
  * here with a word that only it knows; the real credentials are put in its place. What goes through is encrypted end to end.
  */
final private[http] class ProxyTunnel(proxy: ProxyOptions, connectTimeoutMs: Long) {
  import ProxyTunnel._

  /** For `Proxy-Authorization`, towards this door alone. */
  val authorization: String = "Local " + Base64.getUrlEncoder.encodeToString(SecureRandom.getSeed(24))
  private val server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress)
  threads.execute(() => while (!server.isClosed) accept())

  val address: InetSocketAddress = new InetSocketAddress(server.getInetAddress, server.getLocalPort)

  /** Connections that are open go on. */
  def shut(): Unit = server.close()

  private def accept(): Unit =
    try {
      val client = server.accept()
      threads.execute(() => serve(client))
    } catch { case _: IOException => if (!server.isClosed) Thread.sleep(100) } // e.g. no file handle is free now

  private def serve(client: Socket): Unit = {
    val upstream = new Socket
    try {
      client.setSoTimeout(connectTimeoutMs.toInt.max(1))
      val lines = head(client.getInputStream).split("\r\n").toList
      val (ours, others) = lines.partition(_.toLowerCase.startsWith(Header))
      if (!ours.exists(l => same(l.substring(Header.length).trim, authorization)))
        client.getOutputStream.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1))
      else {
        upstream.connect(new InetSocketAddress(proxy.host, proxy.port), connectTimeoutMs.toInt)
        client.setSoTimeout(0)
        val asked = others ++ proxy.credentials.map(c => s"$Header ${Auth.basic(c._1, c._2.reveal)}")
        upstream.getOutputStream.write(asked.mkString("", "\r\n", "\r\n\r\n").getBytes(ISO_8859_1))
        threads.execute(() => pipe(upstream, client))
        pipe(client, upstream)
      }
    } catch { case _: IOException => () } // the client sees a connection that ends
    finally {
      close(client)
      close(upstream)
    }
  }

  /** Until either side ends: then the pipe in the other direction ends too. */
  private def pipe(from: Socket, to: Socket): Unit =
    try {
      from.getInputStream.transferTo(to.getOutputStream)
      ()
    } catch { case _: IOException => () }
    finally {
      close(to)
      close(from)
    }
}

private[http] object ProxyTunnel {
  private val Header = "proxy-authorization:"
  private val MaxHead = 64 << 10

  private val threads: ExecutorService =
    new ThreadPoolExecutor(
      0,
      Int.MaxValue,
      10,
      TimeUnit.SECONDS,
      new SynchronousQueue[Runnable],
      new DaemonThreads("spark-rest-proxy-tunnel")
    )

  /** Up to the empty line, without it. */
  private def head(in: InputStream): String = {
    val bytes = new ByteArrayOutputStream
    var ends = 0
    while (ends < 4) {
      val b = in.read()
      if (b < 0 || bytes.size > MaxHead) throw new IOException("no request")
      ends = if (b == "\r\n\r\n".charAt(ends)) ends + 1 else if (b == '\r') 1 else 0
      bytes.write(b)
    }
    bytes.toString(ISO_8859_1).stripSuffix("\r\n\r\n")
  }

  private def same(a: String, b: String) = MessageDigest.isEqual(a.getBytes(UTF_8), b.getBytes(UTF_8))

  private def close(s: Socket): Unit =
    try s.close()
    catch { case _: IOException => () }
}
