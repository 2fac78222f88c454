// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import scala.util.Random

import io.github.sparkrest.progress.CoreLimits
import org.scalatest.funsuite.AnyFunSuite

/** The bits that a traversal sets in a mirror, and the filter of its files. */
class MarksSuite extends AnyFunSuite {
  test("a page that does not count takes its marks back, however many they are") {
    val random = new Random(5)
    val store = new SeenInMemory
    var failed, stored, large = 0
    (1 to 60).foreach { _ =>
      val entries = 1L + random.nextInt(3000)
      var marks = Marks.InTask(MarkedBits.of(entries), 0)
      var truth = Set.empty[Long]
      (1 to 30).foreach { _ =>
        val page = marks.begun()
        val places = Seq.fill(random.nextInt(200))((random.nextDouble() * entries).toLong).toSet -- truth
        if (places.size > entries / 64) large += 1
        places.foreach { p => assert(!page.has(p)); page.add(p); assert(page.has(p)) }
        assert(!page.has(-1), "an entry that is in no file")
        if (random.nextInt(3) == 0) failed += 1 else { marks = page; truth ++= places }
        if (random.nextInt(5) == 0) {
          stored += 1
          val file = marks.stored(store)
          marks = Marks.InTask(new MarkedBits(store.readBits(file.file)), 0)
        }
        val now = marks.begun()
        assert((0L until entries by 7).forall(p => now.has(p) == truth(p)) && truth.forall(now.has))
        assert(now.areAll(entries) == (truth.size == entries) && now.areAll(truth.size.toLong))
      }
    }
    assert(failed > 300 && stored > 200 && large > 300)
  }

  test("marks of an older page than the last two are an error, and not other marks") {
    val first = Marks.InTask(MarkedBits.of(10), 0)
    first.begun().begun().begun()
    intercept[IllegalStateException](first.begun())
  }

  private def id(i: Int): String = {
    val bytes = i.toString.getBytes("UTF-8")
    RecordHash.of(bytes, 0, bytes.length)
  }
  private def limits(filtered: Int) =
    CoreLimits(seenInState = 1, seenInTask = 20, seenFiles = 3, filtered = filtered.toLong)

  test("the filter of a traversal hides no record, however small it is, and saves most searches in files") {
    Seq(1, 100, 100000).foreach { filtered =>
      var searches = 0
      val inner = new SeenInMemory
      val store = new SeenStore {
        private[sparkrest] def write(fill: SeenWriter => Unit) = inner.write(fill)
        private[sparkrest] def cursor(file: SeenFile, keys: Boolean) = inner.cursor(file, keys)
        private[sparkrest] def find(file: SeenFile, high: Long, low: Long) = {
          searches += 1
          inner.find(file, high, low)
        }
        private[sparkrest] def writeBits(words: Array[Long]) = inner.writeBits(words)
        private[sparkrest] def readBits(file: SeenFile) = inner.readBits(file)
      }
      Seq("", "k").foreach { key =>
        var memory = new SeenMemory(store, limits(filtered))
        var seen = SeenRecords.Empty
        searches = 0
        (0 until 1000).foreach { i =>
          // Another task.
          if (i % 150 == 149) memory = new SeenMemory(store, limits(filtered))
          assert(memory.findNew(seen, id(i)).isEmpty && memory.countNew(seen, id(i)) == 0)
          seen = memory.add(seen, Seq(id(i) -> Seen(i + 1, i.toLong, key)))
        }
        val saved = searches
        (0 until 1000).foreach { i =>
          assert(memory.findNew(seen, id(i)).map(_.copy(key = "")).contains(Seen(i + 1, i.toLong)), i)
          assert(memory.countNew(seen, id(i)) == i + 1)
        }
        if (filtered > 1000) assert(saved < 300, "of 2000 questions, each about up to three files")
      }
    }
  }

  test("a filter covers a merged file only if it covers all that was merged") {
    val memory = new SeenMemory(new SeenInMemory, limits(1000))
    def of(ids: Range) = ids.foldLeft(SeenRecords.Empty)((r, i) => memory.add(r, Seq(id(i) -> Seen(1, 7, "k"))))
    val covered = of(0 until 130)
    assert(memory.findNew(covered, id(5)).isDefined && covered.files.length > 1)
    val others = memory.overlay(of(1000 until 1100), of(1100 until 1200))
    val both = covered.copy(files = covered.files ++ others.files)
    (1000 until 1200).foreach(i => assert(memory.findNew(both, id(i)).isDefined, i))
  }
}
