// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.pages

import io.github.sparkrest.progress.Progress
import io.github.sparkrest.response.PageFacts

/** What the pages of a traversal had so far, in records and in the items that the API counts (`PageFacts.items`).
  *
  * @param largest items of the largest page, those of earlier traversals included
  * @param lastPage items of the last page that had items
  * @param emptyPages pages without records in a row, behind which the API was not known to have more
  */
final case class PageCounts(
    records: Long = 0,
    items: Long = 0,
    largest: Long = 0,
    lastPage: Long = 0,
    emptyPages: Int = 0
) {

  /** After a further page.
    *
    * @param goesOn the page is not the end, whatever it has
    */
  def and(page: PageFacts, goesOn: Boolean): PageCounts = PageCounts(
    records + page.records,
    items + page.items,
    math.max(largest, page.items),
    // An empty page between two others says nothing of the size of pages.
    if (page.items > 0) page.items else lastPage,
    if (page.records > 0 || goesOn) 0 else emptyPages + 1 // guard: I2.25
  )

  def surplus: Long = items - records

  /** Whether the last page was full, as far as that is known. Empty pages so far are no evidence. */
  def isFull(pageSize: Option[Long]): Boolean =
    lastPage == 0 || lastPage * 2 >= pageSize.fold(largest)(math.min(_, largest))
}

object PageCounts {

  /** Before the next page.
    *
    * @param isSameRequest the largest page so far was of the request that the next page belongs to
    */
  def of(state: Progress, isSameRequest: Boolean): PageCounts = {
    val largest = if (isSameRequest) state.largestPage else 0
    state.traversal.fold(PageCounts(largest = largest)) { t =>
      PageCounts(t.received, t.items, math.max(largest, t.lastPage), t.lastPage, t.emptyPages)
    }
  }
}
