// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim.driver

import scala.collection.mutable

import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.poll.JobApi
import io.github.sparkrest.sim.{Answer, SimApi}

/** APIs with jobs. Truth: each record comes once, and no job is created while the driver knows of one that it can read. */
final private[driver] class Jobs(fleet: Fleet) extends Backend {

  /** @param isKnown the driver has stored it
    * @param isRead its last page was sent
    */
  final private class Open(val id: String) {
    var isKnown, isRead = false
  }

  private val apis = Vector.fill(fleet.parents)(new JobApi)
  private val open = Array.fill(fleet.parents)(Option.empty[Open])
  private val failing = mutable.Set.empty[Int]
  private val failed, expired = Array.fill(fleet.parents)(Set.empty[String])
  private val came = Array.fill(fleet.parents)(mutable.HashMap.empty[String, Int])
  private val again = mutable.Set.empty[Int]
  private var last = 0
  var wrong: Option[String] = None
  apis.zipWithIndex.foreach { case (api, child) =>
    api.running = fleet.most - 1
    api.ending = n => if (failed(child)(s"job-$n")) "Failed" else "JobComplete"
    api.refused = path => if (path.split("/").exists(expired(child))) Some(if (fleet.missing) 404 else 410) else None
  }

  def options: Map[String, String] = {
    val all = JobApi.options("http://api.test/{n}").toMap - "lag" + ("jobPollInterval" -> s"${fleet.lease}ms")
    if (fleet.missing) all - "nextField" ++ Map("emptyStatusCodes" -> "204,304,404", "pagination" -> "offset") else all
  }

  def answer(child: Int, request: HttpRequest, now: Long): Answer = {
    val api = apis(child)
    val url = request.url.replace(s"/p$child/", "/")
    val before = api.jobs.length
    val a = api.answer(request.method, url, request.body)
    if (api.jobs.length > before) {
      open(child).filter(_ => !again(child)).foreach { o =>
        wrong = Some(s"a second job: ${api.jobs.last.id} of p$child is created, though ${o.id} can be read")
      }
      open(child) = Some(new Open(api.jobs.last.id))
      if (failing(child)) failed(child) += api.jobs.last.id
      failing -= child
    }
    if (a.status == 200 && url.contains("/results") && a.body.contains("\"next\":null"))
      open(child).foreach(_.isRead = true)
    if (a.body.contains("\"state\":\"Failed\"")) open(child) = None
    Answer(a.status, a.headers.map { case (k, v) => k.toLowerCase -> v } :+ ("date" -> SimApi.httpDate(now)), a.body)
  }

  /** Nobody knows a job whose creation was not answered. */
  override def unheard(child: Int): Unit = open(child).foreach { o =>
    if (!o.isKnown) open(child) = None
    o.isRead = false
  }

  override def settled(child: Int): Unit = open(child).foreach { o =>
    o.isKnown = true
    if (o.isRead) open(child) = None
  }

  override def died(): Unit = open.indices.foreach(child => open(child) = open(child).filter(_.isKnown))

  override def restarted(child: Int, job: Option[String], offset: Option[Long]): Unit = open(child).foreach { o =>
    if (o.isRead && job.isEmpty) open(child) = None
    o.isRead = false
  }

  def change(child: Int, what: String, n: Int, now: Long): Unit =
    if (what == "broken") failing += child
    else {
      last += 1
      apis(child).records :+= last -> now
    }

  def expire(child: Int): Unit = {
    expired(child) ++= apis(child).jobs.map(_.id)
    open(child) = None
  }

  def clock(child: Int): Long = 0L

  def forgotten(child: Int): Unit = {
    again += child
    open(child) = None
  }

  def delivered(child: Int, records: Seq[String]): Unit =
    records.foreach(r => came(child)(r) = came(child).getOrElse(r, 0) + 1)

  def owed(child: Int): Option[String] =
    apis(child).records.map(JobApi.shown).find(!came(child).contains(_)).map(r => s"lost: $r")

  def repeated(child: Int): Option[String] =
    came(child).collectFirst { case (r, n) if n > 1 && !again(child) => s"repeated: $r came $n times" }
}
