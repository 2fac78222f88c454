// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.queue

import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant

import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.mirror.RecordKey
import io.github.sparkrest.progress.seen.RecordHash
import io.github.sparkrest.progress.strategies.{
  Advance,
  MemoryRule,
  Novelty,
  OffsetQuery,
  OffsetReading,
  OffsetStrategy,
  TraversalTimes
}
import io.github.sparkrest.response.PageFacts

/** `queue`: the API returns records until they are acknowledged, in any order, and perhaps once more after that.
  *
  * A record that comes again may have another content, such as a new `ackId`, so its key alone identifies it. Its rank is its
  * number since the stream began: the newest records are remembered. Time would be a bad measure. A stream that stops between
  * a poll and its acknowledgement for a day gets the same records again when it starts.
  */
final private[sparkrest] class QueueStrategy(options: OffsetConfig) extends OffsetStrategy {
  def ask(state: Progress, now: Instant): Option[OffsetQuery] = Some(OffsetQuery(options.initial))
  def asksForMore: Boolean = true
  def remembers: Boolean = true
  def memory: MemoryRule = MemoryRule.Newest
  override def showsGaps: Progress => Boolean = _ => false

  def read(state: Progress, ask: OffsetQuery, times: TraversalTimes): OffsetReading = new OffsetReading {
    private val key = new RecordKey(options.recordKey)
    private var number = math.max(0L, state.boundary.highest)
    private var unusable = Option.empty[RestError]

    override def rank: Long = number

    override def identity(buf: Array[Byte], from: Int, to: Int): String = key.of(buf, from, to) match {
      case Right(text) =>
        val bytes = text.getBytes(UTF_8)
        RecordHash.of(bytes, 0, bytes.length)
      case Left(why) =>
        unusable = unusable.orElse(Some(why))
        ""
    }

    def see(buf: Array[Byte], from: Int, to: Int): Novelty = {
      number += 1
      Novelty.MayRepeat
    }

    def finish(facts: PageFacts): Either[RestError, Advance] =
      unusable.toLeft(Advance(None, atEnd = facts.records == 0))
  }
}
