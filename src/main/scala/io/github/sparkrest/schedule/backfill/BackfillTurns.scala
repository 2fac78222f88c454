// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule.backfill

import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.backfill.TimeLane
import io.github.sparkrest.poll.{PollReport, Schedule}
import io.github.sparkrest.progress.backfill.BackfillSlices
import io.github.sparkrest.schedule.{EndpointSchedule, Lane, RateLimiter}

/** When a backfill has its turn: whenever the live lane leaves a request, and the query has read nearly all records. For the
  * poller's thread.
  */
final private[schedule] class BackfillTurns(live: RestConfig, limiter: RateLimiter) {
  import BackfillTurns._

  val config: RestConfig = live.of(TimeLane.Backfill(Instant.EPOCH, Instant.EPOCH))
  val rules: Schedule = new Schedule(config)

  /** The average of the last job; `None`: no job has returned a record. */
  private var recordBytes = Option.empty[Long]

  /** A backfill runs ahead of the query by a batch, so that live records wait for no more than that. */
  def hasRoom(unreadBytes: Long, unreadRecords: Long): Boolean =
    unreadBytes < live.maxBufferedBytes / BufferPart && (live.batchSize == 0 || unreadRecords <= live.batchSize) // guard: I10.15

  /** The size of the next job. Before the first records nobody knows their size. */
  def mostBytes: Long = {
    def ofBatch =
      recordBytes.fold(FirstBytes)(b => if (live.batchSize > Long.MaxValue / b) Long.MaxValue else live.batchSize * b)
    math.min(live.maxBufferedBytes / BufferPart, if (live.batchSize == 0) Long.MaxValue else ofBatch)
  }

  /** A job of backfills returned. */
  def returned(reports: Seq[PollReport]): Unit = {
    val files = reports.flatMap(_.file).filter(_.records > 0)
    if (files.nonEmpty) recordBytes = Some(math.max(1L, files.map(_.bytes).sum / files.map(_.records).sum))
  }

  /** When the next job may start. `Long.MaxValue`: after something else has happened. */
  def nextAt(waiting: Vector[EndpointSchedule], hasRoom: Boolean, now: Long): Long =
    if (!waiting.exists(s => s.endpoint.isBackfill && s.due <= now)) Long.MaxValue
    else if (!hasRoom) now + LookMillis
    else limiter.spareAt(now)

  def settled(s: EndpointSchedule, now: Long): EndpointSchedule = BackfillTurns.settled(rules, now)(s)
}

private[schedule] object BackfillTurns {

  /** A backfill takes no more than this part of `maxBufferedBytes`. */
  val BufferPart = 4
  val FirstBytes: Long = 64L << 10

  /** After a poll that failed, or that the API had no complete slice for. */
  val PauseMillis = 60000L

  /** How often to look whether the query has made room. */
  val LookMillis = 50L

  /** With its first state, if the endpoint is a backfill. It must be stored together with the first state of the live lane. */
  def begun(rules: Schedule, now: Long)(s: EndpointSchedule): EndpointSchedule = s.endpoint.lane match {
    case lane: TimeLane.Backfill =>
      val begun = new BackfillSlices(rules.config.offset, lane).begun(s.state, Instant.ofEpochMilli(now))
      val isUnlogged = s.isUnlogged || begun != s.state // guard: I10.12
      settled(rules, now)(s.copy(state = begun, due = now, isUnlogged = isUnlogged, lane = Lane.Backfill))
    case _ => s
  }

  /** After its state changed. A backfill that is done is never polled again, and one whose next slice is not over waits for it. */
  private def settled(rules: Schedule, now: Long)(s: EndpointSchedule): EndpointSchedule = s.endpoint.lane match {
    case lane: TimeLane.Backfill =>
      val slices = new BackfillSlices(rules.config.offset, lane)
      val share = slices.share(s.state, Instant.ofEpochMilli(now))
      val wait = slices.waitMs(s.state, Instant.ofEpochMilli(now)).getOrElse(0L)
      val pause = if (s.wasPolled && !s.more && !s.resumes) PauseMillis else 0L
      val due = math.max(s.due, now + (if (wait > 0) wait else pause))
      s.copy(backfill = Some(share), complete = share.isDone, due = due)
    case _ => s
  }
}
