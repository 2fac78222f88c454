// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

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
