// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import io.github.sparkrest.error.RestError
import io.github.sparkrest.progress.mirror.DeletionMark
import io.github.sparkrest.progress.strategies.{Identified, MemoryRule, Novelty, OffsetKey, OffsetReading}
import io.github.sparkrest.progress.{Change, CoreParts, KeptRecords, Progress}

/** Which records of a page were delivered before, and what to remember of the page.
  *
  * The identity of a record is computed only if it can matter, because a hash of each record costs as much as to find its
  * borders. Invariant: while nothing is remembered and the response is the whole traversal, no record of it is a repeat,
  * whatever its identity. So identities are needed only if records of this page have to be remembered:
  * [[OffsetReading.identified]] tells when. What the end of the page decides waits for it, and `kept` shows the records again.
  * A page that is too long for that gets its identities when it reaches the bound.
  *
  * @param began the first request of the traversal, epoch milliseconds
  */
final private[sparkrest] class PageMemory(
    core: CoreParts,
    state: Progress,
    reading: OffsetReading,
    began: Long,
    kept: KeptRecords
) extends PageRecords {
  import core.{config, latest, memory, pages, strategy}
  private val paged = config.paging.isPaged
  private val hashes =
    strategy.remembers || paged || !state.ahead.isEmpty || strategy.memory == MemoryRule.NotPassed
  private val earlier = state.traversal.fold(SeenRecords.Empty)(_.seen)

  /** With the records of this page that are too many for a task. */
  private var traversal = earlier
  private val repeats = new Repeats(
    id => math.max(memory.count(state.boundary, id), memory.count(state.ahead, id)),
    memory.countNew(earlier, _),
    continues = !earlier.isEmpty,
    moves = pages.mayOverlap,
    unique = config.offset.recordKey.nonEmpty,
    core.limits.seenInTask,
    new Repeats.Spill {
      def take(records: Iterable[(String, Seen)]): Unit = traversal = memory.add(traversal, records)
      def count(identity: String): Int = memory.countNew(traversal, identity)
    }
  )
  private val comparesNothing = !paged && config.offset.recordKey.isEmpty && state.traversal.isEmpty &&
    state.boundary.isEmpty && state.ahead.isEmpty

  /** Records that wait for the end of the page, and their bytes. All of the page's records, or none. */
  private var waiting, waitingBytes = 0L
  private val mostWaiting = if (comparesNothing && !latest.passesOver(state)) kept.shownBytes else 0L
  private var mayWait = mostWaiting > 0

  private var lowestRank = state.traversal.flatMap(_.lowest).getOrElse(Seen.Unranked)

  def lowest: Option[Long] = Some(lowestRank).filter(_ != Seen.Unranked)

  def isNew(buf: Array[Byte], from: Int, to: Int, novelty: Novelty): Boolean = {
    val mayBeNew = novelty != Novelty.Excluded
    if (!hashes || !mayBeNew && !paged || comparesNothing && needsNoIdentity(to - from)) mayBeNew
    else compared(buf, from, to, novelty)
  }

  /** Now, and perhaps never. */
  private def needsNoIdentity(bytes: Int): Boolean = reading.identified match {
    case Identified.Never         => rank(); true
    case Identified.IfOffsetStays => mayWait && waits(bytes + 1L + Change.markBytes(config.readChanges))
    case Identified.Always        => false
  }

  private def compared(buf: Array[Byte], from: Int, to: Int, novelty: Novelty): Boolean = {
    val identity = reading.identity(buf, from, to)
    if (paged) signature = signature * 31 + identity.hashCode
    novelty != Novelty.Excluded &&
    !repeats.note(identity, rank(), !state.ahead.isEmpty || novelty == Novelty.MayRepeat) // guard: I1.2
  }

  /** False if the page has become too long to wait for its end.
    *
    * @param bytes of a record with all that is stored with it: the mark of a change, and a line feed
    */
  private def waits(bytes: Long): Boolean = {
    mayWait = waitingBytes + bytes <= mostWaiting // guard: I4.14
    if (mayWait) { waiting += 1; waitingBytes += bytes }
    else identifyWaiting()
    mayWait
  }

  private def identifyWaiting(): Unit = if (waiting > 0) {
    var shown = 0L
    kept.showAgain { (buf, from, to) =>
      repeats.note(RecordHash.of(buf, from, to), Seen.Unranked, mayHaveCome = true)
      shown += 1
    }
    if (shown != waiting) throw new IllegalStateException(s"$shown records of the page are in memory, not $waiting")
    waiting = 0
    mayWait = false
  }

  private def rank(): Long = {
    val found = if (strategy.memory == MemoryRule.ForSomeTime) began else reading.rank
    if (found != Seen.Unranked) lowestRank = if (lowestRank == Seen.Unranked) found else lower(lowestRank, found)
    found
  }

  /** If two do not compare, the one of the offset's kind: the other one may be any text in place of a time. */
  private def lower(a: Long, b: Long): Long =
    if (!OffsetKey.differ(a, b)) math.min(a, b)
    else if (state.offset.flatMap(strategy.floor).exists(!OffsetKey.differ(_, math.min(a, b)))) math.min(a, b)
    else math.max(a, b)

  lazy val seen: SeenRecords =
    if (!hashes) SeenRecords.Empty
    else {
      identifyWaiting()
      memory.add(traversal, repeats.seen)
    }

  private val mark = config.changes.map(new DeletionMark(_))

  /** Without a closure, which would be made for each record. */
  def change(buf: Array[Byte], from: Int, to: Int): Option[Change] = mark match {
    case Some(m) => Some(if (m.isOn(buf, from, to)) Change.Delete else strategy.change)
    case None    => None
  }
}

/** Which records of a page are new, and what to remember of the page. Used once. */
private[sparkrest] trait PageRecords {

  /** A hash of the records so far. Only for pages. */
  protected var signature = 17L

  /** Whether the record is new. Call it after `reading.see`. */
  def isNew(buf: Array[Byte], from: Int, to: Int, novelty: Novelty): Boolean

  /** The change that the last new record stands for; `None` without `readChanges`. */
  def change(buf: Array[Byte], from: Int, to: Int): Option[Change]

  /** The lowest rank of the traversal so far. */
  def lowest: Option[Long]

  /** Records of this traversal, this page included. */
  def seen: SeenRecords

  /** Entries of the mirror that this traversal had, this page included. */
  def marks: Option[Marks.InTask] = None

  /** Differs from that of another page of the traversal, unless both have the same records. Only for pages. */
  final def pageSignature(records: Long): String = s"$records:${signature.toHexString}"

  /** The page cannot count. */
  def problem: Option[RestError] = None
  def warning: Option[String] = None
}
