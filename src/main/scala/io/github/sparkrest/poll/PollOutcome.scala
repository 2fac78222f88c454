// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.error.RestError
import io.github.sparkrest.offset.EndpointState

/** What a poll came to. The pages before an error are whole and count; the error concerns the request after them.
  *
  * @param state after the last whole page
  * @param records received, new or not
  * @param tookMs from the first request to the last byte, without the time in which the task waited for a core
  * @param more whether asking again at once can bring more
  */
final case class PollOutcome(
    state: EndpointState,
    requests: Int,
    records: Long,
    more: Boolean,
    error: Option[RestError],
    warning: Option[String],
    tookMs: Long
)

/** A poll as it comes back from an executor. */
final case class PollReport(outcome: PollOutcome, file: Option[PolledFile])
