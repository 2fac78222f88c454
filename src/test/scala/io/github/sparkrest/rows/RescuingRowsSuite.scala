// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.nio.charset.StandardCharsets.UTF_8

import scala.util.Try

import org.apache.spark.sql.Row
import org.apache.spark.sql.catalyst.CatalystTypeConverters
import org.apache.spark.sql.types.StructType
import org.scalatest.funsuite.AnyFunSuite

class RescuingRowsSuite extends AnyFunSuite {
  private def read(ddl: String, record: String, options: (String, String)*): Seq[Row] = {
    val schema = StructType.fromDDL(ddl)
    val settings = JsonRowSettings(options.toMap, "UTC", "_corrupt_record", FieldRules(rescued = Some("rest")))
    val json = JsonRows(schema, settings)
    val toRow = CatalystTypeConverters.createToScalaConverter(schema)
    val bytes = s"#$record#".getBytes(UTF_8)
    // Reads twice, because rows are reused.
    json.rows(bytes, 1, bytes.length - 1).foreach(_ => ())
    json.rows(bytes, 1, bytes.length - 1).map(r => toRow(r).asInstanceOf[Row]).toList
  }
  private def rest(ddl: String, record: String, options: (String, String)*): String = {
    val rows = read(ddl, record, options: _*)
    assert(rows.length == 1)
    rows.head.getAs[String]("rest")
  }

  test("the rescued column is null if the whole record fits") {
    assert(read("a int, rest string, b struct<c:string>", """{"b":{"c":"x"},"a":1}""") == Seq(Row(1, null, Row("x"))))
    assert(rest("a int, rest string", """{"a":null}""") == null && rest("a int, rest string", "{}") == null)
    assert(rest("a int, rest string", """{"a":1,"x":null}""") == null, "a null is not rescued")
    assert(rest("a int, rest string", "{ \"\\u0061\" : 1 }") == null, "the name has an escape")
  }

  test("fields that the schema lacks are rescued in the record's spelling") {
    assert(
      read("a int, rest string", """{"x": 1.10, "a":1, "y\"z" : {"k": [ ]}}""") ==
        Seq(Row(1, """{"x":1.10,"y\"z":{"k": [ ]}}"""))
    )
    assert(rest("b struct<c:int>, rest string", """{"b":{"c":1,"d":2},"e":"é"}""") == """{"b":{"d":2},"e":"é"}""")
    assert(rest("id int, rest string", """{"ID":1}""") == """{"ID":1}""", "names differ in case")
  }

  test("values that do not fit are rescued, and the other fields are in their columns") {
    assert(read("a int, b string, rest string", """{"a":"x","b":"y"}""") == Seq(Row(null, "y", """{"a":"x"}""")))
    assert(rest("a int, rest string", """{"a":12345678901}""") == """{"a":12345678901}""")
    assert(rest("a int, rest string", """{"a":1.5}""") == """{"a":1.5}""")
    assert(rest("a decimal(3,1), rest string", """{"a":12345.6}""") == """{"a":12345.6}""")
    assert(rest("t timestamp, rest string", """{"t":"29/02/2024"}""") == """{"t":"29/02/2024"}""")
    assert(rest("t timestamp, rest string", """{"t":"29/02/2024"}""", "timestampFormat" -> "dd/MM/yyyy") == null)
    assert(
      read("b struct<c:int,d:int>, rest string", """{"b":{"c":"x","d":2}}""") == Seq(
        Row(Row(null, 2), """{"b":{"c":"x"}}""")
      )
    )
    assert(rest("b struct<c:int>, rest string", """{"b":"no object"}""") == """{"b":"no object"}""")
  }

  test("an array or map with a value that does not fit is rescued as a whole") {
    val array = "l array<struct<c:int>>, rest string"
    assert(rest(array, """{"l":[{"c":1},{"c":2}]}""") == null)
    assert(rest(array, """{"l":[{"c":1},{"c":"x"}]}""") == """{"l":[{"c":1},{"c":"x"}]}""")
    assert(rest(array, """{"l":[{"c":1,"d":2}]}""") == """{"l":[{"c":1,"d":2}]}""")
    assert(rest("l array<int>, rest string", """{"l":[1,"x"]}""") == """{"l":[1,"x"]}""")
    assert(rest("m map<string,int>, rest string", """{"m":{"k":1,"l":null}}""") == null)
    assert(rest("m map<string,int>, rest string", """{"m":{"k":1,"l":"x"}}""") == """{"m":{"k":1,"l":"x"}}""")
    assert(rest("m map<string,struct<c:int>>, rest string", """{"m":{"k":{"d":1}}}""") == """{"m":{"k":{"d":1}}}""")
  }

  test("the rescued column works next to output, in any order") {
    assert(
      read("output struct<a:int>, rest string", """{"a":1,"b":2}""") == Seq(Row(Row(1), """{"b":2}""")) &&
        read("rest string, output struct<a:int>", """{"a":"x"}""") == Seq(Row("""{"a":"x"}""", Row(null)))
    )
  }

  test(
    "a record with a value that does not fit is not corrupt in any mode, but a record that is not a JSON object is"
  ) {
    val columns = "a int, _corrupt_record string, rest string"
    for (mode <- Seq("PERMISSIVE", "DROPMALFORMED", "FAILFAST"))
      assert(read(columns, """{"a":"x"}""", "mode" -> mode) == Seq(Row(null, null, """{"a":"x"}""")), mode)
    for (bad <- Seq("""{"a":1, "b": tru}""", "17", "[1]")) {
      assert(read(columns, bad) == Seq(Row(null, bad, null)), bad)
      assert(read("a int, rest string", bad) == Seq(Row(null, null)), bad)
      assert(read(columns, bad, "mode" -> "DROPMALFORMED") == Nil, bad)
      assert(Try(read(columns, bad, "mode" -> "FAILFAST")).isFailure, bad)
    }
    val named = "a int, bad string, rest string"
    assert(read(named, "17", "columnNameOfCorruptRecord" -> "bad") == Seq(Row(null, "17", null)))
  }

  test("records with a repeated name and records that are arrays lose nothing") {
    assert(rest("a int, rest string", """{"a":1,"a":"x"}""") == """{"a":1,"a":"x"}""")
    assert(read("a int, rest string", """[{"a":1},{"a":2}]""") == Seq(Row(1, null), Row(2, null)))
    val mixed = """[{"a":1,"b":3},{"a":2}]"""
    assert(read("a int, rest string", mixed) == Seq(Row(1, mixed), Row(2, mixed)))
  }
}
