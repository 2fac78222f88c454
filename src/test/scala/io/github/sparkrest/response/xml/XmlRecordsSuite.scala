// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.xml

import java.io.{ByteArrayInputStream, IOException, InputStream, SequenceInputStream}
import java.nio.charset.Charset
import java.nio.charset.StandardCharsets.{ISO_8859_1, UTF_16, UTF_8}

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.BuildInfo
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.response.{Envelope, ReaderSettings, Slices}
import org.scalatest.funsuite.AnyFunSuite

class XmlRecordsSuite extends AnyFunSuite with Slices {
  private val isSpark4 = BuildInfo.scalaBinaryVersion == "2.13"

  private def read(
      body: InputStream,
      options: Seq[(String, String)] = Nil,
      outside: Seq[String] = Nil,
      declared: Option[String] = None,
      max: Long = 1L << 30,
      mostOfRecord: Long = 1L << 24
  ): Either[RestError, (List[(String, Boolean)], Envelope)] = {
    assume(isSpark4)
    val all = Map("url" -> "http://h/x", "responseFormat" -> "xml", "rowTag" -> "r") ++ options
    val config = RestConfig.parse(all).fold(e => fail(e.text), identity)
    val sink = new Told
    new XmlRecords(config.records.xml, declared, ReaderSettings(max, outside.map(path)), mostOfRecord)
      .read(body, sink)
      .map(sink.records.toList -> _)
  }

  private def bytes(text: String) = new ByteArrayInputStream(text.getBytes(UTF_8))

  private def json(record: String): Json = parse(record).fold(throw _, identity)

  /** The records without their XML, for reads of any size. */
  private def records(text: String, options: (String, String)*): List[String] =
    Seq(1, 3, 1 << 20)
      .map(step => read(new Dribble(text.getBytes(UTF_8), step), options).fold(e => fail(e.text), _._1.map(_._1)))
      .reduce { (a, b) => assert(a == b); a }
      .map(json(_).mapObject(_.remove(XmlRecords.Source)).noSpaces)

  private def sources(text: String, options: (String, String)*): List[String] =
    read(bytes(text), options)
      .fold(e => fail(e.text), _._1)
      .map(r => json(r._1).hcursor.get[String](XmlRecords.Source).fold(throw _, identity))

  private def error(text: String, options: (String, String)*): RestError =
    read(bytes(text), options).fold(identity, r => fail(s"found $r"))

  private def value(text: String, at: String): Option[Json] =
    read(bytes(text), outside = Seq(at)).fold(e => fail(e.text), _._2)(path(at))

  test("an element is a text, or an object with its attributes, its elements and its text") {
    assert(
      records("""<l><r id="1" n="x &amp; y"><a>1</a><b u="k"> 2 </b><c/><d><e>é</e></d></r><r/></l>""") == List(
        """{"_id":"1","_n":"x & y","a":"1","b":{"_u":"k","_VALUE":"2"},"c":null,"d":{"e":"é"}}""",
        "{}"
      )
    )
    assert(
      records("<l><r>5</r><r a='1'>x<b/>y</r></l>") == List(
        """{"_VALUE":"5"}""",
        """{"_a":"1","b":null,"_VALUE":"xy"}"""
      )
    )
  }

  test("elements of one name are an array, wherever they are") {
    assert(records("<l><r><a>1</a><b>x</b><a>2</a><a><c/></a></r></l>") == List("""{"a":["1","2",{"c":null}],"b":"x"}"""))
  }

  test("options of spark.read.xml name the members") {
    val text = """<l><x:r x:id="1"><x:a> - </x:a></x:r></l>"""
    assert(records(text, "rowTag" -> "x:r") == List("""{"_x:id":"1","x:a":"-"}"""))
    assert(records(text, "ignoreNamespace" -> "true", "attributePrefix" -> "@") == List("""{"@id":"1","a":"-"}"""))
    assert(records(text, "rowTag" -> "x:r", "nullValue" -> "-", "excludeAttribute" -> "true") == List("""{"x:a":null}"""))
    assert(records("<l><r b='1'>2</r></l>", "valueTag" -> "v") == List("""{"_b":"1","v":"2"}"""))
    assert(records(text, "rowTag" -> "x:r", "ignoreSurroundingSpaces" -> "false").head.contains("\" - \""))
  }

  test("the XML of a record has the same content, in one spelling") {
    assert(
      sources("<l><r a='\"&#10;' b=\"'\"><!-- no --><t>H<sub>2</sub>O &lt; <![CDATA[<&>]]></t>\r\n<e></e></r></l>") ==
        List("<r a=\"&quot;&#10;\" b=\"'\"><t>H<sub>2</sub>O &lt; &lt;&amp;&gt;</t>&#10;<e/></r>")
    )
  }

  test("a record within a record is a part of it, and the root may be the record") {
    assert(records("<l><r><r>1</r></r></l>") == List("""{"r":"1"}"""))
    assert(records("<r><a>1</a></r>") == List("""{"a":"1"}"""))
    assert(records("<l><g><r>1</r></g><r>2</r></l>").length == 2)
  }

  test("only the last record may be the last one, and a response may have none") {
    val found = read(bytes("<l><r/><r/><n>1</n></l>")).fold(e => fail(e.text), _._1.map(_._2))
    assert(found == List(false, true) && records("<l><n/></l>") == Nil)
  }

  test("paths to values next to the records begin below the root element") {
    val feed = """<f v="2"><total>7</total><link rel="self" href="s"/><link rel="next" href="n?a&amp;b"/>
      <page of="3">1</page><r><total>8</total></r><meta><more>true</more><r/></meta></f>"""
    def text(at: String) = value(feed, at).flatMap(_.asString)
    assert(text("total").contains("7") && text("_v").contains("2"))
    assert(text("link[_rel=next]._href").contains("n?a&b") && text("link[1]._rel").contains("next"))
    assert(text("page._of").contains("3") && text("page._VALUE").contains("1"))
    assert(text("meta.more").contains("true") && value(feed, "none").isEmpty && value(feed, "meta.r").isEmpty)
  }

  test("an element that appears once is also an array, so that a condition finds it in each response") {
    val one = """<f><link rel="next" href="n"/><item><k>a</k><v>1</v></item></f>"""
    assert(value(one, "link[_rel=next]._href").flatMap(_.asString).contains("n"))
    assert(value(one, "item[k=a].v").flatMap(_.asString).contains("1") && value(one, "link[_rel=prev]._href").isEmpty)
  }

  test("the charset is that of the mark, the option, the response or the declaration") {
    def found(charset: Charset, declaration: String, options: Seq[(String, String)], declared: Option[String]) =
      read(new ByteArrayInputStream(s"$declaration<l><r>é</r></l>".getBytes(charset)), options, declared = declared)
        .fold(e => fail(e.text), _._1.map(r => json(r._1).hcursor.get[String]("_VALUE").getOrElse("")))
    val latin = "<?xml version='1.0' encoding='ISO-8859-1'?>"
    Seq(
      found(UTF_8, "", Nil, None),
      found(ISO_8859_1, latin, Nil, None),
      found(UTF_16, "", Nil, None),
      found(ISO_8859_1, "", Nil, Some("iso-8859-1")),
      found(ISO_8859_1, "", Seq("encoding" -> "ISO-8859-1"), Some("utf-8")),
      found(UTF_8, latin, Nil, Some("utf-8")),
      found(UTF_16, "", Nil, Some("utf-8"))
    ).foreach(v => assert(v == List("é")))
  }

  test("a document type is skipped, and its entities are not known: no file is read, and nothing multiplies") {
    val dtd = """<!DOCTYPE l PUBLIC "-//X//EN" "http://127.0.0.1:1/x.dtd">"""
    assert(records(s"$dtd<l><r>1</r></l>") == List("""{"_VALUE":"1"}"""))
    Seq(
      """<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hostname">]><l><r>&x;</r></l>""",
      """<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hostname">]><l><n>&x;</n><r/></l>""",
      """<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l><r>&b;</r></l>""",
      """<!DOCTYPE l [<!ENTITY a "ha">]><l><r k="&a;"/></l>""",
      """<!DOCTYPE l [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p"> %p;]><l><r>&q;</r></l>""",
      "<l><r>&nbsp;</r></l>"
    ).foreach { text =>
      val e = error(text)
      assert(e.condition == Condition.InvalidResponse && e.text.contains("not valid XML"), e.text)
    }
  }

  test("text that is not XML is an error that says what is wrong") {
    Seq("", "{}", "<l><r></l>", "<l><r>1</r>", "<l/><l/>", "<l><r a='1' a='2'/></l>").foreach { text =>
      assert(error(text).condition == Condition.InvalidResponse, text)
    }
    assert(error("<html><body>Log in</body></html>").text.contains("it is HTML"))
    assert(error("<l>\n<r></l>").text.contains("(line 2)"))
  }

  test("the response, a record, its depth and values next to the records have bounds") {
    def tooLarge(text: String, max: Long, most: Long) =
      read(bytes(text), max = max, mostOfRecord = most).left.toOption.map(_.condition)
    val long = "<l>" + "<r>1234567890</r>" * 100000 + "</l>"
    assert(tooLarge(long, 1L << 20, 1L << 20).contains(Condition.ResponseTooLarge))
    assert(tooLarge(long, 1L << 24, 4000).isEmpty)
    assert(tooLarge(s"<l><r>${"x" * 300000}</r></l>", 1L << 24, 4000).contains(Condition.ResponseTooLarge))
    // An element without text takes more memory than its bytes.
    assert(tooLarge(s"<l><r>${"<a/>" * 1000}</r></l>", 1L << 24, 4000).contains(Condition.ResponseTooLarge))
    assert(records("<r>" * 200 + "</r>" * 200).length == 1)
    assert(error("<r>" * 201 + "</r>" * 201).text.contains("200 levels"))
    assert(error("<a>" * 201 + "</a>" * 201).text.contains("200 levels"))
    val beside = s"<l><n>${"x" * (1 << 21)}</n></l>"
    assert(read(bytes(beside)).isRight)
    assert(read(bytes(beside), outside = Seq("n")).left.exists(_.text.contains("next to its records are longer")))
  }

  test("many records with many references to characters are no bomb") {
    val one = s"<r>${"&amp;&#233;" * 1000}</r>"
    val many = new SequenceInputStream(
      java.util.Collections.enumeration(
        java.util.Arrays.asList((Seq("<l>") ++ Seq.fill(1000)(one) ++ Seq("</l>")).map(t => bytes(t): InputStream): _*)
      )
    )
    assert(read(many).fold(e => fail(e.text), _._1.length) == 1000)
  }

  test("a connection that breaks is not the end of the response") {
    assume(isSpark4)
    val broken = new InputStream { def read(): Int = throw new IOException("reset") }
    Seq("<l><r>1</r>", "<l><r>1").foreach { text =>
      assert(intercept[IOException](read(new SequenceInputStream(bytes(text), broken))).getMessage == "reset")
    }
  }

  test("Spark 3.5 has no parser of XML, and says so at the start") {
    val parsed = RestConfig.parse(Map("url" -> "http://h/x", "responseFormat" -> "xml", "rowTag" -> "r"))
    if (isSpark4) assert(parsed.isRight) else assert(parsed.left.exists(_.text.contains("Spark 4")))
  }
}
