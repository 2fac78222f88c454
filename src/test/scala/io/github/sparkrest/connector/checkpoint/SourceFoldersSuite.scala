// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.checkpoint

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import io.github.sparkrest.connector.session.PageLogLocation
import io.github.sparkrest.error.{Condition, RestException}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.pagelog.{EachStore, LogOffset, LogPosition, PageLog, SourceIdentity, UnconditionalStore}
import org.apache.hadoop.conf.Configuration

/** The checks when Spark gives a source another folder. `test_source_names.py` does the same with a real query. */
class SourceFoldersSuite extends EachStore {
  private val conf = new Configuration
  private val users = SourceIdentity("users", "id", "incremental")
  private val orders = SourceIdentity("orders", "id", "incremental")

  private class Checkpoint(pageLogs: Option[String] = None) {
    lazy val root: Path = Files.createTempDirectory("checkpoint")
    private def folder(name: String) = s"$root/sources/$name"
    def location(name: String): String = pageLogs.fold(folder(name))(PageLogLocation.of(_, folder(name)))
    def store(name: String): LogStore = LogStore.at(location(name), conf)

    /** A run of the query. It first creates all sources on one thread, and `body` receives the first source. */
    def run(name: String, others: String*)(body: (SourceFolders, PageLog) => Unit): Unit = {
      @volatile var failure: Option[Throwable] = None
      def made(n: String) = (new SourceFolders(folder(n), pageLogs, conf), open(store(n)))
      val query = new Thread(() =>
        try {
          val (folders, log) = made(name)
          others.foreach(made)
          body(folders, log)
        } catch { case e: Throwable => failure = Some(e) }
      )
      query.start()
      query.join()
      failure.foreach(throw _)
    }

    /** Writes an entry of Spark's offset log, in the format with source names. */
    def logged(batch: Int, sources: (String, SourceIdentity)*): Unit = {
      val lines = sources.map { case (n, id) => s"$n:${LogOffset(LogPosition(1, 2), Map("main" -> Some("2")), id).json}" }
      Files.createDirectories(root.resolve("offsets"))
      Files.write(root.resolve(s"offsets/$batch"), (Seq("v2", "{}") ++ lines).mkString("\n").getBytes(UTF_8))
    }

    def polled(name: String): Unit = {
      val log = open(store(name))
      start(log)
      log.append(page(store(name), log.epoch, "a", "b"), of(state("2")))
    }
  }

  private def refusal(body: => Unit): String = {
    val e = intercept[RestException](body)
    assert(e.error.condition == Condition.SourceMoved)
    e.getMessage
  }

  for (pageLogs <- Seq(None, Some(Files.createTempDirectory("logs").toString))) {
    val kind = if (pageLogs.isEmpty) "in the checkpoint" else "in pageLogLocation"

    test(s"if a new name moves the page log $kind, the query refuses each start until it finds the log") {
      val c = new Checkpoint(pageLogs)
      c.polled("0")
      for (_ <- 1 to 2) {
        val told = refusal(c.run("x")((folders, log) => folders.requireInPlace(log, LogPosition(1, 2), users)))
        assert(told.contains(c.location("0")) && told.contains(c.location("x")), told)
      }
      c.run("0")((folders, log) => folders.requireInPlace(log, LogPosition(1, 2), users))
    }
  }

  test(
    "if pageLogLocation is set later, the query refuses each start until it finds the log, also before its first batch"
  ) {
    val c = new Checkpoint
    c.polled("0")
    val later = new Checkpoint(Some(Files.createTempDirectory("logs").toString)) { override lazy val root: Path = c.root }
    for (place <- Seq(LogPosition.Start, LogPosition(1, 2)); _ <- 1 to 2) {
      val told = refusal(later.run("0")((folders, log) => folders.requireInPlace(log, place, users)))
      assert(told.contains("pageLogLocation") && told.contains(later.location("0")), told)
    }
    c.run("0")((folders, log) => folders.requireInPlace(log, LogPosition(1, 2), users))
  }

  test("a query whose page log was in another folder refuses to start without it, and accepts it once it was moved") {
    val c = new Checkpoint
    def start(place: LogPosition, was: String) =
      c.run("0")((folders, log) => folders.requireInPlace(log, place, users, Some(was)))
    start(LogPosition(1, 2), "checkpoint")
    start(LogPosition.Start, "of an offset that this run made")
    refusal(start(LogPosition(1, 2), "0123456789abcdef"))
    c.polled("0")
    start(LogPosition(1, 2), "0123456789abcdef")
  }

  test("pageLogLocation may be set because the store of the checkpoint cannot hold a page log") {
    val ofStore = new Configuration
    ofStore.set("fs.s3a.impl", classOf[UnconditionalStore].getName)
    val own = "s3a://bucket/checkpoint/sources/0"
    val logs = Files.createTempDirectory("logs").toString
    val folders = new SourceFolders(own, Some(logs), ofStore)
    val log = open(LogStore.at(PageLogLocation.of(logs, own), ofStore))
    Seq(LogPosition.Start, LogPosition(1, 2)).foreach(folders.requireInPlace(log, _, users))
  }

  test("the place of a page log is that of the checkpoint, or depends on pageLogLocation and the checkpoint") {
    def place(own: String, logs: Option[String]) = new SourceFolders(own, logs, conf).logPlace
    assert(place("/a/sources/0", None) == "checkpoint" && place("/b/sources/0", None) == "checkpoint")
    val places = for (own <- Seq("/a/sources/0", "/b/sources/0"); logs <- Seq("/x", "/y")) yield place(own, Some(logs))
    assert(places.distinct.length == 4 && place("/a/sources/0", Some("/x/")) == places.head)
  }

  test("if no page log is elsewhere, a query continues from its offset alone") {
    val c = new Checkpoint
    c.run("0")((folders, log) => folders.requireInPlace(log, LogPosition(1, 2), users))
    // The folder of another source of the same query is not a former folder of this source.
    c.polled("1")
    c.run("0", "1")((folders, log) => folders.requireInPlace(log, LogPosition(1, 2), users))
  }

  test("a page log under another name blocks the start only if it may belong to the same source") {
    val c = new Checkpoint
    c.polled("x")
    refusal(c.run("z")((folders, log) => folders.requireInPlace(log, LogPosition(1, 2), users)))
    c.logged(0, "x" -> orders)
    c.run("z")((folders, log) => folders.requireInPlace(log, LogPosition(1, 2), users))
  }

  test("a source may start from the beginning while its first batch is the newest, but not after it left the query") {
    val c = new Checkpoint
    c.polled("x")
    c.logged(0, "x" -> users, "y" -> orders)
    c.run("x")((folders, log) => folders.requireNew(log, users))
    c.logged(1, "y" -> orders)
    refusal(c.run("x")((folders, log) => folders.requireNew(log, users)))
  }

  test("a new name for the same source is refused, because all records would come again") {
    val c = new Checkpoint
    c.logged(0, "x" -> users)
    c.logged(1, "x" -> users)
    val told = refusal(c.run("z")((folders, log) => folders.requireNew(log, users)))
    assert(told.contains("""Use .name("x") to continue"""), told)
  }

  test("a source with another URL is new, and so is a second source with the same URL") {
    val c = new Checkpoint
    c.logged(0, "x" -> users)
    c.run("z")((folders, log) => folders.requireNew(log, orders))
    c.run("z", "x")((folders, log) => folders.requireNew(log, users))
  }

  test("a source is new until the query has logged its first batch") {
    val c = new Checkpoint
    c.run("x")((folders, log) => folders.requireNew(log, users))
    c.polled("x")
    c.run("x")((folders, log) => folders.requireNew(log, users))
    // In a query with several sources, another source may have made the first batch.
    c.logged(0, "y" -> orders)
    c.run("x")((folders, log) => folders.requireNew(log, users))
  }

  test("a page log that was read before is not read again from its start") {
    val c = new Checkpoint
    c.logged(0, "y" -> orders)
    c.polled("x")
    start(open(c.store("x")), LogPosition(1, 2))
    val told = refusal(c.run("x")((folders, log) => folders.requireNew(log, users)))
    assert(told.contains("has no offset of this source"), told)
  }
}
