// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.time.Instant
import java.util.concurrent.atomic.AtomicInteger

import scala.jdk.CollectionConverters._

import io.github.sparkrest.http.LocalServer
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.streaming.StreamingQuery
import org.scalatest.BeforeAndAfterAll
import org.scalatest.concurrent.Eventually
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.time.{Millis, Seconds, Span}

/** The metrics of a stream, in the progress of a query and at the scan in the UI. */
class StreamMetricsSuite extends AnyFunSuite with BeforeAndAfterAll with Eventually {
  implicit override val patienceConfig: PatienceConfig = PatienceConfig(Span(30, Seconds), Span(50, Millis))
  private lazy val spark: SparkSession = SparkSession.builder().master("local[2]").getOrCreate()
  private val failures = new AtomicInteger
  @volatile private var records = Vector.empty[String]
  private lazy val server = new LocalServer({ e =>
    if (failures.getAndUpdate(n => math.max(0, n - 1)) > 0) LocalServer.send(e, 503, "{}")
    else LocalServer.send(e, 200, records.mkString("[", ",", "]"), "X-RateLimit-Remaining" -> "41")
  })

  override def afterAll(): Unit = {
    spark.stop()
    server.close()
  }

  private def started(options: (String, String)*): StreamingQuery = spark.readStream
    .format("rest")
    .schema("at STRING")
    .options(
      Map(
        "url" -> s"${server.url}/?since={at}",
        "offsetField" -> "at",
        "offsetType" -> "max_field",
        "streamingInterval" -> "0.1",
        "maxRetries" -> "0"
      ) ++ options
    )
    .load()
    .writeStream
    .format("noop")
    .start()

  private def record(secondsAgo: Long) = s"""{"at":"${Instant.now().minusSeconds(secondsAgo)}"}"""

  test("the query progress shows requests, bytes, records, errors by kind, quota and lag") {
    records = Vector(record(700), record(600))
    val q = started()
    try {
      def metrics = q.lastProgress.sources.head.metrics.asScala
      eventually(assert(metrics("newRecords") == "2"))
      // The bytes count all polls, which all receive the same response.
      eventually {
        val m = metrics
        assert(m("bytesReceived").toLong >= records.mkString("[", ",", "]").length && m("quotaLeft") == "41")
        assert(m("polls").toLong > 1 && m("requests") == m("polls"))
        assert((595L to 660L).contains(m("lagSeconds").toLong) && m("secondsSinceLastPoll").toLong <= 5)
        assert(!m.keys.exists(_.startsWith("failedPolls.")))
      }
      failures.set(3)
      eventually(assert(metrics.get("failedPolls.API_ERROR").contains("3") && metrics("failedPolls") == "3"))
      assert(q.isActive)
    } finally q.stop()
  }

  test("the scan of each batch shows the metrics of the stream in the UI") {
    records = Vector(record(100))
    val store = spark.sharedState.statusStore
    val before = store.executionsCount()
    val q = started()
    try
      eventually {
        val shown = store.executionsList().drop(before.toInt).flatMap { e =>
          val values = store.executionMetrics(e.executionId)
          e.metrics.flatMap(m => values.get(m.accumulatorId).map(m.name -> _))
        }
        assert(shown.exists { case (name, value) =>
          name == "requests since the start, retries included" && value.toLong >= 1
        })
        assert(shown.exists { case (name, value) =>
          name == "seconds that the offset is behind now" && value.toLong >= 95
        })
        assert(shown.contains("requests that the API says are left" -> "41"))
      }
    finally q.stop()
  }

  test("a batch read works without these metrics") {
    records = Vector("""{"at":"2026-01-01T00:00:01Z"}""")
    val read = spark.read.format("rest").option("url", server.url).schema("at STRING").load()
    assert(read.collect().map(_.getString(0)).toSeq == Seq("2026-01-01T00:00:01Z"))
  }
}
