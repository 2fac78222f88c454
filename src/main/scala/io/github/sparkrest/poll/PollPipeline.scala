// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http._
import io.github.sparkrest.offset.{DrainStep, EndpointState, PageResult, PageStep, Plan}
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.page._
import io.github.sparkrest.request.{HttpRequest, RequestTemplate}

/** The data path of a poll: state → request → response → records → new state. Runs in a task, on an executor. */
final class PollPipeline(config: RestConfig, client: HttpClient, clock: Clock) {
  private val template = new RequestTemplate(config)
  private val core = new DrainStep(config)
  private val refusal = new ReportedError(config)
  private val slicer = new RecordSlicer(config.dataField, core.wanted, config.maxResponseBytes, refusal(_), isEmpty)

  private def isEmpty(envelope: Envelope) = config.emptyWhen.exists(c => c.holds(envelope(c.path)))

  /** One request. An error leaves neither records nor a changed state. */
  def page(state: EndpointState, sink: PageSink): Either[PageFailure, PageResult] =
    core.plan(state, clock.now()) match {
      case None       => Right(PageResult(state, 0, atEnd = true, None))
      case Some(plan) =>
        val result = template.render(plan.values).left.map(PageFailure(_)).flatMap(ask(plan, _, sink))
        if (result.isRight) sink.endPage(plan.state.offset) else sink.discardPage()
        result
    }

  private def ask(plan: Plan, request: HttpRequest, sink: PageSink): Either[PageFailure, PageResult] = {
    var status = 0
    val result = client.send(Auth(config.auth)(request)) { response =>
      status = response.status
      StatusPolicy(response, request.url, clock.now(), config.emptyStatusCodes) match {
        case StatusPolicy.Failed(error) => Left(error)
        case verdict                    =>
          val step = new StepSink(core.begin(plan, clock.now(), response.date), sink)
          val sliced = if (verdict == StatusPolicy.Empty) Right(Envelope.Empty) else slice(response, step)
          sliced.left
            .map(e => e.copy(message = s"${Redact.url(request.url)}: ${e.message}"))
            .flatMap(envelope => step.finish(PageFacts(request.url, response.headers, envelope)))
      }
    }
    result.left.map(PageFailure(_, status))
  }

  private def slice(response: HttpResponse, step: RecordSink): Either[RestError, Envelope] = {
    val sink = if (config.recordFields.isEmpty) step else new NamedFields(config.recordFields, step)
    val lines = config.responseFormat match {
      case "auto" =>
        response
          .header("Content-Type")
          .exists(_.toLowerCase.matches(".*\\b(x-)?(ndjson|jsonl|json-lines|jsonlines)\\b.*"))
      case format => format == "ndjson"
    }
    if (lines) slicer.sliceLines(response.body, sink) else slicer.slice(response.body, sink)
  }

  /** Polls until nothing more is waiting or a limit is reached: all pages of a drain, and with `streamingInterval` 0 one drain
    * after the other.
    */
  def run(start: EndpointState, limits: PollLimits, sink: PageSink): PollOutcome = {
    val began = clock.now().toEpochMilli
    var outcome = PollOutcome(start, requests = 0, records = 0, more = false, error = None, warning = None, tookMs = 0)
    var go = true
    while (go) {
      val bytesBefore = sink.bytes
      val first = outcome.requests == 0
      page(outcome.state, sink) match {
        case Left(failure) =>
          val state = if (first) forgetRefused(outcome.state, failure) else outcome.state
          outcome =
            outcome.copy(state, outcome.requests + 1, more = false, error = Some(explained(outcome.state, failure)))
          go = false
        case Right(result) =>
          val brought = sink.bytes > bytesBefore || result.next.offset != outcome.state.offset
          val inDrain = result.next.drain.isDefined
          outcome = outcome.copy(
            state = result.next,
            requests = outcome.requests + 1,
            records = outcome.records + result.records,
            more = inDrain || brought && !result.atEnd && core.asksForMore,
            warning = outcome.warning.orElse(result.warning)
          )
          val at = clock.now().toEpochMilli - began
          go =
            outcome.more && config.paging.intervalMs == 0 && !limits.reached(sink.bytes, at, outcome.requests.toLong) &&
              (inDrain || config.paging.isPaged && !result.atEnd || config.streamingIntervalMs == 0)
      }
    }
    outcome.copy(tookMs = clock.now().toEpochMilli - began)
  }

  /** A page token or cursor from an earlier poll may have expired: the drain, or all (`onCursorExpired`), begins anew. */
  private def forgetRefused(state: EndpointState, failure: PageFailure): EndpointState =
    if (failure.refusesPlace) core.forget(state).getOrElse(state) else state

  private def explained(state: EndpointState, failure: PageFailure): RestError = {
    val ofCursor = config.offset.kind == "cursor" && state.offset.isDefined && state.drain.isEmpty
    if (ofCursor && Set(400, 410)(failure.status) && !config.offset.restartsExpired)
      RestError(
        Condition.CursorExpired,
        failure.error.message,
        "Set onCursorExpired=restart to begin anew at initialOffset, or use a new checkpoint."
      )
    else failure.error
  }
}

/** @param status of the response; 0: there was none */
final case class PageFailure(error: RestError, status: Int = 0) {

  /** The answer to a place that the API no longer knows. */
  def refusesPlace: Boolean = status == 400 || status == 404 || status == 410
}

/** `errorWhen`: a successful response that says that it is an error. */
final private class ReportedError(config: RestConfig) {
  private def snippet(text: Array[Byte]) = Redact.snippet(text, text.length)

  def apply(envelope: Envelope): Option[RestError] = config.errorWhen
    .filter(c => c.holds(envelope(c.path)))
    .map { c =>
      val said = envelope.values.collectFirst {
        case (p, j) if p == c.path => snippet(j.noSpaces.getBytes("UTF-8"))
      }
      RestError(
        Condition.ApiReportedError,
        s"the response reports an error (errorWhen=${config.options.toMap
            .collectFirst { case (k, v) if k.equalsIgnoreCase("errorWhen") => v }
            .getOrElse("")}): ${c.path} is ${said.getOrElse("")}.",
        "It is asked again."
      )
    }
}

/** Passes on the records that are new. */
final private class StepSink(begin: PageStep, sink: PageSink) extends RecordSink {
  private var step = begin

  def record(buf: Array[Byte], from: Int, to: Int): Unit = if (step.keep(buf, from, to)) sink.append(buf, from, to)

  def restart(): Unit = {
    step = step.restart()
    sink.discardPage()
  }

  def finish(facts: PageFacts): Either[RestError, PageResult] = step.finish(facts)
}
