// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.io.{InputStream, OutputStream}
import java.nio.file.{Files, Path}
import java.util.concurrent.{CountDownLatch, TimeUnit}

import scala.util.Random

import io.github.sparkrest.error.RestException
import io.github.sparkrest.pagelog.format.PageFileWriter
import io.github.sparkrest.pagelog.store.{LocalLogStore, LogStore}
import io.github.sparkrest.progress.seen.SeenEntries._
import io.github.sparkrest.progress.seen.{RecordHash, Seen, SeenEntry, SeenFile, SeenMemory, SeenRecords}
import io.github.sparkrest.progress.{CoreLimits, Progress}
import org.scalatest.funsuite.AnyFunSuite

/** Files of records seen: sorted, read with little memory, and deleted when nothing names them. */
class SeenFilesSuite extends AnyFunSuite {
  private def newStore() = new LocalLogStore(Files.createTempDirectory("seen"))
  private def hash(i: Int): String = {
    val bytes = i.toString.getBytes("UTF-8")
    RecordHash.of(bytes, 0, bytes.length)
  }
  private def names(store: LogStore) = store.list(SeenFiles.Folder).toSet

  test("each entry of a file is found with its count and rank, and no other record is found") {
    val files = new SeenFiles(newStore(), 1)
    val entries = (1 to 5000).map(i => SeenEntry.of(hash(i), Seen(i % 3 + 1, i.toLong))).sorted
    val file = files.writeAll(entries.iterator)
    assert(file.entries == 5000 && file.lowest == 1 && file.highest == 5000)
    assert(files.readAll(file) == entries.toVector)
    assert((1 to 5000).forall(i => files.countOf(file, SeenEntry.of(hash(i))) == i % 3 + 1))
    assert((5001 to 6000).forall(i => files.countOf(file, SeenEntry.of(hash(i))) == 0))
  }

  test("200,000 records are remembered with at most 500 in memory, with correct counts and in few files") {
    val store = newStore()
    val files = new SeenFiles(store, 1)
    val limits = CoreLimits(seenInState = 10, seenInTask = 500, seenFiles = 4)
    val memory = new SeenMemory(files, limits)
    val random = new Random(7)
    var seen = SeenRecords.Empty
    var truth = Map.empty[Int, Int]
    (1 to 400).foreach { _ =>
      val page = (1 to 500).map(_ => random.nextInt(150000))
      val counts = page.distinct.map(i => i -> (truth.getOrElse(i, 0) + 1))
      truth ++= counts
      seen = memory.add(seen, counts.map { case (i, n) => hash(i) -> Seen(n, i.toLong) })
      assert(seen.recent.size <= 500 && seen.files.length <= 5)
    }
    seen = memory.settled(seen)
    assert(seen.recent.isEmpty)
    random.shuffle(truth.toSeq).take(5000).foreach { case (i, n) => assert(memory.count(seen, hash(i)) == n, i) }
    assert((150000 to 151000).forall(i => memory.count(seen, hash(i)) == 0))
    files.keepOnly(seen.files.map(_.name).toSet)
    assert(names(store) == seen.files.map(_.name).toSet, "merged files must be deleted")
  }

  test("a file is dropped as soon as the offset has passed all its entries") {
    val files = new SeenFiles(newStore(), 1)
    val memory = new SeenMemory(files, CoreLimits(seenInState = 1))
    def of(ranks: Range) = memory.settled(SeenRecords(ranks.map(r => hash(r) -> Seen(1, r.toLong)).toMap))
    val both = memory.join(of(1 to 10), of(11 to 20))
    assert(memory.keep(both, 10, unranked = false).files.length == 2)
    assert(memory.keep(both, 11, unranked = false).files.map(_.lowest) == Vector(11L))
    assert(memory.keep(both, 21, unranked = false).isEmpty)
  }

  test("a missing file is an error that names it") {
    val store = newStore()
    val files = new SeenFiles(store, 1)
    val file = files.writeAll(Iterator(SeenEntry.of(hash(1), Seen(1))))
    store.delete(SeenFiles.path(file.name))
    val e = intercept[RestException](new SeenFiles(store, 2).countOf(file.copy(entries = 2), SeenEntry.of(hash(1))))
    assert(e.getMessage.contains(file.name) && e.getMessage.contains("REST_CHECKPOINT_UNREADABLE"))
  }

  /** A store whose files are on another machine. Counts what it sends. */
  final private class Elsewhere(of: LogStore) extends LogStore {
    var sent = 0L
    def location: String = of.location
    def create(name: String): OutputStream = of.create(name)
    def open(name: String, from: Long, bytes: Long): InputStream = {
      sent += bytes
      of.open(name, from, bytes)
    }
    def writeIfAbsent(name: String, bytes: Array[Byte]): Boolean = of.writeIfAbsent(name, bytes)
    def overwrite(name: String, bytes: Array[Byte]): Unit = of.overwrite(name, bytes)
    def read(name: String): Option[Array[Byte]] = of.read(name)
    def length(name: String): Option[Long] = of.length(name)
    def list(folder: String): Seq[String] = of.list(folder)
    def delete(name: String): Unit = of.delete(name)
    def deleteTemporary(folder: String): Unit = of.deleteTemporary(folder)
  }
  private def isMapped(name: String) = MappedFiles.OfExecutor.keys.exists(_.endsWith(name))

  test("a mapped file is searched as one in blocks is, whatever its hashes are") {
    val store = newStore()
    val random = new Random(3)
    val hashes: Seq[() => Long] = Seq(
      () => random.nextLong(),
      () => random.nextLong() >>> 40,
      () => if (random.nextBoolean()) Long.MinValue + random.nextInt(9) else Long.MaxValue - random.nextInt(9),
      () => 5L
    )
    for (hash <- hashes; n <- Seq(1, 2, 100, 3000)) {
      val all =
        Iterator.continually(SeenEntry(hash(), random.nextLong(), Seen(random.nextInt(9), random.nextLong()))).take(n)
      val entries = all.toVector.sorted
      val mapping = new SeenFiles(store, 1, mapFrom = 0)
      val file = mapping.writeAll(entries.iterator)
      val inBlocks = new SeenFiles(store, 1)
      Seq(mapping, inBlocks).foreach { files =>
        entries.zipWithIndex.foreach { case (e, i) =>
          val found = files.find(file, e.high, e.low).getOrElse(fail(s"$e is not found"))
          assert((found.place, found.count, found.rank) == ((i.toLong, e.seen.count, e.seen.rank)))
          assert(files.find(file, e.high, e.low + 1).isEmpty && files.find(file, e.high + 1, e.low).isEmpty)
        }
        assert(files.readAll(file) == entries)
      }
      assert(isMapped(file.name))
      mapping.keepOnly(Set.empty)
      assert(!isMapped(file.name), "a deleted file keeps its bytes while it is mapped")
    }
  }

  test("a file of another machine is copied after many lookups, and of the copy no file remains") {
    val store = new Elsewhere(newStore())
    val folder = Files.createTempDirectory("scratch")
    def newFile(n: Int) = {
      val entries = (1 to n).map(i => SeenEntry.of(hash(i), Seen(i))).sorted
      new SeenFiles(store, 1).writeAll(entries.iterator)
    }
    def task(scratch: () => Path) = new SeenFiles(store, 1, scratch, mapFrom = 0)
    def search(files: SeenFiles, file: SeenFile, records: Int) =
      assert((1 to records).forall(i => files.countOf(file, SeenEntry.of(hash(i))) == i))
    val file = newFile(100000)
    val first = task(() => folder.resolve("copy"))
    search(first, file, 5)
    assert(!isMapped(file.name) && store.sent < 300000, "few lookups read few blocks")
    search(first, file, 2000)
    assert(isMapped(file.name) && folder.toFile.list().isEmpty)
    val sent = store.sent
    val later = task(() => fail("copied again"))
    search(later, file, 100000)
    assert(later.readAll(file).length == 100000 && store.sent == sent, "all of it is here")
    val other = newFile(30000)
    val full = task(() => throw new java.io.IOException("the disk is full"))
    search(full, other, 30000)
    assert(!isMapped(other.name))
  }

  test("copies have a limit, and a file that nobody searches is not kept") {
    def entries(n: Long) = new MappedEntries(Array.empty, n)
    val files = new MappedFiles(copyBytes = 28 * 100, mostFiles = 5, idleNanos = Long.MaxValue)
    def get(name: String, n: Long, isCopy: Boolean = true) = files.get(name, n, isCopy)(entries(n))
    assert(get("a", 60).isDefined && get("b", 40).isDefined && files.keys == Set("a", "b"))
    assert(get("a", 60).isDefined && get("c", 30).isDefined)
    assert(files.keys == Set("a", "c"), "b was used least recently")
    assert(get("large", 101).isEmpty && get("larger", 1000, isCopy = false).isDefined)
    Seq("d", "e", "f").foreach(get(_, 1000, isCopy = false))
    assert(files.keys.size <= 5 && files.keys.contains("f"))
    val idle = new MappedFiles(copyBytes = 1000, mostFiles = 5, idleNanos = 0)
    idle.get("a", 1, isCopy = true)(entries(1))
    Thread.sleep(1)
    idle.get("b", 1, isCopy = true)(entries(1))
    assert(idle.keys == Set("b"))
  }

  test("while a task copies a file, the others search the files that are mapped, and make no second copy") {
    def entries(n: Long) = new MappedEntries(Array.empty, n)
    val files = new MappedFiles(copyBytes = 28 * 100, mostFiles = 5, idleNanos = Long.MaxValue)
    def get(name: String, n: Long) = files.get(name, n, isCopy = true)(entries(n))
    get("a", 10)
    val (begun, ends) = (new CountDownLatch(1), new CountDownLatch(1))
    val copy = new Thread(() => {
      files.get("b", 60, isCopy = true) { begun.countDown(); ends.await(); entries(60) }
      ()
    })
    copy.start()
    begun.await()
    val others = new Thread(() => {
      val found = files.known("a").isDefined && get("b", 60).isEmpty && get("c", 41).isEmpty && get("d", 20).isDefined
      if (found) ends.countDown()
    })
    others.start()
    val ended = ends.await(10, TimeUnit.SECONDS)
    ends.countDown()
    copy.join()
    assert(ended, "they waited for the copy")
    assert(files.known("b").isDefined && get("c", 41).isDefined, "the copy counts no more as one that is being made")
    intercept[IllegalStateException](files.get("e", 60, isCopy = true)(throw new IllegalStateException("broken")))
    assert(get("e", 60).isDefined)
  }

  test("a file exists as long as a manifest or the note names it, across runs") {
    val store = newStore()
    def stateWith(log: PageLog, offset: String): Progress = {
      val files = new SeenFiles(store, log.epoch)
      Progress(Some(offset), SeenRecords(files = Vector(files.writeAll(Iterator(SeenEntry.of(hash(1), Seen(1)))))))
    }
    def page(log: PageLog) = {
      val writer = new PageFileWriter(store, log.epoch, "")
      writer.append("{}".getBytes("UTF-8"), 0, 2)
      writer.endPage(None, None)
      writer.close().get
    }
    val first = PageLog.open(store, 1)
    first.resume(LogPosition.Start, Map("main" -> None))
    val states = (1 to 3).map(i => stateWith(first, s"$i"))
    states.foreach(s => first.append(page(first), Map(Endpoint.Only -> s)))
    val noted = stateWith(first, "4")
    first.noteBeforePoll(0, Map("main" -> noted))
    new SeenFiles(store, first.epoch).writeAll(Iterator(SeenEntry.of(hash(9), Seen(1))))
    assert(names(store).size == 5)
    (1L to 3L).foreach(seq => first.commit(LogPosition(seq, 1)))
    assert(names(store).contains(noted.seenFiles.head) && names(store).contains(states.last.seenFiles.head))
    assert(!names(store).contains(states.head.seenFiles.head), "its manifest was purged")
    val second = PageLog.open(store, 1)
    assert(names(store) == states(1).seenFiles.filter(names(store)) ++ states(2).seenFiles ++ noted.seenFiles)
    second.resume(LogPosition(3, 1), Map("main" -> Some("3")))
    second.noteBeforePoll(0, Map("main" -> states(2)))
    assert(!names(store).contains(noted.seenFiles.head), "no note names it")
  }
}
