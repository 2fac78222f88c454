// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.time.Instant

import io.github.sparkrest.config.{OffsetConfig, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.values.OffsetType
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.seen.{RecordHash, SeenRecords}
import io.github.sparkrest.response.{Envelope, PageFacts}

/** How progress is tracked: what a traversal asks for, which of its records can have been delivered before, and where that
  * leads. Pure: no HTTP, no Spark; the time is passed in. One for each value of `offsetType`.
  */
trait OffsetStrategy {

  /** What a traversal asks for; `None`: nothing now. */
  def ask(state: Progress, now: Instant): Option[OffsetQuery]

  /** Begins a page. */
  def read(state: Progress, ask: OffsetQuery, times: TraversalTimes): OffsetReading

  /** Whether a traversal that brought something may be followed by another at once: without a placeholder, only time can tell. */
  def asksForMore: Boolean

  /** Records are remembered, to be known when they come again. */
  def remembers: Boolean

  /** What is remembered when the offset has moved. */
  def memory: MemoryRule

  /** Rank of the lowest value that is asked for with an offset, if records have ranks (see [[OffsetReading.rank]]). */
  def floor: String => Option[Long] = _ => None

  /** No two records have the same value: a request from the offset that was reached passes over none. */
  def valuesAreUnique: Boolean = false

  /** Whether an empty first page of a traversal counts only when it comes again. Otherwise the next poll would show the truth. */
  def doubtsEmptyPage: (Progress, PageFacts) => Boolean = (_, _) => false

  /** Without a placeholder a poll returns records of the last poll again. If it does not, there may be a gap between the two. */
  def showsGaps: Progress => Boolean = state => !state.boundary.isEmpty
}

/** What is remembered of the records before, when a traversal moved the offset. */
sealed trait MemoryRule
object MemoryRule {

  /** The records of this traversal alone. */
  case object LastTraversal extends MemoryRule

  /** Every record that the API may still return: those that the offset has not passed. One response of a replica that lags
    * behind must not make forget them.
    */
  case object NotPassed extends MemoryRule

  /** The records of this traversal alone, though no offset moves. */
  case object WholeSnapshot extends MemoryRule

  /** The records of this traversal that have no rank: the offset excludes the others. */
  case object Unranked extends MemoryRule

  /** The records of some time (`CoreLimits.seenMillis`). */
  case object ForSomeTime extends MemoryRule
}

/** @param offset as it is sent
  * @param until end of the time asked for, as it is sent; empty: there is none
  */
final case class OffsetQuery(offset: String, until: String = "")

/** When a traversal was begun, epoch milliseconds.
  *
  * @param began when its first page was asked, by this machine's clock
  * @param horizon the same by the API's clock, if it told: what is younger may have come to a page that was read before
  */
final case class TraversalTimes(began: Long, horizon: Long)

/** One page, in order. Used once. */
trait OffsetReading {

  /** Looks at the record in `[from, to)`. */
  def see(buf: Array[Byte], from: Int, to: Int): Novelty

  /** What a record is known by when it comes again: its content, unless there is something better. To be called after [[see]]. */
  def identity(buf: Array[Byte], from: Int, to: Int): String = RecordHash.of(buf, from, to)

  /** Where the last record stands in the order of the offset, see [[OffsetKey.rank]]. To be called after [[see]]. `None`: the
    * record has no value, or one that does not compare with the offset.
    */
  def rank: Option[Long] = None

  /** A record was older than the offset. */
  def reachedOld: Boolean = false

  /** The records were not in ascending order. */
  def outOfOrder: Boolean = false

  def finish(facts: PageFacts): Either[RestError, Advance]
}

/** What is known of a single record without memory. */
sealed trait Novelty
object Novelty {
  case object New extends Novelty

  /** New, unless it is remembered. */
  case object MayRepeat extends Novelty

  /** Delivered before, or not to be delivered yet: neither delivered nor remembered. */
  case object Excluded extends Novelty
}

/** Where a page leads.
  *
  * @param offset beyond the state's own; `None`: it stays
  * @param pending the same if further pages follow: what came into being since the first page was asked does not count, for it
  *   may have come to a page that was read before. `None`: as `offset`
  * @param forgets the new offset excludes what was delivered: nothing of it can come again
  * @param only if the new offset excludes all but these
  * @param atEnd the API said that there is nothing further now
  * @param warning said once a query
  * @param memory instead of that of the strategy
  */
final case class Advance(
    offset: Option[String],
    pending: Option[Option[String]] = None,
    forgets: Boolean = false,
    only: Option[SeenRecords] = None,
    atEnd: Boolean = false,
    warning: Option[String] = None,
    memory: Option[MemoryRule] = None
)

object OffsetStrategy {
  def apply(config: RestConfig, clock: ApiClock = ApiClock()): OffsetStrategy = config.offset.kind match {
    case OffsetType.Cursor      => new CursorStrategy(config)
    case OffsetType.Incremental => new IncrementalStrategy(config.offset, config.hasPlaceholder)
    case OffsetType.Timestamp   => new MaximumStrategy(config, readsEnvelope = true)
    case OffsetType.MaxField    => new MaximumStrategy(config, readsEnvelope = false)
    case OffsetType.Window      => new WindowStrategy(config.offset, clock)
    case OffsetType.Snapshot    => new SnapshotStrategy(config.offset)
  }

  private[sparkrest] def fieldNotFound(options: OffsetConfig, fields: List[String], envelope: Envelope): RestError = {
    val inResponse =
      if (envelope.names.isEmpty) "" else s" The response itself has: ${envelope.names.take(30).mkString(", ")}."
    RestError(
      Condition.OffsetFieldNotFound,
      s"""offsetField is "${options.name}", which the records do not have. Their fields: ${if (fields.isEmpty)
          "none (they are not objects)"
        else fields.take(50).mkString(", ")}.$inResponse""",
      "Name the field that progress is tracked by in offsetField."
    )
  }
}
