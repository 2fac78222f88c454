// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.tables.PaginationType
import io.github.sparkrest.options.values.ValueSource
import io.github.sparkrest.progress.mirror.{MirrorPage, RecordKey}
import io.github.sparkrest.progress.pages.{CycleMark, PageCounts, PageErrors, PageWarnings}
import io.github.sparkrest.progress.seen.{PageMemory, PageRecords, TraversalMemory}
import io.github.sparkrest.progress.strategies.{Advance, MemoryRule, OffsetField, OffsetReading, TraversalTimes}
import io.github.sparkrest.request.PageToken
import io.github.sparkrest.response.PageFacts

/** One page of a traversal: see [[Progression]].
  *
  * @param now when the response began to come, epoch milliseconds
  */
final private[sparkrest] class TraversalPage(
    core: CoreParts,
    plan: RequestPlan,
    times: TraversalTimes,
    reading: OffsetReading,
    now: Long,
    keptRecords: KeptRecords,
    again: () => PageReader
) extends PageReader {
  import core.{config, latest, limits, memory, pages, strategy}
  private val state = plan.state
  private val options = config.offset
  private val paged = config.paging.isPaged || config.job.isDefined
  private val before = PageCounts.of(state, isSameRequest = state.pagesOf.exists(core.pagesOf.contains)) // guard: I1.170
  private var counts = before // with this page

  private val ofPage: PageRecords = core.mirror.fold[PageRecords](
    new PageMemory(core, state, reading, times.began, keptRecords)
  )(new MirrorPage(_, memory, new RecordKey(options.recordKey), state))
  private val passesOver = latest.passesOver(state)
  private val nextInRecord = config.paging.next.filter(_ => config.paging.kind == PaginationType.Cursor).collect {
    case in: ValueSource.InBody => new OffsetField(in)
  }
  private var records, kept, removed = 0L
  private var awaits = false
  private var lastRecord: Option[String] = None

  def restart(): PageReader = again()

  def keep(buf: Array[Byte], from: Int, to: Int, maybeLast: Boolean): Boolean = {
    records += 1
    val novelty = reading.see(buf, from, to)
    if (maybeLast) {
      reading.maybeLast.see(buf, from, to)
      nextInRecord.foreach(f => lastRecord = f.token(buf, from, to))
    }
    val isNew = ofPage.isNew(buf, from, to, novelty)
    if (isNew) kept += 1
    isNew && !passesOver
  }
  override def change(buf: Array[Byte], from: Int, to: Int): Option[Change] = ofPage.change(buf, from, to)

  def finish(response: PageFacts): Either[RestError, PageOutcome] = {
    val facts = response.copy(
      records = records,
      items = response.envelope.items.getOrElse(records),
      lastRecord = lastRecord,
      // Now and then it is the list that moved by just a page.
      repeatsLast = same >= limits.samePages,
      lacksField = config.dataField.isEmpty && config.emptyWhen.isEmpty && state.recognized.isDefined &&
        response.envelope.recognized.isEmpty && response.envelope.names.nonEmpty
    )
    for {
      _ <- PageErrors.reported(config, facts).orElse(ofPage.problem).toLeft(())
      reached <- reading.finish(facts)
      named <- pages.next(state.traversal.map(_.page), before, facts)
      _ = counts = before.and(facts, pages.goesOn(named, before, facts))
      next = named.filterNot(_ => passedOld || isHollow)
      result <-
        if (next.isEmpty && isDoubtful(facts)) Right(doubted)
        else if (next.isEmpty && named.isEmpty && !passedOld) ended(reached, facts)
        else CycleMark.of(state, next).map(goingOn(next, _, reached, facts))
    } yield result.copy(next = core.stored.after(state, result.next, if (kept > 0) Some(plan.ask.until) else None, now))
  }

  private def passedOld: Boolean = options.descending && reading.reachedOld

  /** A page without records that would end the traversal, move the window or empty the snapshot, though the API does not say
    * that it is the end: an error that looks like a list, a load balancer's 404, a page whose records were filtered out.
    * It counts when the same request is answered so once more, some time later.
    */
  private def isDoubtful(facts: PageFacts): Boolean =
    records == 0 && !pages.saysMore(before, facts).contains(false) && doubt.nonEmpty && {
      state.traversal match {
        // After a page that was not full the end is plausible. Records that a truncated list lacks would count as deleted.
        case Some(t) =>
          !isHollow && (core.mirror.isDefined || before.isFull(config.paging.pageSize) || shrinks(t)) // guard: I1.8, I8.17
        case None =>
          strategy.doubtsEmptyPage(state, facts) || facts.lacksField && config.input.exists(_.version.isDefined)
      }
    }

  /** The traversal had fewer records than the last snapshot. What it lacks is forgotten, and comes again when it comes back. */
  private def shrinks(t: Traversal): Boolean =
    strategy.memory == MemoryRule.WholeSnapshot && t.received < state.boundary.entries // guard: I8.62

  private lazy val doubt: Option[Doubt] = Doubt.of(state, Doubt.Empty, now, limits.verifyMillis)

  private def doubted: PageOutcome = {
    val waitMs = doubt.map(_.wait(now, limits.verifyMillis))
    PageOutcome(state.copy(doubt = doubt), records, atEnd = false, None, items = items, waitMs = waitMs)
  }

  private def ended(reached: Advance, facts: PageFacts): Either[RestError, PageOutcome] =
    pages.endsEarly(before, facts).filter(_ => paged) match { // guard: I3.13
      case Some(total) => Left(PageErrors.endEarly(config.paging, total, counts))
      case None        => CycleMark.of(state, None).map(goingOn(None, _, reached, facts))
    }

  private def goingOn(
      next: Option[PageToken],
      landmark: (String, Long),
      reached: Advance,
      facts: PageFacts
  ): PageOutcome = {
    val warnings =
      reached.warning.toList ++ PageWarnings.ofPage(config, state, strategy, reading, facts, kept, next.isDefined) ++
        (if (isHollow) List(PageErrors.manyEmptyPages(counts.emptyPages, facts)) else Nil) ++ ofPage.warning
    val place = Reanchor(config, state, reached, inOrder = !isUnordered, counts.items)
    (next, place) match {
      case (_, Some(_)) if comesAgain =>
        result(
          passing(state.copy(traversal = None, ahead = memory.join(state.ahead, ofPage.seen))),
          facts,
          atEnd = false,
          warnings
        )
          .copy(unfinished = true)
      case (None, _) =>
        result(
          started(completed(reached, facts), reached),
          facts,
          reached.atEnd || paged && !options.kind.movesWithTime,
          warnings
        )
      case (Some(_), Some(at)) => result(passing(after.reanchored(at)), facts, atEnd = false, warnings)
      case (Some(page), None)  => result(further(page, landmark, reached), facts, atEnd = false, warnings)
    }
  }

  private def completed(reached: Advance, facts: PageFacts): Progress =
    core.mirror.fold(after.complete(reached, isList = !isHollow && !facts.lacksField)) { mirror =>
      val done = mirror.complete(state, ofPage.seen, ofPage.marks, isWhole(facts)) { key =>
        if (!passesOver) {
          keptRecords.removed(key.getBytes(UTF_8))
          removed += 1
        }
      }
      awaits = done.awaits
      done.next
    }

  /** Whether the traversal had all records, so that a record that it lacks is gone. The end of a list is certain neither after a
    * page that came several times, nor if the only response is an error, or looks like one.
    */
  private def isWhole(facts: PageFacts): Boolean =
    !isHollow && !facts.repeatsLast && !(facts.refused && state.traversal.isEmpty) && // guard: I8.12
      !facts.lacksField // guard: I8.50

  private def result(next: Progress, facts: PageFacts, atEnd: Boolean, warnings: List[String]) =
    PageOutcome(
      next.copy(
        doubt = None,
        largestPage = if (counts.largest > 0) counts.largest else state.largestPage,
        pagesOf = if (counts.largest > 0) core.pagesOf else state.pagesOf,
        // An array without records may be any array.
        recognized = facts.envelope.recognized.filter(_ => records > 0).orElse(state.recognized)
      ),
      records,
      atEnd,
      warnings.headOption,
      items = items,
      removed = removed,
      awaits = awaits
    )

  private def items: Long = counts.items - before.items

  /** Too many empty pages in a row, though each names a next one. */
  private def isHollow: Boolean = counts.emptyPages > limits.emptyPages

  private def isUnordered: Boolean = reading.outOfOrder || state.traversal.exists(_.unordered)

  /** With numbered pages, a run of equal offset values can span pages. If a later page had new records, the first page may have
    * grown meanwhile. So the traversal reads again from page one before the offset moves.
    */
  private def comesAgain: Boolean = !options.kind.valuesAreUnique && state.traversal.isDefined && laterNew

  private def laterNew: Boolean = state.traversal.exists(d => d.laterNew || kept > 0)

  private def same: Int =
    state.traversal
      .filter(_ => records > 0 && pages.mayOverlap)
      .filter(_.signature == ofPage.pageSignature(records))
      .fold(0)(_.same + 1)

  private def further(page: PageToken, landmark: (String, Long), reached: Advance): Progress = {
    val last = state.traversal
    passing(state).copy(traversal = // guard: I1.139
      Some(
        Traversal(
          page = page,
          pages = last.fold(1L)(_.pages + 1),
          received = counts.records,
          surplus = counts.surplus,
          pending = reached.pending.getOrElse(reached.offset).orElse(last.flatMap(_.pending)),
          seen = ofPage.seen,
          marks = ofPage.marks,
          signature = ofPage.pageSignature(records),
          landmark = landmark,
          until = plan.ask.until,
          unordered = isUnordered,
          same = same,
          laterNew = laterNew,
          times = times,
          request = Some(core.identity(state).text),
          lowest = ofPage.lowest,
          lastPage = counts.lastPage,
          emptyPages = counts.emptyPages,
          delivered = last.fold(0L)(_.delivered) + kept
        )
      )
    )
  }

  /** With `initialOffset=latest`: marks the state as started when all older records have been skipped. */
  private def started(next: Progress, reached: Advance): Progress = {
    val over = options.latest && (state.started ||
      latest.isOver(state, reached, times, reading.outOfOrder, items, isNews = kept > 0))
    if (over) latest.started(state, next) else passing(next)
  }

  private def passing(next: Progress): Progress = next.copy(
    started = options.latest && state.started,
    passedOver = if (passesOver) math.max(state.passedOver, items) else 0
  )

  private lazy val after = new TraversalMemory(
    core,
    state,
    times,
    records,
    brought = state.traversal.fold(0L)(_.delivered) + kept,
    ofPage.lowest,
    () => ofPage.seen
  )
}
