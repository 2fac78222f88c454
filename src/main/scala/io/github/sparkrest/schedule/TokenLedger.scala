// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.options.values.MaxRate
import io.github.sparkrest.pagelog.format.PacingState
import io.github.sparkrest.poll.TaskBudget

/** What `maxRequestRate` leaves: the driver's ledger of requests. Pure; moments are milliseconds of one clock.
  *
  * There are as many tokens as requests are allowed. A request is sent with one that is free, and gives it back a window after
  * it was over. It arrives at the server between the two: so two arrivals with the same token are more than a window apart,
  * and no stretch of that length sees more arrivals than there are tokens. Nothing is asked of clocks but that they run
  * equally fast.
  *
  * @param share the tokens of the stream: the rest is for the inference of a schema at the next start, which comes before the
  *   checkpoint, and this ledger in it, is known
  * @param used when requests were over, and how many of them
  */
final case class TokenLedger(rate: MaxRate, share: Int, used: Vector[(Long, Int)] = Vector.empty) {
  import TokenLedger._

  def free(now: Long): Int = {
    val taken = counting(now).map(_._2.toLong).sum
    math.max(0L, share - taken).toInt
  }

  /** When so many tokens are free, no more than there are; `now` if they are. */
  def nextFree(now: Long, tokens: Int = 1): Long = {
    val counts = counting(now)
    val gone = counts.scanLeft(counts.map(_._2.toLong).sum)(_ - _._2)
    gone.indexWhere(_ <= share - tokens) match {
      case 0 => now
      case i => counts(i - 1)._1 + rate.windowMs + 1
    }
  }

  /** The moments until then at which a token falls free, the earliest first, and no more of them than asked for. */
  def falling(now: Long, until: Long, most: Long): Vector[Long] = {
    val counts = counting(now)
    // Below zero there is nothing to give: what was lost counts beside the tokens that it was granted ahead of their time.
    val left = counts.scanLeft(share - counts.map(_._2.toLong).sum)(_ + _._2).map(math.max(0L, _))
    counts
      .zip(left.zip(left.drop(1)))
      .iterator
      .map { case ((at, _), (before, after)) => (at + rate.windowMs + 1, after - before) }
      .takeWhile(_._1 <= until)
      .flatMap { case (at, n) => Iterator.fill(math.min(n, most).toInt)(at) }
      .take(math.min(most, Int.MaxValue.toLong).toInt)
      .toVector
  }

  /** Requests were over at these moments. */
  def spent(moments: Seq[Long], now: Long): TokenLedger = add(moments.map(_ -> 1), now)

  /** Granted to a task of which nobody knows how many it made. It may still be running. */
  def lost(granted: Int, now: Long): TokenLedger =
    if (granted <= 0) this else add(Seq((now + LostMillis, granted)), now)

  private def add(more: Seq[(Long, Int)], now: Long): TokenLedger =
    copy(used = coalesced(counting(now) ++ more, math.max(1L, rate.windowMs / Exact)))

  private def counting(now: Long) = used.filter { case (at, _) => now - at <= rate.windowMs }

  /** For the checkpoint: a hundred entries or so, none of them earlier than it was. */
  def noted(now: Long): Vector[(Long, Int)] = coalesced(counting(now), math.max(1L, rate.windowMs / Noted))
}

object TokenLedger {

  /** A task begins no request after its time, and what it sent is on its way for no longer than that once more. */
  val LostMillis: Long = 2 * TaskBudget.TaskMillis

  /** Parts of a window that are told apart, here and in the checkpoint. */
  private val Exact = 1000L
  private val Noted = 100L

  private val SpareHops = 2

  /** @param inferred whether a schema was inferred at this start: then it will be at the next one
    * @param before what an earlier run left
    */
  def apply(rate: MaxRate, maxRetries: Int, inferred: Boolean, before: PacingState, now: Long): TokenLedger =
    new TokenLedger(
      rate,
      if (inferred) rate.count - reserve(rate, maxRetries) else rate.count,
      // A clock that was set back since: none of them lies ahead.
      coalesced(before.used.map { case (at, n) => (math.min(at, now + LostMillis), n) }, 1)
    ).lost(before.granted, now)

  /** Requests kept back for inference, and so the most that it makes: with retries, and hops of redirects. */
  def reserve(rate: MaxRate, maxRetries: Int): Int = math.min(maxRetries + 1 + SpareHops, rate.count / 2)

  private def coalesced(entries: Seq[(Long, Int)], width: Long): Vector[(Long, Int)] =
    entries
      .groupBy { case (at, _) => Math.floorDiv(at + width - 1, width) * width }
      .map { case (at, together) => (at, math.min(together.map(_._2.toLong).sum, Int.MaxValue.toLong).toInt) }
      .toVector
      .sortBy(_._1)
}
