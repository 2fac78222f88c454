// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.values.OffsetPick
import io.github.sparkrest.progress.pages.FirstRecord
import io.github.sparkrest.progress.seen.{RecordHash, SeenRecords}
import io.github.sparkrest.progress.{KeptRecords, Progress}
import io.github.sparkrest.request.NextUrl
import io.github.sparkrest.response.PageFacts

/** `cursor`: an opaque token from next to the records or from a record, or the URL of the next request.
  *
  * At the tail, a null, empty or missing token keeps the last cursor. The next request with it returns the tail again. So the
  * records that were delivered under an unmoved cursor are remembered, and dropped when they come again.
  */
final private[sparkrest] class CursorStrategy(config: RestConfig) extends OffsetStrategy {
  private val options = config.offset
  private val field = new OffsetField(options.source)
  private val nextUrl = new NextUrl(config)
  private val picksLast = options.pick == OffsetPick.Last

  def ask(state: Progress, now: Instant): Option[OffsetQuery] = Some(OffsetQuery(state.offset.getOrElse(options.initial)))
  def asksForMore: Boolean = true
  def remembers: Boolean = true
  def memory: MemoryRule =
    if (options.recordKey.nonEmpty) MemoryRule.ForSomeTime else MemoryRule.LastTraversal

  /** A page begins after the cursor, so new records alone are not a gap. */
  override def showsGaps: Progress => Boolean = _ => false

  def read(state: Progress, ask: OffsetQuery, times: TraversalTimes): OffsetReading = new Reading(state)

  final private class Reading(state: Progress) extends OffsetReading {
    private val first = new FirstRecord
    private var records = 0
    private var picked: Option[String] = None
    private var pickedIdentity = ""

    /** While the cursor stays, the API sends the same records again. */
    override def identified: Identified = Identified.IfOffsetStays

    def see(buf: Array[Byte], from: Int, to: Int): Novelty = {
      records += 1
      if (records == 1) {
        first.see(buf, from, to)
        if (!picksLast) pick(buf, from, to)
      }
      Novelty.MayRepeat
    }

    override val maybeLast: KeptRecords.Visitor =
      if (picksLast) (buf, from, to) => pick(buf, from, to) else KeptRecords.Ignoring

    private def pick(buf: Array[Byte], from: Int, to: Int): Unit = {
      picked = field.token(buf, from, to).filter(_.nonEmpty)
      pickedIdentity = if (picked.isDefined) RecordHash.of(buf, from, to) else ""
    }

    def finish(facts: PageFacts): Either[RestError, Advance] = {
      val stated = field.in(facts).map(facts.hold)
      val pending = state.traversal.flatMap(_.pending)
      val found =
        if (options.pick == OffsetPick.First && pending.isDefined) None else stated.orElse(picked.map(facts.hold))
      val unknown =
        state.offset.isEmpty && state.traversal.isEmpty && records > 0 && picked.isEmpty && !field.standsIn(
          facts.envelope
        )
      val warning = if (unknown) Some(OffsetStrategy.fieldNotFound(options, first.names, facts.envelope).text) else None
      complete(found, facts).map { next =>
        val moved =
          next.orElse(pending).filterNot(c => state.offset.contains(c) || state.offset.isEmpty && c == options.initial)
        // An inclusive API begins its next page with the record that the cursor names.
        val only =
          if (stated.isDefined || options.exclusive || picked.isEmpty) SeenRecords.Empty
          else SeenRecords.of(pickedIdentity -> 1)
        Advance(
          moved,
          only =
            // A page without records says nothing of the pages before it.
            if (facts.records == 0 && state.traversal.forall(_.received == 0)) Some(state.boundary) // guard: I1.130
            else if (options.recordKey.nonEmpty || config.paging.isPaged && stated.isEmpty) None
            else Some(only),
          atEnd = moved.isEmpty || config.followsLinks && facts.items == 0,
          warning = warning,
          followsLast = picksLast && stated.isEmpty && picked.isDefined
        )
      }
    }

    private def complete(found: Option[String], facts: PageFacts): Either[RestError, Option[String]] =
      if (!config.followsLinks) Right(found)
      else
        found match {
          case Some(c) if isAddress(c) || config.offset.source.inBody.isEmpty => Right(Some(nextUrl.store(c, facts.url)))
          case Some(c) => Left(noPlace(c))
          case None    => Right(None)
        }
  }

  private def isAddress(c: String) = c.startsWith("http://") || c.startsWith("https://") || c.startsWith("/")

  private def noPlace(cursor: String) = Condition.OffsetValueInvalid(
    s"""The cursor "${cursor.take(
        100
      )}" is not a URL, and no placeholder contains it: each request would be the same.""",
    s"Put a placeholder into url, params, headers or body, e.g. ?cursor={${options.name}}."
  )
}
