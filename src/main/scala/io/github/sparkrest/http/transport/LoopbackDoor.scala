// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.{ByteArrayOutputStream, IOException, InputStream}
import java.net.{InetAddress, InetSocketAddress, ServerSocket, Socket}
import java.nio.charset.StandardCharsets.{ISO_8859_1, UTF_8}
import java.security.{MessageDigest, SecureRandom}
import java.util.Base64
import java.util.concurrent.{ExecutorService, SynchronousQueue, ThreadPoolExecutor, TimeUnit}

import io.github.sparkrest.http.DaemonThreads

/** A door on the loopback address that stands as a proxy between one client of `java.net.http` and the network, for what that
  * client cannot be told to do. The client knows a word; nobody else comes in.
  */
abstract private[http] class LoopbackDoor(connectTimeoutMs: Long) {
  import LoopbackDoor._

  /** For `Proxy-Authorization`, towards this door alone. */
  val authorization: String = "Local " + Base64.getUrlEncoder.encodeToString(SecureRandom.getSeed(24))
  private val server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress)
  threads.execute(() => while (!server.isClosed) accept())

  val address: InetSocketAddress = new InetSocketAddress(server.getInetAddress, server.getLocalPort)

  /** Connections that are open go on. */
  def shut(): Unit = server.close()

  /** Serves a client that knows the word; both sockets are closed afterwards.
    *
    * @param head lines of its request, without `Proxy-Authorization`
    * @param upstream not connected yet
    */
  protected def serve(head: List[String], client: Socket, upstream: Socket): Unit

  private def accept(): Unit =
    try {
      val client = server.accept()
      threads.execute(() => enter(client))
    } catch { case _: IOException => if (!server.isClosed) Thread.sleep(100) } // e.g. no file handle is free now

  private def enter(client: Socket): Unit = {
    val upstream = new Socket
    try {
      client.setSoTimeout(connectTimeoutMs.toInt.max(1))
      val lines = head(client.getInputStream).split("\r\n").toList
      val (ours, others) = lines.partition(_.toLowerCase.startsWith(Header))
      if (ours.exists(l => same(l.substring(Header.length).trim, authorization))) serve(others, client, upstream)
      else client.getOutputStream.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1))
    } catch { case _: IOException => () } // the client sees a connection that ends
    finally {
      close(client)
      close(upstream)
    }
  }

  /** Bytes in both directions, until either side ends. */
  protected def join(client: Socket, upstream: Socket): Unit = {
    client.setSoTimeout(0)
    threads.execute(() => pipe(upstream, client))
    pipe(client, upstream)
  }

  protected def write(to: Socket, lines: List[String]): Unit =
    to.getOutputStream.write(lines.mkString("", "\r\n", "\r\n\r\n").getBytes(ISO_8859_1))

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

private[http] object LoopbackDoor {
  val Header: String = "proxy-authorization:"
  private val MaxHead = 64 << 10

  private val threads: ExecutorService =
    new ThreadPoolExecutor(
      0,
      Int.MaxValue,
      10,
      TimeUnit.SECONDS,
      new SynchronousQueue[Runnable],
      new DaemonThreads("spark-rest-door")
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
