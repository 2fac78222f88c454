// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.backfill

import java.time.{Instant, ZoneId}

import io.github.sparkrest.options.values.TimeFormat
import io.github.sparkrest.options.{OptionReader, RestOptions, values}

/** `backfillFrom`: the records from this time until `initialOffset` are read next to the live lane.
  *
  * @param until where the live lane begins (`initialOffset`)
  * @param descending newest slice first
  */
final case class BackfillConfig(from: Instant, until: Instant, descending: Boolean)

object BackfillConfig {

  /** @param formats in which times may be given, in addition to ISO 8601 */
  private[sparkrest] def read(read: OptionReader, formats: Seq[TimeFormat], zone: ZoneId): Option[BackfillConfig] = {
    import RestOptions._
    def time(text: String) = (formats :+ TimeFormat.Iso).flatMap(_.parse(text, zone)).headOption
    val from = read.opt(BackfillFrom).flatMap { text =>
      val found = time(text)
      if (found.isEmpty) read.problem(s"backfillFrom: $text is not a time; write for example 2020-01-01T00:00:00Z")
      found
    }
    if (from.isEmpty && !read.isGiven(BackfillFrom) && read.isGiven(BackfillOrder))
      read.problem("backfillOrder: needs backfillFrom")
    val until = read.opt(InitialOffset).flatMap(time)
    if (from.isDefined && until.isEmpty)
      read.problem(
        s"initialOffset: ${read.opt(InitialOffset).fold("is not set")(t => s""""$t" is not a time""")}; with backfillFrom it is the time where the live lane begins and the backfill ends"
      )
    for (f <- from; u <- until if !f.isBefore(u))
      read.problem(s"backfillFrom: $f is not before initialOffset, where the backfill ends: $u")
    for (f <- from; u <- until) yield BackfillConfig(f, u, read(BackfillOrder) == values.BackfillOrder.NewestFirst)
  }
}

/** The part of time that the polls of an endpoint read, with `offsetType=window`. */
sealed trait TimeLane {
  def isBackfill: Boolean = this.isInstanceOf[TimeLane.Backfill]
}
object TimeLane {

  /** From `initialOffset` on: the endpoint has no backfill. */
  case object Whole extends TimeLane

  /** The live lane next to a backfill.
    *
    * @param start the backfill has all records before it
    */
  final case class Live(start: Instant) extends TimeLane

  /** @param from where it begins, if the endpoint has no progress yet
    * @param until where the live lane begins
    */
  final case class Backfill(from: Instant, until: Instant) extends TimeLane
}
