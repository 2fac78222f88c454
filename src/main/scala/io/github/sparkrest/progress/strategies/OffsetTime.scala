// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.time.temporal.ChronoUnit._
import java.time.{Instant, ZoneId}

import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.options.values.TimeFormat
import io.github.sparkrest.progress.Progress

/** Offsets that are times: which moment one stands for, and how it is spelled in a request. */
final private[sparkrest] class OffsetTime(options: OffsetConfig) {
  import OffsetTime._

  /** By `offsetFormat`; else ISO-8601 text and, for `timestamp` and `window`, numbers since 1970 by their magnitude: seconds,
    * milliseconds, micro- or nanoseconds (each since 2001).
    */
  def momentOf(offset: String): Option[Instant] =
    momentOf(OffsetKey.of(offset, options.format, options.zone))

  def momentOf(key: OffsetKey): Option[Instant] = key match {
    case OffsetKey.Moment(instant)                               => Some(instant)
    case OffsetKey.Number(value) if options.kind.numbersAreTimes =>
      units.collectFirst { case (least, format) if value.compareTo(least) >= 0 => format(value) }
    case _ => None
  }

  def isKnown: Boolean = format.isDefined

  /** `{now}`: in milliseconds, because a traversal remembers its begin in milliseconds. */
  def now(epochMillis: Long): String = render(Instant.ofEpochMilli(epochMillis))

  def render(moment: Instant): String =
    format.getOrElse(TimeFormat.Iso).render(moment, options.zone)

  /** The offset in the format of the API, `lookback` earlier. An offset that is not a time stays unchanged. */
  def sent(offset: String, lookbackMs: Long): String =
    if (options.requestFormat.isEmpty && lookbackMs == 0) offset
    else
      asked(offset).orElse(momentOf(offset)).fold(offset)(m => render(certain(m.minusMillis(lookbackMs)))) // guard: I3.48

  /** How long before the offset a request begins: at most so long that all delivered records that come again are remembered. A
    * longer `lookback` after a restart takes effect while the offset moves on.
    */
  def lookbackMs(state: Progress): Long = state.lookbackMs.fold(options.lookbackMs)(math.min(_, options.lookbackMs)) // guard: I1.91

  /** `initialOffset`: `0` is the beginning of time in any format. */
  def initial: String =
    if (options.requestFormat.isEmpty) options.initial
    else if (options.initial == "0") render(Instant.EPOCH)
    else
      options.requestFormat
        .flatMap(_.parse(options.initial, options.zone))
        .orElse(momentOf(options.initial))
        .fold(options.initial)(render)

  /** An offset that was never found in a response but calculated here is in the request's own format. */
  def asked(offset: String): Option[Instant] =
    if (options.kind.movesWithTime) format.flatMap(_.parse(offset, options.zone)) else None

  /** `{windowEnd}`, as sent. */
  def windowEnd(until: String): String =
    if (!options.windowEndInclusive) until else asked(until).fold(until)(m => render(unitsAfter(m, -1)))

  /** Until when the API's data are complete, from its text. */
  def availableUntil(text: String): Option[Instant] =
    momentOf(text).map(m => if (options.windowEndInclusive) unitsAfter(m, 1) else m)

  /** The latest moment up to this one in the precision of a request. */
  def expressible(moment: Instant): Instant = asked(render(moment)).getOrElse(moment)

  /** The earliest such moment that is not before this one, and whose text has one meaning. */
  def expressibleAfter(moment: Instant): Instant = {
    val clear = certainAfter(moment) // guard: I10.26
    val earlier = expressible(clear)
    if (earlier.isBefore(clear)) unitsAfter(earlier, 1) else clear
  }

  /** The latest moment up to this one whose text has one meaning. Without an offset, the texts of an hour in autumn have two. */
  def certain(moment: Instant): Instant = repeated.around(moment).fold(moment)(hour => unitsAfter(hour.from, -1))

  /** The earliest such moment that is not before this one. */
  def certainAfter(moment: Instant): Instant = repeated.around(moment).fold(moment)(_.until)

  def isCertain(moment: Instant): Boolean = repeated.around(moment).isEmpty

  /** Whether a request can say exactly this moment. */
  def isExact(moment: Instant): Boolean = isCertain(moment) && expressible(moment) == moment

  /** The next moment of the grid, or the one before, whose text has one meaning. */
  def after(grid: TimeGrid, moment: Instant): Instant = onGrid(moment)(grid.after)
  def before(grid: TimeGrid, moment: Instant): Instant = onGrid(moment)(grid.before)

  private def onGrid(moment: Instant)(step: Instant => Instant): Instant =
    Iterator.iterate(step(moment))(step).dropWhile(!isCertain(_)).next() // guard: I3.50

  private lazy val repeated = new RepeatedHour(format, options.zone)

  /** A unit is the shortest one that the format can express: a day, if it has no time. */
  def unitsAfter(moment: Instant, count: Long): Instant = {
    val at = moment.atZone(options.zone)
    format
      .flatMap { f =>
        OffsetTime.Units.iterator
          .map(at.plus(count, _).toInstant)
          .find(m => f.parse(f.render(m, options.zone), options.zone).contains(m))
      }
      .getOrElse(moment)
  }

  private def format: Option[TimeFormat] = options.requestFormat.orElse(options.format)
}

private[sparkrest] object OffsetTime {
  private val Units = List(MILLIS, SECONDS, MINUTES, HOURS, DAYS)

  private def decimal(text: String) = new java.math.BigDecimal(text)

  /** The least value of a unit, and what to do with one. */
  private val units: List[(java.math.BigDecimal, java.math.BigDecimal => Instant)] =
    List("1e18" -> "1e-9", "1e15" -> "1e-6", "1e12" -> "1e-3", "1e9" -> "1").map { case (least, seconds) =>
      (decimal(least), (v: java.math.BigDecimal) => instant(v.multiply(decimal(seconds))))
    }

  private def instant(seconds: java.math.BigDecimal): Instant =
    TimeFormat.Epoch(1).instant(seconds).getOrElse(Instant.EPOCH)
}

/** The moments at which aligned slices of time end. Days are those of the calendar, which may have 23 or 25 hours. */
final private[sparkrest] class TimeGrid(stepMs: Long, zone: ZoneId) {
  import TimeGrid._

  private val days = if (stepMs % DayMs == 0) Some(stepMs / DayMs) else None

  /** The next moment of the grid. */
  def after(moment: Instant): Instant = end(moment, 1)

  /** The last moment of the grid that is earlier. */
  def before(moment: Instant): Instant = end(moment.minusNanos(1), 0)

  /** The moment of the grid so many steps after the last one at or before `moment`. */
  private def end(moment: Instant, steps: Long): Instant = days match {
    case Some(n) =>
      // Whole weeks begin on a Monday: the fifth day of 1970 is the first one.
      val first = if (n % 7 == 0) 4L else 0L
      val day = moment.atZone(zone).toLocalDate.toEpochDay - first
      java.time.LocalDate.ofEpochDay(first + (Math.floorDiv(day, n) + steps) * n).atStartOfDay(zone).toInstant
    case None => Instant.ofEpochMilli((Math.floorDiv(moment.toEpochMilli, stepMs) + steps) * stepMs)
  }
}

private object TimeGrid {
  private val DayMs = 24L * 3600 * 1000
}
