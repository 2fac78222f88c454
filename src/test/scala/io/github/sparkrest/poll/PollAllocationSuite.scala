// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.io.ByteArrayInputStream
import java.lang.management.ManagementFactory
import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.pagelog.{PageOrigin, PageSink}
import io.github.sparkrest.progress.{KeptRecords, Progress, Progression}
import io.github.sparkrest.response.{JsonRecords, PageFacts, ReaderSettings}
import org.scalatest.funsuite.AnyFunSuite

/** From the response body to the page file, a record needs no memory except its bytes in the page file. */
class PollAllocationSuite extends AnyFunSuite {
  private val threads = ManagementFactory.getThreadMXBean match {
    case bean: com.sun.management.ThreadMXBean => bean
    case other                                 => fail(s"$other does not count bytes")
  }

  /** Counts records. A real page file would allocate memory for its blocks. */
  final private class Sink extends PageSink {
    var records = 0
    def append(buf: Array[Byte], from: Int, to: Int): Unit = records += 1
    def discardPage(): Unit = ()
    def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = ()
    def bytes: Long = 0
    override def shownBytes: Long = KeptRecords.MaxBytes
  }

  /** Bytes that this thread allocates to read one response. */
  private def allocated(records: Int, options: Map[String, String]): Long = {
    val config = RestConfig.parse(Map("url" -> "http://h/x?o={offset}") ++ options).fold(e => fail(e.text), identity)
    val core = new Progression(config)
    val now = Instant.EPOCH
    val plan = core.plan(Progress.Initial, now).getOrElse(fail("nothing to request"))
    val reader = new JsonRecords(config.dataField, ReaderSettings(1L << 30, core.fieldsRead))
    val body = (1 to records)
      .map(n => s"""{"id":$n,"user":{"name":"n\\"$n","tags":["a", "b"]},"text":"some text of a record","ok":true}""")
      .mkString("""{"data":[""", ",\n", """],"next":"token"}""")
      .getBytes(UTF_8)
    val sink = new Sink
    val before = threads.getThreadAllocatedBytes(Thread.currentThread.getId)
    val step = new NewRecords(core.begin(plan, now, None, sink), sink, None)
    val outcome = reader
      .read(new ByteArrayInputStream(body), step)
      .flatMap(envelope => step.finish(PageFacts("http://h/x", Nil, envelope)))
    val after = threads.getThreadAllocatedBytes(Thread.currentThread.getId)
    assert(sink.records == records && outcome.exists(_.next.offset.isDefined))
    after - before
  }

  Seq(
    "a cursor next to the records" -> Map("offsetType" -> "cursor", "offsetField" -> "next"),
    "a cursor in the last record" -> Map("offsetType" -> "cursor", "offsetField" -> "id"),
    "ids" -> Map("offsetType" -> "incremental", "offsetField" -> "id")
  ).foreach { case (name, options) =>
    test(s"$name: a response of 20,000 records allocates no more than a response of 1,000") {
      // The first response also loads classes.
      allocated(100, options)
      val (few, many) = (allocated(1000, options), allocated(20000, options))
      assert(many - few < 19000, s"$few bytes for 1,000 records, $many for 20,000")
    }
  }
}
