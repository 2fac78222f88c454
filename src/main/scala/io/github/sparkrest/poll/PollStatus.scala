// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

/** What the poller did so far in this run, for metrics. Counts of requests include retries. */
final case class PollStatus(
    polls: Long,
    requests: Long,
    records: Long,
    newRecords: Long,
    failedPolls: Long,
    lastError: Option[String]
) {
  def plus(o: PollOutcome, kept: Long): PollStatus =
    copy(requests = requests + o.requests, records = records + o.records, newRecords = newRecords + kept)
}

object PollStatus {
  val Start: PollStatus = PollStatus(0, 0, 0, 0, 0, None)
}
