// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import java.nio.charset.StandardCharsets.UTF_8

/** Walks over sorted entries, and is on none before the first [[next]]. Without an object per entry, because a mirror has millions
  * of them. For one thread.
  */
private[sparkrest] trait SeenCursor {

  /** Moves to the next entry. False: the last entry was before, and the cursor is closed. */
  def next(): Boolean
  def high: Long
  def low: Long
  def count: Int
  def rank: Long

  /** The key as UTF-8; empty if the record has none. */
  def key: Array[Byte]

  /** Number of the entry among those of all files; -1: it is in no file. */
  def place: Long
  def close(): Unit

  final def compare(that: SeenCursor): Int =
    if (high != that.high) java.lang.Long.compare(high, that.high) else java.lang.Long.compare(low, that.low)

  final def hasStateOf(that: SeenCursor): Boolean = count == that.count && rank == that.rank

  final def entry: SeenEntry = SeenEntry(high, low, Seen(count, rank, new String(key, UTF_8)))

  /** All entries that follow. */
  final def entries: Iterator[SeenEntry] = Iterator.continually(next()).takeWhile(identity).map(_ => entry)
}

private[sparkrest] object SeenCursor {
  val NoKey: Array[Byte] = Array.emptyByteArray

  def ofMap(recent: Map[String, Seen]): SeenCursor = {
    val entries = new Array[SeenEntry](recent.size)
    var n = 0
    recent.foreach { case (id, seen) => entries(n) = SeenEntry.of(id, seen); n += 1 }
    new OfArray(sorted(entries), isFile = false)
  }

  /** Hashes are spread evenly, so their first bits already place most entries. Sorting then has little left to do: the poll's
    * next request waits for it.
    */
  private def sorted(entries: Array[SeenEntry]): Array[SeenEntry] = {
    val bits = 32 - Integer.numberOfLeadingZeros(entries.length)
    def bucket(e: SeenEntry) = if (bits == 0) 0 else ((e.high ^ Long.MinValue) >>> (64 - bits)).toInt
    val sizes = new Array[Int](1 << bits)
    entries.foreach(e => sizes(bucket(e)) += 1)
    val next = sizes.scanLeft(0)(_ + _)
    val placed = new Array[SeenEntry](entries.length)
    entries.foreach { e =>
      val b = bucket(e)
      placed(next(b)) = e
      next(b) += 1
    }
    java.util.Arrays.sort(placed.asInstanceOf[Array[AnyRef]])
    placed
  }

  /** @param sorted each identity once, or several times in a row: then they become one */
  def of(sorted: Array[SeenEntry]): SeenCursor = new OfArray(sorted, isFile = true)

  final private class OfArray(sorted: Array[SeenEntry], isFile: Boolean) extends SeenCursor {
    private var at = -1
    private var seen = Seen(0)
    def next(): Boolean = {
      at += 1
      val more = at < sorted.length
      if (more) {
        seen = sorted(at).seen
        while (at + 1 < sorted.length && sorted(at + 1).compare(sorted(at)) == 0) {
          at += 1
          seen = sorted(at).seen.and(seen)
        }
      }
      more
    }
    def high: Long = sorted(at).high
    def low: Long = sorted(at).low
    def count: Int = seen.count
    def rank: Long = seen.rank
    def key: Array[Byte] = if (seen.key.isEmpty) NoKey else seen.key.getBytes(UTF_8)
    def place: Long = if (isFile) at.toLong else -1L
    def close(): Unit = ()
  }

  /** Sorted entries of several parts as one sorted sequence, in which each identity is once.
    *
    * @param parts from the oldest to the newest
    * @param sizes number of entries of each part that is a file
    * @param keyed of two states of a key the newer one counts. Otherwise the larger count and the larger rank count
    */
  final class Merged(parts: Array[SeenCursor], sizes: Array[Long], keyed: Boolean) extends SeenCursor {
    private val bases = sizes.scanLeft(0L)(_ + _)
    private val live = new Array[Boolean](parts.length)
    private val highs, lows = new Array[Long](parts.length)

    /** The part on whose entry this is; -1: none. */
    private var at = -1
    private var times = 0
    private var most = Seen.Unranked

    parts.indices.foreach(advance)

    private def advance(i: Int): Unit = {
      live(i) = parts(i).next()
      if (live(i)) { highs(i) = parts(i).high; lows(i) = parts(i).low }
    }

    def next(): Boolean = {
      if (at >= 0) pass(highs(at), lows(at))
      at = -1
      var i = 0
      while (i < parts.length) {
        if (live(i)) {
          val order = if (at < 0) -1 else compare(i, at)
          if (order < 0 || keyed && order == 0) { at = i; times = parts(i).count; most = parts(i).rank } // guard: I8.1
          else if (order == 0) { times = math.max(times, parts(i).count); most = math.max(most, parts(i).rank) }
        }
        i += 1
      }
      at >= 0
    }

    private def pass(high: Long, low: Long): Unit = {
      var i = 0
      while (i < parts.length) {
        if (live(i) && highs(i) == high && lows(i) == low) advance(i)
        i += 1
      }
    }

    private def compare(i: Int, j: Int): Int =
      if (highs(i) != highs(j)) java.lang.Long.compare(highs(i), highs(j))
      else java.lang.Long.compare(lows(i), lows(j))

    def high: Long = highs(at)
    def low: Long = lows(at)
    def count: Int = times
    def rank: Long = most
    def key: Array[Byte] = parts(at).key
    def place: Long = if (parts(at).place < 0) -1L else bases(at) + parts(at).place
    def close(): Unit = parts.foreach(_.close())
  }
}
