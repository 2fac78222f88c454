// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.pages

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.strategies.{OffsetReading, OffsetStrategy}
import io.github.sparkrest.response.PageFacts

/** Signs that an option is wrong, seen in one page: the warning names the option to set. */
private[sparkrest] object PageWarnings {
  def ofPage(
      config: RestConfig,
      state: Progress,
      strategy: OffsetStrategy,
      reading: OffsetReading,
      facts: PageFacts,
      kept: Long,
      hasNext: Boolean
  ): List[String] = {
    val options = config.offset
    val asked = config.paging.pageSize
    List(
      (options.ascending && reading.outOfOrder) ->
        s"order=asc, but a page is not in ascending order of ${options.name}: the offset moves when all pages are in. Set order to desc or none, or let the API sort.",
      (hasNext && state.traversal.isEmpty && asked.exists(n => facts.records > 0 && facts.records < n)) ->
        s"pageSize is ${asked.getOrElse(0L)}, but the API sends pages of ${facts.records}: it caps them. Lower pageSize to spare the difference.",
      (!hasNext && config.paging.isPaged && state.traversal.isEmpty && !reading.reachedOld && asked
        .exists(facts.records >= _)) ->
        s"The first page has ${facts.records} records, as many as pageSize allows, and names no next page. If there are more records, check pagination and nextField: they are missing.",
      (!hasNext && !config.hasPlaceholder && !reading.reachedOld &&
        state.offset.isDefined && strategy.showsGaps(state) &&
        kept > 1 && kept == facts.records && state.traversal.isEmpty) ->
        "No record of this poll was there in the last one: there may be a gap between them. Poll more often (streamingInterval), or read further pages (pagination)."
    ).collect { case (true, text) => text }
  }
}
