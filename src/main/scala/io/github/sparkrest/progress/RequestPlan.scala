// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import java.time.Instant

import io.github.sparkrest.progress.strategies.OffsetQuery
import io.github.sparkrest.request.{PageToken, RequestValues}

/** One request to come.
  *
  * @param state from which it goes on
  * @param at when it was planned
  */
final case class RequestPlan(state: Progress, ask: OffsetQuery, values: RequestValues, at: Instant) {

  /** The API named the page or the job to an earlier run, or longer ago than that many milliseconds, and may no longer know it. */
  def isOfOldToken(mostMs: Long): Boolean = {
    def isOld(ms: Long) = at.toEpochMilli - ms > mostMs
    def ofPage = state.traversal.map(t => t.isInherited || t.readMs.exists(isOld)) // guard: I1.85
    state.job match {
      case Some(j) =>
        // After a refusal the API named the file of the job again, but perhaps not a file that exists.
        state.doubt.exists(_.answer != Doubt.Empty) || // guard: I1.127
        ofPage.getOrElse(j.readyMs.forall(isOld)) // guard: I1.120
      case None => ofPage.contains(true) && !state.traversal.exists(_.page.isInstanceOf[PageToken.Number])
    }
  }
}
