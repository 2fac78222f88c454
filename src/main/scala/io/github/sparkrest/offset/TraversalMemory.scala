// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

/** What a traversal leaves behind: the offset reached, and the records that the API may send again.
  *
  * Invariant: a record that was delivered and that the API can still return is remembered. The API can return what is not
  * below the value that it is asked for, and what it returned lately though it was below (a coarse bound, a list without one).
  *
  * @param state before the page
  * @param records of the page
  * @param brought records of the traversal that were new
  * @param lowest rank of the traversal
  * @param seen its records
  */
final private[offset] class TraversalMemory(
    core: CoreParts,
    state: EndpointState,
    times: DrainTimes,
    records: Long,
    brought: Long,
    lowest: Option[Long],
    seen: () => SeenRecords
) {
  import core.{limits, memory, strategy}
  private val options = core.config.offset

  /** The state after a traversal that is over. */
  def complete(reached: Reached): EndpointState = {
    val remembered =
      if (!strategy.remembers || reached.forgets) SeenRecords.Empty
      else if (options.kind == "snapshot") if (isSameSnapshot) state.boundary else seen()
      else if (reached.offset.isEmpty) if (broughtNothing) state.boundary else memory.join(state.boundary, seen())
      else reached.only.getOrElse(afterMove(reached))
    EndpointState(
      reached.offset.orElse(state.offset),
      remembered,
      None,
      lowest = lows,
      recognized = state.recognized
    )
  }

  /** What is remembered when the offset moves. */
  private def afterMove(reached: Reached): SeenRecords = reached.memory.getOrElse(strategy.memory) match {
    case MemoryRule.LastTraversal => seen()
    case MemoryRule.Unranked      => memory.keep(seen(), Long.MaxValue, unranked = true)
    case MemoryRule.ForSomeTime   =>
      memory.join(memory.keep(state.boundary, times.began - limits.seenMillis, unranked = false), seen())
    case MemoryRule.NotPassed =>
      val floor = floorOf(reached)
      memory.join(
        memory.keep(state.boundary, floor, unranked = false),
        memory.keep(seen(), floor, unranked = true)
      )
  }

  /** The lowest rank that the API may still return. A coarse bound returns more than it is asked for, and a list without a
    * bound returns what it has: what the last traversals saw may come again.
    */
  private def floorOf(reached: Reached): Long =
    (lows ++ reached.offset.orElse(state.offset).flatMap(strategy.floor))
      .reduceOption(math.min(_, _))
      .getOrElse(Long.MinValue)

  private def lows: Vector[Long] = {
    val asked = state.offset.flatMap(strategy.floor)
    lowest.fold(state.lowest)(l => (state.lowest :+ asked.fold(l)(math.min(_, l))).takeRight(limits.lowest))
  }

  /** The state from which another traversal begins at the offset reached, though this one has further pages. */
  def reanchored(reached: Reached): EndpointState = {
    val next = complete(reached)
    val unranked = strategy.memory == MemoryRule.Unranked
    next.copy(ahead = memory.keep(memory.join(state.ahead, state.boundary), floorOf(reached), unranked))
  }

  /** All of it is remembered: that stays as it is, so that an idle stream writes nothing. */
  private def broughtNothing: Boolean = brought == 0 && state.ahead.isEmpty

  private def isSameSnapshot: Boolean =
    broughtNothing && state.drain
      .fold(0L)(_.received) + records == state.boundary.recent.size + state.boundary.files.map(_.entries).sum
}
