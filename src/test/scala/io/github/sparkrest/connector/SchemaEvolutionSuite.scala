// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.nio.file.{Files, Path}

import io.github.sparkrest.http.LocalServer
import org.apache.spark.sql.streaming.{StreamingQuery, StreamingQueryException, Trigger}
import org.apache.spark.sql.{DataFrame, Row, SparkSession}
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** `schemaLocation`, `schemaEvolutionMode`, `rescuedDataColumn` and `mode` in real queries against a real API. */
class SchemaEvolutionSuite extends AnyFunSuite with BeforeAndAfterAll {
  private lazy val spark: SparkSession = SparkSession
    .builder()
    .master("local[2]")
    .config("spark.sql.shuffle.partitions", "1")
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()

  /** Ids count from 1. */
  @volatile private var records = Vector.empty[String]
  private lazy val server = new LocalServer({ e =>
    val from = e.getRequestURI.getQuery.split("=").last.toInt
    LocalServer.send(e, 200, records.drop(math.max(0, from - 1)).mkString("[", ",", "]"))
  })

  override def afterAll(): Unit = {
    spark.stop()
    server.close()
  }

  private class Place {
    val root: Path = Files.createTempDirectory("evolution")
    val schemas: String = root.resolve("schema").toString
    def versions: Seq[String] =
      Option(root.resolve("schema/schemas").toFile.list()).map(_.toSeq.sorted).getOrElse(Nil)

    def stream(options: (String, String)*): DataFrame = read(None, options: _*)
    def read(ddl: Option[String], options: (String, String)*): DataFrame = {
      val reader = spark.readStream
        .format("rest")
        .options(
          Map(
            "url" -> s"${server.url}/?from={id}",
            "offsetField" -> "id",
            "offsetType" -> "incremental",
            "streamingInterval" -> "0"
          ) ++ options
        )
      ddl.fold(reader)(reader.schema).load()
    }

    /** Runs until the query ends by itself. */
    def run(df: DataFrame): StreamingQuery = {
      val query = df.writeStream
        .format("parquet")
        .option("path", root.resolve("out").toString)
        .option("checkpointLocation", root.resolve("ck").toString)
        .trigger(Trigger.AvailableNow())
        .start()
      assert(query.awaitTermination(60000), "the query did not end by itself")
      query
    }
    def failing(df: DataFrame): String = intercept[StreamingQueryException](run(df)).getMessage

    def rows(expressions: String*): Seq[Row] = spark.read
      .option("mergeSchema", "true")
      .parquet(root.resolve("out").toString)
      .selectExpr(expressions: _*)
      .collect()
      .toSeq
      .sortBy(_.getLong(0))
  }

  private def located(place: Place) = "schemaLocation" -> place.schemas

  test(
    "an inferred schema is stored: the next start sends no request at load(), although the records look different now"
  ) {
    records = Vector("""{"id":1,"a":"x"}""", """{"id":2,"b":1.5}""")
    val place = new Place
    place.run(place.stream(located(place)))
    assert(place.versions == Seq("0.json"))
    records = Vector.fill(2)("""{"id":0}""") :+ """{"id":3,"a":"y"}"""
    val asked = server.asked.length
    val again = place.stream(located(place))
    assert(server.asked.length == asked, "a request at load()")
    assert(again.schema.simpleString == "struct<output:struct<a:string,b:double,id:bigint>>")
    place.run(again)
    assert(place.rows("output.id", "output.a", "output.b") == Seq(Row(1, "x", null), Row(2, null, 1.5), Row(3, "y", null)))
    assert(server.asked.drop(asked).head.uri == "/?from=3")
  }

  test("addNewColumns: the query stores the new schema, fails once, and continues from the same records") {
    records = Vector("""{"id":1,"u":{"n":"x"}}""")
    val place = new Place
    def df = place.stream(located(place), "batchSize" -> "3")
    place.run(df)
    records ++= Vector(
      """{"id":2,"u":{"n":"y"}}""",
      """{"id":3,"zip":1,"u":{"n":"z"}}""",
      """{"id":4,"zip":2.5,"u":{"n":"z","born":"2001-02-03"},"nothing":null,"empty":[]}""",
      """{"id":5}"""
    )
    val message = place.failing(df)
    assert(message.contains("[REST_SCHEMA_CHANGED] Records have fields that the schema lacks: "), message)
    assert(message.contains("u.born STRING") && message.contains("zip DOUBLE") && message.contains("version 1"), message)
    assert(!message.contains("nothing") && !message.contains("empty"), message)
    assert(place.versions == Seq("0.json", "1.json"))
    val again = df
    assert(again.schema.simpleString == "struct<output:struct<id:bigint,u:struct<n:string,born:string>,zip:double>>")
    place.run(again)
    assert(
      place.rows("output.id", "output.zip", "output.u.born") ==
        Seq(Row(1, null, null), Row(2, null, null), Row(3, 1.0, null), Row(4, 2.5, "2001-02-03"), Row(5, null, null))
    )
    place.run(df)
    assert(place.versions.length == 2 && place.rows("output.id").length == 5)
  }

  test("the batch that failed on a new column is replayed, because its offset was logged") {
    records = Vector("""{"id":1}""")
    val place = new Place
    place.run(place.stream(located(place)))
    records :+= """{"id":2,"b":1}"""
    place.failing(place.stream(located(place)))
    val offsets = place.root.resolve("ck/offsets").toFile.list().count(!_.startsWith("."))
    // The API no longer returns the record, so only the page log contains it.
    records = Vector("""{"id":0}""", """{"id":0}""")
    place.run(place.stream(located(place)))
    assert(place.rows("output.id", "output.b") == Seq(Row(1, null), Row(2, 1)))
    assert(place.root.resolve("ck/offsets").toFile.list().count(!_.startsWith(".")) == offsets)
  }

  test("schemaHints override a stored schema, and a field that a hint covers is not new") {
    records = Vector("""{"id":1,"u":{"n":"1"}}""")
    val place = new Place
    def df = place.stream(located(place), "schemaHints" -> "u MAP<STRING, STRING>, later INT")
    place.run(df)
    records ++= Vector("""{"id":2,"u":{"any":"2"},"later":3}""")
    place.run(df)
    assert(place.rows("output.id", "output.u['any']", "output.later") == Seq(Row(1, null, null), Row(2, "2", 3)))
    assert(place.versions == Seq("0.json"))
  }

  test("rescue: the schema stays, and the rescued data column receives new fields and values of other types") {
    records = Vector("""{"id":1,"a":7}""")
    val place = new Place
    def df = place.stream(located(place), "schemaEvolutionMode" -> "rescue")
    assert(df.schema.simpleString == "struct<output:struct<a:bigint,id:bigint>,_rescued_data:string>")
    place.run(df)
    records ++= Vector("""{"id":2,"a":"seven","b":{"c":[1, 2]}}""", """{"id":3,"a":8}""")
    place.run(df)
    assert(
      place.rows("output.id", "output.a", "_rescued_data") ==
        Seq(Row(1, 7, null), Row(2, null, """{"a":"seven","b":{"c":[1, 2]}}"""), Row(3, 8, null))
    )
    assert(place.versions == Seq("0.json"))
  }

  test("mode none ignores new fields, failOnNewColumns fails each time, and neither stores a schema") {
    for (mode <- Seq("none", "failOnNewColumns")) {
      records = Vector("""{"id":1}""")
      val place = new Place
      def df = place.stream(located(place), "schemaEvolutionMode" -> mode)
      place.run(df)
      records :+= """{"id":2,"b":1}"""
      if (mode == "none") place.run(df)
      else
        (1 to 2).foreach { _ =>
          val message = place.failing(df)
          assert(message.contains("[REST_SCHEMA_CHANGED]") && message.contains("lacks: b BIGINT"), message)
        }
      assert(place.rows("output.id").length == (if (mode == "none") 2 else 1))
      assert(place.versions == Seq("0.json"))
    }
  }

  test("with the user's schema, rescued data and failOnNewColumns work, and schemaLocation is refused") {
    records = Vector("""{"id":1,"a":"x"}""", """{"id":2,"a":5,"b":1}""")
    val place = new Place
    val df = place.read(Some("id BIGINT, a INT"), "rescuedDataColumn" -> "rest")
    assert(df.schema.simpleString == "struct<id:bigint,a:int,rest:string>")
    place.run(df)
    assert(place.rows("id", "a", "rest") == Seq(Row(1, null, """{"a":"x"}"""), Row(2, 5, """{"b":1}""")))
    val other = new Place
    val message =
      other.failing(other.read(Some("output STRUCT<id: BIGINT, a: STRING>"), "schemaEvolutionMode" -> "failOnNewColumns"))
    assert(message.contains("lacks: b BIGINT"), message)
    def refused(ddl: Option[String], options: (String, String)*) =
      intercept[IllegalArgumentException](place.read(ddl, options: _*)).getMessage
    assert(refused(Some("id INT"), located(place)).contains("schemaLocation: keeps an inferred schema"))
    assert(refused(Some("output STRING"), "rescuedDataColumn" -> "r").contains("rescuedDataColumn: output is STRING"))
    assert(refused(Some("id INT, r INT"), "rescuedDataColumn" -> "r").contains("rescuedDataColumn: r is INT"))
    assert(refused(None, "rescuedDataColumn" -> "output").contains("rescuedDataColumn: output is a column"))
    assert(refused(None, "schemaEvolutionMode" -> "addNewColumns").contains("addNewColumns needs schemaLocation"))
    assert(refused(None, "inferSchema" -> "false", located(place)).contains("schemaLocation: needs outputType=struct"))
  }

  test("batch reads keep the stored schema, fail once on a new column, and can rescue data") {
    records = Vector("""{"id":1}""")
    val place = new Place
    def df(options: (String, String)*) =
      spark.read
        .format("rest")
        .options(
          Map(
            "url" -> s"${server.url}/?from=1",
            "offsetType" -> "incremental",
            "offsetField" -> "id",
            located(place)
          ) ++ options
        )
        .load()
    assert(df().collect().toSeq == Seq(Row(Row(1))))
    records :+= """{"id":2,"b":1}"""
    val message = intercept[Exception](df().collect()).getMessage
    assert(message.contains("[REST_SCHEMA_CHANGED]"), message)
    assert(df().collect().toSeq == Seq(Row(Row(1, null)), Row(Row(2, 1))))
    records :+= """{"id":3,"b":"three","c":1}"""
    val rescued = df("schemaEvolutionMode" -> "rescue").select("_rescued_data").collect().toSeq
    assert(rescued == Seq(Row(null), Row(null), Row("""{"b":"three","c":1}""")))
  }

  test("calls per input row keep the stored schema of output, let it grow, and can rescue data") {
    records = Vector("""{"id":1}""", """{"id":2,"b":1}""")
    val place = new Place
    def df(inputs: String, options: (String, String)*) = spark.read
      .format("rest")
      .options(
        Map("url" -> s"${server.url}/?from={n}", "method" -> "GET", "inputData" -> inputs, located(place)) ++ options
      )
      .load()
    // Without dataField the output is an array.
    records = Vector("""{"id":1}""")
    assert(df("""[{"n":1}]""").select("output").collect().toSeq == Seq(Row(Seq(Row(1)))))
    records = Vector("""{"id":1}""", """{"id":2,"b":1}""")
    val asked = server.asked.length
    val rescuing = df("""[{"n":2}]""", "schemaEvolutionMode" -> "rescue")
    assert(server.asked.length == asked, "a call at load()")
    assert(
      rescuing.select("n", "_rescued_data").collect().toSeq == Seq(Row(2, """{"output":[{"id":2,"b":1}]}"""))
    )
    val message = intercept[Exception](df("""[{"n":1},{"n":2}]""").select("n", "output").collect()).getMessage
    assert(message.contains("[REST_SCHEMA_CHANGED]") && message.contains("element.b BIGINT"), message)
    val rows = df("""[{"n":2}]""").select("n", "output", "error").collect().toSeq
    assert(rows == Seq(Row(2, Seq(Row(2, 1)), null)))
  }

  test("without schema options, each field that the inferred schema lacks causes one warning") {
    val place = new Place
    def warnings(options: (String, String)*): Seq[String] = logged("io.github.sparkrest.Fields") {
      records = Vector("""{"id":1}""")
      val df = place.stream(options: _*)
      records ++= Vector(
        """{"id":2,"unheard_of":1}""",
        """{"id":3,"unheard_of":2}""",
        """{"id":4,"of":{"no":1,"use":null}}"""
      )
      place.run(df)
    }
    val said = warnings()
    assert(said.length == 2 && said.head.contains("ignored: unheard_of BIGINT. "), said)
    assert(said(1).contains("ignored: of STRUCT<no: BIGINT>. "), said)
    assert(place.rows("output.id").length == 4)
  }

  /** The messages of a logger while `body` runs. */
  private def logged(name: String)(body: => Any): Seq[String] = {
    import org.apache.logging.log4j.LogManager
    import org.apache.logging.log4j.core.appender.AbstractAppender
    import org.apache.logging.log4j.core.config.Property
    import org.apache.logging.log4j.core.{LogEvent, Logger}
    val found = new java.util.concurrent.CopyOnWriteArrayList[String]
    val appender = new AbstractAppender("found", null, null, true, Property.EMPTY_ARRAY) {
      override def append(event: LogEvent): Unit = { found.add(event.getMessage.getFormattedMessage); () }
    }
    appender.start()
    val logger = LogManager.getLogger(name).asInstanceOf[Logger]
    logger.addAppender(appender)
    try body
    finally logger.removeAppender(appender)
    found.toArray(Array.empty[String]).toSeq
  }

  test("a stream follows `mode`, and fills the column of corrupt records") {
    val bad = """{"id":2, "a": tru}"""
    records = Vector("""{"id":1,"a":1}""", bad, """{"id":3,"a":"x"}""", """{"id":4,"a":4}""")
    val ddl = Some("id BIGINT, a INT, broken STRING")
    val named = "columnNameOfCorruptRecord" -> "broken"
    val cursor = Seq("offsetType" -> "snapshot", "url" -> s"${server.url}/?from=1", "offsetField" -> "none", named)
    def run(mode: String, more: (String, String)*) = {
      val place = new Place
      val df = place.read(ddl, (cursor :+ ("mode" -> mode)) ++ more: _*)
      (place, df)
    }
    val (permissive, p) = run("PERMISSIVE")
    permissive.run(p.selectExpr("coalesce(id, 2L) AS id", "a", "broken"))
    assert(
      permissive.rows("id", "a", "broken") ==
        Seq(Row(1, 1, null), Row(2, null, bad), Row(3, null, """{"id":3,"a":"x"}"""), Row(4, 4, null))
    )
    val (dropping, d) = run("DROPMALFORMED")
    dropping.run(d)
    assert(dropping.rows("id", "a", "broken") == Seq(Row(1, 1, null), Row(4, 4, null)))
    val (failing, f) = run("FAILFAST")
    assert(failing.failing(f).contains("MALFORMED_RECORD_IN_PARSING"))
    val (rescuing, r) = run("DROPMALFORMED", "rescuedDataColumn" -> "rest")
    rescuing.run(r)
    assert(
      rescuing.rows("id", "a", "broken", "rest") ==
        Seq(Row(1, 1, null, null), Row(3, null, null, """{"a":"x"}"""), Row(4, 4, null, null))
    )
  }
}
