// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.io.{FilterInputStream, InputStream}

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.pagelog.PageSink
import io.github.sparkrest.progress.{PageOutcome, PageReader, Progress}
import io.github.sparkrest.response.{PageFacts, RecordSink}

/** @param status of the response; 0: no response */
final case class PageFailure(error: RestError, status: Int = 0) {

  /** The API no longer knows the page token or cursor. */
  def refusesPlace: Boolean = status == 400 || status == 404 || status == 410

  /** The page token is useless: keeping it would repeat the error forever. */
  def endsTraversal: Boolean = PageFailure.EndsTraversal(error.condition)

  /** The error, with a hint if the API refused a cursor. */
  def explained(state: Progress, config: RestConfig): RestError =
    if (state.traversal.isEmpty && Set(400, 410)(status) && !config.offset.restartsExpired)
      RestError(
        Condition.CursorExpired,
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
    Set(Condition.PagesEndEarly, Condition.PageRepeated, Condition.AddressRefused)
}

/** Passes on the records that are new. */
final private class StepSink(begin: PageReader, sink: PageSink) extends RecordSink {
  private var step = begin

  def record(buf: Array[Byte], from: Int, to: Int): Unit =
    if (step.keep(buf, from, to, maybeLast = false)) sink.append(buf, from, to)

  override def maybeLast(buf: Array[Byte], from: Int, to: Int): Unit =
    if (step.keep(buf, from, to, maybeLast = true)) sink.append(buf, from, to)

  def restart(): Unit = {
    step = step.restart()
    sink.discardPage()
  }

  def finish(facts: PageFacts): Either[RestError, PageOutcome] = step.finish(facts)
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
