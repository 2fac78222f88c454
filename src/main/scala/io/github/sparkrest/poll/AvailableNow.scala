// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.options.RestConfig

/** Whether all that there was at a moment has been polled: under `Trigger.AvailableNow` and `Once` the query ends then.
  *
  * It ends when a poll that began after the moment has nothing further to ask for, or when the offset passed the moment, or
  * when `maxRequestsPerTrigger` are spent. An offset that is no time cannot show that it passed the moment; such an API may
  * have new records at each request, for ever. There the end is taken to be reached when, some time after the moment, two
  * polls in a row ended with a page of less than half of an earlier one: what is left is what came into being meanwhile. How
  * many pages a poll has says nothing: a slow machine ends it earlier. Pure.
  *
  * @param moment epoch milliseconds
  * @param largest records of the largest page so far
  * @param shorter polls in a row whose last page had less than half of that
  */
final case class AvailableNow(moment: Long, largest: Long = 0, shorter: Int = 0) {
  import AvailableNow._

  def after(outcome: PollOutcome): AvailableNow = {
    val most = math.max(largest, outcome.largestPage)
    AvailableNow(moment, most, if (outcome.lastPage * 2 < most) shorter + 1 else 0)
  }

  /** Why the query has all, after `outcome` was added by [[after]]; `None`: it has not.
    *
    * @param offsetTime what time the offset stands for, if it stands for one
    * @param requests made since the moment
    */
  def end(
      outcome: PollOutcome,
      offsetTime: Option[Long],
      requests: Long,
      now: Long,
      config: RestConfig
  ): Option[String] =
    if (!outcome.more) Some("nothing further to ask for")
    else if (offsetTime.exists(_ >= moment)) Some("the offset passed the moment of the trigger")
    else if (config.maxRequestsPerTrigger.exists(requests >= _)) Some("maxRequestsPerTrigger are spent")
    else if (offsetTime.isEmpty && shorter >= ShorterPolls && now - moment >= PatienceMillis)
      Some("the API goes on making records, and what is left came after the trigger")
    else None
}

object AvailableNow {
  private val ShorterPolls = 2
  private val PatienceMillis = 10000L
}
