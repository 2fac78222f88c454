// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

/** When a poll task hands back what it has, though more is waiting: so that no task holds much memory or a slot for long.
  * Checked between pages.
  *
  * @param mostSent under `maxRequestRate`: not one more is sent, not even the next hop of a redirect
  * @param later the last of those are sent no sooner than so many milliseconds after the task began, ascending. A task that
  *   has none left but these ends: it does not wait
  * @param patienceMs a poll that has not ended so long after its task began is broken off and handed back
  */
final case class TaskBudget(
    maxBytes: Long,
    maxMillis: Long,
    maxRequests: Long,
    mostSent: Long = Long.MaxValue,
    later: Vector[Long] = Vector.empty,
    patienceMs: Long = Long.MaxValue
) {

  /** What may have been sent so many milliseconds after the task began. */
  def sendable(millis: Long): Long = mostSent - later.count(_ > millis) // guard: I7.2

  /** What is left of them after one request that counts. */
  def afterOne: TaskBudget =
    if (mostSent == Long.MaxValue) this
    else copy(maxRequests = math.max(1L, maxRequests - 1), mostSent = mostSent - 1)

  /** For a poll that begins when so much of its task's time is over. */
  def after(millis: Long): TaskBudget = copy(maxMillis = math.max(0L, maxMillis - millis))

  /** By a poll of which no more is known. */
  def mayHaveSent: Int = if (mostSent == Long.MaxValue) 1 else mostSent.toInt

  def reached(bytes: Long, millis: Long, requests: Long): Boolean =
    bytes >= maxBytes || millis >= maxMillis || requests >= math.min(maxRequests, sendable(millis)) // guard: I7.3
}

object TaskBudget {
  private val TaskBytes = 32L << 20

  /** A task begins no request later than so long after its first. */
  val TaskMillis = 1000L

  /** @param room how far polling may still run ahead of the query */
  def within(room: Long, requestsLeft: Long): TaskBudget =
    TaskBudget(math.min(TaskBytes, room), TaskMillis, requestsLeft)
}
