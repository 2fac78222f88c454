// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.nio.file.Files
import java.time.Instant

import scala.annotation.nowarn

import io.github.sparkrest.http.LocalServer
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.streaming.Trigger
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** A backfill in a real Spark session whose query reads everything and ends. */
class BackfillStreamSuite extends AnyFunSuite with BeforeAndAfterAll {
  private lazy val spark: SparkSession = SparkSession
    .builder()
    .master("local[2]")
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()

  /** One record an hour, of more than a kilobyte. */
  private val end = Instant.now().getEpochSecond / 3600 * 3600
  private val begin = end - 4 * 24 * 3600
  private lazy val server = new LocalServer({ e =>
    val times = e.getRequestURI.getQuery.split("&").map(_.dropWhile(_ != '=').drop(1).toLong)
    val hours = (begin until end by 3600).filter(t => t >= times.head && t < times.last)
    LocalServer.send(e, 200, hours.map(t => s"""{"t":$t,"pad":"${"x" * 1024}"}""").mkString("[", ",", "]"))
  })

  override def afterAll(): Unit = {
    spark.stop()
    server.close()
  }

  /** The times of all records, and the number of batches. */
  private def read(trigger: Trigger, options: (String, String)*): (Seq[Long], Int) = {
    val root = Files.createTempDirectory("backfill")
    val query = spark.readStream
      .format("rest")
      .schema("output struct<t:bigint>")
      .options(
        Map(
          "url" -> s"${server.url}/?from={windowStart}&to={windowEnd}",
          "offsetType" -> "window",
          "offsetField" -> "t",
          "offsetFormat" -> "epoch_s",
          "windowStep" -> "1d",
          "initialOffset" -> (end - 7200).toString,
          "backfillFrom" -> begin.toString,
          "backfillOrder" -> "asc"
        ) ++ options
      )
      .load()
      .writeStream
      .format("parquet")
      .option("path", root.resolve("out").toString)
      .option("checkpointLocation", root.resolve("ck").toString)
      .trigger(trigger)
      .start()
    try assert(query.awaitTermination(120000), "the query did not end by itself")
    finally query.stop()
    val times = spark.read.parquet(root.resolve("out").toString).select("output.t").collect().map(_.getLong(0))
    (times.toSeq.sorted, root.resolve("ck/commits").toFile.list().count(_.forall(_.isDigit)))
  }

  test("AvailableNow ends, with a backfill that is larger than the part of maxBufferedBytes that it may take") {
    val (times, batches) = read(Trigger.AvailableNow(), "maxBufferedBytes" -> "64k", "batchSize" -> "0")
    assert(times == (begin until end by 3600) && batches > 2)
  }

  test("Once reads a backfill that is larger than batchSize into one batch") {
    @nowarn("cat=deprecation") val once = Trigger.Once()
    val (times, batches) = read(once, "batchSize" -> "20")
    assert(times == (begin until end by 3600) && batches == 1)
  }
}
