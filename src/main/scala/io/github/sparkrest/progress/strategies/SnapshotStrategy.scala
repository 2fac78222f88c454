// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.response.PageFacts

/** `snapshot`: each traversal returns the whole list, without an offset. With `recordKey`, a record is delivered if the last
  * snapshot did not contain it with the same content.
  */
final private[sparkrest] class SnapshotStrategy(config: RestConfig) extends OffsetStrategy {
  def ask(state: Progress, now: Instant): Option[OffsetQuery] = Some(OffsetQuery(config.offset.initial))
  def asksForMore: Boolean = false
  def remembers: Boolean = config.offset.recordKey.nonEmpty
  def memory: MemoryRule = MemoryRule.LastTraversal

  def read(state: Progress, ask: OffsetQuery, times: TraversalTimes): OffsetReading = new OffsetReading {
    def see(buf: Array[Byte], from: Int, to: Int): Novelty = if (remembers) Novelty.MayRepeat else Novelty.New
    def finish(facts: PageFacts): Either[RestError, Advance] =
      Right(Advance(None, atEnd = true))
  }
}
