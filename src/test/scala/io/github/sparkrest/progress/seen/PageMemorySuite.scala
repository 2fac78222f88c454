// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import java.io.ByteArrayInputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant

import scala.collection.mutable
import scala.util.Random

import io.github.sparkrest.RandomCases
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.progress.{CoreLimits, KeptRecords, PageOutcome, Progress, Progression}
import io.github.sparkrest.response.{Envelope, JsonRecords, PageFacts, ReaderSettings, RecordSink}
import org.scalatest.funsuite.AnyFunSuite

/** The identity of a record may be computed at the end of its page. This changes neither the new records nor the progress. */
class PageMemorySuite extends AnyFunSuite {
  private val now = Instant.parse("2026-01-01T00:00:00Z")

  /** Keeps the records of a page.
    *
    * @param shownBytes length of the longest page that it can show again
    */
  final private class Sink(val shownBytes: Long) extends KeptRecords {
    def removed(key: Array[Byte]): Unit = fail("no record is deleted")
    val kept = mutable.ArrayBuffer.empty[String]
    var shown = 0
    def showAgain(visitor: KeptRecords.Visitor): Unit = {
      shown += 1
      kept.foreach { record =>
        // The bytes are a part of a larger array, as in a block.
        val bytes = s"?$record\n".getBytes(UTF_8)
        visitor.see(bytes, 1, bytes.length - 1)
      }
    }
  }

  private val smallLimits = CoreLimits(seenInState = 5, seenInTask = 5, seenFiles = 3)

  final private class Stream(shownBytes: Long, options: Seq[(String, String)], limits: CoreLimits) {
    def this(shownBytes: Long, options: (String, String)*) = this(shownBytes, options, smallLimits)
    private val config =
      RestConfig.parse(Map("url" -> "http://h/x?o={offset}") ++ options).fold(e => fail(e.text), identity)
    private val core = new Progression(config, limits)
    var state: Progress = Progress.Initial
    var shown = 0

    /** The new records, and the outcome. */
    def gets(body: String): (List[String], Either[RestError, PageOutcome]) = {
      val sink = new Sink(shownBytes)
      val plan = core.plan(state, now).getOrElse(fail("nothing to request"))
      var page = core.begin(plan, now, None, sink)
      val records = new RecordSink {
        def record(buf: Array[Byte], from: Int, to: Int): Unit = add(buf, from, to, maybeLast = false)
        override def maybeLast(buf: Array[Byte], from: Int, to: Int): Unit = add(buf, from, to, maybeLast = true)
        def restart(): Unit = { page = page.restart(); sink.kept.clear() }
        private def add(buf: Array[Byte], from: Int, to: Int, maybeLast: Boolean): Unit =
          if (page.keep(buf, from, to, maybeLast)) sink.kept += new String(buf, from, to - from, UTF_8)
      }
      val outcome = new JsonRecords(config.dataField, ReaderSettings(1L << 30, core.fieldsRead))
        .read(new ByteArrayInputStream(body.getBytes(UTF_8)), records)
        .flatMap(envelope => page.finish(PageFacts("http://h/x", Nil, envelope)))
      outcome.foreach(o => state = o.next)
      shown += sink.shown
      (sink.kept.toList, outcome)
    }
  }

  private def page(next: String, ids: Int*) =
    s"""{"next":$next,"data":${ids.map(i => s"""{"id":$i,"c":"c$i"}""").mkString("[", ",", "]")}}"""

  private val inEnvelope = Seq("offsetType" -> "cursor", "offsetField" -> "next")

  test("records are shown again only at the tail, where the cursor stays, and only once") {
    val stream = new Stream(1000, inEnvelope: _*)
    assert(stream.gets(page("\"a\"", 1, 2, 3))._1.length == 3)
    assert(stream.gets(page("\"b\"", 4, 5, 6))._1.length == 3)
    assert(stream.shown == 0 && stream.state.boundary.isEmpty)
    assert(stream.gets(page("null", 7, 8))._1.length == 2)
    assert(stream.shown == 1 && stream.state.boundary.recent.size == 2)
    assert(stream.gets(page("null", 7, 8, 9))._1.length == 1, "the API returns the tail again, with one more record")
    assert(stream.shown == 1, "with remembered records, each new record is compared immediately")
  }

  test("a page that is too long to be shown again is shown when it reaches the limit, and remembered completely") {
    val stream = new Stream(60, inEnvelope: _*)
    assert(stream.gets(page("\"a\"", 1, 2, 3, 4))._1.length == 4)
    assert(stream.shown == 1, "two records fit into the limit")
    assert(stream.gets(page("null", 5, 6, 7, 8))._1.length == 4)
    assert(stream.shown == 2 && stream.state.boundary.recent.size == 4)
  }

  test("a sink that does not show its records again is an error, because they would not be remembered") {
    val core = new Progression(
      RestConfig.parse(Map("url" -> "http://h/x?o={offset}") ++ inEnvelope).fold(e => fail(e.text), identity)
    )
    val plan = core.plan(Progress.Initial, now).getOrElse(fail("nothing to request"))
    // The test does not pass the record to the sink.
    val page = core.begin(plan, now, None, new Sink(1000))
    val record = """{"id":1}""".getBytes(UTF_8)
    assert(page.keep(record, 0, record.length))
    intercept[IllegalStateException](page.finish(PageFacts("http://h/x", Nil, Envelope.Empty)))
  }

  test("records with ids above the offset are not remembered, but records without an id are") {
    val stream = new Stream(0, "offsetType" -> "incremental", "offsetField" -> "id")
    assert(stream.gets("""[{"id":1},{"id":2}]""")._1.length == 2 && stream.state.boundary.isEmpty)
    assert(stream.gets("""[{"id":2},{"id":3},{"x":1}]""")._1 == List("""{"id":3}""", """{"x":1}"""))
    assert(stream.state.boundary.recent.size == 1)
    assert(stream.gets("""[{"id":3},{"x":1},{"id":4}]""")._1 == List("""{"id":4}"""))
  }

  test("a page of any number of records holds few of them in memory, and counts duplicates as a small one does") {
    val ids = (1 to 200) ++ (1 to 200 by 7)
    def of(limits: CoreLimits) = new Stream(0, Seq("offsetType" -> "cursor", "offsetField" -> "next"), limits)
    val (small, large) = (of(smallLimits), of(CoreLimits.Default))
    Seq(ids, ids, ids ++ Seq(8, 9, 201), ids.reverse).foreach { page =>
      val results = Seq(small, large).map(_.gets(this.page("null", page: _*))._1)
      assert(results.head == results.last)
    }
    assert(small.state.boundary.files.nonEmpty && small.state.boundary.recent.size <= smallLimits.seenInTask)
  }

  test("for any pages, the new records and the progress do not depend on how long a page can be shown again") {
    val random = new Random(11)
    var shown, moved, stayed = 0
    (1 to RandomCases(3000)).foreach { _ =>
      def oneOf[A](values: A*): A = values(random.nextInt(values.length))
      val field = oneOf("next", "id", "c")
      val options = Seq(
        "offsetType" -> oneOf("cursor", "cursor", "incremental"),
        "offsetField" -> field,
        "boundary" -> oneOf("inclusive", "exclusive")
      ) ++ oneOf(Nil, Nil, Seq("recordKey" -> "id")) ++ oneOf(Nil, Nil, Seq("initialOffset" -> "latest"))
      if (RestConfig.parse(Map("url" -> "http://h/x?o={offset}") ++ options).isRight) {
        val streams = Seq(0L, 45L, 1000L).map(new Stream(_, options, smallLimits))
        var first = 1
        (1 to 1 + random.nextInt(6)).foreach { _ =>
          // Some pages are repeated, as at the tail, and some records are duplicates.
          val ids = Seq.fill(random.nextInt(6))(first + random.nextInt(5))
          if (random.nextBoolean()) first += 3
          val body = page(oneOf("null", "\"\"", s""""t$first"""", s""""t$first""""), ids: _*)
          val before = streams.head.state
          val results = streams.map(_.gets(body))
          results.foreach(r => assert(r == results.head, (options, body, before)))
          if (streams.head.state.offset == before.offset) stayed += 1 else moved += 1
        }
        shown += streams.map(_.shown).sum
      }
    }
    assert(Seq(shown, moved, stayed).min > RandomCases(500))
  }
}
