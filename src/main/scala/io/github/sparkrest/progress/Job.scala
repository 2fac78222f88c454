// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}
import io.github.sparkrest.progress.strategies.{OffsetQuery, TraversalTimes}

/** A job at the API: the records of one traversal, from its creation until the traversal has read them.
  *
  * It is stored before anybody waits for it, so a run that starts after a crash continues with the same job.
  *
  * @param id as the API named it, without secrets of the options. It may be the URL of the status
  * @param query that the job answers: its records are those of this offset and time range, however long it takes
  * @param createdMs when its creation was requested, epoch milliseconds. Later records are not in it
  * @param request hash of the request that it belongs to (see [[RequestIdentity]])
  * @param horizonMs `createdMs` by the API's clock. The executor that reads the records may have another clock than the one that
  *   created the job; `None`: an earlier version created it
  * @param readyMs when the API told this run that it is done, epoch milliseconds. Not stored
  */
final case class Job(
    id: String,
    query: OffsetQuery,
    createdMs: Long,
    request: String,
    phase: JobPhase,
    horizonMs: Option[Long],
    readyMs: Option[Long] = None
) {

  /** Of the traversal that reads its records. */
  def times: Option[TraversalTimes] = horizonMs.map(TraversalTimes(createdMs, _)) // guard: I1.169

  /** Its records can be requested. */
  def isReady: Boolean = phase.isInstanceOf[JobPhase.Ready]

  /** The URL of its file, if the API named one. */
  def file: Option[String] = phase match {
    case JobPhase.Ready(file) => file
    case _                    => None
  }

  /** After the API refused the URL of the file: such a URL may expire before the job does, so the status is requested again. */
  def relocated: Job =
    if (file.isDefined || phase.isInstanceOf[JobPhase.Located]) copy(phase = JobPhase.Running) else this
}

/** How far a job is. */
sealed trait JobPhase
object JobPhase {

  /** Nobody knows that it is done. */
  case object Running extends JobPhase

  /** It is done, and the response to this URL names its file. */
  final case class Located(url: String) extends JobPhase

  /** @param file URL of its file; `None`: the records are at `url` */
  final case class Ready(file: Option[String]) extends JobPhase
}

object Job {
  implicit val encoder: Encoder[Job] = Encoder.instance { j =>
    val phase = j.phase match {
      case JobPhase.Running      => Nil
      case JobPhase.Located(url) => List("located" -> url.asJson)
      case JobPhase.Ready(file)  => List("ready" -> file.asJson)
    }
    Json.fromFields(
      List(
        "id" -> j.id.asJson,
        "offset" -> j.query.offset.asJson,
        "until" -> j.query.until.asJson,
        "created" -> j.createdMs.asJson,
        "request" -> j.request.asJson
      ) ++ j.horizonMs.map("horizon" -> _.asJson) ++ phase
    )
  }

  implicit val decoder: Decoder[Job] = JsonFields.decoder { f =>
    val phase = f[Option[String]]("located") match {
      case Some(url)              => JobPhase.Located(url)
      case None if f.has("ready") => JobPhase.Ready(f[Option[String]]("ready"))
      case None                   => JobPhase.Running
    }
    Job(
      f[String]("id"),
      OffsetQuery(f[String]("offset"), f[String]("until")),
      f[Long]("created"),
      f[String]("request"),
      phase,
      f[Option[Long]]("horizon")
    )
  }
}
