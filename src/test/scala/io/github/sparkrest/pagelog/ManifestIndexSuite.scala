// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import io.github.sparkrest.pagelog.format.Manifest
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.seen.SeenRecords
import org.scalacheck.{Gen, Shrink}
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

class ManifestIndexSuite extends AnyFunSuite with ScalaCheckPropertyChecks {
  // Shrinking ignores the ranges of the generators. With a limit of 0, no batch would ever reach the end.
  implicit private def noShrink[A]: Shrink[A] = Shrink.shrinkAny

  private def manifest(seq: Long, pages: List[Int], previous: Long) = Manifest(
    seq,
    previous,
    1,
    PolledFile(
      s"f$seq",
      pages.sum * 10L,
      "",
      pages.zipWithIndex.map { case (n, i) => PolledPage(n.toLong, n * 10L, Some(s"$seq.$i")) }
    ),
    Map("main" -> Progress(Some(s"$seq.end"), Progress.Initial.boundary))
  )
  private def ledger(files: List[List[Int]]) =
    ManifestIndex(files.zipWithIndex.map { case (pages, i) => manifest(i + 1L, pages, i.toLong) }.toVector)
  private val files = Gen.nonEmptyListOf(Gen.choose(1, 4).flatMap(Gen.listOfN(_, Gen.choose(1, 50))))

  /** Each record, as the name of its file and its index. */
  private def all(l: ManifestIndex): Vector[(String, Long)] =
    l.manifests.flatMap(m => (0L until m.records).map(m.file.name -> _))
  private def records(l: ManifestIndex, from: LogPosition, to: LogPosition): Seq[(String, Long)] =
    l.slices(from, to).fold(s => fail(s"no manifest $s"), identity).flatMap(s => (s.from until s.to).map(s.name -> _))

  test("batches with any limits contain each record once, in order, and a range returns the same records again (I2)") {
    forAll(files, Gen.choose(1L, 60L), Gen.oneOf(Gen.const(Long.MaxValue), Gen.choose(1L, 700L))) {
      (files, rows, bytes) =>
        val l = ledger(files)
        val places = Iterator
          .iterate(LogPosition.Start)(l.take(_, rows, bytes))
          .takeWhile(p => !l.end.contains(p))
          .toVector :+ l.end.get
        assert(places.zip(places.tail).forall { case (a, b) => a < b })
        val batches = places.zip(places.tail).map { case (a, b) => records(l, a, b) }
        assert(batches.flatten == all(l) && batches.forall(_.length <= rows))
        assert(bytes == Long.MaxValue || batches.forall(b => b.length == 1 || b.length * 10 <= bytes))
        assert(
          records(l, LogPosition.Start, places.last) == all(l),
          "a range over all polls, as asynchronous progress tracking reads"
        )
        assert(l.take(places.last, rows, bytes) == places.last)
    }
  }

  test("unread records and bytes are counted") {
    forAll(files, Gen.choose(0L, 100L)) { (files, n) =>
      val l = ledger(files)
      val at = l.take(LogPosition.Start, n, Long.MaxValue)
      assert(l.recordsAfter(at) == all(l).length - math.min(n, all(l).length.toLong))
      assert(l.bytesAfter(l.end.get) == 0)
    }
  }

  test("the API offset of a position within a page is the offset before that page") {
    val l = ledger(List(List(3, 2), List(4)))
    def at(seq: Long, n: Long) = l.offsetsAt(LogPosition(seq, n)).get("main").flatten
    assert(
      at(1, 1).contains("1.0") && at(1, 3).contains("1.1") && at(1, 4).contains("1.1") && at(1, 5).contains(
        "1.end"
      ) && at(2, 0).contains("2.0")
    )
    assert(at(9, 0).contains("2.end"), "a position after the end has the last offset")
  }

  test("a range with missing manifests is an error that names the first missing number") {
    val l = ledger(List(List(1), List(1), List(1), List(1)))
    val purged = ManifestIndex(l.manifests.drop(2))
    assert(purged.slices(LogPosition.Start, LogPosition(4, 1)) == Left(3L))
    assert(purged.slices(LogPosition(2, 1), LogPosition(4, 1)).isRight)
    assert(l.slices(LogPosition(1, 0), LogPosition(7, 1)) == Left(7L))
    assert(ManifestIndex(l.manifests.patch(1, Nil, 1)).slices(LogPosition.Start, LogPosition(4, 1)) == Left(3L))
  }

  test("the records that an endpoint remembers are held once for all manifests, and everything that is held counts") {
    val remembered = Progress(Some("5"), SeenRecords.of((1 to 1000).map(i => s"h$i" -> 1): _*))
    val all = (1 to 50).map(i => manifest(i.toLong, List(1), i - 1L).copy(endpoints = Map("main" -> remembered)))
    val l = ManifestIndex(all)
    assert(l.states == Map("main" -> remembered))
    assert(l.manifests.forall(_.endpoints("main").boundary.isEmpty))
    assert(l.offsetsAt(LogPosition(7, 0)).contains("main") && l.offsetsAt(LogPosition(50, 1)) == Map("main" -> Some("5")))
    val rows = Map("main" -> "x" * 100000)
    val heavy = l.append(all.last.copy(seq = 51, previous = 50, rows = rows))
    assert(heavy.weightAfter(LogPosition(50, 1)) > 100000)
    val (after, sums) = (LogPosition(20, 1), (20 until 50).map(i => l.manifests(i)))
    assert(l.weightAfter(after) == sums.map(_.weight).sum && l.bytesAfter(after) == sums.map(_.file.bytes).sum)
    val purged = l.without(l.manifests.take(15), None)
    assert(purged.weightAfter(after) == l.weightAfter(after) && purged.recordsAfter(after) == l.recordsAfter(after))
    assert(purged.offsetsAt(LogPosition(16, 0)) == l.offsetsAt(LogPosition(16, 0)) && purged.states == l.states)
  }

  test("consumed manifests may be purged, but never the newest manifest") {
    val l = ledger(List(List(2), List(2), List(2)))
    assert(l.consumedBefore(LogPosition(2, 1)).map(_.seq) == Vector(1L))
    assert(l.consumedBefore(LogPosition(3, 2)).map(_.seq) == Vector(1L, 2L))
  }
}
