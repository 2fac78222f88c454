// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import io.github.sparkrest.http.LocalServer
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2ScanRelation
import org.apache.spark.sql.{DataFrame, Row, SparkSession}
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** A batch read parses only the columns that a query needs, nested columns included, and its rows stay the same. */
class ColumnPruningSuite extends AnyFunSuite with BeforeAndAfterAll {
  private lazy val spark: SparkSession =
    SparkSession.builder().master("local[1]").config("spark.sql.session.timeZone", "UTC").getOrCreate()
  private val records =
    """[{"id":1,"user":{"name":"a","born":"2001-02-03"},"tags":["x"]},{"id":"two","user":null,"tags":[]}]"""
  private lazy val server = new LocalServer(LocalServer.send(_, 200, records))

  override def afterAll(): Unit = {
    spark.stop()
    server.close()
  }

  private val ddl = "id BIGINT, user STRUCT<name: STRING, born: DATE>, tags ARRAY<STRING>"
  private def read(schema: String, options: (String, String)*): DataFrame =
    spark.read.format("rest").schema(schema).options(options.toMap + ("url" -> server.url.toString)).load()

  /** The columns that the only scan of the query reads. */
  private def made(df: DataFrame): String = df.queryExecution.optimizedPlan.collect {
    case scan: DataSourceV2ScanRelation => scan.scan.readSchema().toDDL
  }.mkString

  test("a query of nested columns reads only these columns") {
    val df = read(ddl).selectExpr("user.born", "id")
    assert(made(df) == "id BIGINT,user STRUCT<born: DATE>")
    assert(df.collect().toSeq == Seq(Row(java.sql.Date.valueOf("2001-02-03"), 1L), Row(null, null)))
  }

  test("a query of columns in `output` and of metadata reads only these parts") {
    val df = read(s"output STRUCT<$ddl>").selectExpr("output.user.name", "_metadata.record", "_metadata.status")
    assert(made(df).startsWith("output STRUCT<user: STRUCT<name: STRING>>,_metadata STRUCT<url: STRING,"))
    assert(df.collect().toSeq == Seq(Row("a", 0L, 200), Row(null, 1L, 200)))
  }

  test("a query that selects no column reads no column") {
    assert(made(read(ddl).selectExpr("1")) == "" && read(ddl).count() == 2 && read("output STRING").count() == 2)
  }

  test("all columns are read if the rows depend on columns that the query does not select") {
    def whole(df: DataFrame) = made(df).contains("tags ARRAY<STRING>")
    val dropped = read(ddl, "mode" -> "DROPMALFORMED").select("tags")
    assert(whole(dropped.select("tags")) && dropped.count() == 1)
    val corrupt = read(s"$ddl, _corrupt_record STRING").selectExpr("_corrupt_record")
    assert(whole(corrupt) && corrupt.collect().count(!_.isNullAt(0)) == 1)
    val rescued = read(s"$ddl, rescued STRING", "rescuedDataColumn" -> "rescued").select("rescued")
    assert(whole(rescued) && rescued.collect().toSeq == Seq(Row(null), Row("""{"id":"two"}""")))
  }

  test("a field of records that is named `output` keeps its value in a query of this column alone") {
    val api = new LocalServer(LocalServer.send(_, 200, """[{"id":1,"output":"a","x":2},{"id":2,"output":{"x":3}}]"""))
    try {
      def values(column: String, name: String) =
        spark.read.format("rest").schema(s"id BIGINT, $column").option("url", api.url.toString).load().select(name)
      assert(values("output STRING", "output").collect().toSeq == Seq(Row("a"), Row("""{"x":3}""")))
      assert(values("output STRUCT<x: BIGINT>", "output.x").collect().toSeq == Seq(Row(null), Row(3L)))
      assert(values("output STRUCT<x: BIGINT>", "output").count() == 2)
    } finally api.close()
  }

  test("calls per input row keep the columns that decide whether a record is corrupt") {
    val api = new LocalServer(LocalServer.send(_, 200, """{"id":"two"}"""))
    try {
      val calls = Map("url" -> s"${api.url}?n={n}", "method" -> "GET", "inputData" -> """[{"n":"1"}]""")
      val schema = "n STRING, id BIGINT, _corrupt_record STRING"
      val corrupt = spark.read.format("rest").schema(schema).options(calls).load().selectExpr("_corrupt_record")
      assert(made(corrupt).contains("id BIGINT") && corrupt.collect().toSeq == Seq(Row("""{"id":"two"}""")))
    } finally api.close()
  }

  test("a column for corrupt records inside `output` keeps its text in a query of this column alone") {
    val text = """{"id":"two"}"""
    val api = new LocalServer(e => LocalServer.send(e, 200, if (e.getRequestURI.getQuery == null) s"[$text]" else text))
    try {
      def corrupt(input: (String, String)*) = spark.read
        .format("rest")
        .schema(s"${if (input.isEmpty) "" else "n STRING, "}output STRUCT<id: BIGINT, _corrupt_record: STRING>")
        .options(input.toMap + ("url" -> s"${api.url}${if (input.isEmpty) "" else "?n={n}"}"))
        .load()
        .select("output._corrupt_record")
      assert(corrupt().collect().toSeq == Seq(Row(text)))
      assert(corrupt().where("_corrupt_record is not null").count() == 1)
      val calls = Seq("method" -> "GET", "inputData" -> """[{"n":"1"}]""")
      assert(corrupt(calls: _*).collect().toSeq == Seq(Row(text)))
    } finally api.close()
  }
}
