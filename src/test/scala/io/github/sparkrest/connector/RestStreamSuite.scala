// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestException}
import io.github.sparkrest.http.LocalServer
import io.github.sparkrest.pagelog.{LogOffset, LogPosition, SourceIdentity}
import io.github.sparkrest.rows.FieldRules
import org.apache.spark.sql.streaming.{StreamingQuery, StreamingQueryException, Trigger}
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.{DataFrame, SparkSession}
import org.scalatest.BeforeAndAfterAll
import org.scalatest.concurrent.Eventually
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.time.{Millis, Seconds, Span}

/** The source in a real Spark session, against a real API. */
class RestStreamSuite extends AnyFunSuite with BeforeAndAfterAll with Eventually {
  implicit override val patienceConfig: PatienceConfig = PatienceConfig(Span(120, Seconds), Span(50, Millis))

  private lazy val spark: SparkSession = SparkSession
    .builder()
    .master("local[2]")
    .config("spark.sql.shuffle.partitions", "1")
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()

  @volatile private var newest = 0
  @volatile private var status = 200
  @volatile private var delayMs = 0L
  private lazy val server = new LocalServer({ e =>
    val query = Option(e.getRequestURI.getQuery).getOrElse("from=0")
    val from = query.split("=").last.toInt
    Thread.sleep(delayMs)
    val records = (math.max(from, 1) to math.min(newest, from + 9)).map(i =>
      s"""{"id":$i,"at":"2024-01-01T00:00:00Z","n":{"x":$i.5}}"""
    )
    LocalServer.send(e, status, if (status == 200) records.mkString("""{"items":[""", ",", "]}") else "no")
  })

  override def afterAll(): Unit = {
    spark.stop()
    server.close()
  }

  private def reset(n: Int): Unit = { newest = n; status = 200; delayMs = 0 }

  private def stream(options: (String, String)*): DataFrame = spark.readStream
    .format("rest")
    .options(
      Map(
        "url" -> s"${server.url}/?from={id}",
        "offsetField" -> "id",
        "offsetType" -> "incremental",
        "streamingInterval" -> "0.1",
        "maxRetries" -> "0"
      ) ++ options
    )
    .load()

  final private class Place {
    val root: Path = Files.createTempDirectory("stream")
    def checkpoint: String = root.resolve("ck").toString
    def start(df: DataFrame, trigger: Trigger = Trigger.ProcessingTime(0)): StreamingQuery =
      df.writeStream
        .format("parquet")
        .option("path", root.resolve("out").toString)
        .option("checkpointLocation", checkpoint)
        .trigger(trigger)
        .start()
    def ids: Seq[Long] = if (!Files.exists(root.resolve("out/_spark_metadata"))) Nil
    else spark.read.parquet(root.resolve("out").toString).select("output.id").collect().map(_.getLong(0)).toSeq.sorted
    def files(folder: String): Seq[String] =
      Option(root.resolve(s"ck/$folder").toFile.list()).map(_.filterNot(_.startsWith(".")).toSeq).getOrElse(Nil)
  }

  private def finish(q: StreamingQuery): Unit = assert(q.awaitTermination(120000), "the query did not end by itself")

  test(
    "a stream with an inferred schema delivers each record once over a restart, and makes no batch without records"
  ) {
    reset(35)
    val place = new Place
    val q = place.start(stream())
    try {
      eventually(assert(place.ids == (1L to 35L)))
      eventually(assert(q.recentProgress.map(_.numInputRows).sum == 35))
      val batches = place.files("offsets").length
      Thread.sleep(1000)
      assert(place.files("offsets").length == batches, "a batch without records")
      val source = q.recentProgress.filter(_.numInputRows > 0).last.sources.head
      val offset = LogOffset.parse(source.endOffset).fold(e => fail(e.text), identity)
      assert(offset.endpoints.keySet == Set("main") && offset.source.offsetType == "incremental")
      // The log contains the records a moment before the metrics count them.
      eventually(assert(q.lastProgress.sources.head.metrics.get("newRecords") == "35"))
      assert(source.metrics.get("failedPolls") == "0")
    } finally q.stop()
    newest = 50
    val again = place.start(stream())
    try eventually(assert(place.ids == (1L to 50L)))
    finally again.stop()
    assert(stream().schema.simpleString == "struct<output:struct<at:string,id:bigint,n:struct<x:double>>>")
  }

  test("the response that inferred the schema is also the first poll, so the first page is requested once") {
    reset(5)
    val asked = server.asked.length
    val place = new Place
    val q = place.start(stream())
    try eventually(assert(place.ids == (1L to 5L)))
    finally q.stop()
    assert(server.asked.drop(asked).count(_.uri == "/?from=0") == 1)
  }

  test("AvailableNow reads all records that exist when the query starts, not only those at load()") {
    reset(5)
    val place = new Place
    val df = stream("streamingInterval" -> "0")
    newest = 7
    finish(place.start(df, Trigger.AvailableNow()))
    assert(place.ids == (1L to 7L))
  }

  test("the response that inferred the schema keeps all headers, so its long Link leads to the next pages") {
    val cursor = "c" * 1500
    val paged = new LocalServer({ e =>
      val query = Option(e.getRequestURI.getQuery).getOrElse("")
      def number(name: String) = s"$name=(\\d+)".r.findFirstMatchIn(query).map(_.group(1).toInt)
      val page = number("page").getOrElse(1)
      val records = if (number("from").exists(_ > 1)) Nil else (3 * page - 2 to 3 * page).map(i => s"""{"id":$i}""")
      val next = s"""</?from=0&page=${page + 1}&cursor=$cursor>; rel="next""""
      val headers = (1 to 40).map(i => s"X-Other-$i" -> "x") ++
        (if (records.nonEmpty && page < 3) Seq("Link" -> next) else Nil)
      LocalServer.send(e, 200, records.mkString("[", ",", "]"), headers: _*)
    })
    try {
      val place = new Place
      val q = place.start(stream("url" -> s"${paged.url}/?from={id}", "pagination" -> "link"))
      try eventually(assert(place.ids == (1L to 9L)))
      finally q.stop()
      assert(paged.asked.count(_.uri == "/?from=0") == 1)
    } finally paged.close()
  }

  test("each AvailableNow run reads all records and ends, and no batch exceeds batchSize") {
    reset(95)
    val place = new Place
    val q = place.start(stream("batchSize" -> "7", "streamingInterval" -> "0"), Trigger.AvailableNow())
    finish(q)
    assert(place.ids == (1L to 95L))
    assert(q.recentProgress.forall(_.numInputRows <= 7))
    newest = 96
    finish(place.start(stream(), Trigger.AvailableNow()))
    finish(place.start(stream(), Trigger.AvailableNow()))
    assert(place.ids == (1L to 96L))
  }

  test("Trigger.Once reads all records in one batch, even more than maxBufferedBytes") {
    reset(95)
    val place = new Place
    finish(
      place.start(stream("maxBufferedBytes" -> "100", "streamingInterval" -> "0"), Trigger.Once()): @annotation.nowarn
    )
    assert(place.ids == (1L to 95L) && place.files("offsets").length == 1)
  }

  test("an AvailableNow query fails if the API fails, because it must not look complete") {
    reset(5)
    val df = stream("inferSchema" -> "false")
    status = 503
    val q = new Place().start(df, Trigger.AvailableNow())
    val e = intercept[StreamingQueryException](q.awaitTermination(60000))
    assert(e.getMessage.contains("[REST_TOO_MANY_ERRORS]") && e.getMessage.contains("503"))
  }

  test("API errors make no batch and keep the offset, and the stream continues when the API recovers") {
    reset(10)
    val place = new Place
    val q = place.start(stream())
    try {
      eventually(assert(place.ids == (1L to 10L)))
      status = 500
      newest = 20
      def metric(name: String) = q.lastProgress.sources.head.metrics.asScala.get(name)
      val asked = server.asked.length
      eventually(assert(server.asked.length > asked + 3))
      assert(q.isActive && place.ids == (1L to 10L))
      assert(server.asked.drop(asked + 1).map(_.uri).distinct == Seq("/?from=11"))
      status = 200
      eventually(assert(place.ids == (1L to 20L)))
      eventually(assert(metric("failedPolls").exists(_.toInt >= 3)))
    } finally q.stop()
  }

  test("stop() during a slow response does not wait for it and leaves no thread") {
    reset(5)
    val df = stream("inferSchema" -> "false")
    delayMs = 20000
    val asked = server.asked.length
    val q = df.writeStream.format("noop").option("checkpointLocation", new Place().checkpoint).start()
    eventually(assert(server.asked.length > asked))
    val began = System.nanoTime
    q.stop()
    assert(System.nanoTime - began < 5000000000L, s"it took ${(System.nanoTime - began) / 1000000} ms")
    eventually(assert(!Thread.getAllStackTraces.keySet.asScala.exists(_.getName.startsWith("spark-rest poller"))))
    eventually(assert(spark.sparkContext.statusTracker.getActiveJobIds().isEmpty))
    delayMs = 0
  }

  test("the query fails if other code interrupts the poller's thread") {
    reset(5)
    val place = new Place
    val q = place.start(stream())
    eventually(assert(place.ids == (1L to 5L)))
    val threads = Thread.getAllStackTraces.keySet.asScala.filter(_.getName.startsWith("spark-rest poller"))
    threads.foreach(_.interrupt())
    val e = intercept[StreamingQueryException](q.awaitTermination(120000))
    assert(e.getMessage.contains("[REST_POLLER_STOPPED]"))
  }

  test("spark.read ends even if every empty response has a new cursor") {
    val endless = new LocalServer({ e =>
      val n = Option(e.getRequestURI.getQuery).fold(0)(_.split("=c").lift(1).fold(0)(_.toInt))
      LocalServer.send(e, 200, s"""{"items":[${if (n < 3) s"""{"id":$n}""" else ""}],"next":"c${n + 1}"}""")
    })
    try {
      val rows = spark.read
        .format("rest")
        .option("url", s"${endless.url}/?cursor={next}")
        .option("offsetType", "cursor")
        .option("offsetField", "next")
        .option("dataField", "items")
        .load()
      assert(rows.count() == 3)
      assert(endless.asked.length < 40)
    } finally endless.close()
  }

  test("a start with another source on the same checkpoint is refused, and the error names the changed options") {
    reset(5)
    val place = new Place
    finish(place.start(stream(), Trigger.AvailableNow()))
    val q = place.start(
      stream("offsetField" -> "n.x", "offsetType" -> "max_field", "url" -> s"${server.url}/?from={offset}&x=1"),
      Trigger.AvailableNow()
    )
    val e = intercept[StreamingQueryException](q.awaitTermination(60000))
    assert(e.getMessage.contains("[REST_SOURCE_CHANGED]") && e.getMessage.contains("url and offsetField and offsetType"))
  }

  test("without its page log, a stream continues from the API offset in the checkpoint") {
    reset(25)
    val place = new Place
    finish(place.start(stream("streamingInterval" -> "0"), Trigger.AvailableNow()))
    def delete(p: java.io.File): Unit = { Option(p.listFiles).foreach(_.foreach(delete)); p.delete(); () }
    delete(place.root.resolve("ck/sources").toFile)
    newest = 30
    finish(place.start(stream("streamingInterval" -> "0"), Trigger.AvailableNow()))
    assert(place.ids == (1L to 30L))
  }

  test("consumed pages are purged, and an idle stream writes nothing new") {
    reset(95)
    val place = new Place
    val q = place.start(stream("streamingInterval" -> "0.02", "batchSize" -> "10"))
    try {
      eventually(assert(place.ids == (1L to 95L)))
      newest = 100
      eventually(assert(place.ids == (1L to 100L)))
      eventually(assert(place.files("sources/0/pages").length <= 4))
      // The poller renames files, and the query deletes some, while this counts.
      def count(f: java.io.File): Int = Option(f.listFiles).fold(if (f.isFile) 1 else 0)(_.map(count).sum)
      def files = count(place.root.resolve("ck/sources").toFile)
      // The last batch may still write.
      eventually {
        val before = files
        val asked = server.asked.length
        eventually(assert(server.asked.length > asked + 20))
        assert(files <= before + 1)
      }
    } finally q.stop()
  }

  test("output is text or has the user's schema, and load() refuses an API without records or without the offset field") {
    reset(3)
    val text = stream("inferSchema" -> "false")
    assert(text.schema.simpleString == "struct<output:string>")
    val q = text.writeStream.format("memory").queryName("texts").trigger(Trigger.AvailableNow()).start()
    finish(q)
    assert(
      spark.table("texts").collect().map(_.getString(0)).toSeq == (1 to 3).map(i =>
        s"""{"id":$i,"at":"2024-01-01T00:00:00Z","n":{"x":$i.5}}"""
      )
    )
    val columns = spark.readStream
      .format("rest")
      .schema("at timestamp, id string, missing int, n struct<x:decimal(5,2)>")
      .options(
        Map(
          "url" -> s"${server.url}/?from={id}",
          "offsetField" -> "id",
          "offsetType" -> "incremental",
          "streamingInterval" -> "0"
        )
      )
      .load()
    finish(columns.writeStream.format("memory").queryName("columns").trigger(Trigger.AvailableNow()).start())
    assert(spark.table("columns").collect().map(_.toString).head == "[2024-01-01 00:00:00.0,1,null,[1.50]]")
    val e =
      intercept[IllegalArgumentException](stream("offsetField" -> "ident", "url" -> s"${server.url}/?from={offset}"))
    assert(e.getMessage.startsWith("[REST_OFFSET_FIELD_NOT_FOUND]") && e.getMessage.contains("id, at, n"))
    newest = 0
    assert(intercept[IllegalArgumentException](stream()).getMessage.startsWith("[REST_NOTHING_TO_INFER]"))
  }

  test("each source polls each page once, in a query with two sources and two actions per batch") {
    reset(9)
    val asked = server.asked.length
    val place = new Place
    var counts = Seq.empty[(Long, Long)]
    val q = stream("inferSchema" -> "false")
      .union(stream("inferSchema" -> "false"))
      .writeStream
      .foreachBatch { (df: DataFrame, _: Long) => counts :+= ((df.count(), df.distinct().count())); () }
      .option("checkpointLocation", place.checkpoint)
      .trigger(Trigger.AvailableNow())
      .start()
    finish(q)
    assert(counts.map(_._1).sum == 18 && counts.map(_._2).sum >= 9)
    assert(server.asked.drop(asked).count(_.uri == "/?from=0") == 2)
  }

  test("a source without a batch reads the offsets of the checkpoint once, however often Spark asks where it begins") {
    val root = Files.createTempDirectory("quiet")
    val config = RestConfig.parse(Map("url" -> "http://h/x")).fold(e => fail(e.text), identity)
    def source() =
      new RestMicroBatchStream(config, new StructType, s"$root/sources/x", None, None, spark, FieldRules())
    val (first, second) = (source(), source())
    first.initialOffset()
    val offset = LogOffset(LogPosition(1, 1), Map.empty, SourceIdentity.of(config)).json
    Files.createDirectories(root.resolve("offsets"))
    Files.write(root.resolve("offsets/0"), s"v2\n{}\nformer:$offset".getBytes(UTF_8))
    assert(intercept[RestException](second.initialOffset()).error.condition == Condition.SourceMoved)
    first.initialOffset()
  }
}
