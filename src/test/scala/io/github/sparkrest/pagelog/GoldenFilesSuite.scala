// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path, Paths}

import scala.jdk.CollectionConverters._

import io.circe.parser.decode
import io.circe.syntax._
import io.github.sparkrest.error.{Condition, RestException}
import io.github.sparkrest.pagelog.format.{
  LastPoll,
  Manifest,
  PacingState,
  PageCommit,
  PageFile,
  PageFileReader,
  PageFileWriter,
  PageInFile,
  RunStarts,
  StoredStates,
  Unreadable
}
import io.github.sparkrest.pagelog.store.{LocalLogStore, LogStore}
import io.github.sparkrest.progress.queue.PendingAcks
import io.github.sparkrest.progress.seen.SeenRecords
import io.github.sparkrest.progress.strategies.TraversalTimes
import io.github.sparkrest.progress.{Progress, Traversal, Validators}
import io.github.sparkrest.request.PageToken
import org.scalatest.funsuite.AnyFunSuite

/** Checkpoints of earlier versions are read forever, and checkpoints of later versions are refused with a clear error.
  *
  * [[write]] wrote the files in `golden/version-1` once, with `GOLDEN=1`. A stream with an input and `maxRequestRate` wrote the
  * files in `golden/version-1-endpoints`, with api.example.com in place of its API. Never write these files again.
  */
class GoldenFilesSuite extends AnyFunSuite {
  private val golden = Paths.get("src/test/resources/golden")
  private val version1 = golden.resolve("version-1")
  private val endpoints1 = golden.resolve("version-1-endpoints")
  private val future = golden.resolve("future")

  private val inTraversal = Progress(
    Some("1716840123.001900"),
    SeenRecords.of("h1" -> 1, "h2" -> 2),
    Some(
      Traversal(
        PageToken.Address("http://h/x?page=3&key=***"),
        pages = 2,
        received = 4,
        pending = Some("1716840199.5"),
        seen = SeenRecords.of("h3" -> 1).copy(truncated = true),
        signature = "2:1f",
        landmark = ("0123456789abcdef", 2),
        until = "2026-01-01T00:00:00Z",
        unordered = false,
        same = 1,
        laterNew = true,
        times = TraversalTimes(1716840200000L, 1716840199000L),
        // The file is from a version that did not count new records.
        delivered = 4
      )
    ),
    started = true
  )
  private val settled = Progress(Some("1716840199.5"), SeenRecords.of("h3" -> 1))
  private val records = List("""{"id":1,"text":"é"}""", """{"id":2}""", """[3]""", "\"4\"", """{"id":5}""")
  private val offset = LogOffset(
    LogPosition(2, 1),
    Map("main" -> Some("1716840123.001900"), "other" -> None),
    SourceIdentity("0123456789abcdef", "ts", "timestamp")
  )

  private def write(root: Path): Unit = {
    val log = PageLog.open(new LocalLogStore(root), 2)
    def page(part: List[String]): PolledFile = {
      val writer = new PageFileWriter(new LocalLogStore(root), log.epoch, "")
      part.foreach { r =>
        val bytes = r.getBytes(UTF_8)
        writer.append(bytes, 0, bytes.length)
      }
      writer.endPage(Some("before"), None)
      writer.close().get
    }
    log.resume(LogPosition.Start, Map("main" -> None))
    log.append(page(records.take(3)), Map(Endpoint.Only -> inTraversal))
    log.append(page(records.drop(3)), Map(Endpoint.Only -> settled))
    log.noteBeforePoll(1716840300000L, Map("main" -> settled))
    Files.write(root.resolve("offset.json"), offset.json.getBytes(UTF_8))
    ()
  }
  if (sys.env.contains("GOLDEN") && !Files.exists(version1)) write(version1)

  private def copyOf(folder: Path): Path = {
    val to = Files.createTempDirectory("golden")
    Files.walk(folder).iterator.asScala.filter(Files.isRegularFile(_)).foreach { f =>
      val target = to.resolve(folder.relativize(f).toString)
      Files.createDirectories(target.getParent)
      Files.copy(f, target)
    }
    to
  }
  private def text(file: Path) = new String(Files.readAllBytes(file), UTF_8)

  private def recordsOf(
      store: LogStore,
      log: PageLog,
      from: LogPosition = LogPosition.Start,
      to: LogPosition = LogPosition(2, 2)
  ): List[String] =
    log.slices(from, to).toList.flatMap { slice =>
      val reader = new PageFileReader(store, slice)
      Iterator
        .continually(reader)
        .takeWhile(_.next())
        .map(r => new String(r.block.bytes, r.block.from(r.i), r.block.to(r.i) - r.block.from(r.i), UTF_8))
        .toList
    }

  test("version 1: a log opens, continues from its state, and returns its records") {
    val store = new LocalLogStore(copyOf(version1))
    val log = PageLog.open(store, 2)
    val resumed = log.resume(LogPosition(1, 0), Map("main" -> None))
    assert(resumed.states("main") == settled && resumed.polledAtMs.contains(1716840300000L) && !resumed.fresh)
    assert(recordsOf(store, log) == records)
  }

  test("version 1: a log that ends in the middle of a traversal continues with the next page") {
    val root = copyOf(version1)
    Files.delete(root.resolve(Manifest.path(2)))
    val log = PageLog.open(new LocalLogStore(root), 2)
    assert(log.resume(LogPosition(1, 0), Map("main" -> None)).states("main") == inTraversal.inherited)
  }

  test("version 1: an offset of Spark's log is readable") {
    assert(LogOffset.parse(text(version1.resolve("offset.json"))).contains(offset))
  }

  private def answered(offset: String, request: String, etag: String, atMs: Long) =
    Progress(Some(offset), validators = Some(Validators(request, Some(etag), None, atMs)))
  private val (a, b, idle) = ("fbdec8394eec724a", "bd87791beddefb7b", "29a7457a1376548b")
  private val ofIdle = answered("2", "7d5e6852aa63add4", "\"idle2\"", 1795572660241L)
  private val identity1 = SourceIdentity("0123456789abcdef", "id", "incremental")

  test("version 1 with endpoints: a log returns states, input rows, origins of pages, validators and the pace") {
    val store = new LocalLogStore(copyOf(endpoints1))
    val log = PageLog.open(store, 2)
    val resumed = log.resume(LogPosition(13, 4), Map.empty)
    assert(
      resumed.states == Map(
        a -> answered("18", "189fd6871119a43b", "\"a18\"", 1795572666299L),
        b -> answered("4", "7057a11dbcb53da4", "\"b4\"", 1795572664794L),
        idle -> ofIdle
      )
    )
    val pace = PacingState(1795572668000L, Vector((1795572667070L, 2), (1795572667140L, 1)), granted = 2)
    assert(!resumed.fresh && resumed.polledAtMs.contains(1795572667189L) && resumed.pace == pace)
    val (from, to) = (LogPosition(12, 1), LogPosition(14, 1))
    def origin(path: String, at: Long) = Some(PageOrigin(s"https://api.example.com/shops/$path&key=***", 200, at, 1))
    val rowOfA = """{"shop":"a","rank":0}"""
    def commit(seq: Long) = Some(PageCommit(seq, None))
    assert(
      log.slices(from, to).flatMap(_.pages) == Seq(
        PageInFile(0, 3, """{"shop":"b","rank":2}""", Some("1"), origin("b?from=2", 1795572664792L), commit = commit(13)),
        PageInFile(3, 5, rowOfA, Some("15"), origin("a?from=16", 1795572664788L), commit = commit(13)),
        PageInFile(0, 1, rowOfA, Some("17"), origin("a?from=18", 1795572666295L), commit = commit(14))
      )
    )
    val ids = List(2, 3, 4, 16, 17, 18)
    assert(recordsOf(store, log, from, to).map(_.takeWhile(_ != ',')) == ids.map(n => s"""{"id": $n"""))
    assert(log.offsetsAt(LogPosition(13, 4)) == Map(a -> Some("15"), b -> Some("4"), idle -> Some("2")))
  }

  test("version 1 with endpoints: offsets and run starts are readable") {
    val at = Map(a -> Some("15"), b -> Some("4"), idle -> Some("2"))
    val named = LogOffset(LogPosition(13, 4), at, identity1)
    assert(LogOffset.parse(text(endpoints1.resolve("offset.json"))).contains(named))
    val ofMany = LogOffset(LogPosition(13, 4), Map.empty, identity1, Some(8))
    assert(LogOffset.parse(text(endpoints1.resolve("offset-of-many.json"))).contains(ofMany))
    val starts = RunStarts.decode(Files.readAllBytes(endpoints1.resolve(RunStarts.Name)))
    assert(starts == Vector(LogPosition(12, 1), LogPosition(13, 5)))
  }

  test("files of version 1 are still written with the same bytes") {
    val store = new LocalLogStore(endpoints1)
    def same(name: String)(again: Array[Byte] => Array[Byte]): Unit = {
      assert(new String(again(store.read(name).get), UTF_8) == text(endpoints1.resolve(name)))
      ()
    }
    def right[A](e: Either[Unreadable, A]): A = e.fold(why => fail(why.why), identity)
    Seq(13L, 14L).foreach(seq => same(Manifest.path(seq))(bytes => Manifest.encode(right(Manifest.decode(bytes)))))
    same(StoredStates.path(8))(bytes => StoredStates.encode(right(StoredStates.decode(bytes))))
    same(LastPoll.Name)(bytes => LastPoll.encode(right(LastPoll.decode(bytes))))
    same(RunStarts.Name)(bytes => RunStarts.encode(RunStarts.decode(bytes)))
  }

  test("version 1 with endpoints: without its manifests, a log continues from the stored states") {
    val root = copyOf(endpoints1)
    Seq(13L, 14L).foreach(seq => Files.delete(root.resolve(Manifest.path(seq))))
    val log = PageLog.open(new LocalLogStore(root), 2)
    assert(log.statesSeq == 8)
    val states = log.resume(LogPosition(13, 4), Map.empty).states
    assert(states(idle) == ofIdle && states(a).offset.contains("11") && states(b).offset.contains("1"))
  }

  private def refused(body: => Any): Unit = {
    val e = intercept[RestException](body).error
    assert(
      e.condition == Condition.CheckpointUnreadable && e.message.matches("(?s).*version [2-4],.*") && e.text.contains(
        "reads up to"
      )
    )
    ()
  }

  test("a future version of an offset, a manifest, states or a note is refused") {
    refused(LogOffset.parse(text(future.resolve("offset.json"))).fold(e => throw e.toException, o => o))
    Seq(
      Manifest.path(2) -> "manifest.json",
      StoredStates.path(1) -> "states.json",
      LastPoll.Name -> "last-poll.json"
    ).foreach { case (name, file) =>
      val root = copyOf(version1)
      Files.createDirectories(root.resolve(name).getParent)
      Files.write(root.resolve(name), Files.readAllBytes(future.resolve(file)))
      refused(PageLog.open(new LocalLogStore(root), 2))
    }
  }

  test("a future version of a page file is refused") {
    val root = copyOf(version1)
    val store = new LocalLogStore(root)
    val log = PageLog.open(store, 2)
    log.resume(LogPosition.Start, Map("main" -> None))
    val name = log.slices(LogPosition.Start, LogPosition(1, 1)).head.name
    Files.write(root.resolve(PageFile.path(name)), Files.readAllBytes(future.resolve("pages.ndjson")))
    refused(recordsOf(store, log))
  }

  Seq("footer" -> "\"version\":", "header" -> "\"sparkRestPages\":").foreach { case (kind, key) =>
    test(s"a future version in the $kind of a page file is refused") {
      val root = copyOf(version1)
      val store = new LocalLogStore(root)
      val log = PageLog.open(store, 2)
      log.resume(LogPosition.Start, Map("main" -> None))
      // The files keep their length, because the manifest contains it.
      Files
        .list(root.resolve(PageFile.Folder))
        .iterator
        .asScala
        .foreach(p => Files.write(p, text(p).replace(s"${key}1", s"${key}2").getBytes(UTF_8)))
      refused(recordsOf(store, log))
    }
  }

  test("a manifest names the format of its records with these bytes, and a manifest without a format is readable") {
    val manifest = Manifest(1, 0, 1, PolledFile("f", 10, "", List(PolledPage(1, 10, None))), Map("main" -> Progress(None)))
    val json = new String(Manifest.encode(manifest), UTF_8)
    val named = json.stripSuffix("}") + ""","format":"csv"}"""
    assert(new String(Manifest.encode(manifest.copy(format = Some("csv"))), UTF_8) == named)
    def decoded(text: String) = Manifest.decode(text.getBytes(UTF_8)).fold(why => fail(why.why), identity)
    assert(decoded(named).format.contains("csv") && decoded(json) == manifest)
  }

  test("the records of a queue that are not acknowledged yet are stored as these bytes") {
    val pending = Progress(None, acks = Some(PendingAcks("0000000001-a.ndjson", 12, 3)))
    val json = """{"offset":null,"boundary":{},"acks":{"file":"0000000001-a.ndjson","records":12,"sent":3}}"""
    assert(pending.asJson.noSpaces == json)
    assert(decode[Progress](json).contains(pending))
    val fresh = Progress(None, acks = Some(PendingAcks("0000000001-a.ndjson", 12)))
    assert(decode[Progress](json.replace(",\"sent\":3", "")).contains(fresh))
    assert(fresh.asJson.noSpaces == json.replace(",\"sent\":3", ""))
  }
}
