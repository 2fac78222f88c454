// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim.driver

import scala.collection.mutable

import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.sim.Answer

/** Queues that lease messages and delete the acknowledged ones. Truth: each message comes once, is acknowledged only when a
  * manifest has it, before the next poll of its endpoint, and is acknowledged in the end.
  *
  * @param isStored whether a manifest has the message with this number
  */
final private[driver] class Queues(fleet: Fleet, isStored: Int => Boolean) extends Backend {

  import Queues._

  private val messages = Array.fill(fleet.parents)(mutable.LinkedHashSet.empty[Int])
  private val leases = Array.fill(fleet.parents)(mutable.LinkedHashMap.empty[String, Lease])
  private val came = Array.fill(fleet.parents)(mutable.HashMap.empty[Int, Int])
  private val again = mutable.Set.empty[Int]

  /** The messages of all leases, also of those that are over, and the messages that somebody tried to acknowledge. */
  private val leased = mutable.HashMap.empty[String, Int]
  private val tried = mutable.HashSet.empty[Int]
  private var lastMessage, lastLease = 0
  var wrong: Option[String] = None

  def options: Map[String, String] = Map(
    "url" -> "http://api.test/{n}/pull",
    "dataField" -> "received",
    "offsetType" -> "queue",
    "recordKey" -> "message.id",
    "ackUrl" -> "http://api.test/{n}/ack",
    "ackBody" -> """{"ackIds": ["{ackId}"]}""",
    "ackSize" -> "2"
  )

  def answer(child: Int, request: HttpRequest, now: Long): Answer =
    if (request.url.endsWith("/pull")) pull(child, now)
    else {
      val ids = leaseId.findAllIn(request.body.getOrElse("")).toSeq
      val known = ids.flatMap(id => leases(child).get(id).filter(_.until > now))
      tried ++= ids.flatMap(leased.get)
      known.find(l => !isStored(l.message)).foreach(l => wrong = Some(s"acknowledged before it is stored: ${l.message}"))
      known.foreach(l => messages(child) -= l.message)
      leases(child) --= ids
      Answer(if (ids.nonEmpty && known.isEmpty) 410 else 200, Nil, "{}")
    }

  private def pull(child: Int, now: Long): Answer = {
    // A driver that died after the manifest acknowledges first. Otherwise the message would come once more.
    if (!again(child))
      messages(child)
        .find(m => !tried(m) && isStored(m))
        .foreach(m => wrong = Some(s"polled before it is acknowledged: $m"))
    val hidden = leases(child).valuesIterator.filter(_.until > now).map(_.message).toSet
    val found = messages(child).iterator.filterNot(hidden).take(fleet.most).map { message =>
      lastLease += 1
      leased(s"a-$lastLease") = message
      leases(child)(s"a-$lastLease") = Lease(message, now + fleet.lease)
      s"""{"ackId":"a-$lastLease","message":{"id":$message}}"""
    }
    Answer(200, Nil, found.mkString("""{"received":[""", ",", "]}"))
  }

  def change(child: Int, what: String, n: Int, now: Long): Unit = (0 to n % 3).foreach { _ =>
    lastMessage += 1
    messages(child) += lastMessage
  }

  def expire(child: Int): Unit = leases(child).clear()
  def clock(child: Int): Long = 0L

  def forgotten(child: Int): Unit = again += child

  def delivered(child: Int, records: Seq[String]): Unit =
    records.flatMap(messageId.findFirstMatchIn(_)).foreach { m =>
      val message = m.group(1).toInt
      came(child)(message) = came(child).getOrElse(message, 0) + 1
    }

  def owed(child: Int): Option[String] = messages(child).headOption.map(m =>
    if (came(child).contains(m)) s"not acknowledged: message $m" else s"lost: message $m"
  )

  def repeated(child: Int): Option[String] =
    came(child).collectFirst { case (m, n) if n > 1 && !again(child) => s"repeated: message $m came $n times" }
}

private object Queues {
  val leaseId: scala.util.matching.Regex = "a-\\d+".r
  val messageId: scala.util.matching.Regex = "\"id\":(\\d+)".r

  /** @param until when the queue returns the message again, if it is not acknowledged */
  final case class Lease(message: Int, until: Long)
}
