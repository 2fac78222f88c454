// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.io.{ByteArrayInputStream, ByteArrayOutputStream}
import java.nio.charset.StandardCharsets.UTF_8
import java.util.zip.{ZipEntry, ZipOutputStream}

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.response.files.ZippedFiles
import io.github.sparkrest.response.forms.RecordForm
import org.scalatest.funsuite.AnyFunSuite

/** What an API counts as its items, next to the records in them: `Envelope.items`. */
class ItemsSuite extends AnyFunSuite with Slices {

  test("items are the elements at the first [] of the path, whatever they contain") {
    def items(text: String, at: String, lines: Boolean = false) =
      inAnyPieces(text) { step =>
        slice(text, Some(at), step = step, lines = lines).fold(e => fail(e.text), r => (r._1.length, r._2.items))
      }
    val carts = """{"n":1,"carts":[{"lines":[1,2]},{"lines":[]},{"lines":null},{},null,7,{"lines":3}]}"""
    assert(items(carts, "carts[].lines") == ((3, Some(7))))
    assert(items(carts, "carts[].lines[]") == ((3, Some(7))))
    assert(items("""{"a":[{"b":[{"c":[1,2]},{"c":[3]}]},{"b":[]}]}""", "a[].b[].c") == ((3, Some(2))))
    assert(items("""{"edges":[{"node":{}},{"node":null}]}""", "edges[].node") == ((1, Some(2))))
    assert(items("""{"carts":{"lines":[1,2]}}""", "carts[].lines") == ((2, Some(1))))
    Seq("""{"carts":null}""", """{"carts":[]}""", "{}").foreach(t => assert(items(t, "carts[].lines") == ((0, Some(0)))))
    // The records are the items.
    assert(items(carts, "carts") == ((6, None)) && items(carts, "carts[]") == ((6, None)))
    assert(items(carts, "carts[0].lines") == ((2, None)) && items("[1,2]", "$") == ((2, None)))
    assert(slice("[1,2]").map(_._2.items) == Right(None))
    // A line without a record may be a summary.
    val lines = """{"lines":[1,2]} {"lines":[]} {"lines":[3]} {"count":2}"""
    assert(items(lines, "lines", lines = true) == ((3, Some(2))))
    assert(items(lines, "$", lines = true) == ((4, None)))
  }

  test("items are the elements or members at the first [] or * of the paths, each counted once") {
    def items(text: String, lines: Boolean, options: (String, String)*) = {
      val config = RestConfig.parse(Map("url" -> "http://h/x") ++ options).fold(e => fail(e.text), identity)
      val form = RecordForm.of(config.records).getOrElse(fail("one path is enough"))
      inAnyPieces(text) { step =>
        val sink = new Kept
        new FormedRecords(form, lines, ReaderSettings(1L << 30))
          .read(new Dribble(text.getBytes(UTF_8), step), sink)
          .fold(e => fail(e.text), e => (sink.records.length, e.items))
      }
    }
    def of(text: String, path: String, more: (String, String)*) =
      items(text, lines = false, ("dataField" -> path) +: more: _*)
    assert(of("""{"rates":{"a":{},"b":null,"d":[{},{}]}}""", "rates.*") == ((3, Some(3))))
    assert(of("""{"rates":[{},[{},{}]]}""", "rates.*") == ((3, Some(2))))
    assert(of("""{"a":{"x":{"b":[{},{}]},"y":{"b":{}}}}""", "a.*.b") == ((3, Some(2))))
    val carts = """{"n":5,"carts":[{"lines":[1,2],"gifts":[3]},{"lines":[],"gifts":[]},{"lines":[4],"gifts":null}]}"""
    assert(of(carts, "carts[].lines,carts[].gifts") == ((4, Some(3))))
    assert(of(carts, "carts[].lines", "addedFields" -> """{"n":"n"}""") == ((3, Some(3))))
    assert(of("""{"carts":{"lines":[1,2]}}""", "carts[].lines", "addedFields" -> """{"n":"n"}""") == ((2, Some(1))))
    assert(of("""{"carts":null}""", "carts[].lines", "addedFields" -> """{"n":"n"}""") == ((0, Some(0))))
    // Of a path without them, the records.
    assert(of("""{"a":[1,2],"b":[3]}""", "a,b") == ((3, None)))
    assert(of("""{"a":[1,2],"b":[{"c":[3,4,5]}]}""", "a,b[].c") == ((5, Some(3))))
    val groups = """{"g":[{"n":"x","i":[1,2]},{"n":"y","i":[3]}]}"""
    assert(of(groups, "g[n=x].i,g[n=y].i") == ((3, None)) && of(groups, "g[0].i,g[1].i") == ((3, None)))
    val columns = """{"a":[{"h":{"t":[1,2],"u":[3,4]}},{"h":{"t":[],"u":[]}}],"b":{"t":[1,2,3]}}"""
    assert(of(columns, "a[].h", "responseFormat" -> "columns") == ((2, Some(2))))
    assert(of(columns, "b", "responseFormat" -> "columns") == ((3, None)))
    assert(of(columns, "a[].h,b", "responseFormat" -> "columns") == ((5, Some(5))))
    val lines = """{"l":[1,2],"k":3} {"l":[],"k":4} {"sum":2}"""
    assert(items(lines, lines = true, "dataField" -> "l", "addedFields" -> """{"k":"k"}""") == ((2, Some(1))))
    assert(items(lines, lines = true, "dataField" -> "$", "addedFields" -> """{"p":"{path}"}""") == ((3, None)))
  }

  test("the files of an archive have the items of all") {
    val archive = new ByteArrayOutputStream
    val zip = new ZipOutputStream(archive)
    Seq("""{"c":[{"l":[1,2]},{"l":[]}]}""", """{"c":[{"l":[3]}]}""").zipWithIndex.foreach { case (text, i) =>
      zip.putNextEntry(new ZipEntry(s"$i.json"))
      zip.write(text.getBytes(UTF_8))
    }
    zip.close()
    val sink = new Kept
    val found = new ZippedFiles(new JsonRecords(Some(path("c[].l")), ReaderSettings(1L << 30)), 1L << 30)
      .read(new ByteArrayInputStream(archive.toByteArray), sink)
    assert(found.map(_.items) == Right(Some(3)) && sink.records.length == 3)
  }
}
