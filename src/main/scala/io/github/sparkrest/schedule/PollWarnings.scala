// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.poll.PollOutcome
import io.github.sparkrest.progress.Progress

/** Signs, over several polls, that an option is wrong; each warning names the option to set. Pure.
  *
  * @param unmoved polls in a row that returned new records and left the offset where it was
  * @param repeated polls in a row that returned many records, but no new one
  */
final case class PollWarnings(unmoved: Int = 0, repeated: Int = 0) {
  import PollWarnings._

  def after(last: Progress, outcome: PollOutcome, kept: Long): PollWarnings =
    if (outcome.error.isDefined || outcome.state.begunMs.isDefined) this
    else
      PollWarnings(
        unmoved = if (kept == 0) unmoved else if (last.offset == outcome.state.offset) unmoved + 1 else 0,
        repeated = if (kept > 0 || outcome.records < Many) 0 else repeated + 1
      )

  def texts(config: RestConfig): List[String] = List(
    (unmoved >= InARow && config.offset.kind.hasOffset) ->
      s"""New records came in $InARow polls, and the offset from "${config.offset.name}" did not move. Check offsetField and offsetType; a page size that equal values fill needs pagination.""",
    (repeated >= InARow && config.hasPlaceholder && config.offset.kind.hasOffset) ->
      s"The same records came again in $InARow polls, and were dropped. Does the API look at the placeholder in url? If it sends no more than some records, read further pages (pagination), above all with lookback."
  ).collect { case (true, text) => text }
}

object PollWarnings {
  private val InARow = 3
  private val Many = 20L
}
