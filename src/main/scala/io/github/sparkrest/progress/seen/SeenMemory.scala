// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

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

  /** The state of a key: the newest one. Without its key. */
  def find(in: SeenRecords, identity: String): Option[Seen] = in.recent.get(identity).orElse {
    if (in.files.isEmpty) None
    else {
      val entry = SeenEntry.of(identity)
      in.files.reverseIterator.map(store.find(_, entry)).find(_.isDefined).flatten
    }
  }

  /** All records, sorted, each identity once. To be read to its end.
    *
    * @param keys whether the keys are wanted
    */
  def entries(in: SeenRecords, keys: Boolean = true): Iterator[SeenEntry] =
    SortedEntries.merged(in.files.map(store.read(_, keys)) :+ SortedEntries.ofMap(in.recent))

  /** Records by key: a key in `newer` replaces that in `older`. */
  def overlay(older: SeenRecords, newer: SeenRecords): SeenRecords =
    if (newer.isEmpty) older
    else {
      // Recent records count as newer than all files.
      val recent = older.recent.filter { case (id, _) => find(newer, id).isEmpty } ++ newer.recent // guard: I8.10
      spilled(SeenRecords(recent, merged(older.files ++ newer.files)), limits.seenInTask)
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
      val file = store.write(SortedEntries.unique(SortedEntries.ofMap(in.recent)))
      in.copy(recent = Map.empty, files = merged(in.files :+ file))
    }

  private def merged(files: Vector[SeenFile]): Vector[SeenFile] =
    if (files.length <= limits.seenFiles) files
    else if (files.exists(_.keyBytes > 0)) newestMerged(files)
    else {
      val smallest = files.sortBy(_.entries).take(math.max(2, limits.seenFiles)).toSet
      val (some, others) = files.partition(smallest)
      merged(others :+ store.write(SortedEntries.merged(some.map(store.read(_)))))
    }

  /** Keeps the order, because a key has the state that the newest file says. Takes in older files as long as they are not larger
    * than all that are newer together: so an entry is written again only a few times.
    */
  private def newestMerged(files: Vector[SeenFile]): Vector[SeenFile] = {
    var from = files.length - 2
    var entries = files.drop(from).map(_.entries).sum
    while (from > 0 && (from + 1 > limits.seenFiles || files(from - 1).entries <= entries)) {
      from -= 1
      entries += files(from).entries
    }
    files.take(from) :+ store.write(SortedEntries.merged(files.drop(from).map(store.read(_)))) // guard: I8.2
  }
}
