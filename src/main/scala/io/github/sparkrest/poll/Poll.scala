// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.io.{FilterInputStream, InputStream}

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.auth.KnownSecrets
import io.github.sparkrest.http.client.{Redirects, StatusPolicy}
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.pagelog.{PageOrigin, PageSink}
import io.github.sparkrest.progress.seen.{SeenInMemory, SeenStore}
import io.github.sparkrest.progress.{CoreLimits, PageOutcome, Progress, Progression, Refusal, RequestPlan}
import io.github.sparkrest.request.{InputRow, NextUrl, PageToken, RequestTemplate, RequestValues}
import io.github.sparkrest.response.{Envelope, PageFacts, ResponseReader}
import io.github.sparkrest.secret.Redact

/** The data path of a poll: state → request → response → records → new state. Runs in a task, on an executor.
  *
  * @param client adds the credentials (`AuthorizedClient`)
  * @param row of the endpoint, with an input
  * @param collected the secrets to remove from texts, if the caller has collected them
  * @param seen stores the memory of delivered records, if it is large
  */
final class Poll(
    config: RestConfig,
    client: HttpClient,
    clock: Clock,
    row: InputRow = InputRow.Empty,
    collected: Option[KnownSecrets] = None,
    limits: CoreLimits = CoreLimits.Default,
    seen: SeenStore = new SeenInMemory
) {
  private val template = new RequestTemplate(config)
  private val redirects = new Redirects(config, client)
  private val core = new Progression(config, limits, seen)
  private val reader = new ResponseReader(config, core.fieldsRead, config.maxResponseBytes)
  private val conditional = new ConditionalRequests(config)

  /** The limits of the API in the last response. */
  private var limit = ServerLimits.Unknown

  /** Bytes of all responses so far. */
  private var received = 0L

  /** URL and status of the last response. */
  private var lastResponse = ("", 0)
  private lazy val secrets = collected.getOrElse(KnownSecrets(config)).and(row)

  /** One request. An error leaves neither records nor a changed state. */
  def page(state: Progress, sink: PageSink): Either[PageFailure, PageOutcome] =
    core.plan(state, clock.now()) match {
      case None          => Right(PageOutcome(state, 0, atEnd = true, None))
      case Some(planned) =>
        val request = template.render(opened(planned.values)).map(completed)
        val plan = planned.copy(at = request.toOption.flatMap(client.answeredAt).getOrElse(planned.at))
        val result = request.left
          .map(PageFailure(_))
          .flatMap(r => send(state, plan, conditional.conditioned(state, plan, r), r, sink))
        result match {
          case Right(r) => sink.endPage(plan.state.offset, if (r.records > 0) Some(origin(plan)) else None) // guard: I5.1
          case Left(_) => sink.discardPage() // guard: I1.1
        }
        result
    }

  /** Restores the secrets that were removed from a stored cursor. For a URL this waits until its origin is known. */
  private def opened(values: RequestValues): RequestValues = values.copy(
    input = row,
    offset = if (config.followsLinks) values.offset else secrets.open(values.offset),
    page = values.page.map {
      case PageToken.Cursor(text) => PageToken.Cursor(secrets.open(text))
      case other                  => other
    }
  )

  /** Restores the secrets of a stored URL, which may be sent only to the origin of `url`. */
  private def completed(request: HttpRequest): HttpRequest = {
    val url = secrets.open(request.url)
    if (!request.trusted || url == request.url) request else request.copy(url = NextUrl.encoded(url)) // guard: I6.3
  }

  private def origin(plan: RequestPlan) =
    PageOrigin(
      lastResponse._1,
      lastResponse._2,
      plan.at.toEpochMilli,
      plan.state.traversal.fold(0L)(_.pages) + 1
    )

  /** @param plain the request without its condition */
  private def send(
      state: Progress,
      plan: RequestPlan,
      request: HttpRequest,
      plain: HttpRequest,
      sink: PageSink
  ): Either[PageFailure, PageOutcome] = {
    var status = 0
    limit = ServerLimits.Unknown
    val result = redirects.send(request) { response =>
      status = response.status
      val allSecrets = secrets.and(response.tokens)
      lastResponse = (allSecrets.hide(Redact.url(response.url)), status)
      limit = ServerLimits.of(response.headers, config.limits, clock.now().toEpochMilli)
      StatusPolicy(response, request.copy(url = response.url), clock.now(), config) match {
        case StatusPolicy.Failed(error)                              => Left(error)
        case StatusPolicy.Empty if status == 304 && request != plain => Right(PageOutcome(state, 0, atEnd = true, None))
        case verdict                                                 =>
          val step = new StepSink(core.begin(plan, clock.now(), response.date, sink), sink)
          val sliced =
            if (verdict == StatusPolicy.Empty) Right(Envelope.Empty)
            else counted(response)(reader.read(_, step, plan.state.recognized))
          sliced
            .flatMap(envelope => step.finish(factsOf(response, envelope, allSecrets)))
            .map(r =>
              r.copy(next = r.next.copy(validators = conditional.validatorsOf(plan, plain, response, r.next, clock.now())))
            )
      }
    }
    result.left.map(e => PageFailure(secrets.hide(e), status))
  }

  private def factsOf(response: HttpResponse, envelope: Envelope, secrets: KnownSecrets) =
    PageFacts(
      secrets.hold(response.url),
      response.headers,
      envelope,
      refused = response.status >= 400,
      hold = secrets.hold // guard: I6.2
    )

  private def counted[A](response: HttpResponse)(read: HttpResponse => A): A = {
    val body = new CountedBody(response.body)
    try read(response.copy(body = body))
    finally received += body.bytes
  }

  /** Polls until the API has nothing more, or a limit is reached. A poll reads all pages of a traversal. With
    * `streamingInterval` 0, one traversal follows the other.
    */
  def run(start: Progress, limits: TaskBudget, sink: PageSink): PollOutcome = {
    val began = clock.now().toEpochMilli
    val receivedBefore = received
    var outcome = PollOutcome(start, requests = 0, records = 0, more = false, error = None, warning = None, tookMs = 0)
    var go = true
    while (go) {
      val bytesBefore = sink.bytes
      val hopsBefore = redirects.followed
      val result = page(outcome.state, sink)
      val requests = outcome.requests + 1 + redirects.followed - hopsBefore
      result match {
        case Left(failure) =>
          // After a failure, the next request is unconditional.
          val failed = outcome.copy(outcome.state.copy(validators = None), requests, limit = failure.waits(limit)) // guard: I3.6
          outcome = judged(failed, failure)
          go = false
        case Right(result) =>
          val kept = sink.bytes > bytesBefore
          val progressed = kept || result.next.offset != outcome.state.offset
          val inTraversal = result.next.traversal.isDefined
          outcome = outcome.copy(
            state = result.next,
            requests = requests,
            records = outcome.records + result.records,
            more =
              result.waitMs.isDefined || inTraversal || result.unfinished || progressed && !result.atEnd && core.asksForMore,
            warning = outcome.warning.orElse(result.warning.map(secrets.hide(_))),
            limit = limit,
            waitMs = result.waitMs,
            lastPage = result.records,
            largestPage = math.max(outcome.largestPage, result.records)
          )
          val at = clock.now().toEpochMilli - began
          go = outcome.more && result.waitMs.isEmpty && config.paging.intervalMs == 0 && limit.waitMs.isEmpty && !limits
            .reached(
              sink.bytes,
              at,
              outcome.requests.toLong
            ) &&
            (inTraversal || config.paging.isPaged && !result.atEnd || config.streamingIntervalMs == 0) &&
            // Outside a traversal, a response without a new record ends the task, so that the next poll waits.
            (inTraversal || kept || config.offset.kind.movesWithTime)
      }
    }
    outcome.copy(
      state = core.settled(outcome.state),
      tookMs = clock.now().toEpochMilli - began,
      bytes = received - receivedBefore
    )
  }

  /** The outcome after a failure: a page token or cursor may have expired. */
  private def judged(outcome: PollOutcome, failure: PageFailure): PollOutcome = {
    val state = outcome.state
    val certain = state.withoutDoubt
    def failed(next: Progress, error: RestError) = outcome.copy(next, more = false, error = Some(error))
    if (failure.endsTraversal) failed(core.restarted(state), failure.error)
    else if (!failure.refusesPlace) failed(certain, failure.error)
    else
      core.refused(state, failure.status, clock.now().toEpochMilli) match {
        case Refusal.OfOtherThings          => failed(certain, failure.error)
        case Refusal.Certain(next)          => failed(next, failure.explained(state, config))
        case Refusal.Doubtful(next, waitMs) =>
          outcome.copy(
            next,
            more = true,
            waitMs = Some(waitMs),
            warning = Some(
              s"The API refused a page token or cursor with ${failure.status}: the request is repeated before the refusal counts."
            )
          )
      }
  }
}

/** Counts the decoded bytes that are read from the body of a response. */
final private class CountedBody(body: InputStream) extends FilterInputStream(body) {
  var bytes = 0L

  override def read(): Int = {
    val b = super.read()
    if (b >= 0) bytes += 1
    b
  }
  override def read(buf: Array[Byte], from: Int, length: Int): Int = {
    val n = super.read(buf, from, length)
    if (n > 0) bytes += n
    n
  }
}
