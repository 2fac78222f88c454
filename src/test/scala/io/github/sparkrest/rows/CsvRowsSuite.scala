// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.io.ByteArrayInputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files

import scala.collection.mutable
import scala.util.Try

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.response.csv.CsvRecords
import io.github.sparkrest.response.{ReaderSettings, RecordSink}
import org.apache.spark.sql.catalyst.CatalystTypeConverters
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.{Row, SparkSession}
import org.scalacheck.{Gen, Shrink}
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

/** A CSV response becomes the rows that `spark.read.csv` makes of the same bytes in a file. */
class CsvRowsSuite extends AnyFunSuite with BeforeAndAfterAll with ScalaCheckPropertyChecks {
  private lazy val spark: SparkSession =
    SparkSession.builder().master("local[1]").config("spark.sql.session.timeZone", "UTC").getOrCreate()
  override def afterAll(): Unit = spark.stop()

  private val texts = Seq(
    "a,b,c\n1,x,2024-02-29\n,\"\",\n007,\"y, \"\"z\"\"\",29/02/2024\n",
    "a,b,c\r\n1.5,NaN,2024-02-29T12:00:00.123+02:00\r\ntrue,-Inf,x\r\n",
    "a,b,c\n\"1\n2\",\"NA\", 3\n-,NA,12:00\n",
    "a,b,c\n12345678901234567890,1e3,2024-02-29 12:00:00\n\n  4 ,5,\n",
    "a;b;c\n1;x;2,5\n",
    "a,b,c\n1,\"un\"quoted\" x,2\n3,\\\"4,5\n"
  )
  private val schemas = Seq(
    "a int, b string, c date",
    "a double, b double, c timestamp",
    "a string, b string, c string",
    "a decimal(10,2), b float, c timestamp_ntz",
    "a boolean, b bigint, c string",
    "c string, a string, b smallint"
  )
  private val options = Seq(
    Map.empty[String, String],
    Map("nullValue" -> "NA"),
    Map("escape" -> "\"", "emptyValue" -> "E"),
    Map("dateFormat" -> "dd/MM/yyyy", "nanValue" -> "x", "negativeInf" -> "-"),
    Map("sep" -> ";", "locale" -> "de-DE"),
    Map("ignoreLeadingWhiteSpace" -> "true", "ignoreTrailingWhiteSpace" -> "true"),
    Map("timeZone" -> "America/New_York"),
    Map("unescapedQuoteHandling" -> "STOP_AT_CLOSING_QUOTE", "comment" -> "-"),
    Map("mode" -> "DROPMALFORMED")
  )

  private def config(options: Map[String, String]): RestConfig = RestConfig
    .parse(Map("url" -> "http://h/x", "responseFormat" -> "csv") ++ options)
    .fold(e => fail(e.text), identity)

  private def records(text: String, config: RestConfig): Vector[Array[Byte]] = {
    val kept = mutable.ArrayBuffer.empty[Array[Byte]]
    val sink = new RecordSink {
      def record(buf: Array[Byte], from: Int, to: Int): Unit = kept += java.util.Arrays.copyOfRange(buf, from, to)
      def restart(): Unit = kept.clear()
    }
    new CsvRecords(config.records, None, ReaderSettings(1L << 30))
      .read(new ByteArrayInputStream(text.getBytes(UTF_8)), sink)
      .fold(e => fail(e.text), _ => kept.toVector)
  }

  private def ours(text: String, schema: StructType, config: RestConfig): Seq[Row] = {
    val rows = JsonRows(schema, JsonRowSettings.in(spark, config))
    val toRow = CatalystTypeConverters.createToScalaConverter(schema)
    records(text, config).flatMap { r =>
      val direct = Option(rows.row(r, 0, r.length)).map(Iterator.single(_))
      direct.getOrElse(rows.rows(r, 0, r.length)).map(toRow(_).asInstanceOf[Row]).toVector
    }
  }

  private def inFile[A](text: String)(use: String => A): A = {
    val file = Files.write(Files.createTempFile("rows", ".csv"), text.getBytes(UTF_8))
    try use(file.toString)
    finally Files.delete(file)
  }

  private def sparks(text: String, schema: StructType, options: Map[String, String]): Seq[Row] = inFile(text) { path =>
    spark.read.schema(schema).options(options ++ Map("multiLine" -> "true")).csv(path).collect().toSeq
  }

  private def shown(rows: Seq[Row]): String = rows.map(_.toString).mkString("\n")

  test("rows equal those of spark.read.csv, for all combinations of texts, schemas and options") {
    for (text <- texts; o <- options; ddl <- schemas) {
      val schema = StructType.fromDDL(ddl)
      // A schema in another order than the header: Spark reads by position, and this connector by name.
      val inOrder = StructType(schema.sortBy(_.name))
      val sep = o.getOrElse("sep", ",")
      if (text.startsWith(s"a${sep}b${sep}c")) {
        val expected = sparks(text, inOrder, o + ("header" -> "true"))
        val byName = expected.map(r => Row.fromSeq(schema.fieldNames.map(n => r.get(inOrder.fieldIndex(n))).toSeq))
        assert(shown(ours(text, schema, config(o))) == shown(byName), s"$o $ddl\n$text")
      }
    }
  }

  // A shorter case would have options that do not exist.
  implicit private val wholeOptions: Shrink[Map[String, String]] = Shrink.shrinkAny

  test("for any text, the values are those of spark.read.csv") {
    val schema = StructType.fromDDL("a string, b string, c string")
    val piece = Gen.oneOf("\"", "\"", ",", ",", "\n", "\n", "\r\n", "a", "é", " ", "\\", "'", "#", ";", "\"\"", "x,y\n")
    val option = Gen.oneOf(
      Map.empty[String, String],
      Map("escape" -> "\""),
      Map("quote" -> "'"),
      Map("sep" -> ";"),
      Map("comment" -> "#"),
      Map("ignoreLeadingWhiteSpace" -> "true", "ignoreTrailingWhiteSpace" -> "true"),
      Map("unescapedQuoteHandling" -> "STOP_AT_CLOSING_QUOTE"),
      Map("lineSep" -> "\n")
    )
    forAll(Gen.choose(1, 30).flatMap(Gen.listOfN(_, piece)), option, minSuccessful(300)) { (pieces, o) =>
      val text = pieces.mkString
      val found = ours(text, schema, config(o + ("recordFields" -> "a,b,c")))
      assert(
        shown(found) == shown(sparks(text, schema, o + ("header" -> "false"))),
        s"$o ${io.circe.Json.fromString(text).noSpaces}"
      )
    }
  }

  test("a row that does not fit obeys mode, and its text goes to the column of corrupt records") {
    val text = "a,b\n1,x\ntwo,y\n3\n4,z,5\n6,\n"
    val schema = StructType.fromDDL("a int, b string, _corrupt_record string")
    val found = ours(text, schema, config(Map.empty))
    assert(found.map(_.getString(2)) == Seq(null, """{"a":"two","b":"y"}""", "3", "4,z,5", null))
    assert(found.map(r => Option(r.get(0))) == Seq(Some(1), None, Some(3), Some(4), Some(6)))
    val named =
      ours(text, StructType.fromDDL("a int, broken string"), config(Map("columnNameOfCorruptRecord" -> "broken")))
    assert(named.map(_.getString(1)) == found.map(_.getString(2)))
    val kept = ours(text, StructType.fromDDL("a int, b string"), config(Map("mode" -> "DROPMALFORMED")))
    assert(shown(kept) == "[1,x]\n[6,null]")
    assert(Try(ours(text, schema, config(Map("mode" -> "FAILFAST")))).isFailure)
    assert(ours("a,b\n1,x\n", schema, config(Map("mode" -> "FAILFAST"))).length == 1)
  }

  test("output STRING is the JSON of a row, and output STRUCT has its fields") {
    val c = config(Map.empty)
    assert(ours("a\n1\n", StructType.fromDDL("output string"), c) == Seq(Row("""{"a":"1"}""")))
    assert(ours("a\n1\n", StructType.fromDDL("output struct<a: int>"), c) == Seq(Row(Row(1))))
  }

  test("a value that does not fit goes to the rescued data, and so does an unknown column") {
    val c = config(Map.empty)
    val settings = JsonRowSettings.in(spark, c).copy(fields = FieldRules(rescued = Some("rest")))
    val schema = StructType.fromDDL("a int, rest string")
    val rows = JsonRows(schema, settings)
    val toRow = CatalystTypeConverters.createToScalaConverter(schema)
    val found = records("a,b\n1,\nx,2\n3,4,5\n", c).flatMap { r =>
      rows.rows(r, 0, r.length).map(toRow(_).asInstanceOf[Row]).toVector
    }
    assert(
      shown(found) == Seq(
        "[1,null]",
        """[null,{"a":"x","b":"2"}]""",
        """[3,{"b":"4","_corrupt_record":"3,4,5"}]"""
      ).mkString("\n")
    )
  }

  test("a broken row does not look like a new field") {
    var changed = 0
    val watch = WatchedSchema(StructType.fromDDL("a string"), None, _ => { changed += 1; throw new IllegalStateException })
    val c = config(Map.empty)
    val rows =
      JsonRows(StructType.fromDDL("a string"), JsonRowSettings.in(spark, c).copy(fields = FieldRules(watch = Some(watch))))
    records("a\n1,2\n", c).foreach(r => assert(rows.rows(r, 0, r.length).length == 1))
    rows.finish()
    records("a,b\n1,2\n", c).foreach(r => assert(rows.rows(r, 0, r.length).isEmpty))
    intercept[IllegalStateException](rows.finish())
    assert(changed == 1)
  }

  test("types are inferred as spark.read.csv infers them") {
    for (text <- texts; o <- options if text.startsWith("a" + o.getOrElse("sep", ","))) {
      val expected = inFile(text) { path =>
        spark.read
          .options(o ++ Map("header" -> "true", "multiLine" -> "true", "inferSchema" -> "true"))
          .csv(path)
          .schema
      }
      val c = config(o)
      val found = RecordTypes.of(records(text, c).map(new String(_, UTF_8)), c, spark)
      assert(found.toDDL == expected.toDDL, s"$o\n$text")
      assert(RecordTypes.ofOutput(records(text, c).map(new String(_, UTF_8)), c, spark).contains(found))
    }
    assert(RecordTypes.ofOutput(Nil, config(Map.empty), spark).isEmpty)
  }
}
