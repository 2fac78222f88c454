// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.backfill

import java.time.Instant

import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.config.backfill.TimeLane
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.progress.seen.Seen
import io.github.sparkrest.progress.strategies._
import io.github.sparkrest.progress.{Progress, Traversal}
import io.github.sparkrest.response.PageFacts

/** The backfill of an endpoint: slices of time that are over, in either direction. The offset is a [[BackfillRange]].
  *
  * Slices and the live lane share no memory: the time of a record alone decides which slice delivers it. APIs differ in which
  * ends they include, so a request begins a unit before its slice, and records outside the slice are dropped. With
  * `boundary=exclusive` the API's slices are exact.
  */
final private[progress] class BackfillStrategy(options: OffsetConfig, lane: TimeLane.Backfill, clock: ApiClock)
    extends OffsetStrategy {
  import BackfillStrategy._

  private val time = new OffsetTime(options)
  private val field = new OffsetField(options.source)
  private val slices = new BackfillSlices(options, lane, clock)
  private val farMs = math.max(FarMillis, options.windowStepMs.getOrElse(0L))

  def ask(state: Progress, now: Instant): Option[OffsetQuery] =
    slices.of(state, now).next.filter(slices.isOver(_, now)).map(query)

  private def query(slice: TimeRange): OffsetQuery = {
    val asked = requested(slice)
    OffsetQuery(time.render(asked.from), time.render(asked.until))
  }

  private def requested(slice: TimeRange): TimeRange = TimeRange(
    if (isExact(slice)) slice.from else time.certain(time.unitsAfter(slice.from, -1)), // guard: I10.5
    time.expressibleAfter(slice.until) // guard: I10.22
  )

  /** The API returns exactly the records of the slice. In another `requestOffsetFormat`, earlier runs may have cut ranges where a
    * request of this run cannot.
    */
  private def isExact(slice: TimeRange): Boolean =
    options.exclusive && Seq(slice.from, slice.until).forall(time.isExact) // guard: I10.23

  override def slicesThatAreOver: (Progress, Instant) => Iterator[OffsetQuery] = (state, now) =>
    Iterator
      .iterate(slices.of(state, now))(slices.after(_, now))
      .map(_.next.filter(slices.isOver(_, now)))
      .takeWhile(_.isDefined)
      .flatten
      .map(query)

  /** No record appears in a slice that is over, if the API has completed its data. */
  override def isOver: Traversal => Boolean = _.pending.isDefined // guard: I10.24

  def asksForMore: Boolean = true

  /** Within a traversal: a list may move between two pages. */
  def remembers: Boolean = true
  def memory: MemoryRule = MemoryRule.LastTraversal
  override def doubtsEmptyPage: (Progress, PageFacts) => Boolean = (_, facts) => facts.refused || facts.lacksField

  def read(state: Progress, ask: OffsetQuery, times: TraversalTimes): OffsetReading = new OffsetReading {
    private val began = Instant.ofEpochMilli(times.began)
    private val range = slices.of(state, began)
    private val slice = range.next.getOrElse(TimeRange(lane.until, lane.until))
    private val isExactSlice = isExact(slice)
    private val asked = requested(slice)

    /** By the API's clock too. */
    private val isPast = // guard: I10.50
      !slice.until.plusMillis(options.lagMs + options.lookbackMs).isAfter(Instant.ofEpochMilli(times.horizon))
    private var last, stray: Option[Instant] = None
    private var records, dated, elsewhen = 0L

    override def rank: Long = last.fold(Seen.Unranked)(m => OffsetKey.rank(OffsetKey.Moment(m)))
    def see(buf: Array[Byte], from: Int, to: Int): Novelty = {
      last = field.in(buf, from, to).flatMap(time.momentOf)
      records += 1
      if (last.isDefined) dated += 1
      if (last.exists(m => m.isBefore(asked.from) || m.isAfter(asked.until))) elsewhen += 1
      // A record without a time belongs to the slice for which the API returns it.
      if (isExactSlice || last.forall(slice.holds)) Novelty.MayRepeat // guard: I10.6
      else {
        if (stray.isEmpty) stray = last.filter(isFar)
        Novelty.Excluded
      }
    }

    /** Zones and coarse bounds explain a record near the slice. */
    private def isFar(moment: Instant): Boolean =
      moment.isBefore(slice.from.minusMillis(farMs)) || !moment.isBefore(slice.until.plusMillis(farMs)) // guard: I10.7

    def finish(facts: PageFacts): Either[RestError, Advance] =
      if (stray.isDefined) Left(elsewhere(slice, stray.mkString))
      else if (!options.exclusive && records > 0 && dated == 0) Left(undated(records))
      else
        available(facts).map { complete =>
          val next = slices.after(range, began)
          // The pages before lack the records that came since then.
          val wasComplete = state.traversal.forall(_.pending.isDefined) // guard: I10.21
          val moves = isPast && wasComplete && complete.forall(!_.isBefore(slice.until))
          Advance(
            Some(next.toString).filter(_ => moves),
            atEnd = !moves || !next.next.exists(slices.isOver(_, began)),
            // No other slice has a record of this one.
            forgets = moves,
            warning = if (records > 0 && elsewhen == records && !isExactSlice) Some(NoneRequested) else None
          )
        }

    /** Until when the API's data are complete, if it says so. */
    private def available(facts: PageFacts): Either[RestError, Option[Instant]] = options.availableUntil match {
      case None         => Right(None)
      case Some(source) =>
        val found = facts.text(source).flatMap(time.availableUntil)
        if (found.isEmpty) Left(WindowStrategy.notAvailable(facts.text(source))) else Right(found)
    }
  }

  private def elsewhere(slice: TimeRange, moment: String) = Condition.BackfillFieldWrong(
    s"""The API returned a record whose offsetField "${options.name}" is $moment for the slice of the backfill from ${slice.from} to ${slice.until}.""",
    "Set offsetField to the time by which the API selects records. Otherwise a record may be in no slice, or in several."
  )

  private def undated(records: Long) = Condition.BackfillFieldWrong(
    s"""None of $records records has a time at offsetField "${options.name}".""",
    "Set offsetField to the time by which the API selects records, and offsetFormat if its format is not recognized."
  )
}

private object BackfillStrategy {

  /** Without a zone in its text, each time would be hours away, and each slice empty. */
  val NoneRequested: String =
    "The times of all records that the API returned for a slice of the backfill are outside the slice, and such records are dropped. Check timeZone and offsetFormat, unless the API selects by whole hours or days."

  /** More than any difference of time zones, which are at most 26 hours apart. */
  val FarMillis: Long = 36L * 3600 * 1000
}
