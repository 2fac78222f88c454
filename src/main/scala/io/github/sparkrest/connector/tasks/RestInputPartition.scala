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

  /** Cuts a batch into parts of about equal size, whole and in order. */
  def plan(slices: Seq[PageSlice], cores: => Int): Array[RestInputPartition] =
    if (slices.lengthCompare(1) == 0 && slices.head.bytes <= MinBytes) Array(RestInputPartition(slices))
    else spread(slices, cores)

  private def spread(slices: Seq[PageSlice], cores: Int): Array[RestInputPartition] = {
    val target = math.max(MinBytes, slices.map(_.bytes).sum / math.max(1, cores) + 1)
    val pieces = slices.flatMap(cut(_, target))
    val grouped = pieces.foldLeft(Vector.empty[Vector[PageSlice]]) { (groups, s) =>
      groups.lastOption match {
        case Some(g) if g.map(_.bytes).sum + s.bytes <= target && g.last.location == s.location =>
          groups.init :+ (g :+ s)
        case _ => groups :+ Vector(s)
      }
    }
    grouped.map(RestInputPartition(_)).toArray
  }

  private def cut(s: PageSlice, target: Long): Seq[PageSlice] = {
    val parts = math.max(1, math.min(s.to - s.from, math.ceil(s.bytes.toDouble / (target * 1.2)).toLong))
    (0L until parts).map { p =>
      val from = s.from + (s.to - s.from) * p / parts
      val to = s.from + (s.to - s.from) * (p + 1) / parts
      s.part(from, to, s.bytes / parts)
    }
  }
}
