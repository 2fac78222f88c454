// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.error.RestError
import io.github.sparkrest.http._
import io.github.sparkrest.offset.{EndpointState, OffsetStrategy, PageResult, PageStep}
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.page.{Envelope, RecordSink, RecordSlicer}
import io.github.sparkrest.request.RequestTemplate

/** The data path of a poll: state → request → response → records → new state. Runs in a task, on an executor. */
final class PollPipeline(config: RestConfig, client: HttpClient, clock: Clock) {
  private val template = new RequestTemplate(config)
  private val strategy = OffsetStrategy(config)
  private val slicer = new RecordSlicer(config.dataField, Seq(config.offsetField), config.maxResponseBytes)

  /** One request. An error leaves neither records nor a changed state. */
  def page(state: EndpointState, sink: PageSink): Either[RestError, PageResult] = {
    val request = template.render(strategy.requestOffset(state))
    val result = client.send(Auth(config.auth)(request)) { response =>
      StatusPolicy(response, request.url, clock.now()) match {
        case StatusPolicy.Records =>
          val step = new StepSink(strategy.step(state), sink)
          slicer.slice(response.body, step).left.map(about(request.url)).flatMap(step.finish)
        case StatusPolicy.Empty         => Right(PageResult(state, 0, atEnd = true, None))
        case StatusPolicy.Failed(error) => Left(error)
      }
    }
    if (result.isRight) sink.endPage(state.offset) else sink.discardPage()
    result
  }

  /** Polls until nothing more is waiting or a limit is reached. Only with `streamingInterval` 0 is that more than one request. */
  def run(start: EndpointState, limits: PollLimits, sink: PageSink): PollOutcome = {
    val began = clock.now().toEpochMilli
    var outcome = PollOutcome(start, requests = 0, records = 0, more = false, error = None, warning = None, tookMs = 0)
    var go = true
    while (go) {
      val bytesBefore = sink.bytes
      page(outcome.state, sink) match {
        case Left(error) =>
          outcome = outcome.copy(requests = outcome.requests + 1, more = false, error = Some(error))
          go = false
        case Right(result) =>
          val brought = sink.bytes > bytesBefore || result.next.offset != outcome.state.offset
          outcome = outcome.copy(
            state = result.next,
            requests = outcome.requests + 1,
            records = outcome.records + result.records,
            more = brought && !result.atEnd && strategy.asksForMore,
            warning = outcome.warning.orElse(result.warning)
          )
          go = outcome.more && config.streamingIntervalMs == 0 && !limits.reached(
            sink.bytes,
            clock.now().toEpochMilli - began,
            outcome.requests.toLong
          )
      }
    }
    outcome.copy(tookMs = clock.now().toEpochMilli - began)
  }

  private def about(url: String)(e: RestError): RestError = e.copy(message = s"${Redact.url(url)}: ${e.message}")
}

/** Passes on the records that are new. */
final private class StepSink(begin: PageStep, sink: PageSink) extends RecordSink {
  private var step = begin

  def record(buf: Array[Byte], from: Int, to: Int): Unit = if (step.keep(buf, from, to)) sink.append(buf, from, to)

  def restart(): Unit = {
    step = step.restart()
    sink.discardPage()
  }

  def finish(envelope: Envelope): Either[RestError, PageResult] = step.finish(envelope)
}
