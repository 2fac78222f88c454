// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import io.github.sparkrest.pagelog.format.PageSlice
import org.apache.spark.sql.connector.read.InputPartition

/** Records of one or more page files, read by one task, in order. */
final private[sparkrest] case class RestInputPartition(slices: Seq[PageSlice]) extends InputPartition {
  override def preferredLocations(): Array[String] = slices.map(_.location).filter(_.nonEmpty).distinct.toArray
}

private[sparkrest] object RestInputPartition {

  /** As many tasks as there are cores if there is enough to do, and no task for less than this. */
  private val MinBytes = 4L << 20

  /** A file is not opened for a smaller share of a task than this. */
  private val LeastShare = 0.1

  /** Cuts a batch into parts of about equal size, whole and in order. Pages of another executor are a part of their own.
    *
    * @param minBytes of a part
    */
  def plan(slices: Seq[PageSlice], cores: => Int, minBytes: Long = MinBytes): Array[RestInputPartition] =
    if (slices.lengthCompare(1) == 0 && slices.head.bytes <= minBytes) Array(RestInputPartition(slices))
    else {
      val total = slices.map(_.bytes).sum
      val wanted = math.max(1L, math.min(cores.toLong, total / minBytes)).toInt
      val size = math.max(1.0, total.toDouble / wanted)
      val begins = slices.scanLeft(0L)(_ + _.bytes)
      val pieces = slices.zip(begins).flatMap { case (slice, begin) => cut(slice, begin / size, size, wanted) }
      val parts = pieces.foldLeft(List.empty[(Int, Vector[PageSlice])]) {
        case ((last, some) :: done, (part, s)) if part == last && some.last.location == s.location =>
          (last, some :+ s) :: done
        case (done, (part, s)) => (part, Vector(s)) :: done
      }
      parts.reverseIterator.map { case (_, some) => RestInputPartition(some) }.toArray
    }

  /** The pieces of a slice, with the number of their part.
    *
    * @param begin of the slice in the batch, in parts
    * @param size of a part in bytes
    */
  private def cut(slice: PageSlice, begin: Double, size: Double, parts: Int): Seq[(Int, PageSlice)] = {
    val end = begin + slice.bytes / size
    val records = slice.to - slice.from
    val first = math.min(parts - 1, math.floor(begin + LeastShare).toInt)
    val inside = first + 1 to math.floor(end - LeastShare).toInt
    val borders = inside.map(n => slice.from + math.round((n - begin) / (end - begin) * records))
    (slice.from +: borders).zip(borders :+ slice.to).zipWithIndex.collect {
      case ((from, to), i) if from < to =>
        (first + i, slice.part(from, to, (slice.bytes.toDouble * (to - from) / records).toLong))
    }
  }
}
