// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim.driver

import io.github.sparkrest.http.{HttpRequest, HttpResponse}
import io.github.sparkrest.progress.Change
import io.github.sparkrest.sim._

/** The API of all endpoints, and the truth about it. Endpoints are numbered; each has separate data. */
private[driver] trait Backend {

  /** Options that read it, with the placeholder `{n}` for the name of the endpoint. */
  def options: Map[String, String]

  /** The response of an endpoint, at this moment. */
  def answer(child: Int, request: HttpRequest, now: Long): Answer

  /** The response to the last request did not arrive. */
  def unheard(child: Int): Unit = { val _ = child }

  def change(child: Int, what: String, n: Int, now: Long): Unit

  /** The clock of the endpoint's API, which a change may have moved. */
  def clock(child: Int): Long

  /** Tokens, leases or jobs of the endpoint end. */
  def expire(child: Int): Unit

  /** The driver has stored the result of a poll. */
  def settled(child: Int): Unit = { val _ = child }

  /** The driver died. What it had not stored is lost. */
  def died(): Unit = ()

  /** A run begins.
    *
    * @param job that it continues with
    * @param offset of a window, from which it continues
    */
  def restarted(child: Int, job: Option[String], offset: Option[Long]): Unit = { val _ = (child, job, offset) }

  /** The endpoint was gone for so long that it may begin again. */
  def forgotten(child: Int): Unit

  /** Records reached the sink. */
  def delivered(child: Int, records: Seq[String]): Unit

  /** A request that no correct client sends. */
  def wrong: Option[String]

  /** What the endpoint still owes. */
  def owed(child: Int): Option[String]

  /** What came too often, or was never there. */
  def repeated(child: Int): Option[String]
}

/** An API that the simulator of one endpoint knows, for each endpoint. */
final private[driver] class Children(fleet: Fleet) extends Backend {
  private val apis = Vector.fill(fleet.parents)(new SimApi(Scenario(fleet.child, Vector.empty), tracing = false))
  private val truths = apis.map(api => new Truth(fleet.child, api.world))
  private val again = scala.collection.mutable.Set.empty[Int]

  /** With `readChanges`, what somebody has who applied all changes. */
  private val mirrors = Vector.fill(fleet.parents)(scala.collection.mutable.HashMap.empty[String, String])
  private var badChange = Option.empty[String]

  def options: Map[String, String] = Reader.options(fleet.child).map {
    case (name, value) if name == "url" || name == "initialUrl" =>
      name -> value.replace("http://api.test/", "http://api.test/{n}/")
    case other => other
  }

  def answer(child: Int, request: HttpRequest, now: Long): Answer = {
    at(child, now)
    apis(child)
      .send(request)(r => Right(Answer(r.status, r.headers, text(r))))
      .fold(e => throw new IllegalStateException(e.text), identity)
  }
  private def text(r: HttpResponse) = new String(r.body.readAllBytes(), "UTF-8")

  private def at(child: Int, now: Long): Unit = {
    val world = apis(child).world
    // The API's clock may be ahead.
    world.now = math.max(world.now, now - fleet.child.skew)
    world.complete()
  }

  def change(child: Int, what: String, n: Int, now: Long): Unit = {
    at(child, now)
    apis(child).change(Event(0, what, n))
  }
  def expire(child: Int): Unit = apis(child).expire()
  def forgotten(child: Int): Unit = again += child
  def delivered(child: Int, records: Seq[String]): Unit =
    if (fleet.child.changes) records.foreach(applied(child, _)) else truths(child).delivered(records)

  /** @param marked the mark of the change, and the record */
  private def applied(child: Int, marked: String): Unit = {
    val (change, text) = (Change.of(marked.head.toByte), marked.tail)
    val id = Children.id.findFirstMatchIn(text).fold("")(_.group(1))
    val isFitting = mirrors(child).contains(id) != change.contains(Change.Insert)
    if (!isFitting && !again(child)) badChange = Some(s"wrong change: $marked of p$child")
    if (change.contains(Change.Delete)) mirrors(child) -= id else mirrors(child)(id) = text
  }

  private def unlike(child: Int): Option[String] = {
    val live = apis(child).world.rows.map(_.text).toSet
    val held = mirrors(child).values.toSet
    def extra = if (again(child)) None else (held -- live).headOption
    (live -- held).headOption.map(t => s"lost: $t").orElse(extra.map(t => s"not deleted: $t"))
  }
  def wrong: Option[String] =
    apis.iterator.flatMap(_.wrong).toSeq.headOption.map(why => s"wrong request: $why").orElse(badChange)
  def owed(child: Int): Option[String] =
    (if (fleet.child.changes) unlike(child) else truths(child).missing).filterNot(_ => apis(child).standsStill)
  def repeated(child: Int): Option[String] =
    if (again(child) || fleet.child.changes) None
    else truths(child).repeated(apis(child).movedByPage, apis(child).expired)

  def clock(child: Int): Long = apis(child).world.now + fleet.child.skew
}

private object Children {
  val id: scala.util.matching.Regex = "\"id\":(\\d+)".r
}
