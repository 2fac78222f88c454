// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import io.github.sparkrest.config.OffsetConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.progress.{Change, PageOutcome, PageReader}
import io.github.sparkrest.response.PageFacts

/** The time at the API, which sets the times in records. If the API's clock is behind this machine's clock, new records will
  * have times that are already past here. So an offset must not be beyond the API's time. The `Date` header of a response
  * contains that time in whole seconds, rounded down (RFC 9110 §6.6.1), so it is never too late.
  *
  * @param mostSkewMs maximum difference between `Date` and this machine's clock; a larger one is ignored
  * @param unknownSkewMs assumed delay of the API's clock without a `Date`. Synchronized servers differ by less than a second,
  *   and 5 s also cover a clock that is set once an hour. The price: the records of these seconds are requested twice
  * @param marginMs maximum time for the rounding of `Date` and for a request, if the clocks agree
  */
final case class ApiClock(mostSkewMs: Long = 86400000L, unknownSkewMs: Long = 5000, marginMs: Long = 2000) {

  /** The API's time when the request was sent, unless the API's clock is ahead.
    *
    * @param began when the response began to arrive
    */
  def at(asked: Long, began: Long, date: Option[Long]): Option[Long] =
    date.filter(isBelieved(_, began)).map(d => math.min(asked, d - math.max(0L, began - asked)))

  /** @param starts the response fixes the place where `initialOffset=latest` begins */
  def times(options: OffsetConfig, starts: Boolean, asked: Long, began: Long, date: Option[Long]): TraversalTimes = {
    val unknown =
      if (starts) math.max(unknownSkewMs, options.lagMs)
      else if (options.kind.movesWithTime) math.max(0L, unknownSkewMs - options.lagMs)
      else 0L
    TraversalTimes(asked, at(asked, began, date).getOrElse(asked - unknown))
  }

  /** For an offset that is taken from the clock. */
  def warning(options: OffsetConfig, starts: Boolean, began: Long, date: Option[Long]): Option[String] =
    if (options.lagMs >= unknownSkewMs || !starts && !options.kind.movesWithTime || date.exists(isBelieved(_, began)))
      None
    else {
      // The same text each time: it is said once.
      val why =
        if (date.isEmpty) "The API sends no Date header"
        else
          s"The API's Date header is more than ${mostSkewMs / 3600000} h away from this machine's clock, and is not used"
      Some(
        s"$why, so its time is unknown. The connector assumes that the API is at most ${unknownSkewMs / 1000} s behind. Set lag if it may be further behind: otherwise records are lost."
      )
    }

  private def isBelieved(date: Long, began: Long): Boolean = math.abs(date - began) <= mostSkewMs
}

/** A page that also says something about the response. */
final private[sparkrest] class WarnedStep(step: PageReader, text: String) extends PageReader {
  def keep(buf: Array[Byte], from: Int, to: Int, maybeLast: Boolean): Boolean = step.keep(buf, from, to, maybeLast)
  override def change(buf: Array[Byte], from: Int, to: Int): Option[Change] = step.change(buf, from, to)
  def restart(): PageReader = new WarnedStep(step.restart(), text)
  def finish(facts: PageFacts): Either[RestError, PageOutcome] =
    step.finish(facts).map(r => r.copy(warning = r.warning.orElse(Some(text))))
}
