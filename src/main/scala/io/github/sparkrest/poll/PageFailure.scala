// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.nio.ByteBuffer

import io.circe.jawn.parseByteBuffer
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.HttpResponse
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.options.values.ValueSource
import io.github.sparkrest.progress.{Progress, Progression, Refusal}
import io.github.sparkrest.request.NextUrl
import io.github.sparkrest.response.{Envelope, PageFacts}
import io.github.sparkrest.secret.Redact

/** @param status of the response; 0: no response
  * @param place the cursor that the response names in place of the one it refuses
  */
final case class PageFailure(error: RestError, status: Int = 0, place: Option[String] = None) {

  /** The API may no longer know the page token, cursor or job. Object stores answer with 403 when the URL of a file has expired. */
  def refusesPlace(state: Progress, config: RestConfig): Boolean =
    config.paging.expiredStatuses.contains(status) || status == 403 && state.job.exists(_.file.isDefined)

  /** The page token or the job is useless: keeping it would repeat the error forever. */
  def endsTraversal: Boolean = PageFailure.EndsTraversal(error.condition)

  /** The error, with a hint if the API refused a cursor. A 404 means more often that the URL is wrong. */
  def explained(state: Progress, config: RestConfig): RestError =
    if (state.job.isDefined)
      state.job.fold(error)(JobSteps.expired(_, error, mayBeEnd = config.emptyStatusCodes.contains(status)))
    else if (state.traversal.isEmpty && status != 404 && !config.offset.restartsExpired)
      Condition.CursorExpired(
        error.message,
        "Set onCursorExpired=restart to start again at initialOffset, or use a new checkpoint."
      )
    else error

  /** After a 503, `Retry-After` applies to this request only. After any other status it applies to the quota. */
  def waits(limit: ServerLimits): ServerLimits =
    if (status == 503) limit else limit.copy(waitMs = error.retryAfterMs.orElse(limit.waitMs))
}

private object PageFailure {
  private val EndsTraversal: Set[Condition] =
    Set(Condition.PagesEndEarly, Condition.PageRepeated, Condition.AddressRefused, Condition.JobFailed)
}

/** The outcome of a poll after a failure: a page token or cursor may have expired. */
final private class Judgement(config: RestConfig, core: Progression) {

  /** @param outcome before the failure */
  def apply(outcome: PollOutcome, failure: PageFailure, now: Long): PollOutcome = {
    val state = outcome.state
    val certain = state.withoutDoubt
    def failed(next: Progress, error: RestError) = outcome.copy(next, more = false, error = Some(error))
    def goesOn(next: Progress, warning: String) = outcome.copy(next, more = true, warning = Some(warning))
    if (failure.endsTraversal) failed(core.restarted(state), failure.error)
    else if (!failure.refusesPlace(state, config)) failed(certain, failure.error)
    else
      core.refused(state, failure.status, now, failure.place) match {
        case Refusal.OfOtherThings                                       => failed(certain, failure.error)
        case Refusal.Certain(next) if isAmbiguous(state, failure.status) => // guard: I3.55
          goesOn(next, mayBeEnd(failure.status))
        case Refusal.Certain(next)          => failed(next, failure.explained(state, config))
        case Refusal.Moved(next)            => goesOn(next, gap(state, next, failure.status))
        case Refusal.Doubtful(next, waitMs) =>
          val warning =
            s"The API refused a page token, cursor or job with ${failure.status}: the request is repeated before the refusal counts."
          goesOn(next, warning).copy(waitMs = Some(waitMs))
      }
  }

  /** The status may also mean the end of the list, so the query does not fail. */
  private def isAmbiguous(state: Progress, status: Int) =
    state.traversal.isDefined && state.job.isEmpty && config.emptyStatusCodes.contains(status)

  private def mayBeEnd(status: Int) =
    s"The API answered an old page token with $status. This may be the end of the list (emptyStatusCodes), or the token may have expired (expiredStatusCodes), so the list is read again from its beginning. If $status is always the end of the list, leave it out of expiredStatusCodes."

  private def gap(from: Progress, to: Progress, status: Int) = {
    def shown(p: Progress) = p.offset.fold("")(o => Redact.url(o).take(200))
    s"The API refused the cursor ${shown(from)} with $status and named ${shown(to)}: the stream goes on there. It does not get the records between the two."
  }
}

/** Finds the cursor that a refusal names (`expiredOffsetField`). */
final private class NamedPlace(config: RestConfig) {
  private val nextUrl = new NextUrl(config)

  /** @param hold removes credentials that the API repeats
    * @return also the response with a body that can still be read
    */
  def in(response: HttpResponse, hold: String => String): (Option[String], HttpResponse) =
    config.paging.expiredPlace.filter(_ => config.paging.expiredStatuses.contains(response.status)) match {
      case None         => (None, response)
      case Some(source) =>
        // The body of a refusal is short.
        val (head, whole) = response.peek(1 << 16)
        val found = PageFacts(response.url, response.headers, envelope(source, head), hold = hold).token(source)
        val place = if (config.followsLinks) found.map(nextUrl.store(_, response.url)) else found
        (place, whole)
    }

  private def envelope(source: ValueSource, head: Array[Byte]): Envelope = source match {
    case ValueSource.InBody(path) =>
      val value = parseByteBuffer(ByteBuffer.wrap(head)).toOption.flatMap(path.valueIn)
      Envelope(value.map(path -> _).toList, Nil)
    case _ => Envelope.Empty
  }
}
