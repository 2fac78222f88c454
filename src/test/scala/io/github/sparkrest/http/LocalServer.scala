// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.net.InetSocketAddress
import java.nio.charset.StandardCharsets.UTF_8
import java.util.concurrent.{CopyOnWriteArrayList, Executors}

import scala.jdk.CollectionConverters._

import com.sun.net.httpserver.{HttpExchange, HttpServer}

/** A real HTTP server on 127.0.0.1 that logs its requests.
  *
  * @param answer writes the response to the exchange, which is closed afterwards
  */
final class LocalServer(answer: HttpExchange => Unit) extends AutoCloseable {
  private val log = new CopyOnWriteArrayList[LocalServer.Asked]
  private val threads = Executors.newCachedThreadPool { r =>
    val t = new Thread(r)
    t.setDaemon(true)
    t
  }
  private val server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0)
  server.createContext(
    "/",
    { (e: HttpExchange) =>
      val headers = e.getRequestHeaders.asScala.map { case (k, v) => k.toLowerCase -> v.asScala.mkString(",") }.toMap
      log.add(LocalServer.Asked(e.getRequestMethod, e.getRequestURI.toString, headers, System.currentTimeMillis()))
      try answer(e)
      finally e.close()
    }
  )
  server.setExecutor(threads)
  server.start()

  val url: String = s"http://127.0.0.1:${server.getAddress.getPort}"
  def asked: Seq[LocalServer.Asked] = log.asScala.toList
  def close(): Unit = {
    server.stop(0)
    threads.shutdownNow()
    ()
  }
}

object LocalServer {
  final case class Asked(method: String, uri: String, headers: Map[String, String], atMs: Long)

  def send(e: HttpExchange, status: Int, body: String, headers: (String, String)*): Unit = {
    headers.foreach { case (k, v) => e.getResponseHeaders.add(k, v) }
    val bytes = body.getBytes(UTF_8)
    e.sendResponseHeaders(status, if (bytes.isEmpty) -1 else bytes.length.toLong)
    if (bytes.nonEmpty) e.getResponseBody.write(bytes)
  }
}
