// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import java.time.Instant

import io.github.sparkrest.config.Placeholders
import io.github.sparkrest.options.tables.PaginationType
import io.github.sparkrest.request.{PageToken, RequestValues}

/** The requests of a traversal that can be sent before the responses to the requests before them have arrived. Pure.
  *
  * This is only a forecast: a traversal that wants another request sends that one. But it also says which responses may be
  * older than the response before them. Reading page by page rests on this:
  *
  *   - A record that lies behind page n when page n is answered still lies behind it when page n + 1 is answered.
  *
  * If requests overlap, the API may answer page n + 1 first. A record that is then inserted further ahead moves the last record
  * of page n to page n + 1, and neither response has that record. So requests overlap only if no record can be inserted ahead
  * of other records:
  *
  *   - `order=asc`: new records appear at the end of the list. A record that is inserted late is younger than `lag`, or within
  *     `lookback`. Then the records behind it are too, and they are requested again.
  *   - a slice of time (`offsetType=window`) that was over when its first page was requested
  *
  * The request of a cursor or a next URL is known only from the response before it. Such a forecast has one request, and so has
  * the forecast of a list that may move.
  */
final private[sparkrest] class Forecast(core: CoreParts) {
  import core.{config, strategy, window}

  /** @param next the plan of the next request, which is the first of the forecast */
  def from(next: RequestPlan, now: Instant): Iterator[RequestValues] = next.state.traversal match {
    case Some(t) =>
      val further = isFull(next.state, t) && staysInPlace(t)
      Iterator(next.values) ++ (if (further) numbers(next.values, t) else Iterator.empty)
    case None => slices(next, now)
  }

  private def staysInPlace(t: Traversal): Boolean =
    !config.readsFromValues && (strategy.isOver(t) || config.appendsOnly && !t.unordered) // guard: I1.30

  /** A page that is not full is probably the last one. */
  private def isFull(state: Progress, t: Traversal): Boolean =
    t.lastPage > 0 && t.emptyPages == 0 && t.lastPage * 2 >= state.largestPage

  /** The pages behind this page, if all of them have as many items as the last page. */
  private def numbers(values: RequestValues, t: Traversal): Iterator[RequestValues] = {
    val step = if (config.paging.kind == PaginationType.RecordCount) t.lastPage else 1L
    values.page match {
      case Some(PageToken.Number(at)) =>
        Iterator
          .iterate(1L)(_ + 1)
          .takeWhile(i => config.paging.reanchorAfter.forall(t.items + i * t.lastPage < _))
          .map(i => values.copy(page = Some(PageToken.Number(at + i * step))))
      case _ => Iterator.empty
    }
  }

  /** Slices of time that are over: each begins where the slice before it ends, whatever that contains. `{now}` is known only when
    * the request of a slice is planned.
    */
  private def slices(next: RequestPlan, now: Instant): Iterator[RequestValues] =
    if (config.paging.isPaged || config.job.isDefined || config.mentions(Placeholders.Now)) Iterator.empty
    else
      strategy
        .slicesThatAreOver(next.state, now)
        .map(q => next.values.copy(offset = q.offset, window = window(q), initial = false))
}
