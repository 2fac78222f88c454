// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import java.time.Instant

import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.page.PageFacts

/** `snapshot`: each drain is the whole picture, and there is no offset. With `recordKey` a record is delivered if the last
  * picture did not hold it with the same content.
  */
final private[offset] class SnapshotStrategy(config: RestConfig) extends OffsetStrategy {
  def ask(state: EndpointState, now: Instant): Option[Ask] = Some(Ask(config.offset.initial))
  def asksForMore: Boolean = false
  def remembers: Boolean = config.offset.recordKey.nonEmpty
  def memory: MemoryRule = MemoryRule.LastTraversal

  def read(state: EndpointState, ask: Ask, times: DrainTimes): OffsetReading = new OffsetReading {
    def see(buf: Array[Byte], from: Int, to: Int): Novelty = if (remembers) Novelty.MayRepeat else Novelty.New
    def finish(facts: PageFacts): Either[RestError, Reached] =
      Right(Reached(None, atEnd = true))
  }
}
