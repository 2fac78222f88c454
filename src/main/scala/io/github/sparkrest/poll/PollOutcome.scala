// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.pagelog.PolledFile
import io.github.sparkrest.progress.Progress

/** What a poll came to. The pages before an error are whole and count; the error concerns the request after them.
  *
  * @param state after the last whole page
  * @param records received, new or not
  * @param tookMs from the first request to the last byte, without the time in which the task waited for a core
  * @param more whether asking again at once can bring more
  * @param limit what the last response said of the API's limits
  * @param lastPage records of the last page
  * @param largestPage records of the largest
  * @param bytes of the responses, decoded
  * @param waitMs the same request is to be sent again so much later: its response does not count yet
  * @param handedBack it was broken off, for others wait for the same task; nobody knows how it would have ended
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
    waitMs: Option[Long] = None
)

object PollOutcome {

  /** No request was made, because of an error. */
  def failed(state: Progress, error: RestError): PollOutcome =
    PollOutcome(state, 0, 0, more = false, Some(error), None, 0)

  /** Nothing came of it that counts. */
  def handedBack(state: Progress, tookMs: Long): PollOutcome =
    PollOutcome(state, 0, 0, more = false, None, None, tookMs, handedBack = true)
}

/** Polls as they come back from an executor: those whose pages are in one file, or those without a page.
  *
  * @param outcomes by the key of the endpoint; a poll that was asked for and is in no report did not begin
  * @param requestAges how many milliseconds before the task's end each of its requests was over: no clock is compared with
  *   another
  * @param repeated the task was not the first attempt and asked for nothing: under `maxRequestRate` nobody knows what the one
  *   before asked for
  */
final case class PollReport(
    outcomes: Vector[(String, PollOutcome)],
    file: Option[PolledFile],
    requestAges: Seq[Long] = Nil,
    repeated: Boolean = false
)

object PollReport {

  /** The task was run again, and asked for nothing. */
  val Repeated: PollReport = PollReport(Vector.empty, None, repeated = true)

  /** No request was made, because of an error. */
  def failed(polls: Seq[PollRequest], error: RestError): PollReport =
    PollReport(polls.map(p => p.endpoint.key -> PollOutcome.failed(p.state, error)).toVector, None)
}
