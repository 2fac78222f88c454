// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.IOException
import java.net.{Socket, SocketTimeoutException}
import java.util.{Collections, WeakHashMap}

import scala.jdk.CollectionConverters._

import okhttp3.internal.connection.RealConnection
import okhttp3.{Connection, Interceptor, Protocol, Response}

/** The last stop before the network: no call sends two requests.
  *
  * OkHttp follows up some responses by itself, for example a 503 with `Retry-After: 0`, and has no setting against that. So it
  * sees each response as a 200; the [[Exchange]] keeps the real head.
  */
private[transport] object SentOnce extends Interceptor {
  def intercept(chain: Interceptor.Chain): Response = {
    val exchange = chain.request.tag(classOf[Exchange])
    if (exchange.sent) throw new IOException("the request was already sent")
    if (Option(chain.connection).exists(IdleConnections.isStale(_))) throw new StaleConnection
    exchange.sent = true
    exchange.connection = Option(chain.connection)
    val response = chain.proceed(chain.request)
    exchange.received()
    exchange.status = response.code
    exchange.headers = response.headers.asScala.map(h => h.getFirst.toLowerCase -> h.getSecond).toList
    response.newBuilder.code(200).build()
  }
}

/** Finds connections of the pool that the server closed meanwhile. OkHttp looks only at those idle for 10 s, and not for a GET:
  * it would send the request again instead.
  */
private[transport] object IdleConnections {
  private case class Use(count: Int, atNanos: Long)
  private val lastUse = Collections.synchronizedMap(new WeakHashMap[Connection, Use])

  /** The check takes a millisecond. A server that kept a connection for a second request keeps it for the next one too. */
  private val CheckAfterNanos = 20L * 1000 * 1000

  def released(connection: Connection): Unit = {
    lastUse.put(connection, Use(Option(lastUse.get(connection)).fold(0)(_.count) + 1, System.nanoTime))
    ()
  }

  /** HTTP/2 connections have a reader that notices by itself. */
  def isStale(connection: Connection): Boolean =
    connection.protocol != Protocol.HTTP_2 &&
      Option(lastUse.get(connection)).exists(u => u.count < 2 || System.nanoTime - u.atNanos > CheckAfterNanos) &&
      ended(connection.socket)

  /** No further request uses the connection. Those under way keep it.
    *
    * An HTTP/2 connection outlives a request that was cancelled. If the network has forgotten the connection, its reader notices
    * nothing for a quarter of an hour, and each retry would wait there.
    */
  def avoid(connection: Connection): Unit = connection match {
    case c: RealConnection => c.noNewExchanges()
    case _                 => ()
  }

  private def ended(socket: Socket): Boolean = {
    val timeout = socket.getSoTimeout
    try {
      socket.setSoTimeout(1)
      socket.getInputStream.read()
      socket.close() // the end, or bytes without a request
      true
    } catch {
      case _: SocketTimeoutException => socket.setSoTimeout(timeout); false
      case _: IOException            => true
    }
  }
}

/** Nothing was sent, so the request may take another connection. */
final private[transport] class StaleConnection extends IOException("the server closed the connection")
