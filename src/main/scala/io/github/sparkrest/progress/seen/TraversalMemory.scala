// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import io.github.sparkrest.progress.strategies.{Advance, MemoryRule, OffsetKey, TraversalTimes}
import io.github.sparkrest.progress.{CoreParts, Progress}

/** The memory of a traversal: the reached offset, and the records that the API may return again.
  *
  * Invariant: every delivered record that the API can still return is remembered. The API can return a record if its value is
  * at or above the requested offset. It can also return a lower record that it returned recently, if its bound is coarse or
  * the list has no bound.
  *
  * @param state before the page
  * @param records number of records of the page
  * @param brought number of new records of the traversal
  * @param lowest rank of the traversal
  * @param seen records of the traversal
  */
final private[sparkrest] class TraversalMemory(
    core: CoreParts,
    state: Progress,
    times: TraversalTimes,
    records: Long,
    brought: Long,
    lowest: Option[Long],
    seen: () => SeenRecords
) {
  import core.{limits, memory, strategy}
  private val options = core.config.offset

  /** The state after a traversal that is over.
    *
    * @param isList false: it ended with a response that looks like an error
    */
  def complete(reached: Advance, isList: Boolean = true): Progress = {
    val remembered =
      if (forgetsAll(reached)) SeenRecords.Empty
      else if (strategy.memory == MemoryRule.WholeSnapshot)
        if (isSameSnapshot) state.boundary
        else if (isList) seen()
        else memory.join(state.boundary, seen()) // guard: I1.164
      else if (strategy.memory == MemoryRule.Newest) newest(memory.join(state.boundary, seen()))
      else if (reached.offset.isEmpty)
        if (broughtNothing) state.boundary else memory.join(memory.join(state.boundary, begunAgain), seen())
      else reached.only.fold(afterMove(reached))(memory.join(_, notYetAgain))
    Progress(
      reached.offset.orElse(state.offset),
      remembered,
      None,
      ahead = stillAhead(reached),
      lowest = lows,
      recognized = state.recognized
    )
  }

  /** The new offset excludes all that was delivered. While it stays, the API sends the same again. */
  private def forgetsAll(reached: Advance): Boolean =
    if (reached.offset.isEmpty) !strategy.remembers && strategy.memory != MemoryRule.NotPassed
    else !strategy.remembers || reached.forgets

  private def newest(all: SeenRecords): SeenRecords =
    if (all.isEmpty) all else memory.keep(all, all.highest - limits.newest + 1, unranked = false) // guard: I9.4

  /** The records to remember when the offset moves. */
  private def afterMove(reached: Advance): SeenRecords = reached.memory.getOrElse(strategy.memory) match {
    case MemoryRule.LastTraversal                     => memory.join(begunAgain, seen())
    case MemoryRule.WholeSnapshot | MemoryRule.Newest => seen()
    case MemoryRule.Unranked                          => memory.keep(seen(), Long.MaxValue, unranked = true)
    case MemoryRule.ForSomeTime                       =>
      // Without a rank: remembered before there was a `recordKey`.
      val older = memory.keep(notYetAgain, Long.MaxValue, unranked = true)
      val recent =
        memory.keep(memory.join(state.boundary, begunAgain), times.began - limits.seenMillis, unranked = false)
      memory.join(memory.join(recent, older), seen())
    case MemoryRule.NotPassed =>
      val floor = floorOf(reached)
      memory.join(
        // Newest first, reading may stop before records without a rank.
        memory.keep(state.boundary, floor, unranked = options.descending || reached.endsEarlier), // guard: I1.9
        memory.keep(seen(), floor, unranked = true)
      )
  }

  /** Records that were delivered under the previous cursor, and are not on this page. They may come on the next page, if pages
    * are smaller now.
    */
  private def notYetAgain: SeenRecords =
    if (received == 0) SeenRecords.Empty // guard: I1.131
    else if (state.boundary.files.isEmpty)
      notSeen(state.boundary)
    else if (received - brought >= state.boundary.entries) SeenRecords.Empty
    else state.boundary

  /** Records of a traversal that began again, for a cursor: nobody can tell whether it has passed them. After the cursor moved,
    * they are remembered as long as the records of this traversal.
    */
  private def begunAgain: SeenRecords = strategy.memory match {
    case MemoryRule.LastTraversal | MemoryRule.ForSomeTime if received > 0 => notSeen(state.ahead) // guard: I1.132
    case _                                                                 => SeenRecords.Empty
  }

  /** Records that were delivered beyond the offset, did not come again, and are not excluded by the offset. Such a record may
    * have moved to an earlier page, because another record was deleted. A traversal without records is no evidence.
    */
  private def stillAhead(reached: Advance): SeenRecords =
    if (state.ahead.isEmpty || received == 0) state.ahead
    else
      reached.offset.orElse(state.offset) match {
        // The next traversal may end later than this one, and have them again.
        case None if hasRanks => notSeen(state.ahead) // guard: I1.90
        case offset           =>
          offset.flatMap(strategy.floor).fold(SeenRecords.Empty) { floor =>
            notSeen(memory.keep(state.ahead, floor, unranked = reached.endsEarlier))
          }
      }

  private def hasRanks = strategy.memory == MemoryRule.NotPassed || strategy.memory == MemoryRule.Unranked

  /** Without the records in the state that came again in this traversal. Files stay whole. */
  private def notSeen(records: SeenRecords): SeenRecords =
    records.copy(recent = records.recent.filter { case (id, s) => memory.count(seen(), id) < s.count })

  private def received: Long = state.traversal.fold(0L)(_.received) + records

  /** The lowest rank that the API may still return. With a coarse bound, or without a bound, the API returns older records than
    * requested. So the records of the last traversals may come again.
    */
  private def floorOf(reached: Advance): Long = {
    val asked = reached.offset.orElse(state.offset).flatMap(strategy.floor)
    (lows.filterNot(low => asked.exists(OffsetKey.differ(_, low))) ++ asked)
      .reduceOption(math.min(_, _))
      .getOrElse(Long.MinValue)
  }

  private def lows: Vector[Long] = {
    val asked = state.offset.flatMap(strategy.floor)
    lowest.fold(state.lowest) { l =>
      val least = asked.filterNot(OffsetKey.differ(_, l)).fold(l)(math.min(_, l))
      (state.lowest :+ least).takeRight(limits.lowest)
    }
  }

  /** The state from which another traversal begins at the offset reached, though this one has further pages. Records beyond that
    * offset may have come before a traversal began again, and come once more only behind several such offsets.
    */
  def reanchored(reached: Advance): Progress = {
    val ahead =
      if (strategy.memory == MemoryRule.LastTraversal) notSeen(state.ahead) // guard: I1.167
      else
        memory.keep(
          memory.join(state.ahead, state.boundary),
          floorOf(reached),
          unranked = strategy.memory == MemoryRule.Unranked
        )
    complete(reached).copy(ahead = ahead)
  }

  /** All of it is remembered: that stays as it is, so that an idle stream writes nothing. */
  private def broughtNothing: Boolean = brought == 0 && state.ahead.isEmpty

  private def isSameSnapshot: Boolean = broughtNothing && received == state.boundary.entries
}
