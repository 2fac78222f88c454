// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.io.ByteArrayInputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files

import scala.collection.mutable

import io.github.sparkrest.BuildInfo
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.HttpResponse
import io.github.sparkrest.response.{RecordSink, ResponseReader}
import org.apache.spark.sql.catalyst.CatalystTypeConverters
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.{Row, SparkSession}
import org.scalacheck.{Gen, Shrink}
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

/** An XML response becomes the rows that `spark.read.xml` makes of the same bytes in a file. */
class XmlRowsSuite extends AnyFunSuite with BeforeAndAfterAll with ScalaCheckPropertyChecks {
  private lazy val spark: SparkSession =
    SparkSession.builder().master("local[1]").config("spark.sql.session.timeZone", "UTC").getOrCreate()
  override def afterAll(): Unit = spark.stop()
  override def withFixture(test: NoArgTest) = {
    assume(BuildInfo.scalaBinaryVersion == "2.13")
    super.withFixture(test)
  }

  // Spark 4.0 passes over <r/>, which is a record here.
  private val texts = Seq(
    "<l><r id='1'><a>1</a><b>x &amp; y</b><c>2024-02-29</c></r><r id='2'><a>-7</a><b/><c> </c></r><r></r></l>",
    "<l><r><a>1</a><a>2</a><b u='k'>v</b></r><r><a>3</a><b>w</b></r></l>",
    "<l xmlns:x='urn:x'><r x:id='1'><x:a>1.5</x:a><b>H<sub>2</sub>O\n  and <i>more</i></b><c><d e='1'>t</d></c></r></l>",
    "<l>\n <r>\n  <a> 5 </a>\n  <b><![CDATA[<&>]]></b>\n  <!-- no -->\n  <c>\n   <d>1</d>\n   <d>2</d>\n  </c>\n </r>\n</l>",
    "<l><r><a>x</a><b>true</b><c>2024-02-29T12:00:00Z</c></r><r><a>9</a><b>NA</b><c>29/02/2024</c></r></l>",
    "<l><r>text</r><r a='1'>more</r></l>",
    "<l><r><b><r><a>1</a></r></b><a>2</a></r></l>"
  )
  private val schemas = Seq(
    "a int, b string, c date",
    "_id bigint, a array<int>, b struct<_VALUE: string, _u: string>",
    "a double, b string, c struct<d: array<struct<_VALUE: string, _e: int>>>",
    "_VALUE string, _a int, _corrupt_record string",
    "a string, b boolean, c timestamp",
    "`x:a` decimal(5,2), `_x:id` int, c string",
    "b map<string, string>, c struct<d: array<int>>"
  )
  private val options = Seq(
    Map.empty[String, String],
    Map("nullValue" -> "NA", "dateFormat" -> "dd/MM/yyyy"),
    Map("ignoreNamespace" -> "true"),
    Map("attributePrefix" -> "@", "valueTag" -> "v"),
    Map("excludeAttribute" -> "true"),
    Map("ignoreSurroundingSpaces" -> "false"),
    Map("mode" -> "DROPMALFORMED")
  )

  private def config(options: Map[String, String]): RestConfig = RestConfig
    .parse(Map("url" -> "http://h/x", "responseFormat" -> "xml", "rowTag" -> "r") ++ options)
    .fold(e => fail(e.text), identity)

  private def records(text: String, config: RestConfig): Vector[Array[Byte]] = {
    val kept = mutable.ArrayBuffer.empty[Array[Byte]]
    val sink = new RecordSink {
      def record(buf: Array[Byte], from: Int, to: Int): Unit = kept += java.util.Arrays.copyOfRange(buf, from, to)
      def restart(): Unit = kept.clear()
    }
    new ResponseReader(config, Nil, 1L << 30)
      .read(HttpResponse(200, Nil, new ByteArrayInputStream(text.getBytes(UTF_8))), sink)
      .fold(e => fail(e.text), _ => kept.toVector)
  }

  private def rows(records: Seq[Array[Byte]], schema: StructType, config: RestConfig): Seq[Row] = {
    val rows = JsonRows(schema, JsonRowSettings.in(spark, config))
    val toRow = CatalystTypeConverters.createToScalaConverter(schema)
    records.flatMap { r =>
      val direct = Option(rows.row(r, 0, r.length)).map(Iterator.single(_))
      direct.getOrElse(rows.rows(r, 0, r.length)).map(toRow(_).asInstanceOf[Row]).toVector
    }
  }

  private def inFile[A](text: String)(use: String => A): A = {
    val file = Files.write(Files.createTempFile("rows", ".xml"), text.getBytes(UTF_8))
    try use(file.toString)
    finally Files.delete(file)
  }

  private def reader(options: Map[String, String]) = spark.read.format("xml").options(options + ("rowTag" -> "r"))

  private def shown(rows: Seq[Row]): String = rows.map(_.toString).mkString("\n")

  private def same(text: String, schema: StructType, options: Map[String, String]): Unit = {
    val expected = inFile(text)(reader(options).schema(schema).load(_).collect().toSeq)
    val c = config(options)
    assert(shown(rows(records(text, c), schema, c)) == shown(expected), s"$text\n${schema.toDDL}\n$options")
  }

  test("the rows of spark.read.xml, for each schema and each option") {
    val all = texts.mkString("<all>", "\n", "</all>")
    for ((ddl, i) <- schemas.zipWithIndex; o <- Seq(i, i + 3))
      same(all, StructType.fromDDL(ddl), options(o % options.length))
  }

  test("the types that spark.read.xml infers") {
    for ((text, i) <- texts.zipWithIndex; o <- Seq(Map.empty[String, String], options(i % options.length))) {
      val c = config(o)
      val ours = RecordTypes.of(records(text, c).map(new String(_, UTF_8)), c, spark)
      assert(ours == inFile(text)(reader(o).load(_).schema), s"$text\n$o")
    }
  }

  test("random elements") {
    implicit def noShrink[A]: Shrink[A] = Shrink.shrinkAny
    val word = Gen.oneOf("1", "x", " y ", "&lt;", "2024-02-29", "é", "")
    def element(depth: Int): Gen[String] = for {
      name <- Gen.oneOf("a", "b", "c")
      attribute <- Gen.oneOf("", " k='1'", " k='&quot;'")
      content <-
        if (depth == 0) word
        else Gen.choose(0, 3).flatMap(Gen.listOfN(_, Gen.oneOf(word, element(depth - 1)))).map(_.mkString)
    } yield s"<$name$attribute>$content</$name>"
    val record = Gen.choose(0, 4).flatMap(Gen.listOfN(_, element(2))).map(_.mkString("<r>", "", "</r>"))
    val schema = StructType.fromDDL(
      "a string, b struct<_VALUE: string, _k: int, a: string, b: array<string>>, c array<struct<_VALUE: string, c: string>>"
    )
    forAll(Gen.listOfN(20, record), minSuccessful(12)) { all =>
      same(all.mkString("<l>", "\n", "</l>"), schema, Map.empty)
    }
  }

  test("the column for elements that the schema lacks has the same ones if a query reads only some columns") {
    def settings(options: (String, String)*) = JsonRowSettings.in(spark, config(options.toMap))
    def schema(ddl: String) = StructType.fromDDL(ddl)
    val (record, wrapped) =
      (schema("a int, xs_any string"), schema("output struct<l: array<struct<a: int, xs_any: string>>>"))
    assert(!settings().canPrune(record, schema("xs_any string")) && !settings().canPrune(wrapped, wrapped))
    assert(!settings("wildcardColName" -> "a").canPrune(record, schema("a int")))
    assert(settings("wildcardColName" -> "b").canPrune(record, schema("xs_any string")))
  }

  test("a delete has the fields of its key, with their types") {
    val schema = StructType.fromDDL("_id bigint, meta struct<k: int, _u: string>, name string")
    val key = """{"_id":"7","meta":{"_u":"<","k":"2"}}""".getBytes(UTF_8)
    assert(shown(rows(Seq(key), schema, config(Map.empty))) == "[7,[2,<],null]")
  }

  test("output STRING is the JSON of the record, without its XML") {
    val c = config(Map.empty)
    val schema = StructType.fromDDL("output string")
    val found = rows(records("<l><r k='1'><a>2</a></r><r/></l>", c), schema, c).map(_.getString(0))
    assert(found == Seq("""{"_k":"1","a":"2"}""", "{}"))
  }

  test("an element that is named as the XML of the record does not replace it") {
    val (c, text) = (config(Map.empty), "<l><r><_xml>x</_xml><id>7</id></r></l>")
    val schema = StructType.fromDDL("id int, _xml string")
    assert(shown(rows(records(text, c), schema, c)) == "[7,x]")
    val output = StructType.fromDDL("output string")
    assert(rows(records(text, c), output, c).map(_.getString(0)) == Seq("""{"_xml":"x","id":"7"}"""))
  }
}
