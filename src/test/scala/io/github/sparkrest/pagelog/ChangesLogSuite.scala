// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path, Paths}

import scala.jdk.CollectionConverters._

import io.github.sparkrest.pagelog.format.{Manifest, PageFileReader, PageFileWriter, PageSlice}
import io.github.sparkrest.pagelog.store.{LocalLogStore, LogStore}
import io.github.sparkrest.progress.seen.SeenEntries._
import io.github.sparkrest.progress.seen.{RecordHash, Seen, SeenEntry, SeenMemory, SeenRecords}
import io.github.sparkrest.progress.{Change, CoreLimits, Progress}
import org.scalatest.funsuite.AnyFunSuite

/** Pages with changes, their commits, and the files of a mirror. */
class ChangesLogSuite extends AnyFunSuite {
  private def newStore() = new LocalLogStore(Files.createTempDirectory("changes"))
  private def hash(i: Int) = {
    val bytes = s"""{"id":$i}""".getBytes(UTF_8)
    RecordHash.of(bytes, 0, bytes.length)
  }
  private def keyed(i: Int, count: Int = 1, rank: Long = 7) = hash(i) -> Seen(count, rank, s"""{"id":$i}""")
  private def file(store: LogStore, epoch: Long, records: (Change, String)*): PolledFile = {
    val writer = new PageFileWriter(store, epoch, "", changes = true)
    records.foreach { case (change, text) =>
      val bytes = text.getBytes(UTF_8)
      writer.append(bytes, 0, bytes.length, change)
    }
    writer.endPage(None, None)
    writer.close().get
  }
  private def lines(store: LogStore, slices: Seq[PageSlice]) = slices.toList.flatMap { slice =>
    val reader = new PageFileReader(store, slice)
    Iterator
      .continually(reader)
      .takeWhile(_.next())
      .map(r => new String(r.block.bytes, r.block.from(r.i), r.block.to(r.i) - r.block.from(r.i), UTF_8))
      .toList
  }
  private def state(n: Int) = Progress(None, SeenRecords(Map(keyed(n))), mirror = Some("id"))

  test("a record is stored after the mark of its change, in a file of one poll and in a shared one") {
    val store = newStore()
    val own = file(store, 1, Change.Insert -> "{}", Change.Update -> "[1]", Change.Delete -> "2")
    assert(lines(store, Seq(PageSlice.whole(own))) == List("+{}", "~[1]", "-2"))
    assert(own.pages.forall(_.changes))
    val shared = new SharedPageFile(store, 1, "", changes = true)
    val big = "x" * HeldPages.MaxBytes
    val polls = Seq("a" -> Seq("1", "2"), "b" -> Seq("3"), "c" -> Seq("4", big, "5")).map { case (name, texts) =>
      val sink = shared.sink(name)
      texts.foreach { t =>
        sink.append(t.getBytes(UTF_8), 0, t.length, Change.Update)
        if (t == "1") sink.endPage(None, None)
      }
      sink.endPage(None, None)
      shared.take(sink)
      sink
    }
    val whole = shared.close().get
    assert(lines(store, Seq(PageSlice.whole(whole))) == List("~1", "~2", "~3") && whole.pages.forall(_.changes))
    val separate = polls.last.ownFileClosed().get
    assert(lines(store, Seq(PageSlice.whole(separate))) == List("~4", s"~$big", "~5") && separate.pages.forall(_.changes))
  }

  test("a batch never ends within a commit, whatever batchSize says") {
    val store = newStore()
    val log = PageLog.open(store, 1)
    log.resume(LogPosition.Start, Map("main" -> None))
    val records = Seq(Change.Insert -> "1", Change.Insert -> "2", Change.Insert -> "3")
    Seq(2, 3, 1, 1).foreach(n => log.append(file(store, log.epoch, records.take(n): _*), Map(Endpoint.Only -> state(n))))
    def take(from: LogPosition, records: Long, bytes: Long = 1 << 20) = log.take(from, records, bytes, whole = true)
    assert(take(LogPosition.Start, 1) == LogPosition(1, 2), "at least one commit")
    assert(take(LogPosition.Start, 4) == LogPosition(1, 2))
    assert(take(LogPosition.Start, 5) == LogPosition(2, 3))
    assert(take(LogPosition(2, 3), 5) == LogPosition(4, 1))
    assert(take(LogPosition(2, 1), 1) == LogPosition(2, 3), "the rest of a commit that an earlier batch cut")
    assert(take(LogPosition.Start, 100, bytes = 1) == LogPosition(1, 2))
    assert(log.take(LogPosition.Start, 1, 1 << 20) == LogPosition(1, 1), "without readChanges")
  }

  test(
    "commits have rising numbers and times, though the clock stands still or goes back, over restarts"
  ) {
    val store = newStore()
    var now = 1000L
    def run(times: Long*) = {
      val log = PageLog.open(store, 1, () => now)
      val end = log.resume(LogPosition(log.take(LogPosition.Start, 100, 100).seq, 1), Map("main" -> None))
      assert(end.states.keySet.subsetOf(Set("main")))
      times.foreach { t =>
        now = t
        log.append(file(store, log.epoch, Change.Insert -> "1"), Map(Endpoint.Only -> state(1)))
      }
      log
    }
    run(1000, 1000, 900)
    val log = run(500, 3000)
    val commits = log.slices(LogPosition.Start, LogPosition(5, 1)).flatMap(_.pages).flatMap(_.commit)
    assert(commits.map(_.version) == (1L to 5L))
    assert(commits.map(_.atMs) == Seq(1000L, 1001L, 1002L, 1003L, 3000L).map(Some(_)))
  }

  test("a page with changes makes version 3, which earlier versions refuse; other pages stay as they were") {
    val store = newStore()
    val withChanges = Manifest(1, 0, 1, file(store, 1, Change.Delete -> "1"), Map("main" -> Progress(Some("2"))))
    def version(m: Manifest) =
      io.circe.parser.parse(new String(Manifest.encode(m), UTF_8)).flatMap(_.hcursor.get[Int]("version"))
    assert(version(withChanges) == Right(3))
    val plain = withChanges.copy(file = withChanges.file.copy(pages = withChanges.file.pages.map(_.copy(changes = false))))
    assert(version(plain) == Right(1))
    assert(version(plain.copy(endpoints = Map("main" -> state(1)))) == Right(3))
    val text = new String(Manifest.encode(plain), UTF_8)
    assert(!text.contains("changes") && !text.contains("committedAt"))
    val stored = withChanges.copy(committedAtMs = Some(5))
    assert(Manifest.decode(Manifest.encode(stored)) == Right(stored))
  }

  test("the keys of a file are read in the order of its entries, and live and die with it") {
    val store = newStore()
    val log = PageLog.open(store, 1)
    log.resume(LogPosition.Start, Map("main" -> None))
    val files = new SeenFiles(store, log.epoch)
    val memory = new SeenMemory(files, CoreLimits(seenInState = 1, seenInTask = 100, seenFiles = 3))
    var mirror = SeenRecords.Empty
    (1 to 1000).foreach(i => mirror = memory.add(mirror, Seq(keyed(i))))
    mirror = memory.settled(mirror)
    assert(mirror.files.length <= 3 && mirror.files.forall(_.keyBytes > 0) && mirror.recent.isEmpty)
    val all = memory.entries(mirror).toVector
    assert(all.map(_.seen.key).toSet == (1 to 1000).map(i => s"""{"id":$i}""").toSet)
    assert(all == all.sorted && all.forall(e => SeenEntry.of(e.identity, e.seen) == e))
    assert(memory.entries(mirror, keys = false).forall(_.seen.key.isEmpty))
    val named = Progress(None, mirror, mirror = Some("id"))
    files.keepOnly(named.seenFiles)
    assert(store.list(SeenFiles.Folder).toSet == named.seenFiles && named.seenFiles.size == 2 * mirror.files.length)
    val decoded = io.circe.parser.decode[Progress](Progress.encoder(named).noSpaces)
    assert(decoded == Right(named))
    log.append(file(store, log.epoch, Change.Insert -> "1"), Map(Endpoint.Only -> named))
    val next = PageLog.open(store, 1)
    assert(store.list(SeenFiles.Folder).toSet == named.seenFiles, "a manifest names them")
    next.resume(LogPosition(1, 1), Map("main" -> None))
    (1 to 2).foreach(n => next.append(file(store, next.epoch, Change.Insert -> "1"), Map(Endpoint.Only -> state(n))))
    (1L to 3L).foreach(seq => next.commit(LogPosition(seq, 1)))
    assert(store.list(SeenFiles.Folder).isEmpty)
  }

  test("of two states of a key the newer one counts, in memory and in any number of files") {
    val files = new SeenFiles(newStore(), 1)
    val random = new scala.util.Random(3)
    val memory = new SeenMemory(files, CoreLimits(seenInState = 1, seenInTask = 7, seenFiles = 3, mirrorShare = 1))
    var mirror = SeenRecords.Empty
    var truth = Map.empty[Int, Long]
    (1 to 200).foreach { n =>
      val ids = Seq.fill(random.nextInt(12))(random.nextInt(60)).distinct
      val newer = ids.foldLeft(SeenRecords.Empty)((r, i) => memory.add(r, Seq(keyed(i, rank = -n.toLong))))
      mirror = memory.overlay(mirror, newer)
      if (random.nextInt(3) == 0) mirror = memory.settled(mirror)
      truth ++= ids.map(_ -> -n.toLong)
      assert(mirror.files.length <= 4)
      (0 until 60).foreach(i => assert(memory.find(mirror, hash(i)).map(_.rank) == truth.get(i), s"$n $i"))
    }
    assert(memory.entries(mirror).map(e => e.seen.key -> e.seen.rank).toMap == truth.map { case (i, n) =>
      s"""{"id":$i}""" -> n
    })
    var added = SeenRecords.Empty
    (1 to 500).foreach { n =>
      added = memory.add(added, Seq(keyed(n * 7 % 60, rank = -n.toLong)))
      assert(memory.find(added, hash(n * 7 % 60)).map(_.rank).contains(-n.toLong))
    }
    (441 to 500).foreach(n => assert(memory.find(added, hash(n * 7 % 60)).map(_.rank).contains(-n.toLong), n))
  }

  // ---- golden/version-3 was written once, with GOLDEN=1. Never write it again.

  private val golden = Paths.get("src/test/resources/golden/version-3")
  private val goldenState = Progress(
    None,
    SeenRecords(Map(keyed(3, count = 2, rank = -5)), Vector.empty),
    mirror = Some("id")
  )
  private def write(root: Path): Unit = {
    val store = new LocalLogStore(root)
    val log = PageLog.open(store, 1, () => 1716840200000L)
    log.resume(LogPosition.Start, Map("main" -> None))
    val seen = new SeenFiles(store, log.epoch)
      .writeAll(Iterator(1, 2).map(keyed(_)).map { case (id, s) => SeenEntry.of(id, s) }.toVector.sorted.iterator)
    val records =
      Seq(Change.Insert -> """{"id":1}""", Change.Update -> """{"id":3,"v":"é"}""", Change.Delete -> """{"id":9}""")
    val state = goldenState.copy(boundary = goldenState.boundary.copy(files = Vector(seen)))
    log.append(file(store, log.epoch, records: _*), Map(Endpoint.Only -> state))
    ()
  }
  if (sys.env.contains("GOLDEN") && !Files.exists(golden)) write(golden)

  test("version 3: a log with changes opens, continues from its mirror, and returns its records with their marks") {
    val to = Files.createTempDirectory("golden")
    Files.walk(golden).iterator.asScala.filter(Files.isRegularFile(_)).foreach { f =>
      val target = to.resolve(golden.relativize(f).toString)
      Files.createDirectories(target.getParent)
      Files.copy(f, target)
    }
    val store = new LocalLogStore(to)
    val log = PageLog.open(store, 1)
    val state = log.resume(LogPosition(1, 3), Map("main" -> None)).states("main")
    assert(state.copy(boundary = state.boundary.copy(files = Vector.empty)) == goldenState)
    val memory = new SeenMemory(new SeenFiles(store, log.epoch), CoreLimits.Default)
    assert(memory.entries(state.boundary).map(_.seen.key).toSet == Set(1, 2, 3).map(i => s"""{"id":$i}"""))
    assert(
      (1 to 3).map(i => memory.find(state.boundary, hash(i)).map(s => (s.count, s.rank))) ==
        Seq((1, 7L), (1, 7L), (2, -5L)).map(Some(_))
    )
    val slices = log.slices(LogPosition.Start, LogPosition(1, 3))
    assert(lines(store, slices) == List("""+{"id":1}""", """~{"id":3,"v":"é"}""", """-{"id":9}"""))
    assert(
      slices.flatMap(_.pages).map(p => (p.changes, p.commit.map(_.version), p.commit.flatMap(_.atMs))) ==
        Seq((true, Some(1L), Some(1716840200000L)))
    )
  }
}
