// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import io.github.sparkrest.progress.CoreLimits
import io.github.sparkrest.progress.strategies.OffsetKey

/** Adds to records seen, joins and forgets them. Memory is bounded by `seenInTask`, whatever their number: the rest is in
  * sorted files, of which the smallest are merged when there are more than `seenFiles` (a log-structured merge tree).
  */
final class SeenMemory(store: SeenStore, val limits: CoreLimits) {
  private val filter = new SeenFilter(store, limits.filtered)

  /** How often a record was seen. */
  def count(in: SeenRecords, identity: String): Int = {
    val recent = in.recent.get(identity).fold(0)(_.count)
    if (in.files.isEmpty) recent
    else {
      val of = SeenEntry.of(identity)
      in.files.foldLeft(recent)((n, file) => store.find(file, of.high, of.low).fold(n)(s => math.max(n, s.count)))
    }
  }

  /** The same, of records that were seen in this traversal, where most answers are 0. */
  def countNew(in: SeenRecords, identity: String): Int =
    if (in.files.isEmpty || mayHold(in.files, SeenEntry.of(identity))) count(in, identity)
    else in.recent.get(identity).fold(0)(_.count)

  /** The state of a key: the newest one. Without its key. */
  def find(in: SeenRecords, identity: String): Option[Seen] = in.recent.get(identity).orElse {
    if (in.files.isEmpty) None
    else {
      val of = SeenEntry.of(identity)
      find(in.files, of.high, of.low).map(s => Seen(s.count, s.rank))
    }
  }

  /** The same, of keys that were seen in this traversal, where most answers are `None`. */
  def findNew(in: SeenRecords, identity: String): Option[Seen] =
    if (in.files.isEmpty || mayHold(in.files, SeenEntry.of(identity))) find(in, identity) else in.recent.get(identity)

  private def mayHold(files: Vector[SeenFile], of: SeenEntry): Boolean =
    files.length == 1 || filter.mayHold(files, of.high, of.low)

  /** The state of a key in the newest file that has it. */
  private[sparkrest] def find(files: Vector[SeenFile], high: Long, low: Long): Option[SeenAt] = {
    var i = files.length - 1
    var found = Option.empty[SeenAt]
    while (i >= 0 && found.isEmpty) {
      found = store.find(files(i), high, low)
      if (found.isDefined && i > 0)
        found = found.map(s => new SeenAt(files.take(i).map(_.entries).sum + s.place, s.count, s.rank))
      i -= 1
    }
    found
  }

  /** All records, sorted, each identity once. To be read to its end.
    *
    * @param keys whether the keys are wanted
    */
  private[sparkrest] def cursor(in: SeenRecords, keys: Boolean = true): SeenCursor = merged(in.files, keys, in.recent)

  def entries(in: SeenRecords, keys: Boolean = true): Iterator[SeenEntry] = cursor(in, keys).entries

  private def merged(files: Seq[SeenFile], keys: Boolean = true, recent: Map[String, Seen] = Map.empty) =
    new SeenCursor.Merged(
      (files.map(store.cursor(_, keys)) ++ (if (recent.isEmpty) Nil else Seq(SeenCursor.ofMap(recent)))).toArray,
      files.map(_.entries).toArray,
      keyed = files.exists(_.keyBytes > 0) || recent.valuesIterator.take(1).exists(_.key.nonEmpty)
    )

  /** Writes entries, sorted, each identity once. */
  private[sparkrest] def write(fill: SeenWriter => Unit): Option[SeenFile] = store.write(fill)

  /** @param entries of the mirror's files */
  private[sparkrest] def inTask(marks: Marks, entries: Long): Marks.InTask = marks match {
    case m: Marks.InTask    => m
    case Marks.InFile(file) =>
      if (!MarkedBits.fits(file.entries, entries))
        throw new IllegalStateException(s"${file.name} has ${file.entries} words of marks for $entries keys")
      Marks.InTask(new MarkedBits(store.readBits(file)), 0)
  }

  private[progress] def stored(marks: Marks): Marks.InFile = marks match {
    case m: Marks.InFile => m
    case m: Marks.InTask => m.stored(store)
  }

  /** Records by key: a key in `newer` replaces that in `older`. */
  def overlay(older: SeenRecords, newer: SeenRecords): SeenRecords =
    if (newer.isEmpty) older
    else {
      // Recent records count as newer than all files.
      val recent = older.recent.filter { case (id, _) => find(newer, id).isEmpty } ++ newer.recent // guard: I8.10
      layered(SeenRecords(recent, older.files ++ newer.files))
    }

  /** A mirror in at most two files, because each record of a list is searched in them: all that is newer than the first one is in the
    * second. When the second has grown to a share of the first (`mirrorShare`), they become one.
    *
    * @param in with few recent records, as it is stored
    */
  private[sparkrest] def layered(in: SeenRecords): SeenRecords = {
    val all = spilledFiles(in, limits.seenInState)
    val newer = all.files.drop(1)
    if (newer.isEmpty) all
    else if (newer.map(_.entries).sum * limits.mirrorShare >= all.files.head.entries)
      all.copy(files = written(all.files, keeps = _ > 0).toVector) // guard: I8.21
    else if (newer.length > 1) all.copy(files = all.files.take(1) ++ written(newer))
    else all
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
    else add(a.copy(files = fewer((a.files ++ b.files).distinct), truncated = a.truncated || b.truncated), b.recent)

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

  private def spilled(in: SeenRecords, most: Int): SeenRecords = {
    val all = spilledFiles(in, most)
    if (all eq in) in else all.copy(files = fewer(all.files))
  }

  private def spilledFiles(in: SeenRecords, most: Int): SeenRecords =
    if (in.recent.size <= most) in
    else {
      val file = store.write(fill(SeenCursor.ofMap(in.recent)))
      file.foreach(filter.added(in.files, _))
      in.copy(recent = Map.empty, files = in.files ++ file)
    }

  private def fewer(files: Vector[SeenFile]): Vector[SeenFile] =
    if (files.length <= limits.seenFiles) files
    else if (files.exists(_.keyBytes > 0)) newestMerged(files)
    else {
      val smallest = files.sortBy(_.entries).take(math.max(2, limits.seenFiles)).toSet
      val (some, others) = files.partition(smallest)
      fewer(others ++ written(some))
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
    files.take(from) ++ written(files.drop(from)) // guard: I8.2
  }

  /** One file in the place of several.
    *
    * @param keeps by count
    */
  private def written(files: Vector[SeenFile], keeps: Int => Boolean = _ => true): Option[SeenFile] = {
    val file = store.write(fill(merged(files), keeps))
    file.foreach(filter.merged(files, _))
    file
  }

  private def fill(from: SeenCursor, keeps: Int => Boolean = _ => true)(into: SeenWriter): Unit =
    while (from.next()) if (keeps(from.count)) into.add(from)
}

/** Tells of most records that no file of a traversal has them, without reading the files: a Bloom filter with blocks of 64 bits. It
  * may be wrong only in the other direction, and then the files are searched.
  *
  * It is built from the files when a task searches several of them, and is as large as the entries need, up to a limit. For one task.
  *
  * @param maxEntries beyond it, the filter is wrong more often
  */
final private[seen] class SeenFilter(store: SeenStore, maxEntries: Long) {
  private var words = Array.emptyLongArray
  private var names = Set.empty[String]

  /** False: no file has the record. */
  def mayHold(files: Vector[SeenFile], high: Long, low: Long): Boolean = {
    if (files.exists(f => !names(f.name))) cover(files)
    val bits = mask(low)
    (words(word(high)) & bits) == bits // guard: I8.40
  }

  /** The file belongs to the others. */
  def added(others: Seq[SeenFile], file: SeenFile): Unit =
    if (others.nonEmpty && others.forall(f => names(f.name))) cover(Vector(file) ++ others)

  /** The file has only entries of files that are covered. */
  def merged(from: Seq[SeenFile], into: SeenFile): Unit =
    if (from.forall(f => names(f.name))) names += into.name // guard: I8.41

  private def cover(files: Vector[SeenFile]): Unit = {
    val total = files.map(_.entries).sum
    if (!files.exists(f => names(f.name)) || total > capacity && capacity < maxEntries) {
      val size = math.min(maxEntries, math.max(2 * total, SeenFilter.LeastEntries))
      words = new Array[Long](math.max(1, java.lang.Long.highestOneBit(size * 2 - 1) / SeenFilter.EntriesPerWord).toInt)
      names = Set.empty
    }
    files.filterNot(f => names(f.name)).foreach { file =>
      val c = store.cursor(file, keys = false)
      while (c.next()) words(word(c.high)) |= mask(c.low)
      names += file.name
    }
  }

  private def capacity: Long = words.length.toLong * SeenFilter.EntriesPerWord

  /** Files are sorted by the whole number, so its end is as good as any other part. */
  private def word(high: Long): Int = (high & (words.length - 1)).toInt
  private def mask(low: Long): Long = 1L << low | 1L << (low >>> 6) | 1L << (low >>> 12) | 1L << (low >>> 18)
}

private object SeenFilter {
  val EntriesPerWord = 8
  val LeastEntries: Long = 1L << 10
}
