// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.nio.ByteBuffer

import io.circe.Json
import io.circe.jawn.parseByteBuffer
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.jobs.JobConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.client.StatusPolicy
import io.github.sparkrest.http.{Clock, HttpRequest, HttpResponse}
import io.github.sparkrest.options.values.{BodyCondition, FieldPath, ValueSource}
import io.github.sparkrest.progress.{Job, JobPhase, KeptRecords, PageOutcome, Progress, Progression, RequestPlan}
import io.github.sparkrest.request.{JobTemplate, NextUrl}
import io.github.sparkrest.response.{Envelope, PageFacts}
import io.github.sparkrest.secret.Redact

/** The steps of a poll before the records of a job: create it, request its status, find its file. Each step is one request, and
  * the state after it is stored before the next one, except where the API needs no time in between.
  *
  * A crash after the first request leaves a job that nobody knows. The next run creates another job, and no record is lost or
  * repeated, because nothing was read yet. A crash after any later request repeats that request.
  */
final private[poll] class JobSteps(
    config: RestConfig,
    job: JobConfig,
    core: Progression,
    requests: PollRequests,
    clock: Clock
) {
  import JobSteps._
  private val template = requests.jobs(job)
  private val nextUrl = new NextUrl(config)

  /** Whether the next request of `state` is not for records. */
  def isNext(state: Progress): Boolean = !state.job.exists(_.isReady)

  def request(plan: RequestPlan): Either[RestError, HttpRequest] = {
    val values = requests.opened(plan.values)
    val made = plan.state.job.map(j => (j.id, j.phase)) match {
      case None                           => template.creation(values)
      case Some((_, JobPhase.Located(u))) => template.result(u, values)
      case Some((id, _))                  => template.status(id, values)
    }
    made.map(requests.completed)
  }

  /** The state after the response.
    *
    * @param hold removes credentials from a text that is stored
    * @param kept see [[Progression.begin]]: a job may be done without records
    */
  def read(
      plan: RequestPlan,
      response: HttpResponse,
      verdict: StatusPolicy.Verdict,
      hold: String => String,
      kept: KeptRecords
  ): Either[RestError, PageOutcome] = {
    val body = response.body.readNBytes(MostBytes)
    val found = new Answer(response, parseByteBuffer(ByteBuffer.wrap(body)).getOrElse(Json.Null), body, hold)
    val problem = if (verdict == StatusPolicy.Empty) Some(noAnswer(response.status)) else found.reported
    problem.toLeft(plan.state.job).flatMap {
      case None                                              => created(plan, found)
      case Some(j) if j.phase.isInstanceOf[JobPhase.Located] => located(plan, j, found, kept)
      case Some(j)                                           => status(plan, j, found, kept)
    }
  }

  private def created(plan: RequestPlan, found: Answer): Either[RestError, PageOutcome] = found.id match {
    case Some(id) => Right(waiting(core.created(plan, id, clock.now(), found.response.date)))
    case None     => Left(failure(s"The response to the creation of a job has no id at jobIdField: ${found.snippet}"))
  }

  private def status(plan: RequestPlan, j: Job, found: Answer, kept: KeptRecords): Either[RestError, PageOutcome] = {
    val name = shown(j)
    if (job.failed.exists(found.holds)) Left(failure(s"The API reports that job $name failed: ${found.snippet}"))
    else if (config.emptyWhen.exists(found.holds)) empty(plan, found, kept)
    else if (!job.done.exists(found.holds)) {
      val isLate = clock.now().toEpochMilli - j.createdMs >= job.timeoutMs
      if (isLate) Left(failure(s"Job $name is not done within jobTimeout. Its status: ${found.snippet}"))
      else Right(waiting(plan.state.withoutDoubt))
    } else
      template.resultUrl(requests.opened(plan.values), found.field) match {
        case Some(url) => url.map(u => further(plan, j, JobPhase.Located(found.stored(u))))
        case None      => located(plan, j, found, kept)
      }
  }

  /** The job is done, and this response names its file if there is one. */
  private def located(plan: RequestPlan, j: Job, found: Answer, kept: KeptRecords): Either[RestError, PageOutcome] =
    job.resultField match {
      case None       => Right(further(plan, j, JobPhase.Ready(None)))
      case Some(path) =>
        (found.at(path), found.text(path)) match {
          case (_, Some(url)) => Right(further(plan, j, JobPhase.Ready(Some(found.stored(url)))))
          case (Some(_), _)   => empty(plan, found, kept)
          case (None, _)      =>
            Left(failure(s"The response about job ${shown(j)} has no value at jobResultField ($path): ${found.snippet}"))
        }
    }

  private def waiting(next: Progress) =
    PageOutcome(next, 0, atEnd = false, None, waitMs = Some(job.pollIntervalMs))

  private def further(plan: RequestPlan, j: Job, phase: JobPhase) = {
    val next = j.copy(phase = phase, readyMs = Some(clock.now().toEpochMilli))
    PageOutcome(plan.state.copy(job = Some(next)), 0, atEnd = false, None)
  }

  /** The job has no records, as a response without records. */
  private def empty(plan: RequestPlan, found: Answer, kept: KeptRecords): Either[RestError, PageOutcome] =
    core.begin(plan, clock.now(), found.response.date, kept).finish(found.facts).map(core.released)

  /** A response about a job. */
  final private class Answer(val response: HttpResponse, json: Json, body: Array[Byte], hold: String => String) {
    def holds(c: BodyCondition): Boolean = c.holds(at(c.path))
    def at(path: FieldPath): Option[Json] = path.valueIn(json)
    def text(path: FieldPath): Option[String] = at(path).flatMap(PageFacts.text)
    def field(name: String): Option[String] = FieldPath.parse(name).flatMap(text)
    def snippet: String = Redact.snippet(body)

    /** A URL as it may be stored, resolved against this response. */
    def stored(url: String): String = hold(nextUrl.store(url, response.url))

    def id: Option[String] = {
      val found = job.id match {
        case ValueSource.InBody(path) => text(path)
        case other                    => facts.text(other)
      }
      found.map(t => if (job.statusUrl.isEmpty || JobTemplate.isUrl(t)) stored(t) else hold(t))
    }

    def facts: PageFacts = PageFacts(hold(response.url), response.headers, Envelope.Empty, hold = hold)

    /** The error that the response reports, whatever its status code. */
    def reported: Option[RestError] =
      if (config.limits.spentWhen.exists(holds))
        Some(Condition.ApiError("the response reports a used-up quota (rateLimitWhen).", RestError.Retried))
      else if (config.errorWhen.exists(holds))
        Some(Condition.ApiReportedError(s"the response reports an error (errorWhen): $snippet", RestError.Retried))
      else None
  }
}

private[poll] object JobSteps {

  /** A response about a job is small. */
  private val MostBytes = 1 << 20

  private def shown(j: Job): String = Redact.url(j.id).take(200)

  private def failure(what: String): RestError = Condition.JobFailed(what, Replaced)
  private val Replaced = "A new job will be created, as often as maxRetries allows."

  /** `emptyStatusCodes` speak of records. */
  private def noAnswer(status: Int): RestError =
    failure(s"A request about a job was answered with status $status, which emptyStatusCodes contains.")

  /** The API refused the status or the records of a job twice.
    *
    * @param mayBeEnd the status may also mean the end of the records (`emptyStatusCodes`)
    */
  def expired(j: Job, refusal: RestError, mayBeEnd: Boolean): RestError = {
    val error = failure(s"The API no longer knows job ${shown(j)}, or its file: ${refusal.message}")
    if (mayBeEnd)
      error
        .copy(hint = s"$Replaced If this status is always the end of the records, leave it out of expiredStatusCodes.")
    else error
  }
}
