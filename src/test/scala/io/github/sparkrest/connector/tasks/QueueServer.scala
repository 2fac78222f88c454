// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger

import scala.jdk.CollectionConverters._

import com.sun.net.httpserver.HttpExchange
import io.circe.parser.parse
import io.github.sparkrest.http.LocalServer

/** A queue behind a real HTTP server: `/pull` returns messages, each with a new `ackId`, and does not return them again before
  * [[redeliver]]. A request to any other path acknowledges the ids in its body, or the id at the end of its path.
  *
  * @param onAck gets the numbers of the messages of each acknowledgement, before the queue forgets them
  */
final class QueueServer(most: Int = 10, onAck: Seq[Int] => Unit = _ => ()) extends AutoCloseable {
  private var waiting = Vector.empty[Int]
  private var leased = Map.empty[String, Int]
  private val ids = new AtomicInteger

  /** Status of acknowledgements. 0: closes the connection. Anything but 2xx: the queue keeps the messages. */
  @volatile var ackStatus = 200

  /** The queue answers an acknowledgement with success, and keeps its messages. */
  @volatile var forgetsAcks = false

  /** Each request gets all messages that the queue has. */
  @volatile var returnsAll = false

  /** Follows the messages of a response, so that it may be no JSON. */
  @volatile var garbage = ""

  /** Method, path and body of each acknowledgement. */
  val acks = new ConcurrentLinkedQueue[(String, String, String)]
  def ackBodies: Seq[String] = acks.asScala.map(_._3).toSeq

  private val server = new LocalServer({ e =>
    if (e.getRequestURI.getPath == "/pull") LocalServer.send(e, 200, pull()) else acknowledge(e)
  })
  def url: String = server.url
  def polls: Int = server.asked.count(_.uri.startsWith("/pull"))

  def add(messages: Int*): Unit = synchronized(waiting ++= messages)
  def redeliver(): Unit = synchronized {
    waiting ++= leased.values.toVector.distinct.sorted.filterNot(waiting.contains)
    leased = Map.empty
  }

  /** Whether a response had all messages. */
  def isEmptied: Boolean = synchronized(waiting.isEmpty)

  /** Messages that are not acknowledged. */
  def left: Int = synchronized((waiting ++ leased.values).distinct.size)

  private def pull(): String = synchronized {
    if (returnsAll) redeliver()
    val (now, later) = waiting.splitAt(most)
    waiting = later
    val leases = now.map(n => s"a-${ids.incrementAndGet()}" -> n)
    leased ++= leases
    leases
      .map { case (id, n) => s"""{"ackId":"$id","message":{"id":$n}}""" }
      .mkString("""{"received":[""", ",", "]}") + garbage
  }

  private def acknowledge(e: HttpExchange): Unit = {
    val body = new String(e.getRequestBody.readAllBytes(), "UTF-8")
    acks.add((e.getRequestMethod, e.getRequestURI.toString, body))
    val named = "a-\\d+".r.findAllIn(e.getRequestURI.getPath + body).toSeq
    assert(body.isEmpty || parse(body).isRight, body)
    val status = ackStatus
    if (status == 0) e.close()
    else {
      if (status == 200) {
        onAck(synchronized(named.flatMap(leased.get)))
        if (!forgetsAcks) synchronized(leased --= named)
      }
      LocalServer.send(e, status, "{}")
    }
  }

  def close(): Unit = server.close()
}
