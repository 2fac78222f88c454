// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.pagelog.{Endpoint, PolledFile}
import io.github.sparkrest.progress.Progress

/** The outcome of a poll. The pages before an error are complete and count. The error concerns the request after them.
  *
  * @param state after the last complete page
  * @param records received, new or not
  * @param tookMs from the first request to the last byte; the time in which the task waited for a core does not count
  * @param more whether another request now may return new records
  * @param limit the limits of the API in the last response
  * @param lastPage items of the last page (`PageFacts.items`)
  * @param largestPage items of the largest page
  * @param bytes of the responses, decoded
  * @param waitMs when to repeat the last request, whose response does not count yet
  * @param awaits a record is missing, and a later poll decides whether it is deleted
  * @param unreadMs all records are read that were created at least so long before the last traversal began; `None`: no response
  *   tells
  * @param handedBack the poll was cancelled because other polls wait for the same task; its result is unknown
  */
final case class PollOutcome(
    state: Progress,
    requests: Int,
    records: Long,
    more: Boolean,
    error: Option[RestError],
    warning: Option[String],
    tookMs: Long,
    limit: ServerLimits = ServerLimits.Unknown,
    lastPage: Long = 0,
    largestPage: Long = 0,
    bytes: Long = 0,
    handedBack: Boolean = false,
    waitMs: Option[Long] = None,
    awaits: Boolean = false,
    unreadMs: Option[Long] = Some(0)
)

object PollOutcome {

  /** An error occurred before the first request. */
  def failed(state: Progress, error: RestError): PollOutcome =
    PollOutcome(state, 0, 0, more = false, Some(error), None, 0)

  /** The poll was cancelled, and none of its pages count. */
  def handedBack(state: Progress, tookMs: Long): PollOutcome =
    PollOutcome(state, 0, 0, more = false, None, None, tookMs, handedBack = true)
}

/** The result of polls in one task, as the driver gets it: polls whose pages are in one file, or polls without a page.
  *
  * @param outcomes by the key of the endpoint; a requested poll that is in no report did not begin
  * @param requestAges how many milliseconds before the end of the task each request ended, so that clocks of two machines
  *   are not compared
  * @param repeated the task was not the first attempt and sent no request: under `maxRequestRate`, the requests of the
  *   earlier attempt are unknown
  */
final case class PollReport(
    outcomes: Vector[(String, PollOutcome)],
    file: Option[PolledFile],
    requestAges: Seq[Long] = Nil,
    repeated: Boolean = false
)

object PollReport {

  /** Spark ran the task again, and it sent no request. */
  val Repeated: PollReport = PollReport(Vector.empty, None, repeated = true)

  /** An error occurred before the first request. */
  def failed(polls: Seq[PollRequest], error: RestError): PollReport =
    PollReport(polls.map(p => p.endpoint.key -> PollOutcome.failed(p.state, error)).toVector, None)
}

/** One poll of an endpoint, as the scheduler requests it from a task. */
final case class PollRequest(endpoint: Endpoint, state: Progress, limits: TaskBudget)

/** Bounds of a poll task, so that it does not use much memory or a slot for long. At a bound, the task returns its pages although
  * the API has more. Checked between pages.
  *
  * @param mostSent under `maxRequestRate`: the number of requests that the task may send, hops of redirects included
  * @param later the last of these requests must wait until so many milliseconds after the task began, ascending. A task with
  *   only such requests left ends instead of waiting
  * @param patienceMs a poll that has not ended so long after its task began is cancelled and handed back
  */
final case class TaskBudget(
    maxBytes: Long,
    maxMillis: Long,
    maxRequests: Long,
    mostSent: Long = Long.MaxValue,
    later: Vector[Long] = Vector.empty,
    patienceMs: Long = Long.MaxValue
) {

  /** The requests that the task may have sent so many milliseconds after it began. */
  def sendable(millis: Long): Long = mostSent - later.count(_ > millis) // guard: I7.2

  /** The budget after one request that counts. */
  def afterOne: TaskBudget =
    if (mostSent == Long.MaxValue) this
    else copy(maxRequests = math.max(1L, maxRequests - 1), mostSent = mostSent - 1)

  /** For a poll that begins so many milliseconds after its task. */
  def after(millis: Long): TaskBudget = copy(maxMillis = math.max(0L, maxMillis - millis))

  /** The requests that a poll without a result may have sent. */
  def mayHaveSent: Int = if (mostSent == Long.MaxValue) 1 else mostSent.toInt

  def reached(bytes: Long, millis: Long, requests: Long): Boolean =
    bytes >= maxBytes || millis >= maxMillis || requests >= math.min(maxRequests, sendable(millis)) // guard: I7.3
}

object TaskBudget {

  /** Bytes of a task, and what early responses of a task may have in memory together. */
  val TaskBytes: Long = 32L << 20

  /** How long after its first request a task may begin another. */
  val TaskMillis = 1000L

  /** With requests in flight, a task ends with a round trip in which few of them are under way, and the next one begins later. A
    * longer task spends a smaller part of its time on that, and takes up to [[bytes]].
    *
    * @param whole a task is one commit, so it reads a whole traversal if that does not take too long
    */
  def millis(inFlight: Int, whole: Boolean = false): Long =
    if (whole) CommitMillis else TaskMillis * math.min(inFlight, 8)

  /** Twice as many with requests in flight: eight of them return 32 MB in four seconds, if pages of 100 KB take 100 ms. */
  private def bytes(inFlight: Int): Long = if (inFlight > 1) 2 * TaskBytes else TaskBytes

  /** A stop or a newer run interrupts a task, whatever it may take. */
  private val CommitMillis = 60 * 1000L

  /** @param room bytes that polling may still run ahead of the query */
  def within(room: Long, requestsLeft: Long, inFlight: Int = 1): TaskBudget =
    TaskBudget(math.min(bytes(inFlight), room), TaskMillis, requestsLeft)
}
