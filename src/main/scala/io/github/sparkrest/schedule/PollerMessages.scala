// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import scala.collection.mutable

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Printable, RestError}
import io.github.sparkrest.poll.PollOutcome
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.schedule.PollerCommand.{Info, NoteLeft, WakeQuery, Warn, WarnOnce}
import io.github.sparkrest.secret.Redact

/** The poller's lines in the driver's log: a line per poll, or with several endpoints a line per job. */
private[sparkrest] object PollerMessages {

  /** Endpoints that one line or job names. */
  private val Shown = 10

  def polled(polls: Seq[(EndpointSchedule, SettledPoll)]): Seq[PollerCommand] = {
    val good = polls.filter { case (_, p) => p.outcome.error.isEmpty && !p.outcome.handedBack }
    val slow = polls.collect { case (s, p) if p.outcome.handedBack && p.outcome.requests == 0 => s }
    val summary = good match {
      case Seq((s, SettledPoll(_, outcome, kept, _))) =>
        val offset = s.state.offset.fold("(initial)")(o => Printable(Redact.url(o)))
        val job = s.state.job.fold("")(j => s", job ${Printable(Redact.url(j.id))}")
        Seq(
          s"polled ${s.key}: ${outcome.requests} request(s), ${outcome.bytes} bytes, ${outcome.records} records, $kept new, ${outcome.tookMs} ms, offset $offset$job"
        )
      case Seq() => Nil
      case many  =>
        val outcomes = many.map(_._2.outcome)
        Seq(
          s"polled ${many.length} endpoints: ${outcomes.map(_.requests).sum} requests, ${outcomes.map(_.bytes).sum} bytes, ${outcomes.map(_.records).sum} records, ${many.map(_._2.kept).sum} new, up to ${outcomes.map(_.tookMs).max} ms each"
        )
    }
    val separately =
      if (slow.isEmpty) Nil
      else
        Seq(s"no answer in time: ${slow.take(Shown).map(_.key).mkString(", ")}${rest(slow)}; polled separately from now on")
    (summary ++ separately).map(Info(_))
  }

  def acknowledged(s: EndpointSchedule, outcome: PollOutcome): PollerCommand =
    Info(s"acknowledged the records of ${s.key}: ${outcome.requests} request(s), ${outcome.tookMs} ms")

  def again(s: EndpointSchedule, error: RestError, attempt: Int): PollerCommand =
    Info(s"polling ${s.key} again, try $attempt: ${error.text}")

  def failed(failures: Seq[(EndpointSchedule, RestError)], now: Long): Seq[PollerCommand] = {
    val first = failures.take(Shown).map { case (s, error) =>
      val seconds = math.max(0, s.due - now) / 1000.0
      Warn(
        s"poll of ${s.key} failed, ${s.errorsInRow} in a row; the offset stays, next poll in $seconds s: ${error.text}"
      )
    }
    if (failures.length > Shown) first :+ Warn(s"polls of ${failures.length - Shown} more endpoints failed") else first
  }

  def complete(s: EndpointSchedule, reason: String): PollerCommand = Info(s"${s.key} is complete: $reason")

  def waits(until: Long, now: Long, reason: String): PollerCommand =
    Info(s"the next request waits ${(until - now) / 1000.0} s: $reason")

  /** @param dropped keys of endpoints whose states are dropped */
  def inputChanged(
      before: EndpointSchedules,
      after: EndpointSchedules,
      dropped: Set[String]
  ): Vector[PollerCommand] = {
    val added = after.all.count(s => !s.endpoint.isBackfill && before.get(s.key).isEmpty)
    val news =
      if (added == 0 && before.live.size == after.live.size) Nil
      else Seq(Info(s"the input has ${after.live.size} endpoints now, $added of them new"), WakeQuery)
    val noted = if (dropped.isEmpty && before.left == after.left) Nil else Seq(NoteLeft(after.left, dropped))
    val told =
      if (dropped.isEmpty) Nil
      else
        Seq(Info(s"dropped the progress of ${dropped.size} endpoints, which the input has lacked for endpointRetention"))
    (news ++ noted ++ told).toVector
  }

  def inputFailed(cause: Throwable): PollerCommand = Warn(
    s"The input could not be read again, so the endpoints stay as they are; inputRefresh tries again: ${cause.getMessage}"
  )

  val Repeated: PollerCommand = Warn(
    "Spark ran a poll task again. The second attempt sent no request; maxRequestRate counts all requests that the task was granted."
  )

  val BufferFull: PollerCommand = WarnOnce(
    "Polling waits: the query is slower than the API, and maxBufferedBytes are unread. A larger batchSize may help."
  )

  private def rest(all: Seq[_]): String = if (all.length > Shown) s" and ${all.length - Shown} more" else ""
}

/** Signs, over several polls, that an option is wrong; each warning names the option to set. Pure.
  *
  * @param unmoved polls in a row that returned new records and left the offset where it was
  * @param repeated polls in a row that returned many records, but no new one
  */
final case class PollWarnings(unmoved: Int = 0, repeated: Int = 0) {
  import PollWarnings._

  def after(last: Progress, outcome: PollOutcome, kept: Long): PollWarnings =
    if (outcome.error.isDefined || outcome.state.begunMs.isDefined) this
    else
      PollWarnings(
        unmoved = if (kept == 0) unmoved else if (last.offset == outcome.state.offset) unmoved + 1 else 0,
        repeated = if (kept > 0 || outcome.records < Many) 0 else repeated + 1
      )

  def texts(config: RestConfig): List[String] = List(
    (unmoved >= InARow && config.offset.kind.hasOffset) ->
      s"""New records came in $InARow polls, and the offset from "${config.offset.name}" did not move. Check offsetField and offsetType; a page size that equal values fill needs pagination.""",
    (repeated >= InARow && config.hasPlaceholder && config.offset.kind.hasOffset) ->
      s"The same records came again in $InARow polls, and were dropped. Does the API look at the placeholder in url? If it sends no more than some records, read further pages (pagination), above all with lookback."
  ).collect { case (true, text) => text }
}

object PollWarnings {
  private val InARow = 3
  private val Many = 20L
}

/** Warnings that were logged. A warning may quote a cursor, and a stream lives for years, so only the newest ones are kept: an old
  * one may be logged again. For one thread.
  */
final private[sparkrest] class LoggedOnce(most: Int = LoggedOnce.Most) {
  private val texts = mutable.LinkedHashSet.empty[String]
  def size: Int = texts.size

  /** Whether the text is new. */
  def add(text: String): Boolean = {
    val isNew = texts.add(text)
    if (texts.size > most) texts -= texts.head // guard: I4.111
    isNew
  }
}

private object LoggedOnce {
  val Most = 1000
}
