// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files

import scala.util.Try

import org.apache.spark.sql.catalyst.CatalystTypeConverters
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.{Row, SparkSession}
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** The same rows as `spark.read.json`, over records x schemas x options. */
class JsonRowsSuite extends AnyFunSuite with BeforeAndAfterAll {
  private lazy val spark: SparkSession =
    SparkSession.builder().master("local[1]").config("spark.sql.session.timeZone", "UTC").getOrCreate()
  override def afterAll(): Unit = spark.stop()

  private val records = Seq(
    """{"a":1,"b":"x","c":{"d":[1,2,{"e":null}]},"t":"2024-02-29T12:00:00.123456+02:00","n":12345678901234567890.125}""",
    """{"a":"not a number","b":17,"c":"text","t":"29/02/2024"}""",
    """{ "b" : {"k":[true, "\t\"" ]} , "a" : 1.5 }""",
    """{"a":1,"a":2,"b":null,"extra":[[]]}""",
    """{"a":1, "b": tru}""",
    """{'a':7,"b":NaN}""",
    "17",
    "\"text\"",
    "[{\"a\":5},{\"a\":6}]",
    "{}"
  )
  private val schemas = Seq(
    "a int, b string",
    "a string, b string, c string, n string, t string",
    "c struct<d:array<string>>, a double",
    "t timestamp, n decimal(38,5)",
    "b map<string,array<string>>, a bigint, _corrupt_record string",
    "a int, broken string"
  )
  private val options = Seq(
    Map.empty[String, String],
    Map("mode" -> "DROPMALFORMED"),
    Map("mode" -> "FAILFAST"),
    Map("allowSingleQuotes" -> "false", "allowNonNumericNumbers" -> "false"),
    Map("timestampFormat" -> "dd/MM/yyyy", "primitivesAsString" -> "true"),
    Map("columnNameOfCorruptRecord" -> "broken"),
    Map("timeZone" -> "America/New_York")
  )

  /** Rows, or that it fails. */
  private def ours(record: String, schema: StructType, options: Map[String, String]): Option[Seq[Row]] = Try {
    val json = JsonRows(schema, JsonRowSettings(options, "UTC", "_corrupt_record"))
    val toRow = CatalystTypeConverters.createToScalaConverter(schema)
    // The record lies inside a larger array, as in a page.
    val bytes = s"#$record#".getBytes(UTF_8)
    json.rows(bytes, 1, bytes.length - 1).map(r => toRow(r).asInstanceOf[Row]).toList
  }.toOption

  /** From a file, as a user would read it: over a `Dataset[String]` Spark spells nested text differently. */
  private def sparks(record: String, schema: StructType, options: Map[String, String]): Option[Seq[Row]] =
    Try(spark.read.schema(schema).options(options).json(files(record)).collect().toSeq).toOption

  private lazy val files: Map[String, String] =
    records
      .map(r => r -> Files.write(Files.createTempFile("record", ".json"), (r + "\n").getBytes(UTF_8)).toString)
      .toMap

  test(s"${records.length * schemas.length * options.length} cases give the rows of spark.read.json") {
    for (s <- schemas; o <- options; r <- records) {
      val schema = StructType.fromDDL(s)
      val (mine, theirs) = (ours(r, schema, o), sparks(r, schema, o))
      assert(mine.map(_.map(_.toString)) == theirs.map(_.map(_.toString)), s"$r as $s with $o")
    }
  }

  test("output STRING is the record's own text, output STRUCT the record as a column") {
    def rows(ddl: String, record: String) = ours(record, StructType.fromDDL(ddl), Map.empty).get
    records.foreach(r => assert(rows("output string", r) == Seq(Row(r))))
    assert(rows("output struct<a:int,b:string>", records.head) == Seq(Row(Row(1, "x"))))
  }

  test("what the schema says is nullable, as spark.read.json has it") {
    val t = StructType.fromDDL("a int not null, b array<struct<c:int not null>>")
    assert(RowShape.nullable(t) == StructType.fromDDL("a int, b array<struct<c:int>>"))
  }
}
