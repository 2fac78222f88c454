// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import java.time.Instant

import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.page.{PageFacts, PageSequence}
import io.github.sparkrest.request.RequestValues

/** The core: `(state, response) -> (records to keep, next state)`. Decides what to ask next and which records are new. Pure.
  *
  * A drain is all pages from one offset on. The offset moves when the drain is complete, for until then nobody knows what
  * the pages to come hold; later pages are asked with the same offset as the first.
  */
final class DrainStep(config: RestConfig, clock: ApiClock = ApiClock()) {
  private val options = config.offset
  private val strategy = OffsetStrategy(config, clock)
  private val latest = new LatestStart(config, clock)
  private val pages = PageSequence(config)

  /** Places in the body that are looked at, beside the records. */
  val wanted: Seq[io.github.sparkrest.options.FieldPath] =
    options.field.toList ++ pages.wanted ++ (config.errorWhen ++ config.emptyWhen).map(_.path)

  def asksForMore: Boolean = strategy.asksForMore

  /** What to ask now; `None`: nothing, time must pass first. */
  def plan(state: EndpointState, now: Instant): Option[Plan] = {
    val base = latest.begun(state, now)
    strategy.ask(base, now).map { fresh =>
      val ask = base.drain.fold(fresh)(d => fresh.copy(until = d.until))
      val initial = base.offset.isEmpty && base.drain.isEmpty
      Plan(base, ask, RequestValues(ask.offset, (ask.offset, ask.until), base.drain.map(_.page), initial), now)
    }
  }

  /** @param now when the response began to come
    * @param date of the response by the API's own clock (RFC 9110 `Date`), epoch milliseconds
    */
  def begin(plan: Plan, now: Instant, date: Option[Long] = None): PageStep = {
    val starts = latest.reads(plan.state)
    val (asked, began) = (plan.at.toEpochMilli, now.toEpochMilli)
    val times = plan.state.drain.fold(clock.times(options, starts, asked, began, date))(_.times)
    val step = latest
      .moved(plan, times)
      .getOrElse(
        new OnePage(
          config,
          strategy,
          pages,
          plan,
          times,
          strategy.read(plan.state, plan.ask, times),
          latest,
          () => begin(plan, now, date)
        )
      )
    clock.warning(options, starts, began, date).fold(step)(new WarnedStep(step, _))
  }

  /** The API refused what it once named: a page of a drain, or a cursor. `None`: the refusal is about neither. */
  def forget(state: EndpointState): Option[EndpointState] = state.drain match {
    case Some(d) => Some(state.copy(drain = None, ahead = state.ahead.union(d.seen)))
    case None if options.restartsExpired && state.offset.isDefined => Some(state.copy(offset = None))
    case None                                                      => None
  }
}

/** One request to come.
  *
  * @param state from which it goes on
  * @param at when it was planned
  */
final case class Plan(state: EndpointState, ask: Ask, values: RequestValues, at: Instant)

/** One response on its way: each record once, in order, then [[finish]]. Used once. */
trait PageStep {

  /** Whether to keep the record in `[from, to)`: false for one that was delivered before. */
  def keep(buf: Array[Byte], from: Int, to: Int): Boolean

  /** Forgets the records so far: they were none (see `RecordSink.restart`). */
  def restart(): PageStep

  /** @return the state after this response; the error fails the poll, which then leaves no trace */
  def finish(facts: PageFacts): Either[RestError, PageResult]
}

/** @param records in the response, kept or not
  * @param atEnd there is nothing further now
  * @param warning said once a query
  */
final case class PageResult(next: EndpointState, records: Long, atEnd: Boolean, warning: Option[String])
