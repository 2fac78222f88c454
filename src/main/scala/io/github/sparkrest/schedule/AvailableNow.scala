// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.poll.PollOutcome

/** Whether all records that existed at a moment have been polled: under `Trigger.AvailableNow` and `Once` the query ends then.
  * Pure.
  *
  * It ends when a poll that began after the moment has nothing more to request, when the offset passed the moment, or when
  * `maxRequestsPerTrigger` is used up. Two cases need a guess:
  *
  *   - An offset that is not a time cannot show that it passed the moment, and the API may have new records for each request.
  *     The end is reached when, some time after the moment, the last page of two polls in a row was less than half of an
  *     earlier page: the rest was created meanwhile. The number of pages of a poll says nothing, because a slow machine ends
  *     the poll earlier. A batch read has no next run, so it needs more such polls (`mostShorter`).
  *   - An API that names a new cursor in each empty response never says that it has no more. After `mostFruitless` such polls
  *     in a row the endpoint is complete, and the next run continues from the newest cursor.
  *
  * An offset in the future shows nothing at first: a calendar has such records when the run starts, and further ones behind them.
  * But no run follows such records for longer than [[AvailableNow.MostMillis]], because some calendars never end.
  *
  * @param moment epoch milliseconds
  * @param largest items of the largest page so far
  * @param shorter polls in a row whose last page had less than half of that
  * @param fruitless polls in a row that moved the offset and returned no new record
  * @param mostShorter such polls after which the rest counts as created meanwhile
  * @param futureSince when the offset was in the future first, epoch milliseconds
  */
final case class AvailableNow(
    moment: Long,
    largest: Long = 0,
    shorter: Int = 0,
    fruitless: Int = 0,
    mostFruitless: Int = AvailableNow.MostFruitless,
    mostShorter: Int = AvailableNow.MostShorter,
    futureSince: Option[Long] = None
) {
  import AvailableNow._

  /** @param wasFruitless see [[Schedule.isFruitless]]
    * @param offsetTime the time that the offset stands for, if it is a time
    */
  def after(outcome: PollOutcome, wasFruitless: Boolean, offsetTime: Option[Long], now: Long): AvailableNow = {
    val most = math.max(largest, outcome.largestPage)
    copy(
      largest = most,
      shorter = if (outcome.lastPage * 2 < most) shorter + 1 else 0, // guard: I3.7
      fruitless = if (wasFruitless) fruitless + 1 else 0,
      futureSince = futureSince.orElse(offsetTime.filter(_ > now + FutureMillis).map(_ => now))
    )
  }

  /** Why the query has all records, after `outcome` was added by [[after]]; `None`: it has not.
    *
    * @param offsetTime the time that the offset stands for, if it is a time
    * @param requests made since the moment
    * @param inherited the poll completed a traversal that began before the moment: the next traversal has the records since
    */
  def end(
      outcome: PollOutcome,
      offsetTime: Option[Long],
      requests: Long,
      now: Long,
      config: RestConfig,
      inherited: Boolean = false
  ): Option[String] = {
    val isLong = futureSince.exists(now - _ >= MostMillis) // guard: I3.152
    val past = offsetTime.filter(_ <= now + FutureMillis || isLong) // guard: I3.151
    val patience = if (shorter >= mostShorter) PatienceMillis else MostMillis
    if (!outcome.more && !inherited) Some("the API has no more") // guard: I3.8
    else if (past.exists(_ >= moment)) Some("the offset passed the moment of the trigger")
    else if (config.maxRequestsPerTrigger.exists(requests >= _)) Some("maxRequestsPerTrigger is used up")
    else if (fruitless >= mostFruitless)
      Some(s"$fruitless polls in a row returned no new record, though the API named a new place each time")
    else if (past.isEmpty && shorter >= MostShorter && now - moment >= patience)
      Some("the API creates records continuously, and the remaining ones are newer than the trigger")
    else None
  }
}

object AvailableNow {
  val MostFruitless = 20
  val MostShorter = 2
  private val PatienceMillis = 10000L

  /** After this time, two shorter polls or an offset in the future end each run: never ending is worse. */
  val MostMillis: Long = 10L * 60 * 1000

  /** By which the clock of the API may be ahead of this machine's. */
  private val FutureMillis = 60000L

  /** For `spark.read`: what the end leaves out is lost. */
  def ofBatch(moment: Long): AvailableNow = AvailableNow(moment, mostShorter = 20)
}
