// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.progress.strategies.Advance

/** Whether to send a new request from the reached offset instead of a request for the next page. Then the list may move
  * meanwhile without a loss.
  *
  * The end of a slice of time is not an offset that the records reached: the slice has further pages. Neither is a value next to
  * the records. If the bound may be exclusive, and values repeat, the next page may have further records at the offset: then the
  * request begins at the value below.
  */
private[progress] object Reanchor {

  /** The progress from which the new request begins; `None`: read on.
    *
    * @param inOrder the records of the traversal ascended so far
    * @param items of the traversal so far
    */
  def apply(
      config: RestConfig,
      state: Progress,
      reached: Advance,
      inOrder: Boolean,
      items: Long
  ): Option[Advance] = {
    // A page that was not full may grow before the page with the next number is requested, which then begins too far behind.
    val followsLast =
      reached.followsLast && config.paging.kind.isNumbered && config.hasPlaceholder && config.job.isEmpty // guard: I1.160
    val maySkip = config.mayReadFromValues && inOrder &&
      (config.readsFromValues || config.paging.reanchorAfter.exists(items >= _))
    val isExact = config.readsFromValues || followsLast || config.offset.kind.isToken
    val at = if (isExact) reached else reached.copy(offset = reached.below) // guard: I1.162
    if (maySkip && !reached.isStated || followsLast) // guard: I1.163
      Some(at).filter(_.offset.exists(o => !state.offset.contains(o)))
    else None
  }
}
