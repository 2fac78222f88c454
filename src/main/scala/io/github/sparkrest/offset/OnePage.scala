// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.{RestConfig, ValueSource}
import io.github.sparkrest.page.{PageFacts, PageSequence}
import io.github.sparkrest.request.PageToken

/** One page of a drain: see [[DrainStep]]. */
final private[offset] class OnePage(
    config: RestConfig,
    strategy: OffsetStrategy,
    pages: PageSequence,
    plan: Plan,
    times: DrainTimes,
    reading: OffsetReading,
    latest: LatestStart,
    again: () => PageStep
) extends PageStep {
  private val state = plan.state
  private val options = config.offset
  private val paged = config.paging.isPaged
  private val hashes = strategy.remembers || paged || !state.ahead.isEmpty
  private val limit = if (options.kind == "snapshot") SnapshotStrategy.MaxRecords else Boundary.MaxKeys

  private val repeats = new Repeats(
    state.boundary.union(state.ahead),
    state.drain.fold(Boundary.Empty)(_.seen),
    moves = pages.mayOverlap,
    unique = options.recordKey.nonEmpty,
    limit
  )
  private val passesOver = latest.passesOver(state)
  private val nextInRecord = config.paging.next.filter(_ => config.paging.kind == "cursor").collect {
    case in: ValueSource.InBody => new OffsetField(in)
  }
  private var records, kept = 0L
  private var signature = 17L
  private var lastRecord: Option[String] = None

  def restart(): PageStep = again()

  def keep(buf: Array[Byte], from: Int, to: Int): Boolean = {
    records += 1
    val novelty = reading.see(buf, from, to)
    nextInRecord.foreach(f => lastRecord = f.token(buf, from, to))
    val isNew =
      if (!hashes) novelty != Novelty.Excluded
      else {
        val identity = reading.identity(buf, from, to)
        signature = signature * 31 + identity.hashCode
        novelty != Novelty.Excluded && !repeats.note(identity, !state.ahead.isEmpty || novelty == Novelty.MayRepeat)
      }
    if (isNew) kept += 1
    isNew && !passesOver
  }

  def finish(response: PageFacts): Either[RestError, PageResult] = {
    val facts = response.copy(
      records = records,
      lastRecord = lastRecord,
      // Now and then it is the list that moved by just a page.
      repeatsLast = same >= OnePage.SamePages
    )
    for {
      reached <- reading.finish(facts)
      named <- pages.next(state.drain.map(_.page), state.drain.fold(0L)(_.received), facts)
      next = named.filterNot(_ => options.order == "desc" && reading.reachedOld)
      landmark <- guarded(next)
    } yield {
      val warnings = reached.warning.toList ++ Symptom.ofPage(config, state, reading, facts, kept, next.isDefined)
      next match {
        case _ if comesAgain(reached) =>
          result(state.copy(drain = None, ahead = state.ahead.union(remembered(reached))), atEnd = false, warnings)
        case None =>
          result(complete(reached, isLast = true), reached.atEnd || paged && options.kind != "window", warnings)
        case Some(_) if reanchors(reached) =>
          result(
            complete(reached, isLast = false).copy(ahead = state.ahead.union(state.boundary)),
            atEnd = false,
            warnings
          )
        case Some(page) => result(further(page, landmark, reached), atEnd = false, warnings)
      }
    }
  }

  private def result(next: EndpointState, atEnd: Boolean, warnings: List[String]) =
    PageResult(next, records, atEnd, warnings.headOption)

  /** Another request from the offset reached instead of a further page: the list may move meanwhile, and nothing is lost.
    * Only if the bound is known to be inclusive, or each id stands once: else records at the offset could be passed over.
    */
  private def reanchors(reached: Reached): Boolean = maySkip && reached.offset.exists(o => !state.offset.contains(o))

  private def maySkip: Boolean =
    options.ascending && !reading.outOfOrder && config.hasPlaceholder &&
      !state.drain.exists(_.unordered) &&
      (options.boundary == "inclusive" || options.kind == "incremental" ||
        config.paging.reanchorAfter.exists(n => state.drain.fold(0L)(_.received) + records >= n))

  /** Pages by number, within equal values that fill more than a page: if a later page brought something new, the list may have
    * grown on the first one meanwhile. It is read once more from there before the offset moves.
    */
  private def comesAgain(reached: Reached): Boolean = reanchors(reached) && options.kind != "incremental" &&
    state.drain.isDefined && laterNew

  private def laterNew: Boolean = state.drain.exists(d => d.laterNew || kept > 0)

  private def same: Int =
    state.drain.filter(_ => records > 0 && pages.mayOverlap).filter(_.signature == pageSignature).fold(0)(_.same + 1)

  /** @param isLast page of the traversal */
  private def complete(reached: Reached, isLast: Boolean): EndpointState = {
    val memory =
      if (!strategy.remembers || reached.forgets) Boundary.Empty
      else if (options.kind == "snapshot") remembered(reached)
      else if (reached.offset.isEmpty)
        if (records == 0 && state.drain.isEmpty) state.boundary else state.boundary.union(remembered(reached))
      else
        reached.only.getOrElse(
          if (options.recordKey.nonEmpty && options.kind == "cursor") state.boundary.union(remembered(reached))
          else remembered(reached)
        )
    val kept = memory.copy(counts = memory.counts.filter { case (identity, _) => strategy.keeps(identity) })
    val started = options.latest && (state.started || isLast &&
      latest.isOver(state, reached, times, reading.outOfOrder, records, isNews = this.kept > 0))
    EndpointState(
      reached.offset.orElse(state.offset),
      kept,
      None,
      started,
      passedOver = if (passesOver && !started) math.max(state.passedOver, records) else 0
    )
  }

  private def further(page: PageToken, landmark: (String, Long), reached: Reached): EndpointState = {
    val before = state.drain
    state.copy(drain =
      Some(
        Drain(
          page = page,
          pages = before.fold(1L)(_.pages + 1),
          received = before.fold(0L)(_.received) + records,
          pending = reached.pending.getOrElse(reached.offset).orElse(before.flatMap(_.pending)),
          seen = remembered(reached),
          signature = pageSignature,
          landmark = landmark,
          until = plan.ask.until,
          unordered = before.exists(_.unordered) || reading.outOfOrder,
          same = same,
          laterNew = laterNew,
          times = times
        )
      )
    )
  }

  /** If there are too many, those near the new offset are kept: the last ones if it rose on this page, else the first. */
  private def remembered(reached: Reached): Boundary =
    if (!hashes) Boundary.Empty
    else repeats.remembered(dropOldest = reached.offset.exists(o => !state.drain.flatMap(_.pending).contains(o)))

  private def pageSignature: String = s"$records:${signature.toHexString}"

  /** A token that came before would lead round in a circle. */
  private def guarded(next: Option[PageToken]): Either[RestError, (String, Long)] = {
    val number = state.drain.fold(1L)(_.pages + 1)
    val (mark, at) = state.drain.fold(("", 1L))(_.landmark)
    next match {
      case Some(token)
          if !token.isInstanceOf[PageToken.Number] && state.drain.isDefined && mark == ShortHash.of(token.text) =>
        Left(PageSequence.repeated(token.text))
      case Some(token) if number >= 2 * at || mark.isEmpty => Right((ShortHash.of(token.text), number))
      case _                                               => Right((mark, at))
    }
  }
}

private object OnePage {

  /** So many further pages like the one before are the end. */
  val SamePages = 4
}
