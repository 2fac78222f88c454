// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files

import io.github.sparkrest.pagelog.format.{
  DroppedStates,
  LeftEndpoints,
  Manifest,
  PageFile,
  PageFileReader,
  PageInFile,
  PageSlice,
  StoredStates
}
import io.github.sparkrest.pagelog.store.{LocalLogStore, LogStore}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.seen.SeenRecords
import org.scalatest.funsuite.AnyFunSuite

/** Behavior of the page log that only several endpoints can show. */
class ManyEndpointsSuite extends AnyFunSuite {
  private def newStore = new LocalLogStore(Files.createTempDirectory("log"))
  private def endpoint(name: String) = Endpoint(name, Some(s"""{"n":"$name"}"""), Some(s"""{"n":"$name"}"""))
  private def state(offset: String) = Progress(Some(offset))
  private def start(l: PageLog, p: LogPosition = LogPosition.Start): Resumption = l.resume(p, Map.empty)

  private def polled(store: LogStore, epoch: Long)(fill: SharedPageFile => Unit): PolledFile = {
    val file = new SharedPageFile(store, epoch, "")
    fill(file)
    file.close().get
  }

  /** Appends a page of one record for each endpoint. The arguments are name, offset of the request, and next offset. */
  private def appended(store: LogStore, l: PageLog, pages: (String, String, String)*): Unit = {
    val file = polled(store, l.epoch)(shared =>
      pages.foreach { case (name, before, _) =>
        val sink = shared.sink(name)
        val bytes = s""""$name$before"""".getBytes(UTF_8)
        sink.append(bytes, 0, bytes.length)
        sink.endPage(Some(before), None)
        shared.take(sink)
      }
    )
    l.append(file, pages.map { case (name, _, after) => endpoint(name) -> state(after) }.toMap)
    ()
  }

  private def read(store: LogStore, slices: Seq[PageSlice]): Seq[String] = slices.flatMap { s =>
    val reader = new PageFileReader(store, s)
    Iterator
      .continually(reader)
      .takeWhile(_.next())
      .map { r =>
        val owner = s.pages.find(_.end > r.record).map(_.row).get
        owner + new String(r.block.bytes, r.block.from(r.i), r.block.to(r.i) - r.block.from(r.i), UTF_8)
      }
      .toList
  }

  test("a page file contains pages of several endpoints, each with the row and offset of its endpoint") {
    val store = newStore
    val log = PageLog.open(store, 2)
    start(log)
    appended(store, log, ("a", "1", "2"), ("b", "7", "8"))
    appended(store, log, ("b", "8", "9"))
    val end = log.take(LogPosition.Start, 100, 1 << 20)
    val expected = Seq("""{"n":"a"}"a1"""", """{"n":"b"}"b7"""", """{"n":"b"}"b8"""")
    assert(read(store, log.slices(LogPosition.Start, end)) == expected)
    assert(
      read(store, log.slices(LogPosition(1, 1), end)) == expected.drop(1),
      "the range starts in the middle of a file"
    )
    assert(read(store, log.slices(LogPosition.Start, LogPosition(1, 1))) == expected.take(1))
    assert(log.offsetsAt(LogPosition(1, 1)) == Map("a" -> Some("2"), "b" -> Some("7")))
    assert(log.offsetsAt(end) == Map("a" -> Some("2"), "b" -> Some("9")))
  }

  test("a purge stores the states of all endpoints, as they are after the purged manifests") {
    val store = newStore
    val log = PageLog.open(store, 0)
    start(log)
    def remembering(n: Int) = Progress(Some(s"$n"), SeenRecords.of(s"h$n" -> n))
    def append(states: (String, Progress)*) = {
      val file = polled(store, log.epoch)(shared =>
        states.foreach { case (name, _) =>
          val sink = shared.sink(name)
          sink.append("1".getBytes(UTF_8), 0, 1)
          sink.endPage(None, None)
          shared.take(sink)
        }
      )
      log.append(file, states.map { case (name, s) => endpoint(name) -> s }.toMap)
    }
    append("idle" -> remembering(1))
    (2 to 12).foreach(n => append("a" -> remembering(n)))
    log.commit(LogPosition(9, 1))
    log.commit(LogPosition(10, 1))
    val stored = StoredStates.load(store)
    assert(stored == StoredStates(9, Map("idle" -> remembering(1), "a" -> remembering(9))))
    val next = start(PageLog.open(store, 0), LogPosition(10, 1))
    assert(next.states == Map("idle" -> remembering(1), "a" -> remembering(12)))
  }

  test("the state of an endpoint that left the input is dropped after the retention time") {
    val store = newStore
    val first = PageLog.open(store, 0)
    start(first)
    appended(store, first, ("a", "1", "2"), ("b", "7", "8"), ("c", "4", "5"))
    val day = 24L * 3600 * 1000
    def states(inInput: Set[String], atDay: Long): Set[String] = {
      val log = PageLog.open(store, 0)
      log.dropLeft(inInput, atDay * day, retentionMs = 30 * day)
      start(log).states.keySet
    }
    val all = Set("a", "b", "c")
    assert(states(all, 100) == all && store.length(LeftEndpoints.Name).isEmpty)
    assert(states(Set("a"), 200) == all, "the retention time starts when the absence is first noticed")
    assert(states(Set("a", "b"), 229) == all)
    assert(states(Set("a"), 231) == Set("a", "b"), "b returned to the input meanwhile")
    assert(states(Set("a"), 50) == all, "nothing is dropped if the clock was set back")
    assert(states(Set("a"), 270) == Set("a"))
    val last = PageLog.open(store, 0)
    last.dropLeft(Set("a"), 271 * day, 30 * day)
    start(last)
    (1 to 12).foreach(n => appended(store, last, ("a", s"${n + 1}", s"${n + 2}")))
    last.commit(LogPosition(11, 1))
    last.commit(LogPosition(12, 1))
    assert(PageLog.open(store, 0).resume(LogPosition(12, 1), Map.empty).states.keySet == Set("a"))
    assert(states(Set("b"), 272) == Set("a"), "an endpoint that returns later begins again")
  }

  test("states that are dropped while a run goes on leave its memory and its files, and new states count") {
    val store = newStore
    val log = PageLog.open(store, 0)
    start(log)
    appended(store, log, ("a", "1", "2"), ("b", "7", "8"))
    log.noteLeft(Map("a" -> 5L), Set.empty)
    assert(new String(store.read(LeftEndpoints.Name).get, UTF_8).contains("\"a\":5"))
    log.noteLeft(Map.empty, Set("a"))
    // A run that starts now finds the state in a manifest, and drops it again.
    val other = PageLog.open(store, 0)
    other.dropLeft(Set("b"), 100, retentionMs = 50)
    val resumed = start(other)
    assert(resumed.states.keySet == Set("b") && resumed.left.isEmpty)
    (8 to 20).foreach(n => appended(store, other, ("b", s"$n", s"${n + 1}")))
    other.commit(LogPosition(11, 1))
    other.commit(LogPosition(12, 1))
    assert(other.offsetsAt(LogPosition(14, 1)).keySet == Set("b"))
    assert(StoredStates.load(store).endpoints.keySet == Set("b"))
  }

  test("an endpoint that comes back after its state was dropped keeps its new states over a purge and a restart") {
    val store = newStore
    val first = PageLog.open(store, 0)
    start(first)
    appended(store, first, ("a", "1", "2"), ("b", "7", "8"))
    val log = PageLog.open(store, 0)
    log.dropLeft(Set("b"), 0, retentionMs = 1)
    assert(start(log).states.contains("a"))
    log.noteLeft(Map.empty, Set("a"))
    appended(store, log, ("a", "1", "fresh"))
    (8 to 20).foreach(n => appended(store, log, ("b", s"$n", s"${n + 1}")))
    log.commit(LogPosition(11, 1))
    log.commit(LogPosition(12, 1))
    assert(PageLog.open(store, 0).resume(LogPosition(12, 1), Map.empty).states("a") == state("fresh"))
  }

  test("a dropped endpoint is remembered until the file of all states no longer has it") {
    val dropped = DroppedStates().plus(Set("a"), 7)
    assert(dropped("a", 7) && !dropped("a", 8) && !dropped("b", 7))
    assert(dropped.writtenAt(6) == dropped && dropped.writtenAt(7) == DroppedStates())
  }

  test("a poll of many bytes gets a separate file, and an abandoned poll leaves no file") {
    val store = newStore
    val shared = new SharedPageFile(store, 1, "")
    val record = Array.fill[Byte](100000)('1')
    def filled(name: String) = {
      val sink = shared.sink(name)
      (1 to 5).foreach { i =>
        sink.append(record, 0, record.length)
        if (i % 2 == 0) sink.endPage(Some(s"$i"), None)
      }
      sink
    }
    val large = filled("large")
    val own = large.ownFileClosed().get
    assert(
      own.pages.map(p => (p.records, p.offsetBefore, p.endpoint)) == Seq(
        (2L, Some("2"), Some("large")),
        (2L, Some("4"), Some("large"))
      ),
      "a page that has not ended does not count"
    )
    filled("broken").abandon()
    assert(store.list(PageFile.Folder) == Seq(own.name))
    shared.take(large)
    assert(shared.close().isEmpty)
  }

  test("a discarded page is not in the file") {
    val store = newStore
    val shared = new SharedPageFile(store, 1, "")
    val sink = shared.sink("a")
    def add(text: String): Unit = sink.append(text.getBytes(UTF_8), 0, text.length)
    add("1")
    sink.endPage(None, None)
    add("2")
    sink.discardPage()
    add("3")
    sink.endPage(Some("x"), None)
    shared.take(sink)
    val file = shared.close().get
    assert(file.pages.map(_.records) == Seq(1, 1))
    assert(
      read(store, Seq(PageSlice(file.name, 0, 2, 2, 10, "", Vector(PageInFile(0, 2, "", None, None))))) == Seq("1", "3")
    )
  }

  test("the state of an idle endpoint survives the purge of its manifest") {
    val store = newStore
    val log = PageLog.open(store, 1)
    start(log)
    appended(store, log, ("idle", "0", "1"))
    (1 to 30).foreach { n =>
      appended(store, log, ("busy", s"${n - 1}", s"$n"))
      log.commit(log.take(LogPosition.Start, Long.MaxValue, Long.MaxValue))
    }
    assert(store.list(Manifest.Folder).length < 12, "nothing was purged")
    val reopened = PageLog.open(store, 1)
    val resumed = start(reopened, LogPosition(31, 1))
    assert(resumed.states == Map("idle" -> state("1"), "busy" -> state("30")))
    // The state after a crash: a purge stored the states, but deleted no manifest.
    val stored = StoredStates.load(store)
    assert(stored.endpoints("idle") == state("1"))
    store.writeIfAbsent(
      Manifest.path(stored.seq),
      Manifest.encode(Manifest(stored.seq, 0, 1, PolledFile("gone", 1, "", Nil), Map("busy" -> state("0"))))
    )
    assert(start(PageLog.open(store, 1), LogPosition(31, 1)).states("busy") == state("30"))
    assert(!store.list(Manifest.Folder).contains(Manifest.path(stored.seq).split('/').last))
  }

  test("with very many endpoints, a stored file contains all states, and a run can continue from it alone") {
    val store = newStore
    val log = PageLog.open(store, 1)
    start(log)
    val names = (1 to 150).map(n => s"e$n")
    appended(store, log, names.map(n => (n, "0", "1")): _*)
    assert(log.statesSeq == 0)
    (1 to 20).foreach { n =>
      appended(store, log, ("e1", s"$n", s"${n + 1}"))
      log.commit(log.take(LogPosition.Start, Long.MaxValue, Long.MaxValue))
    }
    val seq = log.statesSeq
    assert(seq > 1 && store.list(StoredStates.Folder) == Seq(StoredStates.path(seq).split('/').last))
    store.list(Manifest.Folder).foreach(n => store.delete(s"${Manifest.Folder}/$n"))
    val resumed = start(PageLog.open(store, 1), LogPosition(21, 1))
    assert(resumed.states("e150") == state("1") && !resumed.fresh)
  }

  test("a noted state that moved without a record counts until a manifest contains a newer state") {
    val store = newStore
    val log = PageLog.open(store, 2)
    start(log)
    appended(store, log, ("a", "0", "1"), ("b", "0", "1"))
    log.noteBeforePoll(5, Map("a" -> state("moved"), "b" -> state("moved")))
    appended(store, log, ("b", "1", "2"))
    val resumed = start(PageLog.open(store, 2))
    assert(resumed.states == Map("a" -> state("moved"), "b" -> state("2")))
  }

  test("if an older run has taken the number of a manifest, its manifest counts and the polls of this run do not") {
    val store = newStore
    val older = PageLog.open(store, 2)
    start(older)
    val newer = PageLog.open(store, 2)
    start(newer)
    val late = polled(store, older.epoch) { shared =>
      val sink = shared.sink("a")
      sink.append("1".getBytes(UTF_8), 0, 1)
      sink.endPage(None, None)
      shared.take(sink)
    }
    store.writeIfAbsent(Manifest.path(1), Manifest.encode(Manifest(1, 0, older.epoch, late, Map("a" -> state("late")))))
    val mine = polled(store, newer.epoch) { shared =>
      Seq("a", "b").foreach { n =>
        val sink = shared.sink(n)
        sink.append("1".getBytes(UTF_8), 0, 1)
        sink.endPage(None, None)
        shared.take(sink)
      }
    }
    val standing = newer.append(mine, Map(endpoint("a") -> state("mine"), endpoint("b") -> state("mine")))
    assert(standing == Map("a" -> state("late")))
  }
}
