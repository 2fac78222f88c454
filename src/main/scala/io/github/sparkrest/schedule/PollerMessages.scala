// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.error.{Printable, RestError}
import io.github.sparkrest.poll.PollOutcome
import io.github.sparkrest.secret.Redact
import org.slf4j.LoggerFactory

/** What a [[Poller]] says in the driver's log: a line a poll, or with several endpoints a line a job. For its thread. */
final private[sparkrest] class PollerMessages {
  import PollerMessages._

  private var warned = Set.empty[String]
  private var waitsUntil = 0L

  /** @param polls each with its outcome and how many records were new */
  def polled(polls: Seq[(EndpointSchedule, PollOutcome, Long)]): Unit = {
    val good = polls.filter { case (_, outcome, _) => outcome.error.isEmpty && !outcome.handedBack }
    good match {
      case Seq((e, outcome, kept)) =>
        logger.info(
          s"polled ${name(e)}: ${outcome.requests} request(s), ${outcome.bytes} bytes, ${outcome.records} records, $kept new, ${outcome.tookMs} ms, offset ${e.state.offset
              .fold("(initial)")(o => Printable(Redact.url(o)))}"
        )
      case Seq() => ()
      case many  =>
        logger.info(
          s"polled ${many.length} endpoints: ${many.map(_._2.requests).sum} requests, ${many.map(_._2.bytes).sum} bytes, ${many.map(_._2.records).sum} records, ${many.map(_._3).sum} new, up to ${many.map(_._2.tookMs).max} ms each"
        )
    }
    polls.collect { case (e, outcome, _) if outcome.handedBack && outcome.requests == 0 => e } match {
      case Seq() => ()
      case slow  =>
        logger.info(
          s"no answer in time: ${slow.take(Shown).map(name).mkString(", ")}${more(slow)}; polled apart from now on"
        )
    }
  }

  def again(e: EndpointSchedule, error: RestError, attempt: Int): Unit =
    logger.info(s"polling ${name(e)} again, try $attempt: ${error.text}")

  def failed(failures: Seq[(EndpointSchedule, RestError)], now: Long): Unit = {
    failures.take(Shown).foreach { case (e, error) =>
      logger.warn(
        s"poll of ${name(e)} failed, ${e.errorsInRow} in a row; the offset stays, next poll in ${math.max(0, e.due - now) / 1000.0} s: ${error.text}"
      )
    }
    if (failures.length > Shown) logger.warn(s"polls of ${failures.length - Shown} more endpoints failed")
  }

  def repeated(): Unit =
    logger.warn("a task that polls was run again: it asked for nothing, and what was granted counts as used")

  def complete(e: EndpointSchedule, why: String): Unit = logger.info(s"${name(e)} is complete: $why")

  /** @return whether this wait was not told of before */
  def waits(until: Long, now: Long, why: String): Boolean = {
    val news = until > waitsUntil
    if (news) logger.info(s"the next request waits ${(until - now) / 1000.0} s: $why")
    waitsUntil = math.max(until, waitsUntil)
    news
  }

  def warnOnce(text: String): Unit = if (!warned(text)) {
    warned += text
    logger.warn(Printable(text))
  }

  private def name(e: EndpointSchedule): String = e.endpoint.key
  private def more(all: Seq[_]): String = if (all.length > Shown) s" and ${all.length - Shown} more" else ""
}

private[sparkrest] object PollerMessages {

  /** Endpoints that one line or job names. */
  private val Shown = 10
  private val logger = LoggerFactory.getLogger("io.github.sparkrest.Poller")
}
