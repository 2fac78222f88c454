// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.time.Instant

import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.progress.backfill.LiveStart
import io.github.sparkrest.progress.seen.Seen
import io.github.sparkrest.progress.{Progress, Traversal}
import io.github.sparkrest.response.PageFacts

/** `window`: slices of time, one after the other. An empty response moves on too. The offset is the end of the last slice, as
  * sent, but never beyond the API's time. Both ends may be inclusive, so records of the last slice are dropped if they come
  * again. With `boundary=exclusive` no record is dropped, unless slices overlap.
  *
  * @param begin next to a backfill
  */
final private[sparkrest] class WindowStrategy(options: OffsetConfig, clock: ApiClock, begin: Option[LiveStart] = None)
    extends OffsetStrategy {
  private val time = new OffsetTime(options)
  private val field = new OffsetField(options.source)

  /** Near to the present slices overlap. A slice must be longer than that: it reaches the present, and all that the slice
    * before held beyond the offset.
    */
  private val stepMs = options.windowStepMs.map(math.max(_, clock.unknownSkewMs + clock.marginMs))

  /** Where aligned slices end. */
  private val grid =
    if (options.windowAligned) options.windowStepMs.map(new TimeGrid(_, options.zone)) else None

  def ask(state: Progress, now: Instant): Option[OffsetQuery] = {
    val start = state.offset.getOrElse(time.initial)
    val newest = time.certain(now.minusMillis(options.lagMs)) // guard: I3.47
    time.asked(start) match {
      case Some(from) if from.isAfter(newest) => None
      case Some(from)                         =>
        val lookback = time.lookbackMs(state)
        def sent = begin.fold(time.sent(start, lookback))(_.sent(start, lookback))
        endAfter(from, newest).map(end => OffsetQuery(sent, time.render(end)))
      case None => Some(OffsetQuery(start, time.render(newest)))
    }
  }

  /** The end of the slice that begins at `from`; `None`: an aligned slice is not over yet. */
  private def endAfter(from: Instant, newest: Instant): Option[Instant] = grid match {
    case Some(aligned) => Some(time.after(aligned, from)).filterNot(_.isAfter(newest))
    case None          =>
      val end = stepMs.map(step => time.certainAfter(stepAfter(from, step))) // guard: I3.49
      end.filter(_.isBefore(newest)).orElse(Some(newest))
  }

  /** A step may be shorter than a unit of the format, and then no slice would ever end later than it begins. */
  private def stepAfter(from: Instant, millis: Long): Instant = {
    val end = from.plusMillis(millis)
    if (time.expressible(end).isAfter(from)) end else time.unitsAfter(from, 1) // guard: I3.46
  }

  override def isOver: Traversal => Boolean = { t =>
    val over = Instant.ofEpochMilli(t.times.horizon).minusMillis(options.lagMs + options.lookbackMs) // guard: I1.92
    // The API adds records to a slice until its data are complete.
    def isComplete(until: Instant) =
      options.availableUntil.isEmpty || t.pending.flatMap(time.asked).exists(!_.isBefore(until)) // guard: I1.83
    time.asked(t.until).exists(until => !until.isAfter(over) && isComplete(until)) // guard: I1.31
  }

  override def slicesThatAreOver: (Progress, Instant) => Iterator[OffsetQuery] = { (state, now) =>
    Iterator
      .iterate(sliceThatIsOver(state, now))(_.flatMap(q => sliceThatIsOver(state.copy(offset = Some(q.until)), now)))
      .takeWhile(_.isDefined)
      .flatten
  }

  private def sliceThatIsOver(state: Progress, now: Instant): Option[OffsetQuery] = {
    val over = now.minusMillis(options.lagMs + clock.unknownSkewMs + clock.marginMs)
    def isWhole(from: Instant, until: Instant) =
      !until.isAfter(over) && stepMs.exists(step => !from.plusMillis(step).isAfter(until))
    val from = time.asked(state.offset.getOrElse(time.initial))
    ask(state, now).filter(query => from.exists(f => time.asked(query.until).exists(isWhole(f, _))))
  }

  def asksForMore: Boolean = true
  def remembers: Boolean = true

  /** Slices overlap near the present: one response that lacks records must not make forget them. */
  def memory: MemoryRule = MemoryRule.NotPassed
  override def floor: String => Option[Long] = offset =>
    time.asked(offset).map(o => OffsetKey.rank(OffsetKey.Moment(o.minusMillis(options.lookbackMs))))

  /** An empty slice moves the window on, so a refusal (404) that means "nothing" must not be a stray one. */
  override def doubtsEmptyPage: (Progress, PageFacts) => Boolean = (_, facts) => facts.refused || facts.lacksField // guard: I1.95

  def read(state: Progress, ask: OffsetQuery, times: TraversalTimes): OffsetReading = new OffsetReading {
    private var last: Option[Instant] = None

    /** Records that have no time are remembered until the next slice. */
    override def rank: Long = last.fold(Seen.Unranked)(m => OffsetKey.rank(OffsetKey.Moment(m)))
    def see(buf: Array[Byte], from: Int, to: Int): Novelty = {
      last = field.in(buf, from, to).flatMap(time.momentOf)
      if (begin.exists(b => last.exists(b.isBefore))) Novelty.Excluded else Novelty.MayRepeat // guard: I10.1
    }
    def finish(facts: PageFacts): Either[RestError, Advance] = {
      val text = options.availableUntil.flatMap(facts.text)
      val available = text.flatMap(time.availableUntil)
      if (options.availableUntil.isDefined && available.isEmpty) Left(WindowStrategy.notAvailable(text))
      else Right(advance((available ++ before).foldLeft(known)((least, t) => if (t.isBefore(least)) t else least)))
    }

    /** Until when the API had all records when it returned the pages before. A later page may name a later time, but the pages
      * before it do not have the records that came in between.
      */
    private def before: Option[Instant] =
      state.traversal.filter(_ => options.availableUntil.isDefined).flatMap(_.pending.fold(start)(time.asked)) // guard: I3.43

    /** @param complete until when the API has all records */
    private def advance(complete: Instant): Advance = {
      val isCut = end.exists(_.isAfter(complete)) // guard: I3.3
      // An aligned slice is requested again as a whole.
      val reached = if (!isCut) ask.until else if (grid.isDefined) ask.offset else time.render(time.certain(complete))
      val moves =
        (for (s <- start; r <- time.asked(reached)) yield r.isAfter(s)).getOrElse(!state.offset.contains(reached))
      Advance(
        Some(reached).filter(_ => moves),
        atEnd = isCut && options.availableUntil.isDefined || reachesNow,
        // The next slice covers the rest of a cut slice.
        forgets = options.exclusive && options.lookbackMs == 0 && !isCut && !endsEarlier,
        endsEarlier = endsEarlier
      )
    }

    private val (start, end) = (time.asked(state.offset.getOrElse(time.initial)), time.asked(ask.until))

    /** After another `windowStep` or `lag`, or by another executor's clock: records of an earlier slice lie beyond this one. */
    private def endsEarlier: Boolean = state.beyond.exists(b => end.exists(_.isBefore(b))) // guard: I1.94

    /** By the API's clock. A slice may end beyond it: records will still come with times that lie within. */
    private val known = Instant.ofEpochMilli(times.horizon).minusMillis(options.lagMs)

    /** A slice that is not of full length was cut at the present; one of full length may end there too, by either clock. */
    private def reachesNow: Boolean = {
      val newest = Instant.ofEpochMilli(times.began).minusMillis(options.lagMs)
      val isNear = !known.plusMillis(clock.unknownSkewMs).isBefore(newest)
      val present = if (isNear) newest else known.plusMillis(clock.marginMs)
      def isLast(g: TimeGrid) = end.forall(e => g.after(e).isAfter(present))
      val full = for (s <- start; e <- end; step <- stepMs) yield e.toEpochMilli - s.toEpochMilli >= step
      grid.fold(!full.contains(true) || end.forall(!_.isBefore(present)))(isLast)
    }
  }
}

private[progress] object WindowStrategy {

  /** The response lacks the time at `availableUntilField`. */
  def notAvailable(found: Option[String]): RestError = Condition.OffsetFieldNotFound(
    found.fold("The response has no value at availableUntilField.")(text =>
      s"""The value at availableUntilField, "${text.take(60)}", is not a time."""
    ),
    "Name the field with the time until which the data are complete, and set offsetFormat if its format is not recognized."
  )
}
