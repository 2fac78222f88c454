// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestException}
import io.github.sparkrest.pagelog.format.{LastPoll, Manifest, PacingState, PageFile}
import io.github.sparkrest.pagelog.store.{LogStore, ObjectLogStore}
import io.github.sparkrest.poll.Schedule
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.schedule.EndpointSchedules

/** Runs in sequence, crashes, and the files that they leave behind. [[OverlappingRunsSuite]] has runs at the same time. */
class PageLogSuite extends EachStore {
  private def nameOf(seq: Long) = Manifest.path(seq).split('/').last

  testEach("a new log is fresh, and a run on an existing log continues where the last run ended") { (_, s) =>
    val first = open(s)
    val begin = start(first)
    assert(begin.fresh && begin.states("main") == Progress.Initial && begin.polledAtMs.isEmpty)
    assert(first.append(page(s, first.epoch, "a", "b"), of(state("7"))) == Map("main" -> state("7")))
    val second = open(s)
    val again = start(second, LogPosition(1, 1))
    assert(!again.fresh && again.states("main") == state("7") && second.epoch == first.epoch + 1)
    assert(
      second.unreadRecords(LogPosition(1, 1)) == 1 && second.take(LogPosition(1, 1), 10, 1 << 20) == LogPosition(1, 2)
    )
    assert(second.offsetsAt(LogPosition(1, 2)) == Map("main" -> Some("7")))
  }

  testEach("a page file without a manifest does not count, and the next run sweeps it") { (_, s) =>
    val first = open(s)
    page(s, first.epoch, "orphan")
    val second = open(s)
    assert(start(second).fresh && second.unreadRecords(LogPosition.Start) == 0 && s.list(PageFile.Folder).isEmpty)
  }

  testEach("each attempt of a poll writes a separate file, and only the file that the manifest names remains") {
    (_, s) =>
      val l = open(s)
      start(l)
      val (lost, won) = (page(s, l.epoch, "asked first"), page(s, l.epoch, "asked again"))
      assert(lost.name != won.name && s.list(PageFile.Folder).length == 2)
      l.append(won, of(state("1")))
      val next = open(s)
      assert(next.slices(LogPosition.Start, next.take(LogPosition.Start, 10, 1 << 20)).map(_.name) == Seq(won.name))
      assert(s.list(PageFile.Folder) == Seq(won.name))
  }

  testEachWithTemporary("the next run sweeps temporary files of a killed run") { (root, s) =>
    start(open(s))
    val left = Seq("manifests/00000000000000000001.json.x.tmp", "last-poll.json.x.tmp").map(root.resolve)
    left.foreach { p => Files.createDirectories(p.getParent); Files.write(p, Array[Byte](1)) }
    assert(s.list(Manifest.Folder).isEmpty)
    open(s)
    assert(!left.exists(Files.exists(_)))
  }

  testEach("an unreadable newest manifest counts as absent, and its number is not reused") { (_, s) =>
    Seq("{\"vers", "{}", """{"version":1}""", "").foreach { torn =>
      Seq(Manifest.Folder, PageFile.Folder).foreach(f => s.list(f).foreach(n => s.delete(s"$f/$n")))
      val l = open(s)
      start(l)
      l.append(page(s, l.epoch, "a"), of(state("1")))
      l.append(page(s, l.epoch, "b"), of(state("2")))
      s.overwrite(Manifest.path(2), torn.getBytes(UTF_8))
      val next = open(s)
      assert(start(next).states("main") == state("1") && next.unreadRecords(LogPosition.Start) == 1)
      next.append(page(s, next.epoch, "b"), of(state("2")))
      assert(s.list(Manifest.Folder).toSet == Set(1L, 3L).map(nameOf), "the next manifest replaced it")
      val reopened = open(s)
      assert(start(reopened).states("main") == state("2") && reopened.unreadRecords(LogPosition.Start) == 2)
      assert(reopened.slices(LogPosition.Start, LogPosition(3, 1)).length == 2)
    }
  }

  testEach("an unreadable manifest before another manifest is an error, and so is a manifest whose page is missing") {
    (_, s) =>
      val l = open(s)
      start(l)
      val first = page(s, l.epoch, "a")
      l.append(first, of(state("1")))
      l.append(page(s, l.epoch, "b"), of(state("2")))
      val whole = s.read(Manifest.path(1)).get
      def refused() = intercept[RestException](open(s)).error
      s.overwrite(Manifest.path(1), "{}".getBytes(UTF_8))
      assert(refused().condition == Condition.CheckpointUnreadable)
      s.overwrite(Manifest.path(1), whole)
      s.delete(PageFile.path(first.name))
      assert(refused().text.contains(s"page file ${first.name} is not whole"))
  }

  testEach("a manifest of a later version is an error at any number, and is not deleted") { (_, s) =>
    val l = open(s)
    start(l)
    l.append(page(s, l.epoch, "a"), of(state("1")))
    val later = """{"version":9,"what":"ever"}""".getBytes(UTF_8)
    s.writeIfAbsent(Manifest.path(2), later)
    Seq[() => Any](() => l.append(page(s, l.epoch, "b"), of(state("2"))), () => open(s)).foreach { act =>
      val e = intercept[RestException](act()).error
      assert(e.condition == Condition.CheckpointUnreadable && e.message.contains("version 9"))
      assert(s.read(Manifest.path(2)).exists(_.sameElements(later)))
    }
  }

  testEach("a run sweeps pages of its lost attempts, but neither pages of manifests nor pages of other runs") {
    (_, s) =>
      val other = page(s, 99, "of a later run")
      val l = open(s)
      start(l)
      val named = page(s, l.epoch, "a")
      l.append(named, of(state("1")))
      val lost = page(s, l.epoch, "b")
      assert(s.list(PageFile.Folder).toSet == Set(named.name, other.name, lost.name))
      l.sweepLost()
      assert(s.list(PageFile.Folder).toSet == Set(named.name, other.name))
  }

  testEach("commit deletes consumed pages except for the retained batches, and never deletes the newest manifest") {
    (_, s) =>
      val l = open(s, retain = 1)
      start(l)
      (1 to 4).foreach(i => l.append(page(s, l.epoch, s"r$i"), of(state(s"$i"))))
      l.commit(LogPosition(1, 1))
      assert(s.list(Manifest.Folder).length == 4)
      l.commit(LogPosition(2, 1))
      assert(s.list(Manifest.Folder).sorted == (2L to 4L).map(nameOf))
      l.commit(LogPosition(4, 1))
      l.commit(LogPosition(4, 1))
      assert(s.list(Manifest.Folder).length == 1 && s.list(PageFile.Folder).length == 1)
      assert(
        start(open(s), LogPosition(4, 1)).states("main") == state("4"),
        "the state remains after its records are consumed"
      )
  }

  testEach("runs of a single batch purge as a long run does, so the log does not grow") { (_, s) =>
    (1L to 12L).foreach { n =>
      val l = open(s)
      val from = if (n == 1) LogPosition.Start else LogPosition(n - 1, 1)
      start(l, from)
      l.append(page(s, l.epoch, s"r$n"), of(state(s"$n")))
      // In such a run, Spark only commits the end of the previous batch, after it has logged the next batch.
      if (n > 1) l.commit(from)
    }
    assert(s.list(Manifest.Folder).length == 3 && s.list(PageFile.Folder).length == 3)
    assert(open(s).slices(LogPosition(9, 1), LogPosition(12, 1)).length == 3, "two consumed batches are retained")
  }

  testEach(
    "a run that starts at an earlier position keeps the pages that it needs, and a torn list of starts keeps more"
  ) { (_, s) =>
    (1L to 3L).foreach { n =>
      val l = open(s, retain = 1)
      start(l, LogPosition(n - 1, if (n == 1) 0 else 1))
      l.append(page(s, l.epoch, s"r$n"), of(state(s"$n")))
    }
    assert(new String(s.read("run-starts.json").get, UTF_8) == """{"version":1,"starts":[[1,1],[2,1]]}""")
    val rewound = open(s, retain = 1)
    start(rewound, LogPosition(1, 1))
    rewound.commit(LogPosition(1, 1))
    assert(rewound.slices(LogPosition(1, 0), LogPosition(3, 1)).length == 3)
    s.overwrite("run-starts.json", """{"version":1,"sta""".getBytes(UTF_8))
    val torn = open(s, retain = 1)
    start(torn, LogPosition(3, 1))
    torn.commit(LogPosition(3, 1))
    assert(s.list(Manifest.Folder).length == 3)
  }

  testEach("if the log was deleted, polling continues from the offset, with manifest numbers after it") { (_, s) =>
    val l = open(s)
    val resumed = l.resume(LogPosition(17, 3), Map("main" -> Some("101")))
    assert(!resumed.fresh && resumed.states("main") == Progress(Some("101")))
    l.append(page(s, l.epoch, "a"), of(state("102")))
    assert(l.take(LogPosition(17, 3), 10, 1 << 20) == LogPosition(18, 1))
    assert(l.slices(LogPosition(17, 3), LogPosition(18, 1)).length == 1)
    assert(
      intercept[RestException](
        l.slices(LogPosition(16, 0), LogPosition(17, 3))
      ).error.condition == Condition.PageMissing
    )
  }

  testEach("if the log was deleted, the offsets of endpoints that this run does not poll go into the next manifest") {
    (_, s) =>
      val offsets = Map("main" -> Some("101"), "main~backfill" -> Some("b"), "new" -> None)
      val resumed = open(s).resume(LogPosition(17, 3), offsets)
      assert(resumed.unlogged == Set("main", "main~backfill"))
      val config = RestConfig
        .parse(Map("url" -> "http://h", "streaming" -> "true"))
        .fold(e => fail(e.text), identity)
      val schedules = EndpointSchedules(Vector(Endpoint.Only), resumed, new Schedule(config), 0)
      assert(schedules.unlogged.map { case (e, state) => e.key -> state.offset } == offsets - "new")
  }

  testEach("if only the newest manifests were lost, the states of those before them hold for offsets that did not move") {
    (_, s) =>
      val l = open(s)
      start(l)
      val known = state("1")
      l.append(page(s, l.epoch, "a"), of(known))
      def resumed(offsets: (String, Option[String])*) = open(s).resume(LogPosition(2, 1), offsets.toMap)
      val same = resumed("main" -> Some("1"))
      assert(same.states("main") == known && same.unlogged.isEmpty)
      assert(resumed().states("main") == known, "Spark's offset has at most 100 endpoints")
      val moved = resumed("main" -> Some("2"))
      assert(moved.states("main") == Progress(Some("2")) && moved.unlogged == Set("main"))
      val next = open(s)
      start(next, LogPosition(1, 1))
      next.append(page(s, next.epoch, "b"), of(known.copy(offset = None)))
      val snapshot = open(s).resume(LogPosition(3, 1), Map("main" -> None))
      assert(snapshot.states("main") == Progress(None), "what came back since the older snapshot comes again")
  }

  testEach("a torn manifest that a batch had consumed is deleted before the next manifest") { (_, s) =>
    val l = open(s)
    start(l)
    l.append(page(s, l.epoch, "a"), of(state("1")))
    s.overwrite(Manifest.path(1), "{\"vers".getBytes(UTF_8))
    val next = open(s)
    assert(next.resume(LogPosition(1, 1), Map("main" -> Some("0"))).states("main").offset.contains("0"))
    next.append(page(s, next.epoch, "b"), of(state("2")))
    assert(s.list(Manifest.Folder) == Seq(nameOf(2)))
    assert(start(open(s), LogPosition(1, 1)).states("main") == state("2"))
  }

  testEach("an idle stream writes one file, and a torn write of it does no harm") { (_, s) =>
    val l = open(s)
    start(l)
    (1 to 100).foreach(i => l.noteBeforePoll(i * ObjectLogStore.NoteMillis, Map("main" -> Progress(Some("moved")))))
    assert(s.list(".").toSet == Set(LastPoll.Name, "epochs"))
    val next = start(open(s))
    assert(
      next.polledAtMs
        .contains(100 * ObjectLogStore.NoteMillis) && next.states("main").offset.contains("moved") && !next.fresh
    )
    s.overwrite(LastPoll.Name, "{\"aft".getBytes(UTF_8))
    assert(start(open(s)).fresh)
  }

  testEach("on an object store, a note is written again only for news: another state, pace or minute") { (_, s) =>
    if (s.noteMillis == 0) assert(!s.isInstanceOf[ObjectLogStore]) else notesOnlyNews(s)
  }

  private def notesOnlyNews(s: LogStore): Unit = {
    val l = open(s)
    start(l)
    def notes(nowMs: Long, state: Progress, pace: PacingState = PacingState.Nothing): Boolean = {
      s.delete(LastPoll.Name)
      l.noteBeforePoll(nowMs, Map("main" -> state), pace)
      s.exists(LastPoll.Name)
    }
    val (old, moved) = (state("old"), state("moved"))
    val minute = ObjectLogStore.NoteMillis
    assert(notes(0, old) && !notes(1, old) && !notes(minute - 1, old) && notes(minute, old))
    assert(notes(minute + 1, moved) && !notes(minute + 2, moved))
    assert(notes(minute + 3, moved, PacingState(granted = 1)) && notes(minute + 4, moved))
    assert(notes(minute - 1, moved), "the clock was set back")
    // The manifest has the state that the note would have.
    l.append(page(s, l.epoch, "a"), of(state("new")))
    assert(!notes(minute, state("new")))
    assert(notes(minute + 1, moved), "it moved without a record")
    l.append(page(s, l.epoch, "b"), of(state("newer")))
    assert(!notes(minute + 2, state("newer")) && notes(minute + 3, moved) && !notes(minute + 4, moved))
  }

  test("the interval counts from the latest poll that may not have been noted") {
    def last(noted: Long, intervalMs: Long, now: Long) =
      Resumption(Map.empty, Some(noted), fresh = false, noteMillis = 60000).lastPollMs(intervalMs, now)
    assert(last(0, 10000, 5000).contains(5000L) && last(0, 10000, 100000).contains(60000L))
    assert(last(0, 60000, 5000).contains(0L), "with an interval of a minute each poll is noted")
    assert(last(9000, 10000, 5000).contains(9000L), "the clock was set back")
    assert(
      Resumption(Map.empty, Some(3), fresh = false).lastPollMs(10000, 5000).contains(3L),
      "on a disk each poll is noted"
    )
  }

  testEach("the pace survives a restart and newer manifests, and a torn note counts as a used-up rate") { (_, s) =>
    val l = open(s)
    assert(start(l).pace == PacingState.Nothing)
    val pace = PacingState(7000, Vector((5000L, 3), (6000L, 1)), 4)
    l.noteBeforePoll(5, Map("main" -> state("old")), pace)
    l.append(page(s, l.epoch, "a"), of(state("new")))
    assert(start(open(s)).pace == pace)
    s.overwrite(LastPoll.Name, "{\"aft".getBytes(UTF_8))
    val torn = start(open(s))
    assert(torn.pace == PacingState.Unknown && torn.states("main") == state("new"))
  }

  testEach("a note of a later version is an error, because it may contain the starting point of the stream") { (_, s) =>
    s.overwrite(LastPoll.Name, """{"version":4,"after":0}""".getBytes(UTF_8))
    val e = intercept[RestException](open(s)).error
    assert(e.condition == Condition.CheckpointUnreadable && e.message.contains("version 4"))
    s.overwrite(LastPoll.Name, "{}".getBytes(UTF_8))
    assert(start(open(s)).pace == PacingState.Unknown, "a note without a version counts as torn")
  }

  testEach("the states of a note that is older than the newest manifest do not count") { (_, s) =>
    val l = open(s)
    start(l)
    l.noteBeforePoll(5, Map("main" -> state("old")))
    l.append(page(s, l.epoch, "a"), of(state("new")))
    val next = start(open(s))
    assert(next.states("main") == state("new") && next.polledAtMs.contains(5L))
  }

  testEach("an executor that does not see the driver's files is an error, and so is the opposite case") { (_, s) =>
    val l = open(s)
    start(l)
    assert(Epochs.obstacle(s, l.epoch).isEmpty)
    val other = elsewhere(s)
    val e = Epochs.obstacle(other, l.epoch).get
    assert(e.condition == Condition.LogNotShared && e.hint.contains("pageLogLocation"))
    val thrown = intercept[RestException](l.append(page(other, l.epoch, "a"), of(state("1"))))
    assert(thrown.error.condition == Condition.LogNotShared)
    open(s)
    assert(Epochs.obstacle(s, l.epoch).map(_.condition).contains(Condition.NewerRun))
  }

  testEach("only the first of two writers gets a name") { (_, s) =>
    assert(s.writeIfAbsent("x/a", "1".getBytes) && !s.writeIfAbsent("x/a", "2".getBytes))
    assert(s.read("x/a").map(new String(_)).contains("1") && s.list("x") == Seq("a"))
    assert(s.read("none").isEmpty && s.length("none").isEmpty && s.list("none").isEmpty)
    s.delete("none")
  }
}
