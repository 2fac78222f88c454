// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import io.github.sparkrest.error.{Condition, RestException}
import io.github.sparkrest.offset.{Boundary, EndpointState, Position}
import io.github.sparkrest.poll.PolledFile
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{Path => HadoopPath}
import org.scalatest.funsuite.AnyFunSuite

/** Runs, crashes and what they leave behind, on java.nio and on Hadoop's file system alike. */
class PageLogSuite extends AnyFunSuite {
  private val stores: Seq[(String, Path => LogStore)] = Seq(
    "java.nio" -> (p => LogStore.at(p.toString, new Configuration)),
    "hadoop" -> { p =>
      val path = new HadoopPath(p.toUri)
      new HadoopLogStore(path.getFileSystem(new Configuration), path)
    }
  )
  private def state(offset: String) = EndpointState(Some(offset), Boundary(Map("h" -> 2)))

  private def page(store: LogStore, epoch: Long, records: String*): PolledFile = {
    val writer = new PageFileWriter(store, epoch, "")
    records.foreach(r => writer.append(r.getBytes(UTF_8), 0, r.length))
    writer.endPage(Some("before"))
    writer.close().get
  }

  stores.foreach { case (kind, make) =>
    def test(name: String)(body: (Path, LogStore) => Any): Unit = super.test(s"$kind: $name") {
      val root = Files.createTempDirectory("log")
      body(root, make(root))
    }
    def open(s: LogStore, retain: Int = 2) = PageLog.open(s, retain)
    def start(l: PageLog, p: Position = Position.Start) = l.resume(p, "main", None)

    test("a new log is fresh; a log that was written goes on where it was") { (_, s) =>
      val first = open(s)
      val begin = start(first)
      assert(begin.fresh && begin.state == EndpointState.Initial && begin.polledAtMs.isEmpty)
      assert(first.append(page(s, first.epoch, "a", "b"), "main", state("7")) == state("7"))
      val second = open(s)
      val again = start(second, Position(1, 1))
      assert(!again.fresh && again.state == state("7") && second.epoch == first.epoch + 1)
      assert(second.unreadRecords(Position(1, 1)) == 1 && second.take(Position(1, 1), 10, 1 << 20) == Position(1, 2))
      assert(second.offsetAt(Position(1, 2), "main").contains(Some("7")))
    }

    test("a page file without a manifest does not exist, and is swept by the next run") { (_, s) =>
      val first = open(s)
      page(s, first.epoch, "orphan")
      val second = open(s)
      assert(start(second).fresh && second.unreadRecords(Position.Start) == 0 && s.list(PageFile.Folder).isEmpty)
    }

    test("each attempt of a poll writes a file of its own; the manifest names the winner, the others are swept") {
      (_, s) =>
        val l = open(s)
        start(l)
        val (lost, won) = (page(s, l.epoch, "asked first"), page(s, l.epoch, "asked again"))
        assert(lost.name != won.name && s.list(PageFile.Folder).length == 2)
        l.append(won, "main", state("1"))
        val next = open(s)
        assert(next.slices(Position.Start, next.take(Position.Start, 10, 1 << 20)).map(_.name) == Seq(won.name))
        assert(s.list(PageFile.Folder) == Seq(won.name))
    }

    test("what a killed write left behind is swept by the next run") { (root, s) =>
      start(open(s))
      val left = Seq("manifests/00000000000000000001.json.x.tmp", "last-poll.json.x.tmp").map(root.resolve)
      left.foreach { p => Files.createDirectories(p.getParent); Files.write(p, Array[Byte](1)) }
      assert(s.list(Manifest.Folder).isEmpty)
      open(s)
      assert(!left.exists(Files.exists(_)))
    }

    test("the newer run goes on; the older stops with a clear error and deletes nothing") { (_, s) =>
      val older = open(s, retain = 0)
      start(older)
      older.append(page(s, older.epoch, "a"), "main", state("1"))
      older.append(page(s, older.epoch, "b"), "main", state("2"))
      val newer = open(s)
      start(newer)
      val files = s.list(PageFile.Folder).toSet
      older.commit(Position(2, 1))
      assert(s.list(PageFile.Folder).toSet == files, "the older run purged")
      Seq[() => Any](
        () => older.append(page(s, older.epoch, "c"), "main", state("3")),
        () => older.noteBeforePoll(5, "main", state("3"))
      ).foreach { act =>
        val e = intercept[RestException](act())
        assert(e.error.condition == Condition.NewerRun && e.getMessage.contains(s"Run ${newer.epoch}"))
      }
      newer.append(page(s, newer.epoch, "c"), "main", state("3"))
      assert(newer.unreadRecords(Position.Start) == 3)
    }

    test("a manifest that a dying run added after this one had read the log is taken over") { (_, s) =>
      val dying = open(s)
      start(dying)
      val late = page(s, dying.epoch, "late")
      val newer = open(s)
      start(newer)
      // The dying run had passed its check before the newer one began; its page was swept in between or not.
      val kept = page(s, dying.epoch, "kept")
      s.writeIfAbsent(Manifest.path(1), Manifest.encode(Manifest(1, 0, dying.epoch, kept, Map("main" -> state("late")))))
      assert(
        newer.append(page(s, newer.epoch, "mine"), "main", state("mine")) == state("late"),
        "its poll counts, mine is done again"
      )
      s.writeIfAbsent(Manifest.path(2), Manifest.encode(Manifest(2, 1, dying.epoch, late, Map("main" -> state("swept")))))
      assert(
        newer.append(page(s, newer.epoch, "mine"), "main", state("mine")) == state("mine"),
        "a manifest whose page is gone counts as absent"
      )
      assert(newer.unreadRecords(Position.Start) == 2)
      assert(newer.slices(Position.Start, newer.take(Position.Start, 10, 1 << 20)).map(_.name).head == kept.name)
    }

    test("an unreadable newest manifest counts as absent; another one is an error; so is a later version") { (_, s) =>
      val l = open(s)
      start(l)
      l.append(page(s, l.epoch, "a"), "main", state("1"))
      l.append(page(s, l.epoch, "b"), "main", state("2"))
      s.overwrite(Manifest.path(2), "{\"vers".getBytes(UTF_8))
      val next = open(s)
      assert(start(next).state == state("1") && next.unreadRecords(Position.Start) == 1)
      next.append(page(s, next.epoch, "b"), "main", state("2"))
      s.overwrite(Manifest.path(1), "{}".getBytes(UTF_8))
      assert(intercept[RestException](open(s)).error.condition == Condition.CheckpointUnreadable)
      s.overwrite(Manifest.path(1), s.read(Manifest.path(2)).get)
      s.overwrite(Manifest.path(2), """{"version":9}""".getBytes(UTF_8))
      assert(intercept[RestException](open(s)).getMessage.contains("version 9"))
    }

    test("commit deletes consumed pages but for those of the batches to retain, and never the newest manifest") {
      (_, s) =>
        val l = open(s, retain = 1)
        start(l)
        (1 to 4).foreach(i => l.append(page(s, l.epoch, s"r$i"), "main", state(s"$i")))
        l.commit(Position(1, 1))
        assert(s.list(Manifest.Folder).length == 4)
        l.commit(Position(2, 1))
        assert(s.list(Manifest.Folder).sorted == (2 to 4).map(i => Manifest.path(i.toLong).split('/').last))
        l.commit(Position(4, 1))
        l.commit(Position(4, 1))
        assert(s.list(Manifest.Folder).length == 1 && s.list(PageFile.Folder).length == 1)
        assert(start(open(s), Position(4, 1)).state == state("4"), "the state outlives its records' consumption")
    }

    test("runs of one batch purge as one long run does: the log does not grow from run to run") { (_, s) =>
      (1L to 12L).foreach { n =>
        val l = open(s)
        val from = if (n == 1) Position.Start else Position(n - 1, 1)
        start(l, from)
        l.append(page(s, l.epoch, s"r$n"), "main", state(s"$n"))
        // All that Spark calls in such a run: the end of the batch before, once that of the next one is logged.
        if (n > 1) l.commit(from)
      }
      assert(s.list(Manifest.Folder).length == 3 && s.list(PageFile.Folder).length == 3)
      assert(open(s).slices(Position(9, 1), Position(12, 1)).length == 3, "two consumed batches are retained")
    }

    test("a start that was rewound does not purge what it needs; a torn list of starts keeps more") { (_, s) =>
      (1L to 3L).foreach { n =>
        val l = open(s, retain = 1)
        start(l, Position(n - 1, if (n == 1) 0 else 1))
        l.append(page(s, l.epoch, s"r$n"), "main", state(s"$n"))
      }
      assert(new String(s.read("run-starts.json").get, UTF_8) == """{"version":1,"starts":[[1,1],[2,1]]}""")
      val rewound = open(s, retain = 1)
      start(rewound, Position(1, 1))
      rewound.commit(Position(1, 1))
      assert(rewound.slices(Position(1, 0), Position(3, 1)).length == 3)
      s.overwrite("run-starts.json", """{"version":1,"sta""".getBytes(UTF_8))
      val torn = open(s, retain = 1)
      start(torn, Position(3, 1))
      torn.commit(Position(3, 1))
      assert(s.list(Manifest.Folder).length == 3)
    }

    test("if the log was deleted, polling goes on from the offset, after its seq") { (_, s) =>
      val l = open(s)
      val resumed = l.resume(Position(17, 3), "main", Some("101"))
      assert(!resumed.fresh && resumed.state == EndpointState(Some("101"), Boundary.Empty))
      l.append(page(s, l.epoch, "a"), "main", state("102"))
      assert(l.take(Position(17, 3), 10, 1 << 20) == Position(18, 1))
      assert(l.slices(Position(17, 3), Position(18, 1)).length == 1)
      assert(
        intercept[RestException](l.slices(Position(16, 0), Position(17, 3))).error.condition == Condition.PageMissing
      )
    }

    test("what an idle stream writes is one file, and survives a torn write") { (_, s) =>
      val l = open(s)
      start(l)
      (1 to 100).foreach(i => l.noteBeforePoll(i.toLong, "main", EndpointState(Some("moved"), Boundary.Empty)))
      assert(s.list(".").toSet == Set(PollNote.Name, "epochs"))
      val next = start(open(s))
      assert(next.polledAtMs.contains(100L) && next.state.offset.contains("moved") && !next.fresh)
      s.overwrite(PollNote.Name, "{\"aft".getBytes(UTF_8))
      assert(start(open(s)).fresh)
    }

    test("a note of before the newest manifest does not count") { (_, s) =>
      val l = open(s)
      start(l)
      l.noteBeforePoll(5, "main", state("old"))
      l.append(page(s, l.epoch, "a"), "main", state("new"))
      val next = start(open(s))
      assert(next.state == state("new") && next.polledAtMs.contains(5L))
    }

    test("an executor that does not see the driver's files, and a driver that does not see an executor's, are told") {
      (_, s) =>
        val l = open(s)
        start(l)
        assert(PageLog.obstacle(s, l.epoch).isEmpty)
        val elsewhere = make(Files.createTempDirectory("other"))
        val e = PageLog.obstacle(elsewhere, l.epoch).get
        assert(e.condition == Condition.LogNotShared && e.hint.contains("pageLogLocation"))
        val thrown = intercept[RestException](l.append(page(elsewhere, l.epoch, "a"), "main", state("1")))
        assert(thrown.error.condition == Condition.LogNotShared)
        open(s)
        assert(PageLog.obstacle(s, l.epoch).map(_.condition).contains(Condition.NewerRun))
    }

    test("only one of two writers gets a name") { (_, s) =>
      assert(s.writeIfAbsent("x/a", "1".getBytes) && !s.writeIfAbsent("x/a", "2".getBytes))
      assert(s.read("x/a").map(new String(_)).contains("1") && s.list("x") == Seq("a"))
      assert(s.read("none").isEmpty && s.length("none").isEmpty && s.list("none").isEmpty)
      s.delete("none")
    }
  }
}
