// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.schema.Inferred
import io.github.sparkrest.http.client.{ApiClient, FirstResponse}
import io.github.sparkrest.http.{Clock, HttpRequest}
import io.github.sparkrest.pagelog.{PageOrigin, PageSink}
import io.github.sparkrest.poll.Poll
import io.github.sparkrest.progress.Progress
import org.apache.spark.sql.types.StructType
import org.scalatest.funsuite.AnyFunSuite

/** When the response that inferred the schema counts as the first poll. */
class InferredSuite extends AnyFunSuite {
  private def config(options: (String, String)*) =
    RestConfig
      .parse(Map("url" -> "http://h/x?since={offset}") ++ options, viewColumns = Seq("id", "changed"))
      .fold(e => fail(e.text), identity)
  private val sample =
    FirstResponse(
      HttpRequest("GET", "http://h/x?since=0", Nil, None),
      200,
      Nil,
      """[{"id":1}]""".getBytes,
      50000,
      "http://h/x"
    )
  private val inferred = Inferred(new StructType, Some(sample), List(50000))

  private def isUsed(nowMs: Long, mustComplete: Boolean, options: (String, String)*) =
    inferred.firstPoll(config(options: _*), mustComplete, nowMs, mostAgeMs = 100).isDefined

  test("the response that inferred the schema is used only while it is young, and never if the time of the poll matters") {
    assert(isUsed(50099, mustComplete = false) && isUsed(50000, mustComplete = false))
    assert(!isUsed(50100, mustComplete = false), "too old")
    assert(!isUsed(49999, mustComplete = false), "the clock was set back")
    assert(!isUsed(50001, mustComplete = true), "AvailableNow and Once")
    val time = Seq("offsetType" -> "timestamp", "offsetField" -> "at", "offsetFormat" -> "iso")
    assert(isUsed(50001, mustComplete = false, time: _*))
    assert(!isUsed(50001, mustComplete = false, time :+ ("lag" -> "5"): _*))
    assert(!isUsed(50001, mustComplete = false, time :+ ("initialOffset" -> "latest"): _*))
    val window = Seq("url" -> "http://h/?a={windowStart}&b={windowEnd}", "offsetType" -> "window") ++
      Seq("initialOffset" -> "2024-01-01T00:00:00Z", "offsetFormat" -> "iso", "windowStep" -> "1h")
    assert(!isUsed(50001, mustComplete = false, window: _*))
  }

  test("the response that inferred the schema is not a poll of a row's version, which the row may have got after the request") {
    val input = Seq("input" -> "rows", "streaming" -> "true", "url" -> "http://h/{id}?since={offset}")
    assert(isUsed(50001, mustComplete = false, input: _*))
    assert(!isUsed(50001, mustComplete = false, input :+ ("inputVersion" -> "changed"): _*))
  }

  test("records of the response that inferred the schema count as polled at the time of its request") {
    val origins = scala.collection.mutable.ListBuffer.empty[PageOrigin]
    val sink = new PageSink {
      def append(buf: Array[Byte], from: Int, to: Int): Unit = ()
      def discardPage(): Unit = ()
      def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = origins ++= origin
      def bytes: Long = 0
    }
    val clock = new Clock { def now(): Instant = Instant.ofEpochMilli(60000) }
    val pipeline = new Poll(
      config("offsetType" -> "incremental", "offsetField" -> "id"),
      ApiClient.replaying(sample),
      clock
    )
    assert(pipeline.page(Progress.Initial, sink).isRight)
    assert(origins.map(_.atMs) == Seq(50000L))
  }
}
