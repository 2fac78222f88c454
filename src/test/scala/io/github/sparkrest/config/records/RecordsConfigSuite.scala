// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config.records

import io.github.sparkrest.BuildInfo
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.options.values.FieldPath
import org.scalatest.funsuite.AnyFunSuite

class RecordsConfigSuite extends AnyFunSuite {
  private def parsed(options: (String, String)*) = RestConfig.parse(Map("url" -> "http://h/x") ++ options)
  private def config(options: (String, String)*): RecordsConfig = parsed(options: _*).fold(e => fail(e.text), _.records)
  private def problem(options: (String, String)*): String = parsed(options: _*).fold(_.text, _ => fail("accepted"))
  private val csv = "responseFormat" -> "csv"

  test("dataField is one path, several with commas, or a JSON array") {
    def paths(text: String) = config("dataField" -> text).paths.map(_.toString)
    assert(paths("a.b") == Seq("a.b") && paths("a, b[],c.*") == Seq("a", "b[]", "c.*"))
    assert(paths("""["a","b.c"]""") == Seq("a", "b.c") && paths("[1]") == Seq("$[1]"))
    assert(paths(""""a,b".c""") == Seq("a,b.c") && paths("l[k=a,b].c") == Seq("l[k=a,b].c"))
    assert(problem("dataField" -> "a,,b").contains("dataField"))
  }

  test("paths that may lead to the same record are refused") {
    Seq("a,a", "a,a.b", "a.*,a.b", "a[],a[1]", "*,b").foreach { text =>
      assert(problem("dataField" -> text).contains("twice"), text)
    }
    Seq("a,b", "a.b,a.c", "a[0],a[1]", "a.*.x,a.*.y").foreach(text => config("dataField" -> text))
  }

  test("the records of several paths have no common order") {
    Seq("asc", "desc").foreach(o => assert(problem("dataField" -> "a,b", "order" -> o).contains("order:")))
  }

  test("an added field is next to the records, and leaves their path by names") {
    def added(path: String) = Seq("dataField" -> "o[].items", "addedFields" -> s"""{"x":"$path"}""")
    Seq("o[].id", "total", "o[].c.d", "{path}").foreach(p => config(added(p): _*))
    assert(problem(added("o[].items"): _*).contains("contains the records"))
    assert(problem(added("o"): _*).contains("contains the records"))
    assert(problem(added("o[1].id"): _*).contains("only names"))
    assert(problem(added("p[].id"): _*).contains("only names"))
    assert(problem(added("{key}"): _*).contains("{key} needs a *"))
    assert(problem("addedFields" -> """{"x":"a"}""").contains("needs dataField"))
  }

  test("columns need a path, and have names") {
    assert(problem("responseFormat" -> "columns").contains("dataField"))
    assert(problem("responseFormat" -> "columns", "dataField" -> "h", "recordFields" -> "a").contains("recordFields"))
  }

  test("CSV: Spark's defaults, but a header unless recordFields names the columns") {
    val c = config(csv).csv
    assert(c.header && c.delimiter == "," && c.quote == '"' && c.escape == '\\' && c.comment == '\u0000')
    assert(c.nullValue == "" && c.maxColumns == 20480 && c.maxCharsPerColumn == -1 && c.charset.isEmpty)
    assert(!config(csv, "recordFields" -> "a,b").csv.header)
    assert(config(csv, "RECORDFIELDS" -> "a,b", "Header" -> "true").csv.header)
  }

  test("CSV: separators as Spark reads them") {
    def sep(text: String) = CsvConfig.delimiterOf(text)
    assert(sep("\\t").contains("\t") && sep(";").contains(";") && sep("||").contains("||"))
    assert(sep("\\\\").contains("\\") && sep("\\u0000").contains("\u0000"))
    assert(sep("").isEmpty && sep("\\").isEmpty && sep("\\x").isEmpty)
  }

  test("CSV: all wrong values are reported together") {
    val text = problem(
      csv,
      "sep" -> "",
      "quote" -> "ab",
      "encoding" -> "klingon",
      "maxColumns" -> "0",
      "header" -> "perhaps",
      "unescapedQuoteHandling" -> "x",
      "lineSep" -> "abc"
    )
    Seq("sep:", "quote:", "encoding:", "maxColumns:", "header:", "unescapedQuoteHandling:", "lineSep:").foreach(n =>
      assert(text.contains(n), text)
    )
  }

  test("XML: rowTag is required, options of another format are refused, and those of two formats belong to both") {
    val xml = Seq("responseFormat" -> "xml", "rowTag" -> "r")
    assert(problem("responseFormat" -> "xml").contains("rowTag: is required"))
    assert(problem("rowTag" -> "r").contains("rowTag: belong to responseFormat=xml"))
    Seq(
      "dataField" -> "a",
      "addedFields" -> """{"a":"b"}""",
      "recordFields" -> "a",
      "sep" -> ";",
      "rescuedDataColumn" -> "r"
    )
      .foreach(o => assert(problem(xml :+ o: _*).contains(s"${o._1}: "), o))
    assert(problem(xml :+ "excludeAttribute" -> "maybe": _*).contains("excludeAttribute: \"maybe\" is not allowed"))
    config(csv, "nullValue" -> "-", "encoding" -> "UTF-16")
    if (BuildInfo.scalaBinaryVersion == "2.13") {
      val read =
        config(xml ++ Seq("nullValue" -> "-", "encoding" -> "utf-16", "pagination" -> "page", "totalField" -> "n"): _*)
      assert(read.xml.nullValue.contains("-") && read.xml.charset.contains("UTF-16"))
    }
  }

  test("CSV: options of another format are refused") {
    assert(problem("sep" -> ";").contains("responseFormat=csv"))
    assert(problem(csv, "dataField" -> "a").contains("dataField"))
    Seq(
      Seq("pagination" -> "nextUrl", "nextField" -> "next"),
      Seq("pagination" -> "page", "hasMoreField" -> "more"),
      Seq("pagination" -> "page", "totalField" -> "total"),
      Seq("errorWhen" -> "error"),
      Seq("emptyWhen" -> "error")
    ).foreach(o => assert(problem(csv +: o: _*).contains("nothing but records"), o))
    config(csv, "pagination" -> "cursor", "nextField" -> "id")
    config(csv, "pagination" -> "page", "hasMoreField" -> "header:X-More")
  }

  test("a path with * is printed as it is read") {
    assert(FieldPath.parse("a.*.b").map(_.toString).contains("a.*.b"))
  }
}
