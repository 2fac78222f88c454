// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.io.{ByteArrayOutputStream, IOException, InputStream}
import java.net.{InetAddress, ServerSocket, Socket}
import java.nio.charset.StandardCharsets.ISO_8859_1
import java.util.concurrent.atomic.AtomicInteger

/** A server for raw bytes. `answer` receives a connection and its number, from 0. The connection is closed afterwards. */
final class RawServer(answer: (Socket, Int) => Unit) extends AutoCloseable {
  private val server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))
  private val accepted = new AtomicInteger
  RawServer.thread {
    while (true) {
      val s = server.accept()
      val n = accepted.getAndIncrement()
      RawServer.thread(
        try answer(s, n)
        finally s.close()
      )
    }
  }

  val port: Int = server.getLocalPort
  val url: String = s"http://127.0.0.1:$port"
  def connections: Int = accepted.get
  def close(): Unit = server.close()
}

object RawServer {
  def thread(body: => Unit): Unit = {
    val t = new Thread(() =>
      try body
      catch { case _: IOException => () }
    )
    t.setDaemon(true)
    t.start()
  }

  /** The head of a request, up to its empty line. Empty if the client closed the connection. */
  def head(in: InputStream): String = {
    val bytes = new ByteArrayOutputStream
    var b = in.read()
    while (b >= 0 && ! { bytes.write(b); bytes.toString(ISO_8859_1).endsWith("\r\n\r\n") }) b = in.read()
    bytes.toString(ISO_8859_1)
  }

  /** Ends a connection by RST instead of FIN. */
  def reset(s: Socket): Unit = { s.setSoLinger(true, 0); s.close() }
}
