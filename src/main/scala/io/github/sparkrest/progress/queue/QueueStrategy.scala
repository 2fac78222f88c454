// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.queue

import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant

import io.circe.syntax._
import io.circe.{Decoder, Encoder, Json}
import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.mirror.RecordKey
import io.github.sparkrest.progress.seen.RecordHash
import io.github.sparkrest.progress.strategies._
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

/** Records that the last poll of a queue received, and that are not all acknowledged yet.
  *
  * Invariant: a state has them only together with the records: the manifest of the poll names both. So a record is acknowledged
  * only after the log has it. A later run that finds them sends the requests again. If the file is gone, all of its requests have
  * succeeded, or the queue will return the records. An earlier version never reads such a state, because it does not know the
  * offset type.
  *
  * @param file name of a page file: each record of it has the values of one acknowledgement, see `AckFile`
  * @param records in the file
  * @param sent how many of them are acknowledged
  */
final case class PendingAcks(file: String, records: Long, sent: Long = 0)

object PendingAcks {
  implicit val encoder: Encoder[PendingAcks] = Encoder.instance { p =>
    Json.fromFields(
      List("file" -> p.file.asJson, "records" -> p.records.asJson) ++
        (if (p.sent == 0) Nil else List("sent" -> p.sent.asJson))
    )
  }
  implicit val decoder: Decoder[PendingAcks] = Decoder.forProduct3("file", "records", "sent")(
    (file: String, records: Long, sent: Option[Long]) => PendingAcks(file, records, sent.getOrElse(0L))
  )
}
