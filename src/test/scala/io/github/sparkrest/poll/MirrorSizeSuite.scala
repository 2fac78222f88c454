// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.io.{ByteArrayInputStream, InputStream, SequenceInputStream}
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files

import scala.jdk.CollectionConverters._

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.pagelog.store.LocalLogStore
import io.github.sparkrest.pagelog.{PageOrigin, PageSink, SeenFiles}
import io.github.sparkrest.progress.{Change, CoreLimits, Progress}
import org.scalatest.funsuite.AnyFunSuite

/** A snapshot of many records with `readChanges`: right, in memory that does not grow with their number.
  *
  * `MIRROR_KEYS=1000000` shows time and memory for that number of records.
  */
class MirrorSizeSuite extends AnyFunSuite {
  private val keys = sys.env.get("MIRROR_KEYS").fold(30000)(_.toInt)
  private val limits = if (keys > 100000) CoreLimits.Default else CoreLimits(seenInTask = 1000, seenFiles = 4)
  private val pageSize = 1000

  /** Records from 0, without those that `isGone`; those that `isChanged` have another content. */
  final private class Api(isGone: Int => Boolean, isChanged: Int => Boolean, paged: Boolean) extends HttpClient {
    private def record(i: Int) = s"""{"id":$i,"name":"record number $i","v":${if (isChanged(i)) 1 else 0}}"""
    private def part(from: Int, to: Int) = (from until to).iterator.filterNot(isGone).map(record).mkString(",")

    def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] = {
      val at = "at=(\\d+)".r.findFirstMatchIn(request.url).fold(0)(_.group(1).toInt)
      val end = if (paged) math.min(keys, at + pageSize) else keys
      val tail = if (end < keys) s"""],"next":"$end"}""" else "]}"
      // The body of a large response is never in memory.
      val parts = (at until end by pageSize).iterator.map { from =>
        val text = part(from, math.min(end, from + pageSize))
        (if (from > at && text.nonEmpty) "," else "") + text
      }
      val chunks = (Iterator("""{"data":[""") ++ parts ++ Iterator(tail)).map(stream)
      use(HttpResponse(200, Nil, new SequenceInputStream(chunks.asJavaEnumeration)))
    }
    private def stream(text: String): InputStream = new ByteArrayInputStream(text.getBytes(UTF_8))
  }

  final private class Counted extends PageSink {
    var inserts, updates, deletes, sum = 0L
    def append(buf: Array[Byte], from: Int, to: Int): Unit = fail("without a change")
    override def append(buf: Array[Byte], from: Int, to: Int, change: Change): Unit = change match {
      case Change.Insert => inserts += 1
      case Change.Update => updates += 1
      case Change.Delete =>
        deletes += 1
        sum += new String(buf, from, to - from, UTF_8).filter(_.isDigit).toLong
    }
    def discardPage(): Unit = ()
    def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = ()
    def bytes: Long = 0
  }

  private def used(): Long = {
    System.gc()
    (Runtime.getRuntime.totalMemory - Runtime.getRuntime.freeMemory) >> 20
  }

  Seq("pages" -> true, "one response" -> false).foreach { case (what, paged) =>
    test(s"a snapshot of $keys records in $what: each change is found") {
      val store = new LocalLogStore(Files.createTempDirectory("mirror"))
      val options = Map(
        "url" -> "http://h/x",
        "offsetType" -> "snapshot",
        "recordKey" -> "id",
        "readChanges" -> "true",
        "dataField" -> "data"
      ) ++ (if (paged) Map("pagination" -> "cursor", "nextField" -> "next", "pageParam" -> "at") else Map.empty)
      val config = RestConfig.parse(options).fold(e => throw e.toException, identity)
      var state = Progress.Initial
      val before = used()
      def poll(what: String)(isGone: Int => Boolean, isChanged: Int => Boolean): Counted = {
        val began = System.nanoTime
        val sink = new Counted
        val seen = new SeenFiles(store, 1)
        val api = new Api(isGone, isChanged, paged)
        val outcome = new Poll(config, api, Clock.System, limits = limits, seen = seen)
          .run(state, TaskBudget(Long.MaxValue, Long.MaxValue, Long.MaxValue), sink)
        assert(outcome.error.isEmpty && outcome.state.traversal.isEmpty)
        val held = used() - before
        seen.keepOnly(outcome.state.seenFiles)
        state = outcome.state
        val bytes = state.seenFiles.toSeq.map(n => store.length(SeenFiles.path(n)).getOrElse(0L)).sum
        info(
          f"$what: ${(System.nanoTime - began) / 1e9}%.1f s, $held MB of memory afterwards, ${bytes >> 20} MB of files"
        )
        sink
      }
      val first = poll("first")(_ => false, _ => false)
      assert(first.inserts == keys && first.updates == 0 && first.deletes == 0)
      val same = poll("without a change")(_ => false, _ => false)
      assert(same.inserts + same.updates + same.deletes == 0)
      val changed = poll("every 100th record is gone, every 50th changed")(_ % 100 == 7, _ % 50 == 3)
      val gone = 7L until keys.toLong by 100
      assert((changed.inserts, changed.updates) == ((0L, (3L until keys.toLong by 50).size.toLong)))
      assert((changed.deletes, changed.sum) == ((gone.size.toLong, gone.sum)))
      val few = poll("one of each 1,000 is left")(_ % 1000 != 1, _ => false)
      assert((few.inserts, few.updates, few.deletes) == ((0L, 0L, keys - gone.size - keys / 1000L)))
    }
  }
}
