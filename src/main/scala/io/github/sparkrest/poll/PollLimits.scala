// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

/** When a poll task hands back what it has, though more is waiting: so that no task holds much memory or a slot for long.
  * Checked between pages.
  */
final case class PollLimits(maxBytes: Long, maxMillis: Long, maxRequests: Long) {
  def reached(bytes: Long, millis: Long, requests: Long): Boolean =
    bytes >= maxBytes || millis >= maxMillis || requests >= maxRequests
}

object PollLimits {
  private val TaskBytes = 32L << 20
  private val TaskMillis = 1000L

  /** @param room how far polling may still run ahead of the query */
  def within(room: Long, requestsLeft: Long): PollLimits =
    PollLimits(math.min(TaskBytes, room), TaskMillis, requestsLeft)
}
