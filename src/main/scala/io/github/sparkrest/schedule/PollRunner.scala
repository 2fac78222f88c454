// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.poll.{PollReport, PollRequest}

/** Runs polls on executors. Whatever a task throws comes out of [[run]]; HTTP errors are part of the reports. */
trait PollRunner {

  /** Several threads may call this at once, at most one of them with `sharing`.
    *
    * @param sharing the polls wait for each other: a poll that takes long is handed back
    * @return reports in any order; an endpoint that is in no report was not polled
    */
  def run(polls: Seq[PollRequest], sharing: Boolean): Seq[PollReport]

  /** The query was stopped: no further job begins, and waits on the driver end. From any thread. */
  def stop(): Unit = ()
}

/** @param most jobs for one slow endpoint each, in addition to the job for the other slow ones. Each holds a slot of the cluster
  * @param patienceMs how long a job waits for several slow endpoints
  */
final case class SlowLimits(most: Int = SlowLimits.MostJobs, patienceMs: Long = SlowLimits.PatienceMillis)

object SlowLimits {
  val MostJobs = 3
  val PatienceMillis = 30000L

  /** @param slots that tasks may hold at once: at least one is left to the other endpoints and to the query */
  def within(slots: Int): SlowLimits = SlowLimits(most = math.max(1, math.min(MostJobs, slots - 2)))
}
