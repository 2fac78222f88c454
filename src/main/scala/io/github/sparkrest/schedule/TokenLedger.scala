// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.options.values.MaxRate
import io.github.sparkrest.pagelog.format.PacingState
import io.github.sparkrest.poll.TaskBudget

/** The tokens of `maxRequestRate`, on the driver: as many as requests are allowed in a window. Pure; all times are milliseconds
  * of the driver's clock.
  *
  * A request needs a free token. The token is free again one window after the request was over. The request arrives at the
  * server between these two moments, so two arrivals with the same token are more than a window apart. Therefore no window
  * sees more arrivals than there are tokens, and clocks of different machines are never compared.
  *
  * @param share number of tokens
  * @param out tokens that tasks hold
  * @param lastUse of the other tokens: when a request with them was over, and how many tokens that concerns; ascending
  */
final case class TokenLedger(windowMs: Long, share: Int, out: Int, lastUse: Vector[(Long, Int)]) {
  import TokenLedger._

  /** When tokens are free again whose last request was over at this time. */
  def freeAgain(lastUse: Long): Long = lastUse + windowMs + 1

  /** Tokens that are free at this time. */
  def free(at: Long): Int = sum(lastUse.takeWhile(use => freeAgain(use._1) <= at))

  /** When so many tokens are free, at the earliest `now`. `None`: tasks hold too many of them. */
  def nextFree(now: Long, tokens: Int = 1): Option[Long] = {
    val counts = lastUse.scanLeft(0)(_ + _._2).drop(1)
    lastUse.lift(counts.indexWhere(_ >= tokens)).map { case (at, _) => math.max(now, freeAgain(at)) }
  }

  /** Takes the tokens that are free first. */
  def take(tokens: Int): (Vector[(Long, Int)], TokenLedger) =
    (first(tokens, lastUse), copy(out = out + tokens, lastUse = without(tokens, lastUse)))

  /** A task returned its tokens.
    *
    * @param taken by [[take]]
    * @param over when its requests were over
    * @param lost nobody knows how many requests it made: all count as made
    */
  def giveBack(taken: Vector[(Long, Int)], over: Seq[Long], lost: Boolean, now: Long): TokenLedger = {
    val unused = without(over.length, taken)
    val rest = if (lost) Seq(now + LostMillis -> sum(unused)) else unused
    val held = out - sum(taken)
    val uses = (lastUse ++ over.map(_ -> 1) ++ rest).filter(use => freeAgain(use._1) > now)
    copy(out = held, lastUse = exactly(share - held, rounded(uses, windowMs / Steps)))
  }

  /** For the checkpoint: about a hundred entries, none earlier than it was. */
  def noted(now: Long): Vector[(Long, Int)] =
    rounded(lastUse.filter(use => freeAgain(use._1) > now), windowMs / NotedSteps)
}

object TokenLedger {

  /** A task begins no request after its time, and a request takes no longer than that once more. */
  val LostMillis: Long = 2 * TaskBudget.TaskMillis

  /** Steps of a window that are distinguished in memory and in the checkpoint. */
  private val Steps = 1000L
  private val NotedSteps = 100L

  private val SpareHops = 2

  /** For tokens that have not been used. */
  private val LongAgo = Long.MinValue / 2

  /** @param inferred a schema was inferred at this start, and will be at the next one, before the checkpoint with this ledger
    *   is read: so some tokens are kept back for it
    * @param lastRun its note. The tokens that its tasks held count as used
    */
  def apply(rate: MaxRate, maxRetries: Int, inferred: Boolean, lastRun: PacingState, now: Long): TokenLedger = {
    val share = if (inferred) rate.count - reserve(rate, maxRetries) else rate.count
    // The clock may have been set back since.
    val uses = lastRun.used.map { case (at, n) => (math.min(at, now + LostMillis), n) }
    val lost = (now + LostMillis, math.min(lastRun.granted, share))
    new TokenLedger(rate.windowMs, share, 0, exactly(share, rounded(uses :+ lost, 1)))
  }

  /** Requests kept back for inference: one, its retries, and some hops of redirects. */
  def reserve(rate: MaxRate, maxRetries: Int): Int = math.min(maxRetries + 1 + SpareHops, rate.count / 2)

  /** If more requests were made than there are tokens, the latest ones count. */
  private def exactly(tokens: Int, uses: Vector[(Long, Int)]): Vector[(Long, Int)] = {
    val surplus = sum(uses) - tokens
    if (surplus > 0) without(surplus, uses) else if (surplus < 0) (LongAgo, -surplus) +: uses else uses
  }

  /** Times are rounded up. */
  private def rounded(uses: Seq[(Long, Int)], step: Long): Vector[(Long, Int)] = {
    val width = math.max(1L, step)
    uses
      .groupBy { case (at, _) => Math.floorDiv(at + width - 1, width) * width }
      .map { case (at, same) => (at, sum(same)) }
      .toVector
      .sortBy(_._1)
  }

  private def first(tokens: Int, uses: Vector[(Long, Int)]): Vector[(Long, Int)] = {
    val taken = uses.scanLeft(0L)(_ + _._2)
    uses.zip(taken).collect { case ((at, n), t) if t < tokens => (at, math.min(n.toLong, tokens - t).toInt) }
  }

  private def without(tokens: Int, uses: Vector[(Long, Int)]): Vector[(Long, Int)] = {
    val through = uses.scanLeft(0L)(_ + _._2).drop(1)
    uses.zip(through).collect { case ((at, n), t) if t > tokens => (at, math.min(n.toLong, t - tokens).toInt) }
  }

  private def sum(uses: Seq[(Long, Int)]): Int =
    math.min(uses.iterator.map(_._2.toLong).sum, Int.MaxValue.toLong).toInt
}
