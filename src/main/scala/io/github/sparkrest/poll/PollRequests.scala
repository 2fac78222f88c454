// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.jobs.JobConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.auth.KnownSecrets
import io.github.sparkrest.http.{HttpDate, HttpRequest, HttpResponse}
import io.github.sparkrest.options.RestOptions
import io.github.sparkrest.options.values.{HttpMethod, ValueSource}
import io.github.sparkrest.progress.seen.ShortHash
import io.github.sparkrest.progress.{Progress, RequestPlan, Validators}
import io.github.sparkrest.request.{InputRow, JobTemplate, NextUrl, PageToken, RequestTemplate, RequestValues}
import io.github.sparkrest.secret.{Redact, Secret}

/** The requests of one endpoint, from planned values.
  *
  * @param row of the endpoint, with an input
  */
final private[poll] class PollRequests(config: RestConfig, row: InputRow, secrets: => KnownSecrets) {
  private val template = new RequestTemplate(config)

  def apply(values: RequestValues): Either[RestError, HttpRequest] = template.render(opened(values)).map(completed)

  /** The requests about a job. */
  def jobs(job: JobConfig): JobTemplate = new JobTemplate(config, job, template)

  /** Restores the secrets that were removed from a stored cursor. For a URL this waits until its origin is known. */
  def opened(values: RequestValues): RequestValues = values.copy(
    input = row,
    offset = if (config.followsLinks) values.offset else secrets.open(values.offset),
    page = values.page.map {
      case PageToken.Cursor(text) => PageToken.Cursor(secrets.open(text))
      case other                  => other
    },
    job = values.job.map(secrets.open)
  )

  /** Restores the secrets of a stored URL, which may be sent only to the origin of `url`. */
  def completed(request: HttpRequest): HttpRequest = {
    val url = secrets.open(request.url)
    if (!request.trusted || url == request.url) request else request.copy(url = NextUrl.encoded(url)) // guard: I6.3
  }
}

/** `conditionalRequests`: makes a request conditional (RFC 9110 §13) if all records of the last response were delivered. Pure.
  *
  * A 304 then changes nothing. That is correct only if the same response could not contain a new record. So the response was
  * complete in one page, `lag` held no record back, and the stream does not deliver every snapshot (`snapshot` without
  * `recordKey`). With `inputVersion` a 304 would count as reading the version, and no full request would follow. A server may keep
  * its validator although its data changed. Then records are late by at most [[MaxAgeMillis]], and none is lost that the API still
  * has.
  */
final private[sparkrest] class ConditionalRequests(config: RestConfig) {
  import ConditionalRequests._

  private val applies = {
    val o = config.offset
    config.limits.conditional && !o.isQueue && config.method == HttpMethod.Get && o.lagMs == 0 && !o.kind.movesWithTime &&
    (o.kind.hasOffset || o.recordKey.nonEmpty) && !readsHeaders &&
    config.input.forall(_.version.isEmpty) && // guard: I1.125
    !config.headers.exists { case (k, _) => userHeaders(k.toLowerCase) }
  }

  /** Many servers compute the tag from the body alone. A next link, a cursor or the sign of a further page in a header may still
    * be new.
    */
  private def readsHeaders =
    config.paging.kind.readsHeaders ||
      (config.paging.next ++ config.paging.hasMore.map(_._1) ++ Seq(config.offset.source)) // guard: I1.124
        .exists {
          case _: ValueSource.InBody => false
          case _                     => true
        }

  /** The options that decide how a response is read. After a change of one, the response must be read again. */
  private lazy val reading = {
    val others = config.options.without(RestOptions.all.filter(_.secret).map(_.name) ++ rendered)
    others.map { case (k, v) => (k.toLowerCase, v) }.toSeq.sorted.mkString("\n")
  }

  /** The request, with the validator of its last response. */
  def conditioned(state: Progress, plan: RequestPlan, request: HttpRequest): HttpRequest =
    usable(state, plan, request).fold(request) { v =>
      val condition = v.etag.map("If-None-Match" -> _) ++ v.modified.map("If-Modified-Since" -> _)
      request.copy(headers = request.headers ++ condition.take(1))
    }

  private def usable(state: Progress, plan: RequestPlan, request: HttpRequest): Option[Validators] =
    if (!applies || !request.trusted || plan.state.traversal.isDefined) None
    else
      state.validators.filter { v =>
        val age = plan.at.toEpochMilli - v.atMs
        age >= 0 && age < MaxAgeMillis && v.request == identity(plan, request)
      }

  /** The validators for the next request. `None`: request the full response.
    *
    * @param next the state after the response
    */
  def validatorsOf(
      plan: RequestPlan,
      request: HttpRequest,
      response: HttpResponse,
      next: Progress,
      now: Instant
  ): Option[Validators] =
    if (
      !applies || !request.trusted || response.status != 200 || plan.state.traversal.isDefined || next.traversal.isDefined
    )
      None
    else {
      val etag = response.header("ETag").map(_.trim).filter(isPlain)
      val modified = response.header("Last-Modified").map(_.trim).filter(m => isPlain(m) && isSettled(m, response))
      if (etag.isEmpty && modified.isEmpty) None
      else Some(Validators(identity(plan, request), etag, if (etag.isEmpty) modified else None, now.toEpochMilli))
    }

  /** RFC 9110 §8.8.2.2: `Last-Modified` has a resolution of a second, so it does not show a later change in the same second.
    * A minute allows for a difference between two clocks.
    */
  private def isSettled(modified: String, response: HttpResponse): Boolean =
    (for (m <- HttpDate.parse(modified); d <- response.date) yield d - m >= SettledMillis).getOrElse(false)

  private def isPlain(text: String) = text.nonEmpty && text.length <= 256 && text.forall(c => c >= ' ' && c <= '~')

  /** Without secrets. The plan contains everything that varies between requests of a stream. */
  private def identity(plan: RequestPlan, request: HttpRequest): String = {
    val v = plan.values
    val headers = request.headers
      .filterNot(h => Secret.mayBe(h._1))
      .map(h => s"${h._1}:${h._2}")
    ShortHash.of(
      (Seq(
        request.method,
        Redact.url(request.url, Secret.mayBe(_)),
        v.offset,
        v.window.toString,
        v.initial.toString,
        reading
      ) ++ headers)
        .mkString("\n")
    )
  }
}

private[sparkrest] object ConditionalRequests {

  /** How long a 304 is trusted. After that, the full response is requested. */
  val MaxAgeMillis: Long = 10 * 60 * 1000L
  private val SettledMillis = 60 * 1000L
  private val userHeaders = Set("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "range")

  /** Options that are part of the request, where each secret is removed. */
  private val rendered = Set("url", "params", "headers", "body", "initialurl", "initialbody")
}
