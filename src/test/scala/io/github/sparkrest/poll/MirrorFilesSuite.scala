// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.io.ByteArrayInputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import scala.collection.mutable
import scala.util.Random

import io.github.sparkrest.RandomCases
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.pagelog.store.LocalLogStore
import io.github.sparkrest.pagelog.{PageOrigin, PageSink, SeenFiles}
import io.github.sparkrest.progress.{Change, CoreLimits, Progress, Progression}
import org.scalatest.funsuite.AnyFunSuite

/** Random lists, in pages that fail and traversals that take many tasks or begin again: whoever applies the changes has the list.
  * The limits are small, so each list is in several files, and marks, merged files and deleted entries occur all the time.
  */
class MirrorFilesSuite extends AnyFunSuite {
  private val limits =
    CoreLimits(seenInState = 3, seenInTask = 8, seenFiles = 2, mirrorShare = 2, filtered = 64, verifyMillis = 0)

  /** A list with versions; a negative version is marked as deleted. */
  final private class Api(pageSize: Int) extends HttpClient {
    var list = Map.empty[Int, Int]
    var fails: () => Boolean = () => false
    def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] = {
      val at = "at=(\\d+)".r.findFirstMatchIn(request.url).fold(0)(_.group(1).toInt)
      val page = list.toSeq.sorted.slice(at, at + pageSize).map { case (k, v) =>
        s"""{"id":$k,"v":${math.abs(v)}${if (v < 0) ""","gone":true""" else ""}}"""
      }
      val tail = if (at + pageSize < list.size) s"""],"next":"${at + pageSize}"}""" else "]}"
      // A page that fails has sent its records.
      val body = page.mkString("""{"data":[""", ",", if (fails()) "" else tail)
      use(HttpResponse(200, Nil, new ByteArrayInputStream(body.getBytes(UTF_8))))
    }
  }

  /** The table of whoever applies the changes. */
  final private class Table extends PageSink {
    var rows = Map.empty[Int, Int]
    private val page = mutable.ListBuffer.empty[(Change, String)]
    def append(buf: Array[Byte], from: Int, to: Int): Unit = fail("without a change")
    override def append(buf: Array[Byte], from: Int, to: Int, change: Change): Unit =
      page += change -> new String(buf, from, to - from, UTF_8)
    def discardPage(): Unit = page.clear()
    def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = {
      page.foreach { case (change, text) =>
        val id = "\"id\":(\\d+)".r.findFirstMatchIn(text).fold(-1)(_.group(1).toInt)
        val v = "\"v\":(\\d+)".r.findFirstMatchIn(text).fold(-1)(_.group(1).toInt)
        assert(rows.contains(id) == (change != Change.Insert), s"$change $text")
        rows = if (change == Change.Delete) rows - id else rows.updated(id, v)
      }
      page.clear()
    }
    def bytes: Long = 0
  }

  private val options = Map(
    "url" -> "http://h/x",
    "offsetType" -> "snapshot",
    "recordKey" -> "id",
    "readChanges" -> "true",
    "deletedWhen" -> "gone=true",
    "dataField" -> "data",
    "pagination" -> "cursor",
    "nextField" -> "next",
    "pageParam" -> "at"
  )

  test("for any lists, failures, tasks and restarts: the changes make the list, and each file that counts is named") {
    val random = new Random(17)
    var failures, restarts, marked, layers = 0
    (1 to RandomCases(15)).foreach { n =>
      val deletedAfter = 1 + n % 2
      val config =
        RestConfig
          .parse(options ++ Map("deletedAfter" -> deletedAfter.toString))
          .fold(e => throw e.toException, identity)
      val store = new LocalLogStore(Files.createTempDirectory("mirror"))
      val api = new Api(1 + random.nextInt(12))
      val table = new Table
      var state = Progress.Initial
      var missed = Map.empty[Int, Int]
      var isWhole = false

      def scratch: Path = Files.createTempFile("copy", ".seen")
      def files() = new SeenFiles(store, 1, () => scratch, mapFrom = if (n % 3 == 0) 0 else SeenFiles.MapFrom)
      def through(next: Progress): Unit = {
        state = io.circe.parser.decode[Progress](Progress.encoder(next).noSpaces).fold(throw _, identity)
        store.list(SeenFiles.Folder).filterNot(state.seenFiles).foreach(name => store.delete(SeenFiles.path(name)))
        assert(state.seenFiles.forall(name => store.exists(SeenFiles.path(name))))
        marked += state.traversal.count(_.marks.isDefined)
        if (state.boundary.files.length > 1) layers += 1
      }
      def task(): Unit = {
        val seen = files()
        val outcome = new Poll(config, api, Clock.System, limits = limits, seen = seen)
          .run(state, TaskBudget(Long.MaxValue, Long.MaxValue, 1L + random.nextInt(5)), table)
        if (outcome.error.isDefined) failures += 1
        seen.keepOnly(outcome.state.seenFiles)
        through(outcome.state)
        isWhole = outcome.error.isEmpty && outcome.waitMs.isEmpty && state.traversal.isEmpty
      }
      def restart(): Unit = {
        val core = new Progression(config, limits, files())
        through(core.settled(core.restarted(state)))
        restarts += 1
      }
      def traverse(): Unit = {
        api.fails = () => random.nextInt(10) == 0
        task()
        while (!isWhole) if (state.traversal.isDefined && random.nextInt(12) == 0) restart() else task()
        api.fails = () => false
      }

      (1 to 12).foreach { round =>
        val size = Seq(0, 3, 30, 90)(random.nextInt(4))
        api.list = round % 4 match {
          case 0 => api.list
          case 1 => Seq.fill(size)(random.nextInt(100) -> (1 + random.nextInt(3))).toMap
          case 2 => api.list.filter(_ => random.nextInt(10) > 0) ++ Seq.fill(3)(random.nextInt(100) -> 9)
          case _ => api.list.map { case (k, v) => k -> (if (random.nextInt(8) == 0) -math.abs(v) else v) }
        }
        traverse()
        val live = api.list.filter(_._2 > 0)
        val gone = table.rows.keySet -- api.list.keySet
        missed = gone.map(k => k -> (missed.getOrElse(k, 0) + 1)).toMap
        assert(gone.forall(missed(_) < deletedAfter), s"$n $round: $gone")
        assert(table.rows -- gone == live, s"$n $round")
      }
      // Nothing changes any more.
      (1 to deletedAfter).foreach(_ => traverse())
      assert(table.rows == api.list.filter(_._2 > 0))
      val last = state.boundary
      traverse()
      assert(state.boundary == last, "what is the same is not written again")
    }
    val met = Seq(failures -> 50, restarts -> 20, marked -> 100, layers -> 50)
    assert(met.forall { case (count, least) => count > RandomCases(least) }, met)
  }
}
