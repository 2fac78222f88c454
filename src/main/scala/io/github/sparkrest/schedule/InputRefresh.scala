// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

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
