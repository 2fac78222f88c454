// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.poll.PollOutcome
import io.github.sparkrest.progress.Progress

/** When a stream reads its input again (`inputRefresh`). Pure; times are epoch milliseconds.
  *
  * @param everyMs `None`: never
  */
final private[schedule] case class InputRefresh(everyMs: Option[Long], dueMs: Long, isReading: Boolean = false) {
  def isDue(now: Long): Boolean = everyMs.isDefined && !isReading && dueMs <= now

  /** When to look again. */
  def moment: Option[Long] = everyMs.filterNot(_ => isReading).map(_ => dueMs)

  def begun: InputRefresh = copy(isReading = true)
  def ended(now: Long): InputRefresh = copy(isReading = false, dueMs = now + everyMs.getOrElse(0L))
}

private[schedule] object InputRefresh {
  def apply(everyMs: Option[Long], now: Long): InputRefresh = new InputRefresh(everyMs, now + everyMs.getOrElse(0L))
}

/** The version of an endpoint's row (`inputVersion`). Pure; times are epoch milliseconds.
  *
  * @param current `None`: the input lacks this column
  * @param since when this run first saw it
  * @param polled the version when the current traversal began; `None`: an earlier run began it
  */
final private[schedule] case class RowVersion(
    current: Option[String],
    since: Long,
    polled: Option[String] = None
) {
  def seen(version: Option[String], now: Long): RowVersion =
    if (version == current) this else copy(version, now)

  /** A task gets a part of the poll. */
  def begun(state: Progress): RowVersion =
    if (state.acks.isDefined || state.begunMs.isDefined) this else copy(polled = current)

  /** The state after a poll contains the version that the poll began with, once it has read everything.
    *
    * @param state before the poll
    * @param lagMs a poll leaves out records that are younger, so one that began earlier has not read everything
    */
  def after(state: Progress, outcome: PollOutcome, now: Long, lagMs: Long): PollOutcome = {
    val isOld = lagMs == 0 || state.begunMs.getOrElse(now - outcome.tookMs) - since >= lagMs // guard: I3.42
    val isComplete = state.acks.isEmpty && outcome.error.isEmpty && !outcome.more && !outcome.handedBack &&
      outcome.waitMs.isEmpty && outcome.state.traversal.isEmpty && isOld
    if (isComplete && polled.isDefined) outcome.copy(outcome.state.copy(inputVersion = polled)) // guard: I3.20
    else outcome
  }
}
