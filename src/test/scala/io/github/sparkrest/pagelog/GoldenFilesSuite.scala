// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path, Paths}

import scala.jdk.CollectionConverters._

import io.github.sparkrest.error.{Condition, RestException}
import io.github.sparkrest.offset._
import io.github.sparkrest.poll.PolledFile
import io.github.sparkrest.request.PageToken
import org.scalatest.funsuite.AnyFunSuite

/** Checkpoints of earlier versions are read for ever, and those of later versions are refused with a clear error. The files in
  * `golden/version-1` were written once, by [[write]] with `GOLDEN=1`, and are never to be written again.
  */
class GoldenFilesSuite extends AnyFunSuite {
  private val golden = Paths.get("src/test/resources/golden")
  private val version1 = golden.resolve("version-1")
  private val future = golden.resolve("future")

  private val inDrain = EndpointState(
    Some("1716840123.001900"),
    Boundary(Map("h1" -> 1, "h2" -> 2)),
    Some(
      Drain(
        PageToken.Address("http://h/x?page=3&key=***"),
        pages = 2,
        received = 4,
        pending = Some("1716840199.5"),
        seen = Boundary(Map("h3" -> 1), truncated = true),
        signature = "2:1f",
        landmark = ("0123456789abcdef", 2),
        until = "2026-01-01T00:00:00Z",
        unordered = false,
        same = 1,
        laterNew = true,
        DrainTimes(1716840200000L, 1716840199000L)
      )
    ),
    started = true
  )
  private val settled = EndpointState(Some("1716840199.5"), Boundary(Map("h3" -> 1)))
  private val records = List("""{"id":1,"text":"é"}""", """{"id":2}""", """[3]""", "\"4\"", """{"id":5}""")
  private val offset = RestOffset(
    Position(2, 1),
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
      writer.endPage(Some("before"))
      writer.close().get
    }
    log.resume(Position.Start, "main", None)
    log.append(page(records.take(3)), "main", inDrain)
    log.append(page(records.drop(3)), "main", settled)
    log.noteBeforePoll(1716840300000L, "main", settled)
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

  private def recordsOf(store: LogStore, log: PageLog): List[String] =
    log.slices(Position.Start, Position(2, 2)).toList.flatMap { slice =>
      val reader = new PageFileReader(store, slice)
      Iterator
        .continually(reader)
        .takeWhile(_.next())
        .map(r => new String(r.block.bytes, r.block.from(r.i), r.block.to(r.i) - r.block.from(r.i), UTF_8))
        .toList
    }

  test("version 1: the log opens, goes on from its state, and gives its records") {
    val store = new LocalLogStore(copyOf(version1))
    val log = PageLog.open(store, 2)
    val resumed = log.resume(Position(1, 0), "main", None)
    assert(resumed.state == settled && resumed.polledAtMs.contains(1716840300000L) && !resumed.fresh)
    assert(recordsOf(store, log) == records)
  }

  test("version 1: a log that ends in the middle of a drain goes on with its next page") {
    val root = copyOf(version1)
    Files.delete(root.resolve(Manifest.path(2)))
    val log = PageLog.open(new LocalLogStore(root), 2)
    assert(log.resume(Position(1, 0), "main", None).state == inDrain)
  }

  test("version 1: the offset in Spark's log") {
    assert(RestOffset.parse(text(version1.resolve("offset.json"))).contains(offset))
  }

  private def refused(body: => Any): Unit = {
    val e = intercept[RestException](body).error
    assert(e.condition == Condition.CheckpointUnreadable && e.message.contains("version 2") && e.text.contains("up to 1"))
    ()
  }

  test("a future version is refused: offset, manifest, page file") {
    refused(RestOffset.parse(text(future.resolve("offset.json"))).fold(e => throw e.toException, identity))
    val withManifest = copyOf(version1)
    Files.write(withManifest.resolve(Manifest.path(2)), Files.readAllBytes(future.resolve("manifest.json")))
    refused(PageLog.open(new LocalLogStore(withManifest), 2))
    val withPage = copyOf(version1)
    val store = new LocalLogStore(withPage)
    val log = PageLog.open(store, 2)
    log.resume(Position.Start, "main", None)
    // Of the same length, as the manifest says.
    Files
      .list(withPage.resolve(PageFile.Folder))
      .iterator
      .asScala
      .foreach(p => Files.write(p, text(p).replace("\"version\":1", "\"version\":2").getBytes(UTF_8)))
    refused(recordsOf(store, log))
  }
}
