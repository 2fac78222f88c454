// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.csv

import java.io.{ByteArrayInputStream, IOException, InputStream}
import java.nio.charset.Charset
import java.nio.charset.StandardCharsets.{ISO_8859_1, UTF_16, UTF_8}

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.HttpResponse
import io.github.sparkrest.response.{ReaderSettings, ResponseReader, Slices}
import org.scalatest.funsuite.AnyFunSuite

class CsvRecordsSuite extends AnyFunSuite with Slices {

  private def reader(options: Seq[(String, String)], declared: Option[String], max: Long, mostOfRow: Long) = {
    val config = RestConfig
      .parse(Map("url" -> "http://h/x", "responseFormat" -> "csv") ++ options)
      .fold(e => fail(e.text), identity)
    new CsvRecords(config.records, declared, ReaderSettings(max), mostOfRow)
  }

  private def told(
      body: InputStream,
      options: Seq[(String, String)] = Nil,
      declared: Option[String] = None,
      max: Long = 1L << 30,
      mostOfRow: Long = 1L << 24
  ): Either[RestError, List[(String, Boolean)]] = {
    val sink = new Told
    reader(options, declared, max, mostOfRow).read(body, sink).map(_ => sink.records.toList)
  }

  /** For reads of any size, in particular for a read that ends between the two bytes of a line break. */
  private def rows(text: String, options: (String, String)*): List[String] =
    inAnyPieces(text)(step => told(new Dribble(text.getBytes(UTF_8), step), options).fold(e => fail(e.text), _.map(_._1)))

  private def error(text: String, options: (String, String)*): RestError =
    told(new Dribble(text.getBytes(UTF_8), 7), options).fold(identity, r => fail(s"found $r"))

  test("a row is an object of strings by the names of the header") {
    assert(
      rows("id,name\n1,Ann\n2,\"B, \"\"C\"\"\"\n", "escape" -> "\"") ==
        List("""{"id":"1","name":"Ann"}""", """{"id":"2","name":"B, \"C\""}""")
    )
    assert(rows("id\r\n007\r\n\r\n8") == List("""{"id":"007"}""", """{"id":"8"}"""))
  }

  test("a response without rows has no records, with and without a header") {
    Seq("", "\n\n", "id,name", "id,name\r\n").foreach(text => assert(rows(text) == Nil))
  }

  test("a text for humans is not an empty table, if the options name a column") {
    val options =
      Map("url" -> "http://h/x?since={at}", "responseFormat" -> "csv", "offsetField" -> "at", "recordKey" -> "id")
    val config = RestConfig.parse(options).fold(e => fail(e.text), identity)
    def read(text: String) = new ResponseReader(config, Nil, 1L << 20)
      .read(HttpResponse(200, Nil, new ByteArrayInputStream(text.getBytes(UTF_8))), new Told)
    val e = read("Too many requests. Try again later.\n").fold(identity, _ => fail("an empty table"))
    assert(e.condition == Condition.InvalidResponse && e.text.contains("no column at: Too many requests."), e.text)
    assert(read("at,name\n").left.exists(_.text.contains("no column id")))
    assert(read("id,at\n").isRight && read("").isRight && read("text\nof two lines\n").isRight)
  }

  test("only the last row may be the last one") {
    assert(told(new Dribble("a\n1\n2\n3\n\n".getBytes(UTF_8), 2)).map(_.map(_._2)) == Right(List(false, false, true)))
  }

  test("line breaks, tabs and other characters within quotes stay, and the record is on one line") {
    assert(rows("a,b\n\"x\ny\",\"\t\u0001é\"\n") == List("{\"a\":\"x\\ny\",\"b\":\"\\t\\u0001é\"}"))
  }

  test("an empty value and nullValue are null, as spark.read.csv reads them") {
    assert(rows("a,b,c\n,\"\",x\n") == List("""{"a":null,"b":null,"c":"x"}"""))
    assert(rows("a,b,c\n,NA,x\n", "nullValue" -> "NA") == List("""{"a":null,"b":null,"c":"x"}"""))
  }

  test("separator, quote, comment and names come from options") {
    assert(
      rows("# c\na\t'b\tc'\n", "sep" -> "\\t", "quote" -> "'", "comment" -> "#", "header" -> "false") ==
        List("""{"_c0":"a","_c1":"b\tc"}""")
    )
    // Without a header, the first row is a record: names that the user gives do not hide it.
    assert(
      rows("1;2\n3;4\n", "delimiter" -> ";", "recordFields" -> "x,y") ==
        List("""{"x":"1","y":"2"}""", """{"x":"3","y":"4"}""")
    )
    assert(rows("a;b\n3;4\n", "sep" -> ";", "recordFields" -> "x,y", "header" -> "true") == List("""{"x":"3","y":"4"}"""))
  }

  test("empty and repeated names of a header get their index") {
    assert(rows("a,,A,b\n1,2,3,4\n") == List("""{"a0":"1","_c1":"2","A2":"3","b":"4"}"""))
    assert(error("a,A,a0\n1,2,3\n").text.contains("two columns are named a0"))
    assert(error("_corrupt_record\n1\n").text.contains("_corrupt_record"))
    assert(error("a,b\n1,2\n", "header" -> "true", "recordFields" -> "x").text.contains("2 columns"))
  }

  test("a row with too few or too many values also has its text") {
    assert(
      rows("a,b\n1\n1,2,3\n\"x\ny\"\n4,5\n") == List(
        """{"a":"1","b":null,"_corrupt_record":"1"}""",
        """{"a":"1","b":"2","_corrupt_record":"1,2,3"}""",
        """{"a":"x\ny","b":null,"_corrupt_record":"\"x\ny\""}""",
        """{"a":"4","b":"5"}"""
      )
    )
  }

  test("a page for humans and an error as JSON are not rows") {
    assert(error("<!DOCTYPE html>\n<html>").text.contains("HTML"))
    assert(error("""{"error":"quota"}""").text.contains("JSON"))
    assert(error("[]").condition == Condition.InvalidResponse)
    assert(error("""{"error":"quota"}""", "recordFields" -> "a,b").text.contains("JSON"))
    assert(rows("[1],<2>\n", "recordFields" -> "a,b") == List("""{"a":"[1]","b":"<2>"}"""))
  }

  test("the charset: a byte order mark, then the option, then the response, then UTF-8") {
    def read(charset: Charset, declared: Option[String], options: (String, String)*) =
      told(new Dribble("é\nß\n".getBytes(charset), 1), options, declared).map(_.map(_._1))
    val expected = Right(List("""{"é":"ß"}"""))
    assert(read(UTF_8, None) == expected && read(ISO_8859_1, Some("iso-8859-1")) == expected)
    assert(read(ISO_8859_1, Some("utf-8"), "encoding" -> "ISO-8859-1") == expected)
    assert(read(UTF_16, Some("utf-8")) == expected)
    assert(told(new Dribble("\uFEFFa\n1\n".getBytes(UTF_8), 1)).map(_.map(_._1)) == Right(List("""{"a":"1"}""")))
    assert(read(UTF_8, Some("klingon")).left.exists(_.text.contains("klingon")))
  }

  test("a broken connection is not the end of the response") {
    val text = "a,b\n1,2\n3,4\n"
    (0 to text.length).foreach { n =>
      val in = new InputStream {
        private var at = 0
        def read(): Int = if (at < n) { at += 1; text.charAt(at - 1).toInt }
        else throw new IOException("reset")
      }
      assert(intercept[IOException](told(in)).getMessage == "reset")
    }
  }

  /** `head`, then one character without an end. */
  private def endless(head: String, next: Char): InputStream = new InputStream {
    private var at = 0
    def read(): Int = { at += 1; if (at <= head.length) head.charAt(at - 1).toInt else next.toInt }
    override def read(b: Array[Byte], off: Int, len: Int): Int = {
      (0 until len).foreach(i => b(off + i) = read().toByte)
      len
    }
  }

  test("a quote that nobody closes ends the response, in bounded memory") {
    val e = told(endless("a\n\"x", 'y'), max = 16L << 20, mostOfRow = 1L << 20).fold(identity, r => fail(s"found $r"))
    assert(e.condition == Condition.ResponseTooLarge && e.text.contains("One row"), e.text)
  }

  test("a response of many rows is not a large row, and maxResponseBytes bounds it") {
    val lines = new InputStream {
      private var n = 0L
      def read(): Int = { n += 1; if (n % 100 == 0) '\n'.toInt else 'x'.toInt }
    }
    val e = told(lines, max = 8L << 20, mostOfRow = 1L << 20).fold(identity, r => fail(s"found ${r.length}"))
    assert(e.condition == Condition.ResponseTooLarge && e.text.contains("response is larger"), e.text)
  }

  test("more values than maxColumns, or longer ones than maxCharsPerColumn, are an error") {
    assert(error("a,b,c\n1,2,3\n", "maxColumns" -> "2").condition == Condition.InvalidResponse)
    assert(error("a\n12345\n", "maxCharsPerColumn" -> "3").condition == Condition.InvalidResponse)
  }
}
