// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import io.github.sparkrest.error.{Condition, RestException}
import io.github.sparkrest.pagelog.format.{PageFile, PageFileReader, PageFileWriter, PageSlice}
import io.github.sparkrest.pagelog.store.LocalLogStore
import io.github.sparkrest.progress.Change
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

class PageFileSuite extends AnyFunSuite with ScalaCheckPropertyChecks {
  private val root: Path = Files.createTempDirectory("pages")
  private val store = new LocalLogStore(root)

  private def append(w: PageFileWriter, record: String): Unit = {
    val bytes = ("?" + record + "?").getBytes(UTF_8)
    w.append(bytes, 1, bytes.length - 1)
  }

  private def read(name: String, from: Long, to: Long, total: Long): List[String] = {
    val reader = new PageFileReader(store, PageSlice(name, from, to, total, 0, ""))
    val found = List.newBuilder[String]
    while (reader.next())
      found += new String(
        reader.block.bytes,
        reader.block.from(reader.i),
        reader.block.to(reader.i) - reader.block.from(reader.i),
        UTF_8
      )
    found.result()
  }

  private def uncached(name: String): Unit = PageCache.release(name)

  private def record(n: Int, length: Int) = s"$n:" + "x" * length

  /** Pages, as the lengths of their records, and whether the page is complete. */
  private val pages: Gen[List[(List[Int], Boolean)]] = {
    val length = Gen.frequency(8 -> Gen.choose(0, 300), 3 -> Gen.choose(10000, 60000), 1 -> Gen.choose(200000, 600000))
    Gen
      .choose(0, 6)
      .flatMap(
        Gen.listOfN(_, Gen.zip(Gen.choose(0, 12).flatMap(Gen.listOfN(_, length)), Gen.frequency(3 -> true, 1 -> false)))
      )
  }

  test(
    "any range of the records of complete pages is read back, from the cache and from the file"
  ) {
    forAll(pages, Gen.choose(0.0, 1.0), Gen.choose(0.0, 1.0), minSuccessful(150)) { (pages, a, b) =>
      val writer = new PageFileWriter(store, 1, "")
      var n = 0
      val expected = pages.flatMap { case (lengths, whole) =>
        val records = lengths.map { l => n += 1; record(n, l) }
        records.foreach(append(writer, _))
        if (whole) writer.endPage(Some(n.toString), None) else writer.discardPage()
        if (whole) records else Nil
      }
      writer.close() match {
        case None       => assert(expected.isEmpty)
        case Some(file) =>
          assert(file.records == expected.length && store.length(PageFile.path(file.name)).contains(file.bytes))
          assert(file.pages.map(_.records.toInt) == pages.collect { case (l, true) if l.nonEmpty => l.length })
          val from = (math.min(a, b) * expected.length).round.toInt
          val to = (math.max(a, b) * expected.length).round.toInt
          val total = expected.length.toLong
          Seq(true, false).foreach { cached =>
            if (!cached) uncached(file.name)
            assert(read(file.name, from.toLong, to.toLong, total) == expected.slice(from, to))
          }
          assert(read(file.name, 0, total, total) == expected)
          Files.delete(root.resolve(PageFile.path(file.name)))
      }
    }
    assert(store.list(PageFile.Folder).isEmpty, "a poll without records left a file")
  }

  private def shownAgain(sink: PageSink): List[String] = {
    val found = List.newBuilder[String]
    sink.showAgain((buf, from, to) => found += new String(buf, from, to - from, UTF_8))
    found.result()
  }

  test("records that are shown again do not have the mark of their change") {
    val writer = new PageFileWriter(store, 1, "", changes = true)
    val shared = new SharedPageFile(store, 1, "", changes = true)
    val sinks = Seq[PageSink](writer, shared.sink("endpoint"))
    sinks.foreach { sink =>
      Seq("{\"a\":1}", "{\"a\":2}").map(_.getBytes(UTF_8)).foreach(r => sink.append(r, 0, r.length, Change.Update))
      assert(shownAgain(sink) == List("{\"a\":1}", "{\"a\":2}"))
    }
    writer.abandon()
    shared.abandon()
  }

  test("until a page ends, its records can be shown again, across the ends of blocks") {
    forAll(pages, minSuccessful(100)) { pages =>
      val writer = new PageFileWriter(store, 1, "")
      val shared = new SharedPageFile(store, 1, "")
      val held = shared.sink("endpoint")
      Seq[PageSink](writer, held).foreach { sink =>
        var n = 0
        pages.foreach { case (lengths, whole) =>
          assert(shownAgain(sink) == Nil, "records of the page before")
          val records = lengths.map { l => n += 1; record(n, l) }
          records.zipWithIndex.foreach { case (r, i) =>
            val bytes = r.getBytes(UTF_8)
            sink.append(bytes, 0, bytes.length)
            val so = records.take(i + 1)
            if (so.map(_.length + 1L).sum <= sink.shownBytes) assert(shownAgain(sink) == so)
          }
          if (whole) sink.endPage(None, None) else sink.discardPage()
        }
      }
      writer.abandon()
      held.abandon()
      shared.abandon()
    }
    assert(store.list(PageFile.Folder).isEmpty)
  }

  test("a page that is too long to be shown again needs no memory for it") {
    val writer = new PageFileWriter(store, 1, "")
    val records = (1 to 60).map(record(_, 100000))
    records.foreach(append(writer, _))
    assert(
      records.map(_.length).sum > writer.shownBytes && shownAgain(writer).length <= 3,
      "only the last block is held"
    )
    writer.abandon()
  }

  test("an abandoned writer leaves no file") {
    val writer = new PageFileWriter(store, 1, "")
    (1 to 10).foreach(i => append(writer, record(i, 100000)))
    assert(store.list(PageFile.Folder).length == 1)
    writer.abandon()
    assert(store.list(PageFile.Folder).isEmpty)
  }

  test("a page file has exactly these bytes") {
    val writer = new PageFileWriter(store, 7, "")
    append(writer, """{"id":1}""")
    append(writer, """{"id":2}""")
    writer.endPage(None, None)
    val file = writer.close().get
    assert(PageFile.epochOf(file.name).contains(7L))
    val text = new String(store.read(PageFile.path(file.name)).get, UTF_8)
    assert(
      text ==
        """{"sparkRestPages":1}
        |{"id":1}
        |{"id":2}
        |{"version":1,"records":2,"blocks":[[0,21,39]]}
        |00000000000000000039
        |""".stripMargin
    )
  }

  test("a page file that is damaged or missing is a clear error") {
    val writer = new PageFileWriter(store, 1, "")
    append(writer, "1")
    writer.endPage(None, None)
    val file = writer.close().get
    uncached(file.name)
    val path = root.resolve(PageFile.path(file.name))
    val whole = Files.readAllBytes(path)
    Seq(whole.dropRight(30), whole.take(10), Array.emptyByteArray, whole.map(_ => 0: Byte)).foreach { content =>
      Files.write(path, content)
      assert(intercept[RestException](read(file.name, 0, 1, 1)).error.condition == Condition.CheckpointUnreadable)
    }
    Files.delete(path)
    assert(intercept[RestException](read(file.name, 0, 1, 1)).error.condition == Condition.PageMissing)
  }

  private def fill(records: Int): String = {
    val writer = new PageFileWriter(store, 1, "")
    (1 to records).foreach(i => append(writer, record(i, 250000)))
    writer.endPage(None, None)
    writer.close().get.name
  }

  test("the cache is bounded, keeps the oldest pages, and a block leaves with its last record") {
    PageCache.clear()
    val names = (1L to PageCache.maxBytes / 10000000 + 3).map(_ => fill(40))
    assert(PageCache.bytes <= PageCache.maxBytes)
    assert(PageCache.get(names.head).isDefined && PageCache.get(names.last).isEmpty)
    val held = PageCache.bytes
    val reader = new PageFileReader(store, PageSlice(names.head, 0, 40, 40, 0, ""))
    (1 to 21).foreach(_ => reader.next())
    assert(PageCache.bytes == held - 20 * PageFile.BlockBytes)
    while (reader.next()) ()
    reader.close()
    assert(PageCache.bytes == held - 40 * PageFile.BlockBytes && PageCache.get(names.head).isEmpty)
    names.foreach { n => uncached(n); Files.delete(root.resolve(PageFile.path(n))) }
    assert(PageCache.bytes == 0)
  }

  test("the begin of a long file is cached; any part of it is read") {
    PageCache.clear()
    val total = (PageCache.maxBytes / 2 / PageFile.BlockBytes).toInt + 5
    val name = fill(total)
    assert(PageCache.bytes > 0 && PageCache.bytes <= PageCache.maxBytes / 2)
    val all = (1 to total).map(record(_, 250000)).toList
    Seq((total - 2, total), (total - 8, total - 3), (0, 3), (0, total)).foreach { case (from, to) =>
      assert(read(name, from.toLong, to.toLong, total.toLong) == all.slice(from, to))
    }
    uncached(name)
  }

  test("a block that two readers hold is not used again before both have left it") {
    PageCache.clear()
    val name = fill(3)
    def open() = new PageFileReader(store, PageSlice(name, 0, 3, 3, 0, ""))
    def current(r: PageFileReader) =
      new String(r.block.bytes, r.block.from(r.i), r.block.to(r.i) - r.block.from(r.i), UTF_8)
    val (slow, fast) = (open(), open())
    slow.next()
    while (fast.next()) ()
    fast.close()
    val other = fill(8)
    assert(current(slow) == record(1, 250000))
    assert(slow.next() && current(slow) == record(2, 250000) && slow.next() && current(slow) == record(3, 250000))
    slow.close()
    Seq(name, other).foreach(uncached)
  }
}
