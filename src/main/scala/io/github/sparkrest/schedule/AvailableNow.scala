// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.poll.PollOutcome

/** Whether all that there was at a moment has been polled: under `Trigger.AvailableNow` and `Once` the query ends then.
  *
  * It ends when a poll that began after the moment has nothing further to ask for, or when the offset passed the moment, or
  * when `maxRequestsPerTrigger` are spent. An offset that is no time cannot show that it passed the moment; such an API may
  * have new records at each request, for ever. There the end is taken to be reached when, some time after the moment, two
  * polls in a row ended with a page of less than half of an earlier one: what is left is what came into being meanwhile. How
  * many pages a poll has says nothing: a slow machine ends it earlier. An API that names a new cursor in each empty response
  * never says that there is nothing more: after `mostFruitless` such polls in a row the endpoint is complete, and the next run
  * goes on from the newest cursor. Pure.
  *
  * @param moment epoch milliseconds
  * @param largest records of the largest page so far
  * @param shorter polls in a row whose last page had less than half of that
  * @param fruitless polls in a row that brought no new record though the offset moved
  */
final case class AvailableNow(
    moment: Long,
    largest: Long = 0,
    shorter: Int = 0,
    fruitless: Int = 0,
    mostFruitless: Int = AvailableNow.MostFruitless
) {
  import AvailableNow._

  /** @param wasFruitless see [[Schedule.isFruitless]] */
  def after(outcome: PollOutcome, wasFruitless: Boolean = false): AvailableNow = {
    val most = math.max(largest, outcome.largestPage)
    copy(
      largest = most,
      shorter = if (outcome.lastPage * 2 < most) shorter + 1 else 0, // guard: I3.7
      fruitless = if (wasFruitless) fruitless + 1 else 0
    )
  }

  /** Why the query has all, after `outcome` was added by [[after]]; `None`: it has not.
    *
    * @param offsetTime what time the offset stands for, if it stands for one
    * @param requests made since the moment
    * @param inherited the poll completed a traversal that began before the moment: another one shows what came since
    */
  def end(
      outcome: PollOutcome,
      offsetTime: Option[Long],
      requests: Long,
      now: Long,
      config: RestConfig,
      inherited: Boolean = false
  ): Option[String] =
    if (!outcome.more && !inherited) Some("nothing further to ask for") // guard: I3.8
    else if (offsetTime.exists(_ >= moment)) Some("the offset passed the moment of the trigger")
    else if (config.maxRequestsPerTrigger.exists(requests >= _)) Some("maxRequestsPerTrigger are spent")
    else if (fruitless >= mostFruitless)
      Some(s"$fruitless polls in a row returned no new record, though the API named a new place each time")
    else if (offsetTime.isEmpty && shorter >= ShorterPolls && now - moment >= PatienceMillis)
      Some("the API goes on making records, and what is left came after the trigger")
    else None
}

object AvailableNow {
  val MostFruitless = 20
  private val ShorterPolls = 2
  private val PatienceMillis = 10000L
}
