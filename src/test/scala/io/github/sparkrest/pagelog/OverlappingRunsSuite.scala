// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.nio.file.Files

import io.github.sparkrest.error.{Condition, RestException}
import io.github.sparkrest.pagelog.format.{Manifest, PageFile, StoredStates}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.progress.Progress

/** Two runs on one log: an older run that has not ended yet or starts slowly, and the newer run, which continues. */
class OverlappingRunsSuite extends EachStore {
  private def refused(act: => Any): Condition = intercept[RestException](act).error.condition
  private def manifests(s: LogStore) = s.list(Manifest.Folder).flatMap(n => Manifest.seqOf(n)).toSet

  /** Writes a manifest, as an older run does that passed its checks before the newer run began. */
  private def write(s: LogStore, seq: Long, previous: Long, by: PageLog, file: PolledFile, offset: String): Unit = {
    val manifest = Manifest(seq, previous, by.epoch, file, Map("main" -> state(offset)))
    assert(s.writeIfAbsent(Manifest.path(seq), Manifest.encode(manifest)))
    ()
  }

  testEach("the newer run continues, and the older run fails with a clear error and deletes nothing") { (_, s) =>
    val older = open(s, retain = 0)
    start(older)
    older.append(page(s, older.epoch, "a"), of(state("1")))
    older.append(page(s, older.epoch, "b"), of(state("2")))
    val newer = open(s)
    start(newer)
    val files = s.list(PageFile.Folder).toSet
    older.commit(LogPosition(2, 1))
    assert(s.list(PageFile.Folder).toSet == files, "the older run purged")
    Seq[() => Any](
      () => older.append(page(s, older.epoch, "c"), of(state("3"))),
      () => older.noteBeforePoll(5, Map("main" -> state("3")))
    ).foreach { act =>
      val e = intercept[RestException](act())
      assert(e.error.condition == Condition.NewerRun && e.getMessage.contains(s"Run ${newer.epoch}"))
    }
    newer.append(page(s, newer.epoch, "c"), of(state("3")))
    assert(newer.unreadRecords(LogPosition.Start) == 3)
  }

  testEach("a manifest that a dying run adds after this run has read the log counts") { (_, s) =>
    val dying = open(s)
    start(dying)
    val newer = open(s)
    start(newer)
    val kept = page(s, dying.epoch, "kept")
    write(s, 1, 0, dying, kept, "late")
    assert(
      newer.append(page(s, newer.epoch, "mine"), of(state("mine"))) == Map("main" -> state("late")),
      "the poll of the dying run counts, and this run polls again"
    )
    newer.append(page(s, newer.epoch, "mine"), of(state("mine")))
    assert(newer.unreadRecords(LogPosition.Start) == 2)
    assert(newer.slices(LogPosition.Start, newer.take(LogPosition.Start, 10, 1 << 20)).map(_.name).head == kept.name)
    assert(open(s).unreadRecords(LogPosition.Start) == 2)
  }

  testEach("a manifest of a dying run counts as absent if its page was swept, at this start and at later starts") {
    (_, s) =>
      val dying = open(s)
      start(dying)
      dying.append(page(s, dying.epoch, "first"), of(state("1")))
      val late = page(s, dying.epoch, "late")
      val newer = open(s)
      start(newer)
      write(s, 2, 1, dying, late, "late")
      assert(newer.append(page(s, newer.epoch, "mine"), of(state("mine"))) == Map("main" -> state("mine")))
      assert(manifests(s) == Set(1L, 3L) && newer.unreadRecords(LogPosition.Start) == 2)
      // The state after a kill of the newer run, before it deleted that manifest.
      write(s, 2, 1, dying, late, "late")
      val next = open(s)
      assert(start(next, LogPosition(1, 1)).states("main") == state("mine") && manifests(s) == Set(1L, 3L))
      assert(next.slices(LogPosition.Start, LogPosition(3, 1)).length == 2)
      // Here no newer manifest follows it.
      write(s, 4, 3, dying, late, "later")
      val last = open(s)
      assert(start(last, LogPosition(1, 1)).states("main") == state("mine"))
      last.append(page(s, last.epoch, "more"), of(state("more")))
      assert(manifests(s) == Set(1L, 3L, 5L) && open(s).unreadRecords(LogPosition.Start) == 3)
  }

  testEach("two runs that died in this way leave two manifests, which both count as absent") { (_, s) =>
    val first = open(s)
    start(first)
    val swept = page(s, first.epoch, "a")
    val second = open(s)
    start(second)
    val sweptToo = page(s, second.epoch, "b")
    val third = open(s)
    start(third)
    write(s, 1, 0, first, swept, "a")
    write(s, 2, 0, second, sweptToo, "b")
    val next = open(s)
    assert(start(next).fresh)
    next.append(page(s, next.epoch, "c"), of(state("c")))
    assert(manifests(s) == Set(3L) && open(s).unreadRecords(LogPosition.Start) == 1)
  }

  testEach("a manifest that an old run writes under a purged number is swept") { (_, s) =>
    val asleep = open(s)
    start(asleep)
    val late = page(s, asleep.epoch, "late")
    val newer = open(s, retain = 0)
    start(newer)
    (1L to 4L).foreach { n =>
      newer.append(page(s, newer.epoch, s"$n"), of(state(s"$n")))
      newer.commit(LogPosition(n, 1))
    }
    write(s, 1, 0, asleep, late, "late")
    assert(manifests(s) == Set(1L, 4L))
    assert(start(open(s), LogPosition(4, 1)).states("main") == state("4") && manifests(s) == Set(4L))
  }

  testEach("a run that resumes after a newer run has written removes none of its manifests") { (_, s) =>
    val older = open(s)
    val newer = open(s)
    start(newer)
    newer.append(page(s, newer.epoch, "a", "b"), of(state("1")))
    assert(refused(start(older, LogPosition(1, 1))) == Condition.NewerRun && manifests(s) == Set(1L))
  }

  testEach("a page that a newer run swept is reported as a newer run, not as storage that is not shared") { (_, s) =>
    lazy val swept: PolledFile = page(s, 1, "a")
    val older = open(new Meanwhile(s, _ == PageFile.path(swept.name))({ open(s); () }))
    start(older)
    assert(older.epoch == 1 && refused(older.append(swept, of(state("1")))) == Condition.NewerRun)
    assert(s.list(PageFile.Folder).isEmpty)
  }

  testEach("a run that slept while two newer ones began finds no file of the first, and stops all the same") { (_, s) =>
    val asleep = open(s)
    start(asleep)
    val (second, third) = (open(s), open(s))
    assert(third.epoch == 3 && s.list(Epochs.Folder).length == 1)
    Seq(asleep, second).foreach { run =>
      assert(refused(run.append(page(s, run.epoch, "late"), of(state("late")))) == Condition.NewerRun)
      assert(
        !Epochs.isNewest(s, run.epoch) && Epochs.obstacle(s, run.epoch).map(_.condition).contains(Condition.NewerRun)
      )
    }
    assert(Epochs.isNewest(s, third.epoch) && manifests(s).isEmpty)
  }

  testEach("while a run deletes the files of older runs, none of them takes itself for the newest") { (_, s) =>
    val runs = Vector.fill(3)(Epochs.claim(s))
    val slow = new Meanwhile(s, _ => false)(()) {
      override def list(folder: String): Seq[String] = super.list(folder).sorted.reverse
      override def delete(name: String): Unit = {
        super.delete(name)
        runs.init.foreach(run => assert(!Epochs.isNewest(s, run), s"run $run, with ${s.list(Epochs.Folder)}"))
      }
    }
    Epochs.deleteBefore(slow, runs.last)
    assert(s.list(Epochs.Folder).length == 1)
  }

  testEach("a start that a newer run overtakes while it reads the log fails, and sweeps nothing") { (root, s) =>
    val dying = open(s)
    start(dying)
    val late = page(s, dying.epoch, "late")
    val half = s"${Manifest.path(9)}.x.tmp"
    val slow = new Meanwhile(s, _ == StoredStates.Folder)({
      write(s, 1, 0, dying, late, "late")
      start(open(s))
      Files.write(root.resolve(half), Array[Byte](1))
      ()
    })
    assert(refused(open(slow)) == Condition.NewerRun)
    assert(s.list(PageFile.Folder) == Seq(late.name) && s.length(half).isDefined)
  }

  testEach("manifests that an older run purges while this run reads the log do not count as damage") { (_, s) =>
    val older = open(s)
    start(older)
    val files = (1 to 3).map { n =>
      val file = page(s, older.epoch, s"$n")
      older.append(file, of(state(s"$n")))
      file
    }
    val newer = open(
      new Meanwhile(s, _ == PageFile.path(files(1).name))(
        Seq(1, 2).foreach { seq =>
          s.delete(Manifest.path(seq.toLong))
          s.delete(PageFile.path(files(seq - 1).name))
        }
      )
    )
    assert(start(newer, LogPosition(2, 1)).states("main") == state("3") && newer.unreadRecords(LogPosition(2, 1)) == 1)
  }

  testEach("the state of an idle endpoint stays known if an older run purges its manifest while the log is read") {
    (_, s) =>
      def known(read: LogStore => Map[String, Progress]) = {
        val store = elsewhere(s)
        val older = open(store)
        start(older)
        older.append(page(store, older.epoch, "a"), Map(Endpoint("idle") -> state("idle")))
        (2 to 10).foreach(n => older.append(page(store, older.epoch, s"$n"), of(state(s"$n"))))
        // The older run passed its check before the newer run began.
        def purge(): Unit = {
          StoredStates.write(store, StoredStates(9, Map("idle" -> state("idle"), "main" -> state("9"))))
          store.delete((1L to 9L).map(Manifest.path))
        }
        read(new Meanwhile(store, _ == Manifest.Folder)(purge()))
      }
      val whole = Map("idle" -> state("idle"), "main" -> state("10"))
      assert(known(store => start(open(store), LogPosition(10, 1)).states) == whole)
      assert(known(LogView.of(_).states(LogPosition(10, 1))) == whole)
  }

  testEach("a log that another run purges each time it is read is an error") { (_, s) =>
    var purges = 0L
    val purged = new Meanwhile(s, _ => false)(()) {
      override def list(folder: String): Seq[String] = {
        if (folder == Manifest.Folder) {
          purges += 1
          StoredStates.write(s, StoredStates(purges, Map.empty))
        }
        super.list(folder)
      }
    }
    assert(refused(LogView.of(purged)) == Condition.CheckpointUnreadable && purges == 10)
  }

  testEach(
    "a batch that an older run logs after this run has read the log is replayed, and the older run makes no other"
  ) { (_, s) =>
    val older = open(s)
    start(older)
    older.append(page(s, older.epoch, "a"), of(state("1")))
    val newer = open(s)
    // The older run passed its checks before the newer run began.
    val kept = page(s, older.epoch, "b", "c")
    s.writeIfAbsent(Manifest.path(2), Manifest.encode(Manifest(2, 1, older.epoch, kept, Map("main" -> state("3")))))
    assert(newer.slices(LogPosition(1, 1), LogPosition(2, 2)).map(_.name) == Seq(kept.name))
    assert(start(newer, LogPosition(2, 2)).states("main") == state("3"), "polling continues after this batch")
    val e = intercept[RestException](older.take(LogPosition.Start, 10, 1 << 20))
    assert(e.error.condition == Condition.NewerRun)
    assert(
      older.take(LogPosition(1, 1), 10, 1 << 20) == LogPosition(1, 1),
      "without records there is no batch, so nothing is refused"
    )
  }
}
