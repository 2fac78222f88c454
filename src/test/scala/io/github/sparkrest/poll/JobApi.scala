// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.circe.parser.parse
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.schedule.PolledApi
import io.github.sparkrest.schedule.PolledApi.{Answer, query}

/** An API with jobs, as a function from request to response. A job has the records whose `at` is in `[from, to)` when it is
  * created. Its result has pages of two records.
  */
final class JobApi {
  import JobApi.Made

  @volatile var records: Vector[(Int, Long)] = Vector.empty
  @volatile var jobs: Vector[Made] = Vector.empty

  /** Status requests that a job answers with `InProgress`. */
  @volatile var running = 1

  /** The state of a job at its end. */
  @volatile var ending: Int => String = (_: Int) => "JobComplete"

  /** Paths that the API refuses, with this status. */
  @volatile var refused: String => Option[Int] = (_: String) => None
  private var polls = Map.empty[String, Int]

  def answer(method: String, url: String, body: Option[String]): Answer = synchronized {
    val path = url.replaceFirst("^https?://[^/]*", "").takeWhile(_ != '?')
    val parts = path.split("/", -1).toVector.drop(1)
    def part(n: Int) = parts.lift(n).getOrElse("")
    refused(path).fold(answered(method, part(0), part(1), part(2), query(HttpRequest("GET", url, Nil)), body))(
      Answer("no longer here", Nil, _)
    )
  }

  private def answered(
      method: String,
      name: String,
      id: String,
      rest: String,
      params: Map[String, String],
      body: Option[String]
  ) =
    if (name == "jobs" && id.isEmpty && method == "POST") {
      val asked = body.flatMap(parse(_).toOption).getOrElse(io.circe.Json.Null).hcursor
      val (from, to) = (asked.get[Long]("from").getOrElse(0L), asked.get[Long]("to").getOrElse(Long.MaxValue))
      val made = Made(s"job-${jobs.size + 1}", from, to, records.filter { case (_, at) => at >= from && at < to })
      jobs :+= made
      Answer(s"""{"id":"${made.id}","state":"UploadComplete"}""", Seq("Location" -> s"/jobs/${made.id}"))
    } else
      jobs.find(_.id == id).fold(Answer("unknown job", Nil, 404)) { job =>
        if (rest.isEmpty) status(job) else page(job, params)
      }

  private def status(job: Made): Answer = {
    val polled = polls.getOrElse(job.id, 0)
    polls += job.id -> (polled + 1)
    val state = if (polled < running) "InProgress" else ending(jobs.indexWhere(_.id == job.id) + 1)
    val file =
      if (job.records.isEmpty) "null" else s""""https://files.example.com/${job.id}?X-Amz-Signature=s$polled""""
    Answer(s"""{"id":"${job.id}","state":"$state","url":$file,"document":"doc-of-${job.id}","message":"out of luck"}""")
  }

  private def page(job: Made, params: Map[String, String]): Answer = {
    val at = params.get("locator").filter(_.nonEmpty).fold(0)(_.toInt)
    val found = job.records.slice(at, at + 2)
    val next = if (at + 2 < job.records.length) s""""${at + 2}"""" else "null"
    Answer(s"""{"records":${PolledApi.array(found.map(JobApi.shown))},"next":$next}""")
  }
}

object JobApi {
  final case class Made(id: String, from: Long, to: Long, records: Vector[(Int, Long)])

  def shown(record: (Int, Long)): String = s"""{"id":${record._1},"at":${record._2}}"""

  /** Options of a stream on it, with a window of time. */
  def options(host: String): Seq[(String, String)] = Seq(
    "url" -> s"$host/jobs/{job}/results",
    "jobUrl" -> s"$host/jobs",
    "jobBody" -> """{"from":{windowStart},"to":{windowEnd}}""",
    "jobDoneWhen" -> "state=JobComplete",
    "jobFailedWhen" -> "state=Failed,state=Aborted",
    "dataField" -> "records",
    "pagination" -> "cursor",
    "nextField" -> "next",
    "pageParam" -> "locator",
    "offsetType" -> "window",
    "offsetField" -> "at",
    "offsetFormat" -> "epoch_ms",
    "initialOffset" -> "0",
    "lag" -> "10s",
    "recordKey" -> "id"
  )
}
