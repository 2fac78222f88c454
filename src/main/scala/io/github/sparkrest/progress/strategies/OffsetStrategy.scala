// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.time.Instant

import io.github.sparkrest.config.backfill.TimeLane
import io.github.sparkrest.config.{OffsetConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.tables.OffsetType
import io.github.sparkrest.progress.backfill.{BackfillStrategy, LiveStart}
import io.github.sparkrest.progress.queue.QueueStrategy
import io.github.sparkrest.progress.seen.{RecordHash, Seen, SeenRecords}
import io.github.sparkrest.progress.{Change, KeptRecords, Progress, Traversal}
import io.github.sparkrest.response.{Envelope, PageFacts}

/** How an endpoint makes progress: what a traversal requests, which of its records may have been delivered before, and the next
  * offset. Pure: no HTTP, no Spark, and the time is a parameter. One implementation per `offsetType`.
  * A new strategy also needs a case in `OffsetType`, a line in the factory below and a description in the option table.
  */
trait OffsetStrategy {

  /** The offset and time range of the next traversal; `None`: no request now. */
  def ask(state: Progress, now: Instant): Option[OffsetQuery]

  /** Begins a page. */
  def read(state: Progress, ask: OffsetQuery, times: TraversalTimes): OffsetReading

  /** Whether another traversal may follow at once after new records. Without a placeholder, only time brings new records. */
  def asksForMore: Boolean

  /** Records are remembered, to be known when they come again. */
  def remembers: Boolean

  /** The records to remember after the offset moved. */
  def memory: MemoryRule

  /** The rank of the lowest value that a request with this offset covers, if records have ranks (see [[OffsetReading.rank]]). */
  def floor: String => Option[Long] = _ => None

  /** With `readChanges`, the change that a new record stands for. Without a memory of keys nobody knows whether the record came
    * before with another content.
    */
  def change: Change = Change.Update

  /** Whether an empty first page of a traversal counts only when it comes again. Otherwise the next poll would show the truth. */
  def doubtsEmptyPage: (Progress, PageFacts) => Boolean = (_, _) => false

  /** The traversal reads a slice of time that was over when the traversal began, so no record appears in it any more. */
  def isOver: Traversal => Boolean = _ => false

  /** The queries after this progress, one after the other, as long as they are for slices of time that are over by both clocks:
    * they do not depend on the moment.
    */
  def slicesThatAreOver: (Progress, Instant) => Iterator[OffsetQuery] = (_, _) => Iterator.empty

  /** Without a placeholder a poll returns records of the last poll again. If it does not, there may be a gap between the two. */
  def showsGaps: Progress => Boolean = state => !state.boundary.isEmpty
}

/** Which records are remembered after a traversal moved the offset. */
sealed trait MemoryRule
object MemoryRule {

  /** The records of this traversal alone. */
  case object LastTraversal extends MemoryRule

  /** Every record that the API may still return, because the offset has not passed it. A single response of a lagging replica
    * must not erase them.
    */
  case object NotPassed extends MemoryRule

  /** The records of this traversal alone, though no offset moves. */
  case object WholeSnapshot extends MemoryRule

  /** The records of this traversal that have no rank: the offset excludes the others. */
  case object Unranked extends MemoryRule

  /** The records with the highest ranks (`CoreLimits.newest`). */
  case object Newest extends MemoryRule

  /** The records of some time (`CoreLimits.seenMillis`). */
  case object ForSomeTime extends MemoryRule
}

/** @param offset as sent
  * @param until end of the requested time range, as sent; empty: no end
  */
final case class OffsetQuery(offset: String, until: String = "")

/** The start of a traversal, epoch milliseconds.
  *
  * @param began time of the first request, by this machine's clock
  * @param horizon the same by the API's clock, if known: younger records may have appeared on a page that was already read
  */
final case class TraversalTimes(began: Long, horizon: Long)

/** One page, in order. Used once. */
trait OffsetReading {

  /** Looks at the record in `[from, to)`. */
  def see(buf: Array[Byte], from: Int, to: Int): Novelty

  /** Gets every record that may be the last one of the page, after [[see]]. */
  def maybeLast: KeptRecords.Visitor = KeptRecords.Ignoring

  /** Identifies a record that comes again: a hash of its content, unless the strategy has an id. Call it after [[see]]. */
  def identity(buf: Array[Byte], from: Int, to: Int): String = RecordHash.of(buf, from, to)

  /** When the identity of the last record is needed, while nothing is remembered. Call it after [[see]]. */
  def identified: Identified = Identified.Always

  /** The position of the last record in the order of the offset, see [[OffsetKey.rank]]. Call it after [[see]].
    * `Seen.Unranked`: the record has no value, or its value does not compare with the offset.
    */
  def rank: Long = Seen.Unranked

  /** A record was older than the offset. */
  def reachedOld: Boolean = false

  /** The records were not in ascending order. */
  def outOfOrder: Boolean = false

  def finish(facts: PageFacts): Either[RestError, Advance]
}

/** What the strategy knows of a single record without memory. */
sealed trait Novelty
object Novelty {
  case object New extends Novelty

  /** New, unless it is remembered. */
  case object MayRepeat extends Novelty

  /** Delivered before, or not to be delivered yet: neither delivered nor remembered. */
  case object Excluded extends Novelty
}

/** When a record has to be remembered, so that its identity is needed. */
sealed trait Identified
object Identified {
  case object Always extends Identified

  /** If this page does not move the offset. */
  case object IfOffsetStays extends Identified

  /** The next offset excludes the record. */
  case object Never extends Identified
}

/** The progress after a page.
  *
  * @param offset the new offset; `None`: the offset stays
  * @param pending the new offset if more pages follow. Records that appeared after the first request do not count, because they
  *   may be on a page that was already read. `None`: as `offset`
  * @param forgets the new offset excludes all delivered records, so none of them can come again
  * @param only the records that the new offset does not exclude, if it excludes all others
  * @param atEnd the API said that it has no further records now
  * @param warning logged once per query
  * @param memory overrides the rule of the strategy
  * @param followsLast a request with the offset returns what follows the last record of the page, however the list has moved
  * @param isStated the offset is a value next to the records, so the records of this page have not reached it
  * @param below the greatest value below the offset: in an ascending list all records with it were on the pages so far
  * @param endsEarlier the response lacks records that were delivered, because an earlier slice of time ended later
  */
final case class Advance(
    offset: Option[String],
    pending: Option[Option[String]] = None,
    forgets: Boolean = false,
    only: Option[SeenRecords] = None,
    atEnd: Boolean = false,
    warning: Option[String] = None,
    memory: Option[MemoryRule] = None,
    endsEarlier: Boolean = false,
    followsLast: Boolean = false,
    isStated: Boolean = false,
    below: Option[String] = None
)

object OffsetStrategy {
  def apply(config: RestConfig, clock: ApiClock = ApiClock()): OffsetStrategy = config.offset.kind match {
    case OffsetType.Cursor      => new CursorStrategy(config)
    case OffsetType.Incremental => new IncrementalStrategy(config.offset, config.hasPlaceholder)
    case OffsetType.Timestamp   => new MaximumStrategy(config, readsEnvelope = true)
    case OffsetType.MaxField    => new MaximumStrategy(config, readsEnvelope = false)
    case OffsetType.Window      =>
      config.offset.lane match {
        case lane: TimeLane.Backfill => new BackfillStrategy(config.offset, lane, clock)
        case TimeLane.Live(start) => new WindowStrategy(config.offset, clock, Some(new LiveStart(start, config.offset)))
        case TimeLane.Whole       => new WindowStrategy(config.offset, clock)
      }
    case OffsetType.Snapshot => new SnapshotStrategy(config.offset)
    case OffsetType.Queue    => new QueueStrategy(config.offset)
  }

  private[sparkrest] def fieldNotFound(options: OffsetConfig, fields: List[String], envelope: Envelope): RestError = {
    val inResponse =
      if (envelope.names.isEmpty) "" else s" The response itself has: ${envelope.names.take(30).mkString(", ")}."
    Condition.OffsetFieldNotFound(
      s"""offsetField is "${options.name}", which the records do not have. Their fields: ${if (fields.isEmpty)
          "none (they are not objects)"
        else fields.take(50).mkString(", ")}.$inResponse""",
      "Name the field that progress is tracked by in offsetField."
    )
  }
}
