// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files

import scala.util.Try

import io.github.sparkrest.json.SliceRules
import io.github.sparkrest.response.{JsonRecords, ReaderSettings, RecordSink}
import org.apache.spark.sql.catalyst.CatalystTypeConverters
import org.apache.spark.sql.functions.{input_file_name, struct}
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.{Row, SparkSession}
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** Rows equal the rows of `spark.read.json`, for all combinations of records, schemas and options. */
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

  /** The rows. `None` if parsing fails. */
  private def ours(record: String, schema: StructType, options: Map[String, String]): Option[Seq[Row]] = Try {
    val json = JsonRows(schema, JsonRowSettings(options, "UTC", "_corrupt_record"))
    val toRow = CatalystTypeConverters.createToScalaConverter(schema)
    // The record is a part of a larger array, as in a page.
    val bytes = s"#$record#".getBytes(UTF_8)
    val direct = Option(json.row(bytes, 1, bytes.length - 1)).map(Iterator.single(_))
    direct.getOrElse(json.rows(bytes, 1, bytes.length - 1)).map(r => toRow(r).asInstanceOf[Row]).toList
  }.toOption

  /** Reads files, as a user would, because Spark spells nested text of a `Dataset[String]` differently. One query reads all
    * records, unless a record may make it fail.
    */
  private def sparks(schema: StructType, options: Map[String, String]): Map[String, Option[Seq[Row]]] = {
    def rows(paths: String*) = spark.read.schema(schema).options(options).json(paths: _*)
    if (options.get("mode").contains("FAILFAST"))
      files.map { case (record, path) => record -> Try(rows(path).collect().toSeq).toOption }
    else {
      val all = rows(files.values.toSeq: _*).select(struct("*"), input_file_name()).collect().toSeq
      files.map { case (record, path) => record -> Some(all.filter(_.getString(1).endsWith(path)).map(_.getStruct(0))) }
    }
  }

  private lazy val files: Map[String, String] =
    records
      .map(r => r -> Files.write(Files.createTempFile("record", ".json"), (r + "\n").getBytes(UTF_8)).toString)
      .toMap

  test(s"${records.length * schemas.length * options.length} cases give the same rows as spark.read.json") {
    for (s <- schemas; o <- options; schema = StructType.fromDDL(s); (r, theirs) <- sparks(schema, o)) {
      val mine = ours(r, schema, o)
      assert(mine.map(_.map(_.toString)) == theirs.map(_.map(_.toString)), s"$r as $s with $o")
    }
  }

  test("an option for odd JSON has the same effect as in spark.read.json, and other records are not affected") {
    val odd = Seq(
      "allowUnquotedControlChars" -> "{\"a\":1,\"b\":\"x\ty\"}",
      "allowSingleQuotes" -> "{'a':1,'b':'x'}",
      "allowNumericLeadingZeros" -> "{\"a\":007}",
      "allowNonNumericNumbers" -> "{\"c\":NaN}",
      "allowBackslashEscapingAnyCharacter" -> "{\"b\":\"\\q\"}",
      "allowUnquotedFieldNames" -> "{a:1,b:\"x\"}",
      "allowComments" -> "{\"a\":1 /* one */}"
    )
    val schema = StructType.fromDDL("a int, b string, c double, _corrupt_record string")
    for ((option, record) <- odd; on <- Seq("true", "false")) {
      val options = Map(option -> on)
      val cut = scala.collection.mutable.ListBuffer.empty[String]
      val sink = new RecordSink {
        def record(buf: Array[Byte], from: Int, to: Int): Unit = cut += new String(buf, from, to - from, UTF_8)
        def restart(): Unit = ()
      }
      val body = s"""{"data":[{"a":8},$record,{"a":9}]}"""
      new JsonRecords(None, ReaderSettings(1000, rules = SliceRules.of(options)))
        .read(new java.io.ByteArrayInputStream(body.getBytes(UTF_8)), sink)
        .fold(e => fail(e.text), identity)
      val mine = cut.toList.flatMap(ours(_, schema, options).get)
      assert(mine.head == Row(8, null, null, null) && mine.last == Row(9, null, null, null))
      val file = Files.write(Files.createTempFile("record", ".json"), (record + "\n").getBytes(UTF_8)).toString
      val theirs = spark.read.schema(schema).options(options).json(file).collect().toSeq.map(_.toString)
      // An allowed comment is replaced by blanks. Otherwise the bad record is kept unchanged.
      assert(mine.tail.init.map(_.toString) == theirs, s"$record with $option=$on")
      assert(mine(1).isNullAt(3) == (on == "true"), s"$record with $option=$on")
    }
  }

  test("a record of the greatest allowed depth overflows no stack in any parser") {
    val depth = SliceRules().depth - 1
    val deep = "{\"a\":" + "[" * depth + "]" * depth + "}"
    val settings = JsonRowSettings(Map.empty, "UTC", "_corrupt_record")
    val bytes = deep.getBytes(UTF_8)
    Seq("a int", "a string", "a array<array<int>>", "b int", "a int, _rescued_data string").foreach { ddl =>
      val schema = StructType.fromDDL(ddl)
      val rescuing = settings.copy(fields = FieldRules(rescued = Some("_rescued_data")))
      Seq(settings, rescuing).foreach { s =>
        assert(JsonRows(schema, s).rows(bytes, 0, bytes.length).length == 1, ddl)
      }
    }
  }

  test("output STRING is the text of the record, and output STRUCT is the record as a column") {
    def rows(ddl: String, record: String) = ours(record, StructType.fromDDL(ddl), Map.empty).get
    records.foreach(r => assert(rows("output string", r) == Seq(Row(r))))
    assert(rows("output struct<a:int,b:string>", records.head) == Seq(Row(Row(1, "x"))))
  }

  test("all fields of a schema become nullable, as in spark.read.json") {
    val t = StructType.fromDDL("a int not null, b array<struct<c:int not null>>")
    assert(RowShape.nullable(t) == StructType.fromDDL("a int, b array<struct<c:int>>"))
  }
}
