// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import scala.util.Random

import io.github.sparkrest.pagelog.format.PageSlice
import org.scalatest.funsuite.AnyFunSuite

/** How a batch is cut into tasks. */
class RestInputPartitionSuite extends AnyFunSuite {
  private def slice(name: String, records: Long, bytes: Long, location: String = "", from: Long = 0) =
    PageSlice(name, from, from + records, from + records, bytes, location)

  private def sizes(parts: Array[RestInputPartition]) = parts.map(_.slices.map(_.bytes).sum).toSeq

  test("two files of unequal size become one task per core, of equal size") {
    val parts = RestInputPartition.plan(Seq(slice("a", 12, 1200), slice("b", 38, 3800)), 2, minBytes = 100)
    assert(sizes(parts) == Seq(2500, 2500))
    assert(
      parts.map(_.slices.map(s => (s.name, s.from, s.to))).toSeq ==
        Seq(Seq(("a", 0, 12), ("b", 0, 13)), Seq(("b", 13, 38)))
    )
  }

  test("a file is not opened for a few records") {
    val parts = RestInputPartition.plan(Seq(slice("a", 52, 5200), slice("b", 48, 4800)), 2, minBytes = 100)
    assert(parts.map(_.slices.map(_.name)).toSeq == Seq(Seq("a"), Seq("b")))
  }

  test("a small batch is one task") {
    assert(sizes(RestInputPartition.plan(Seq(slice("a", 9, 99), slice("b", 9, 99)), 8, minBytes = 100)) == Seq(198))
    assert(RestInputPartition.plan(Nil, 8).isEmpty)
  }

  test("random batches: each record is in one task, in order; tasks have equal sizes, and the pages of one location") {
    val seed = System.nanoTime()
    val random = new Random(seed)
    for (_ <- 1 to 2000) withClue(s"seed $seed") {
      val places = 1 + random.nextInt(2)
      val slices = Seq.tabulate(1 + random.nextInt(6)) { i =>
        val records = 1L + random.nextInt(500)
        slice(
          s"$i",
          records,
          records * (50 + random.nextInt(20)),
          s"${random.nextInt(places)}",
          random.nextInt(3).toLong
        )
      }
      val cores = 1 + random.nextInt(9)
      val parts = RestInputPartition.plan(slices, cores, minBytes = 2000)
      val joined = parts.flatMap(_.slices).foldLeft(List.empty[(String, Long, Long)]) {
        case ((name, from, to) :: done, s) if name == s.name && to == s.from => (name, from, s.to) :: done
        case (done, s)                                                       => (s.name, s.from, s.to) :: done
      }
      assert(joined.reverse == slices.map(s => (s.name, s.from, s.to)))
      assert(parts.forall(_.slices.map(_.location).distinct.length == 1))
      if (places == 1) {
        val total = slices.map(_.bytes).sum
        val share = total / math.max(1L, math.min(cores.toLong, total / 2000))
        assert(parts.length == math.max(1L, math.min(cores.toLong, total / 2000)))
        assert(sizes(parts).forall(n => n >= share * 0.75 && n <= share * 1.25), s"${sizes(parts)}, not $share")
      }
    }
  }
}
