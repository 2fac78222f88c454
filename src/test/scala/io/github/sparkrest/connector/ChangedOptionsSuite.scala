// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.nio.file.{Files, Path}

import scala.collection.mutable
import scala.util.Try

import io.github.sparkrest.BuildInfo
import io.github.sparkrest.http.LocalServer
import org.apache.spark.sql.streaming.{StreamingQueryException, Trigger}
import org.apache.spark.sql.{DataFrame, Row, SparkSession}
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** A stream continues with other options: the records that an earlier run polled become the same rows. */
class ChangedOptionsSuite extends AnyFunSuite with BeforeAndAfterAll {
  private lazy val spark: SparkSession = SparkSession
    .builder()
    .master("local[2]")
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()

  /** The response to a request for records from an id on. */
  @volatile private var answer: Int => String = (_: Int) => "[]"
  private lazy val server = new LocalServer({ e =>
    val from = Option(e.getRequestURI.getQuery).flatMap(q => Try(q.split("=").last.toInt).toOption).getOrElse(0)
    LocalServer.send(e, 200, answer(from))
  })

  override def afterAll(): Unit = {
    spark.stop()
    server.close()
  }

  private def stream(options: (String, String)*): DataFrame = {
    val all = Map(
      "url" -> s"${server.url}/?from={id}",
      "offsetField" -> "id",
      "offsetType" -> "incremental",
      "streamingInterval" -> "0",
      "maxRetries" -> "0",
      "inferSchema" -> "false"
    ) ++ options
    val reader = spark.readStream.format("rest")
    all.get("schema").fold(reader)(reader.schema(_)).options(all - "schema").load()
  }

  final private class Query {
    val root: Path = Files.createTempDirectory("changed")
    val rows = mutable.ListBuffer.empty[Row]

    def run(df: DataFrame)(sink: DataFrame => Unit): Unit = {
      val query = df.writeStream
        .foreachBatch((batch: DataFrame, _: Long) => sink(batch))
        .option("checkpointLocation", root.resolve("ck").toString)
        .trigger(Trigger.AvailableNow())
        .start()
      assert(query.awaitTermination(60000), "the query did not end by itself")
    }

    def read(df: DataFrame): Unit = run(df)(batch => rows ++= batch.collect())

    /** The first batch is logged, and has to run again. */
    def crash(df: DataFrame): Unit = {
      val e = intercept[StreamingQueryException](run(df)(_ => throw new IllegalStateException("crash")))
      assert(e.getMessage.contains("crash"))
      ()
    }
  }

  private def json(last: Int)(from: Int) = (math.max(from, 1) to last).map(i => s"""{"id":$i}""").mkString("[", ",", "]")

  for ((first, second) <- Seq((false, true), (true, false), (true, true)))
    test(s"another pageLogLocation without its log is refused (set in the first run: $first, in the second: $second)") {
      val q = new Query
      def logs = Files.createTempDirectory("logs").toString
      def at(isSet: Boolean) = if (isSet) Seq("pageLogLocation" -> logs) else Nil
      answer = json(3)
      val place = at(first)
      q.read(stream(place: _*))
      answer = json(5)
      for (_ <- 1 to 2) {
        val e = intercept[StreamingQueryException](q.read(stream(at(second): _*)))
        assert(e.getMessage.contains("[REST_SOURCE_MOVED]") && e.getMessage.contains("pageLogLocation"), e.getMessage)
      }
      q.read(stream(place: _*))
      assert(q.rows.map(_.getString(0)) == (1 to 5).map(i => s"""{"id":$i}"""))
    }

  private val formats = Seq(
    ("csv", Seq.empty[(String, String)], (i: Int, v: String) => s"id,paid\n$i,$v\n"),
    ("json", Nil, (i: Int, v: String) => s"""[{"id":$i,"paid":$v}]"""),
    ("xml", Seq("rowTag" -> "r"), (i: Int, v: String) => s"<l><r><id>$i</id><paid>$v</paid></r></l>")
  ).filter(_._1 != "xml" || BuildInfo.scalaBinaryVersion == "2.13")

  test("records that were polled with another responseFormat become the same rows") {
    for ((before, options, text) <- formats; (after, others, other) <- formats if before != after)
      withClue(s"$before, then $after: ") {
        val q = new Query
        val schema = "schema" -> "id BIGINT, paid BOOLEAN"
        answer = _ => text(17, "true")
        q.crash(stream(options ++ Seq(schema, "responseFormat" -> before): _*))
        answer = _ => other(18, "false")
        q.read(stream(others ++ Seq(schema, "responseFormat" -> after): _*))
        assert(q.rows.toSeq == Seq(Row(17L, true), Row(18L, false)))
      }
  }

  test(
    "a column of the input that the output has from the second run on is also next to the records of the first run"
  ) {
    val q = new Query
    val input = Seq(
      "url" -> s"${server.url}/{shop}?from={id}",
      "inputData" -> """[{"shop":"a","rank":1},{"shop":"b","rank":2}]""",
      "streaming" -> "true"
    )
    answer = json(1)
    q.crash(stream(input :+ ("includeInputsInOutput" -> "N"): _*))
    answer = json(2)
    q.read(stream(input: _*))
    val found = q.rows.map(r => (r.getAs[String]("shop"), r.getAs[Long]("rank"), r.getAs[String]("output"))).toSet
    assert(
      found == (for (i <- 1 to 2; (shop, rank) <- Seq(("a", 1L), ("b", 2L))) yield (shop, rank, s"""{"id":$i}""")).toSet
    )
    assert(q.rows.length == 4)
  }
}
