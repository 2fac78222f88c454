// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import scala.collection.mutable

import io.github.sparkrest.progress.CoreLimits
import io.github.sparkrest.progress.strategies.OffsetKey

/** Adds to records seen, joins and forgets them. Memory is bounded by `seenInTask`, whatever their number: the rest is in
  * sorted files, of which the smallest are merged when there are more than `seenFiles` (a log-structured merge tree).
  */
final class SeenMemory(store: SeenStore, limits: CoreLimits) {

  /** How often a record was seen. */
  def count(in: SeenRecords, identity: String): Int = {
    val recent = in.recent.get(identity).fold(0)(_.count)
    if (in.files.isEmpty) recent
    else {
      val entry = SeenEntry.of(identity)
      in.files.foldLeft(recent)((n, file) => math.max(n, store.count(file, entry)))
    }
  }

  def add(to: SeenRecords, more: Iterable[(String, Seen)]): SeenRecords =
    if (more.isEmpty) to
    else
      spilled(
        to.copy(recent = more.foldLeft(to.recent) { case (all, (id, seen)) =>
          all.updated(id, all.get(id).fold(seen)(seen.and))
        }),
        limits.seenInTask
      )

  def join(a: SeenRecords, b: SeenRecords): SeenRecords =
    if (b.isEmpty) a
    else if (a.isEmpty) b
    else add(a.copy(files = merged((a.files ++ b.files).distinct), truncated = a.truncated || b.truncated), b.recent)

  /** Forgets records that the API can no longer return. A file goes as soon as this is true of all its records.
    *
    * @param floor the lowest rank to keep
    * @param unranked whether to keep records without a rank, or with a rank that does not compare with `floor`
    */
  def keep(in: SeenRecords, floor: Long, unranked: Boolean): SeenRecords = {
    def stays(rank: Long) =
      if (rank == Seen.Unranked || OffsetKey.differ(rank, floor)) unranked else rank >= floor // guard: I4.6
    in.copy(
      recent = in.recent.filter { case (_, seen) => stays(seen.rank) },
      files = in.files.filter(f => stays(f.lowest) || stays(f.highest))
    )
  }

  /** As a state is stored: with few records in the state itself. */
  def settled(in: SeenRecords): SeenRecords = spilled(in, limits.seenInState) // guard: I4.5

  private def spilled(in: SeenRecords, most: Int): SeenRecords =
    if (in.recent.size <= most) in
    else {
      val sorted = in.recent.iterator.map { case (id, seen) => SeenEntry.of(id, seen) }.toArray
      java.util.Arrays.sort(sorted.asInstanceOf[Array[AnyRef]])
      in.copy(recent = Map.empty, files = merged(in.files :+ store.write(unique(sorted.iterator))))
    }

  private def merged(files: Vector[SeenFile]): Vector[SeenFile] =
    if (files.length <= limits.seenFiles) files
    else {
      val smallest = files.sortBy(_.entries).take(math.max(2, limits.seenFiles)).toSet
      val (some, others) = files.partition(smallest)
      merged(others :+ store.write(unique(new Merge(some.map(store.read(_).buffered)))))
    }

  /** Two of one identity become one. */
  private def unique(sorted: Iterator[SeenEntry]): Iterator[SeenEntry] = {
    val ahead = sorted.buffered
    new Iterator[SeenEntry] {
      def hasNext: Boolean = ahead.hasNext
      def next(): SeenEntry = {
        var entry = ahead.next()
        while (ahead.hasNext && ahead.head.compare(entry) == 0)
          entry = entry.copy(seen = entry.seen.and(ahead.next().seen))
        entry
      }
    }
  }

  final private class Merge(parts: Vector[scala.collection.BufferedIterator[SeenEntry]]) extends Iterator[SeenEntry] {
    private val queue = mutable.PriorityQueue.empty[scala.collection.BufferedIterator[SeenEntry]](
      Ordering.fromLessThan((a, b) => a.head.compare(b.head) > 0)
    )
    queue ++= parts.filter(_.hasNext)
    def hasNext: Boolean = queue.nonEmpty
    def next(): SeenEntry = {
      val part = queue.dequeue()
      val entry = part.next()
      if (part.hasNext) queue.enqueue(part)
      entry
    }
  }
}
