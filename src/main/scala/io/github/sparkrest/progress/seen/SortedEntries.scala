// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import scala.collection.{BufferedIterator, mutable}

/** Sorted entries of several files as one sorted sequence, in which each identity is once. Holds one entry of each file. */
private[seen] object SortedEntries {

  /** @param parts sorted, from the oldest to the newest */
  def merged(parts: Seq[Iterator[SeenEntry]]): Iterator[SeenEntry] = unique(new Merge(parts.map(_.buffered)))

  def ofMap(recent: Map[String, Seen]): Iterator[SeenEntry] = {
    val sorted = recent.iterator.map { case (id, seen) => SeenEntry.of(id, seen) }.toArray
    java.util.Arrays.sort(sorted.asInstanceOf[Array[AnyRef]])
    sorted.iterator
  }

  /** Two of one identity become one. */
  def unique(sorted: Iterator[SeenEntry]): Iterator[SeenEntry] = {
    val ahead = sorted.buffered
    new Iterator[SeenEntry] {
      def hasNext: Boolean = ahead.hasNext
      def next(): SeenEntry = {
        var entry = ahead.next()
        while (ahead.hasNext && ahead.head.compare(entry) == 0)
          entry = entry.copy(seen = ahead.next().seen.and(entry.seen))
        entry
      }
    }
  }

  /** Of equal entries, that of the older part comes first. */
  final private class Merge(parts: Seq[BufferedIterator[SeenEntry]]) extends Iterator[SeenEntry] {
    private type Part = (BufferedIterator[SeenEntry], Int)
    private val queue = mutable.PriorityQueue.empty[Part](Ordering.fromLessThan { (a, b) =>
      val order = a._1.head.compare(b._1.head)
      if (order != 0) order > 0 else a._2 > b._2
    })
    queue ++= parts.zipWithIndex.filter(_._1.hasNext)
    def hasNext: Boolean = queue.nonEmpty
    def next(): SeenEntry = {
      val part = queue.dequeue()
      val entry = part._1.next()
      if (part._1.hasNext) queue.enqueue(part)
      entry
    }
  }
}
