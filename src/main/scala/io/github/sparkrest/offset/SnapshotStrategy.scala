// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import java.time.Instant

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.page.PageFacts

/** `snapshot`: each drain is the whole picture, and there is no offset. With `recordKey` a record is delivered if the last
  * picture did not hold it with the same content.
  */
final private[offset] class SnapshotStrategy(config: RestConfig) extends OffsetStrategy {
  def ask(state: EndpointState, now: Instant): Option[Ask] = Some(Ask(config.offset.initial))
  def asksForMore: Boolean = false
  def remembers: Boolean = config.offset.recordKey.nonEmpty
  def keeps(identity: String): Boolean = identity.nonEmpty

  def read(state: EndpointState, ask: Ask, times: DrainTimes): OffsetReading = new OffsetReading {
    def see(buf: Array[Byte], from: Int, to: Int): Novelty = if (remembers) Novelty.MayRepeat else Novelty.New
    def finish(facts: PageFacts): Either[RestError, Reached] =
      if (remembers && state.drain.fold(0L)(_.received) + facts.records > SnapshotStrategy.MaxRecords)
        Left(SnapshotStrategy.tooLarge)
      else Right(Reached(None, atEnd = true))
  }
}

private[offset] object SnapshotStrategy {

  /** The state of a picture travels with each poll: 28 bytes a record. */
  val MaxRecords = 200000

  private val tooLarge = RestError(
    Condition.SnapshotTooLarge,
    s"offsetType=snapshot with recordKey remembers each record of a picture, and this one has more than $MaxRecords.",
    "Leave recordKey out and find the changes in Spark, or ask for a part of the records."
  )
}
