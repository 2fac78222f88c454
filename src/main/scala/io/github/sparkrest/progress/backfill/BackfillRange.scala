// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.backfill

import java.time.Instant

import scala.util.Try

import io.github.sparkrest.error.{Condition, RestError}

/** A range of time, without its end. */
final case class TimeRange(from: Instant, until: Instant) {
  def isEmpty: Boolean = !from.isBefore(until)
  def holds(moment: Instant): Boolean = !moment.isBefore(from) && moment.isBefore(until)
  def since(start: Instant): TimeRange = if (from.isBefore(start)) copy(from = start) else this
  def millis: Long = until.toEpochMilli - from.toEpochMilli

  /** As ISO 8601 writes it. */
  override def toString: String = s"$from/$until"
}

/** The progress of a backfill: what it covers, and what it has not read. Pure. Its text is the API offset of the lane, so that
  * every place that keeps offsets keeps all of it:
  *
  * `2020-01-01T00:00:00Z/2026-01-01T00:00:00Z 2025-12-31T00:00:00Z/2026-01-01T00:00:00Z 2020-01-01T00:00:00Z/2025-12-31T00:00:00Z`
  *
  * First the whole range, which ends where the live lane begins. Then the slice to read next, or `-`: other options after a
  * restart must not change a slice of which some pages were delivered. Then the rest, ascending.
  */
final case class BackfillRange(whole: TimeRange, next: Option[TimeRange], rest: Vector[TimeRange]) {

  /** What it has not read since this moment. */
  def remaining(since: Instant): Vector[TimeRange] =
    (next.toVector ++ rest.map(_.since(since)).filterNot(_.isEmpty)).sortBy(_.from)

  /** The next slice is a part of the rest again. */
  def uncut: BackfillRange = copy(next = None, rest = BackfillRange.joined((next.toVector ++ rest).sortBy(_.from)))

  /** An earlier beginning adds a range. A later one changes nothing here, so that the lane can return to an earlier one. */
  def from(start: Instant): BackfillRange = {
    val added = TimeRange(start, whole.from)
    if (added.isEmpty) this
    else copy(whole = whole.copy(from = start), rest = BackfillRange.joined(added +: rest))
  }

  override def toString: String = {
    val slices = if (next.isEmpty && rest.isEmpty) Nil else next.fold(BackfillRange.NoSlice)(_.toString) +: rest
    (whole +: slices).mkString(" ")
  }
}

object BackfillRange {
  private val NoSlice = "-"

  def parse(text: String): Either[RestError, BackfillRange] = {
    val ranges = text.split(' ').toList.map(part => if (part == NoSlice) Some(None) else range(part).map(Some(_)))
    (if (ranges.forall(_.isDefined)) ranges.flatten else Nil) match {
      case Some(whole) :: Nil          => Right(BackfillRange(whole, None, Vector.empty))
      case Some(whole) :: next :: rest => Right(BackfillRange(whole, next, rest.flatten.toVector))
      case _                           =>
        Left(
          Condition.CheckpointUnreadable(
            s"""The progress of the backfill, "${text.take(200)}", is not a list of time ranges.""",
            "Use the version of spark-rest that wrote the checkpoint, or a later one."
          )
        )
    }
  }

  private def range(text: String): Option[TimeRange] = text.split('/') match {
    case Array(from, until) => Try(TimeRange(Instant.parse(from), Instant.parse(until))).toOption
    case _                  => None
  }

  /** Ranges that touch become one. */
  private def joined(ascending: Vector[TimeRange]): Vector[TimeRange] =
    ascending.foldLeft(Vector.empty[TimeRange]) {
      case (before :+ last, r) if r.from == last.until => before :+ TimeRange(last.from, r.until)
      case (before, r)                                 => before :+ r
    }
}
