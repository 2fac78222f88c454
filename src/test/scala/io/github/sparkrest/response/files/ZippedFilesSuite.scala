// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.files

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, IOException, InputStream, SequenceInputStream}
import java.nio.charset.StandardCharsets.UTF_8
import java.util.zip.{CRC32, GZIPOutputStream, ZipEntry, ZipOutputStream}

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.HttpResponse
import io.github.sparkrest.response.{Envelope, ResponseReader, Slices}
import org.scalatest.funsuite.AnyFunSuite

class ZippedFilesSuite extends AnyFunSuite with Slices {

  private def zip(files: (String, Array[Byte])*): Array[Byte] = {
    val bytes = new ByteArrayOutputStream
    val out = new ZipOutputStream(bytes)
    files.foreach { case (name, content) =>
      val entry = new ZipEntry(name)
      if (name.contains("stored")) {
        entry.setMethod(ZipEntry.STORED)
        entry.setSize(content.length.toLong)
        val crc = new CRC32
        crc.update(content)
        entry.setCrc(crc.getValue)
      }
      out.putNextEntry(entry)
      out.write(content)
      out.closeEntry()
    }
    out.setComment("made by a test")
    out.close()
    bytes.toByteArray
  }

  private def gzip(content: Array[Byte]): Array[Byte] = {
    val bytes = new ByteArrayOutputStream
    val out = new GZIPOutputStream(bytes)
    out.write(content)
    out.close()
    bytes.toByteArray
  }

  private def texts(files: (String, String)*): Array[Byte] =
    zip(files.map { case (name, text) => name -> text.getBytes(UTF_8) }: _*)

  private def read(
      body: InputStream,
      options: Seq[(String, String)],
      outside: Seq[String] = Nil,
      max: Long = 1L << 30
  ): Either[RestError, (List[(String, Boolean)], Envelope)] = {
    val config = RestConfig.parse(Map("url" -> "http://h/x") ++ options).fold(e => fail(e.text), identity)
    val sink = new Told
    new ResponseReader(config, outside.map(path), max)
      .read(HttpResponse(200, Seq("content-type" -> "application/zip"), body), sink)
      .map(sink.records.toList -> _)
  }

  private def records(bytes: Array[Byte], options: (String, String)*): List[String] =
    Seq(1, 7, 1 << 20)
      .map(step => read(new Dribble(bytes, step), options).fold(e => fail(e.text), _._1.map(_._1)))
      .distinct
      .match1

  private def error(bytes: Array[Byte], options: (String, String)*): RestError =
    read(new ByteArrayInputStream(bytes), options).fold(identity, r => fail(s"found $r"))

  implicit private class OneOf[A](all: Seq[A]) {
    def match1: A = { assert(all.length == 1, "reads of other sizes found other records"); all.head }
  }

  test("each file is a body of the format, in the order of the archive") {
    assert(
      records(texts("b/1.json" -> """[{"a":1}]""", "a.stored" -> """{"data":[{"a":2}]}""")) == List(
        """{"a":1}""",
        """{"a":2}"""
      )
    )
    assert(
      records(texts("1.csv" -> "id,x\n1,a\n", "2.csv" -> "x,id\nb,2"), "responseFormat" -> "csv") ==
        List("""{"id":"1","x":"a"}""", """{"x":"b","id":"2"}""")
    )
    assert(
      records(texts("1" -> "{\"a\":1}\n", "2" -> "", "3" -> "{\"a\":3}"), "responseFormat" -> "ndjson") == List(
        """{"a":1}""",
        """{"a":3}"""
      )
    )
  }

  test("folders and macOS's descriptions are not files, and a file may be compressed once more") {
    val archive = zip(
      "d/" -> Array.emptyByteArray,
      "d/1" -> """[{"a":1}]""".getBytes(UTF_8),
      "__MACOSX/d/._1" -> Array[Byte](0, 5, 22),
      "2.json.gz" -> gzip("""[{"a":2}]""".getBytes(UTF_8))
    )
    assert(records(archive) == List("""{"a":1}""", """{"a":2}"""))
  }

  test("the last record of each file may be the last one, and values next to the records come from the first file with them") {
    val archive =
      texts("1" -> """{"data":[{"a":1},{"a":2}],"n":null}""", "2" -> """{"data":[{"a":3}],"n":1,"next":"c"}""")
    val (found, envelope) =
      read(new ByteArrayInputStream(archive), Nil, Seq("n", "next")).fold(e => fail(e.text), identity)
    assert(found == List("""{"a":1}""" -> false, """{"a":2}""" -> true, """{"a":3}""" -> true))
    assert(envelope(path("n")).exists(_.isNull) && envelope(path("next")).flatMap(_.asString).contains("c"))
  }

  test("an archive that is cut anywhere is an error, also between two files and without its directory") {
    val archive = texts("1" -> """[{"a":1}]""", "2.stored" -> """[{"a":2}]""")
    (4 until archive.length).foreach { n =>
      val e = error(archive.take(n))
      assert(e.condition == Condition.InvalidResponse && e.text.contains("zip archive"), s"$n: ${e.text}")
    }
  }

  test("a directory of another number of files is an error") {
    val (one, two) = (texts("1" -> "[1]"), texts("1" -> "[1]", "2" -> "[2]"))
    val directory = one.indexOfSlice(Seq[Byte]('P', 'K', 1, 2))
    assert(
      error(two.take(two.indexOfSlice(Seq[Byte]('P', 'K', 1, 2))) ++ one.drop(directory)).text
        .contains("lists 1 entries, and it has 2")
    )
  }

  test("a byte that changed is an error: the checksum of a file is behind its last record") {
    val archive = texts("1.stored" -> """[{"a":1}]""")
    val at = archive.indexOfSlice("""{"a":1}""".getBytes(UTF_8)) + 5
    assert(error(archive.updated(at, '2'.toByte)).text.contains("cannot be read: invalid entry CRC"))
  }

  test("an encrypted file and an archive without files are errors") {
    val archive = texts("1" -> "[1]")
    assert(error(archive.updated(6, (archive(6) | 1).toByte)).text.contains("a file in it is encrypted"))
    assert(error(zip()).text.contains("it contains no file"))
    assert(error(zip("d/" -> Array.emptyByteArray)).text.contains("it contains no file"))
  }

  test("an error names the file") {
    val text = error(texts("1" -> "[1]", "d/2\n.json" -> "[1")).text
    assert(text.contains("in the file d/2 .json of the archive: The response is not valid JSON"), text)
  }

  test("all files together have the bound of maxResponseBytes, and so have the names of empty files") {
    def limited(bytes: Array[Byte], max: Long) =
      read(new ByteArrayInputStream(bytes), Seq("responseFormat" -> "ndjson"), max = max)
    val half = "1" -> Array.fill(60000)(' '.toByte)
    assert(limited(zip(half), 100000).isRight)
    assert(limited(zip(half, half.copy(_1 = "2")), 100000).left.exists(_.condition == Condition.ResponseTooLarge))
    val packed = gzip(half._2)
    assert(limited(zip("1" -> packed), 100000).isRight)
    assert(limited(zip("1" -> packed, "2" -> packed), 100000).left.exists(_.condition == Condition.ResponseTooLarge))
    val empty = (1 to 4000).map(n => s"$n" -> Array.emptyByteArray)
    assert(limited(zip(empty: _*), 100000).left.exists(_.condition == Condition.ResponseTooLarge))
  }

  test("a bomb ends at the bound, in bounded memory") {
    val bytes = new ByteArrayOutputStream
    val out = new ZipOutputStream(bytes)
    out.putNextEntry(new ZipEntry("1"))
    val blanks = Array.fill(1 << 20)(' '.toByte)
    (1 to 300).foreach(_ => out.write(blanks))
    out.closeEntry()
    out.close()
    val result = read(new ByteArrayInputStream(bytes.toByteArray), Nil, max = 1 << 28)
    assert(bytes.size < (1 << 20) && result.left.exists(_.condition == Condition.ResponseTooLarge))
  }

  test("records in another field than those of the file before are an error, because a search would discard records") {
    val other = """{"other":[{"b":1}],"data":[{"a":1}]}"""
    assert(records(texts("1" -> other, "2" -> other)) == List("""{"a":1}""", """{"a":1}"""))
    val text = error(texts("1" -> """[{"a":1}]""", "2" -> other)).text
    assert(text.contains("in another place") && text.contains("dataField"), text)
  }

  test("a connection that breaks is not the end of the archive") {
    val archive = texts("1" -> "[1]", "2" -> "[2]")
    val broken = new InputStream { def read(): Int = throw new IOException("reset") }
    Seq(10, archive.length - 30).foreach { n =>
      val body = new SequenceInputStream(new ByteArrayInputStream(archive.take(n)), broken)
      assert(intercept[IOException](read(body, Nil)).getMessage == "reset")
    }
  }

  test("a binary body stays an archive: the files of other programs are archives too") {
    val archive = texts("xl/workbook.xml" -> "<w/>")
    val found = records(archive, "responseFormat" -> "binary")
    assert(found.length == 1 && found.head.contains(java.util.Base64.getEncoder.encodeToString(archive)))
  }
}
