// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.mirror

import io.github.sparkrest.error.Condition
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.schedule.PolledApi
import io.github.sparkrest.schedule.PolledApi.{Answer, array, query}
import org.scalatest.funsuite.AnyFunSuite

/** `snapshot` with `readChanges`: inserts, updates, and deletes after whole traversals only. */
class SnapshotChangesSuite extends AnyFunSuite {
  private val snapshot = Seq("offsetType" -> "snapshot", "recordKey" -> "id", "readChanges" -> "true")

  private def row(id: Int, v: Int = 0) = s"""{"id":$id,"v":$v}"""
  private def deleted(id: Int) = s"""-{"id":$id}"""

  /** A list in one response. */
  final private class Whole(options: (String, String)*) {
    var list: Seq[String] = Nil
    val api = new PolledApi(snapshot ++ options: _*)(_ => Answer(array(list)))
    def now(rows: String*): List[String] = {
      list = rows
      api.poll()
    }
  }

  /** A list in pages, by cursor. */
  final private class Paged(size: Int, options: (String, String)*) {
    var list: Seq[String] = Nil
    var fault: Int => Option[Answer] = (_: Int) => None
    val api = new PolledApi(
      snapshot ++ Seq("url" -> "http://h/x", "pagination" -> "cursor", "nextField" -> "next", "pageParam" -> "at") ++
        options: _*
    )({ request =>
      val at = query(request).getOrElse("at", "0").toInt
      fault(at).getOrElse {
        val page = list.slice(at, at + size)
        val next = if (at + size < list.length) s""","next":"${at + size}"""" else ""
        Answer(s"""{"data":${array(page)}$next}""")
      }
    })
    def now(rows: String*): List[String] = {
      list = rows
      api.traversal()
    }
  }

  test("inserts, updates and deletes are named, and a record that comes back is an insert") {
    val api = new Whole()
    assert(api.now(row(1), row(2)) == List("+" + row(1), "+" + row(2)))
    assert(api.now(row(3), row(1, 1)) == List("+" + row(3), "~" + row(1, 1), deleted(2)))
    assert(api.now(row(1, 1), row(3)).isEmpty)
    assert(api.now(row(1, 1), row(2), row(3)) == List("+" + row(2)))
    assert(api.now(row(1, 1), row(3)) == List(deleted(2)))
    assert(api.now(row(3)) == List(deleted(1)))
  }

  test("a list that is empty twice, a second apart, deletes all its records") {
    val api = new Whole()
    api.now(row(1), row(2))
    api.list = Nil
    assert(api.api.once().isEmpty && api.api.outcome.waitMs.isDefined)
    assert(api.now().sorted == List(deleted(1), deleted(2)))
    assert(api.now().isEmpty)
  }

  test("without readChanges nothing changes: no marks, and no deletes") {
    var list = Seq(row(1), row(2))
    val api = new PolledApi("offsetType" -> "snapshot", "recordKey" -> "id")(_ => Answer(array(list)))
    assert(api.poll() == list.toList)
    list = Seq(row(2, 1))
    assert(api.poll() == list.toList)
    assert(api.state.version == 1)
  }

  test("a traversal that fails deletes nothing, and the next whole traversal does") {
    val api = new Paged(2)
    api.now(row(1), row(2), row(3))
    api.fault = at => if (at == 2) Some(Answer("busy", status = 500)) else None
    assert(api.now(row(4), row(2), row(5)) == List("+" + row(4)))
    assert(api.api.outcome.error.isDefined)
    api.fault = _ => None
    assert(api.api.traversal().sorted == List("+" + row(5), deleted(1), deleted(3)).sorted)
  }

  test("what only a restarted traversal delivered is deleted after the next whole traversal") {
    val api = new Paged(2, "expiredStatusCodes" -> "410")
    api.now(row(1), row(2), row(3))
    api.fault = at => if (at == 2) Some(Answer("gone", status = 410)) else None
    assert(api.now(row(1, 1), row(9), row(3)) == List("~" + row(1, 1), "+" + row(9)))
    assert(api.api.state.traversal.isEmpty && api.api.outcome.error.isDefined, "restarted")
    api.fault = _ => None
    // Record 1 has its old content again, and record 9 is gone.
    assert(api.now(row(1), row(3)).toSet == Set("~" + row(1), deleted(2), deleted(9)))
    assert(api.now(row(1), row(3)).isEmpty)
  }

  test("a traversal that ends after many empty pages deletes nothing") {
    var list = Seq(row(1), row(2))
    var n = 0
    val api = new PolledApi(
      snapshot ++ Seq("url" -> "http://h/x", "pagination" -> "cursor", "nextField" -> "next", "pageParam" -> "at"): _*
    )({ _ =>
      n += 1
      Answer(s"""{"data":${array(if (n % 30 == 1) list else Nil)},"next":"$n"}""")
    })
    assert(api.traversal() == List("+" + row(1), "+" + row(2)))
    list = Seq(row(2, 1))
    n = 0
    assert(api.traversal() == List("~" + row(2, 1)) && api.state.traversal.isEmpty)
    assert(api.outcome.warning.exists(_.contains("pages in a row had no records")))
  }

  test("a page that comes again and again is not the end of a list: nothing is deleted") {
    var list = Seq(row(1), row(2), row(3))
    // Past its end, the server returns the last page.
    val api = new PolledApi(
      snapshot ++ Seq("url" -> "http://h/x", "pagination" -> "page", "pageParam" -> "page", "deletedAfter" -> "1"): _*
    )({ request =>
      val at = math.min(query(request)("page").toInt, (list.length + 1) / 2)
      Answer(array(list.slice(at * 2 - 2, at * 2)))
    })
    assert(api.traversal().length == 3)
    list = Seq(row(1), row(2, 1))
    assert(api.traversal() == List("~" + row(2, 1)) && api.state.traversal.isEmpty)
  }

  test("a response that lacks the known field of the records deletes nothing, unless emptyWhen says that it is empty") {
    def api(options: (String, String)*) = {
      var n = 0
      new PolledApi(snapshot ++ options: _*)(_ => {
        n += 1
        Answer(if (n == 1) s"""{"items":${array(Seq(row(1), row(2)))}}""" else """{"total":0}""")
      })
    }
    val strange = api()
    assert(strange.poll().length == 2 && strange.poll().isEmpty && strange.poll().isEmpty)
    val empty = api("emptyWhen" -> "total=0")
    assert(empty.poll().length == 2 && empty.poll().toSet == Set(deleted(1), deleted(2)))
    val named = new PolledApi(snapshot :+ ("dataField" -> "items"): _*)(_ => Answer("""{"items":[]}"""))
    named.state = strange.state
    assert(named.poll().toSet == Set(deleted(1), deleted(2)), "dataField names the field")
  }

  test("a record that moves to a page that was already read is not deleted, if next URLs have numbers of pages") {
    for (named <- Seq("link", "nextUrl", "auto")) {
      var list = Seq(row(1), row(2), row(3), row(4))
      var removes = false
      val options = if (named == "nextUrl") Seq("nextField" -> "next") else Nil
      val api =
        new PolledApi(snapshot ++ Seq("url" -> "http://h/x?page=1", "pagination" -> named) ++ options: _*)({ request =>
          val number = query(request)("page").toInt
          val page = list.slice(number * 2 - 2, number * 2)
          val next = if (number * 2 < list.length) Some(s"http://h/x?page=${number + 1}") else None
          if (removes) list = list.tail
          removes = false
          Answer(
            s"""{"data":${array(page)}${next.fold("")(n => s""","next":"$n"""")}}""",
            Seq("Link" -> next.fold("")(n => s"""<$n>; rel="next""""))
          )
        })
      assert(api.traversal().length == 4)
      // Record 1 is deleted between the pages, so record 3 moves to the first one.
      removes = true
      assert(api.traversal().isEmpty, named)
      assert(api.traversal().isEmpty, named)
      assert(api.traversal() == List(deleted(1)), named)
    }
  }

  test("an error status that counts as an empty list deletes nothing") {
    var status = 200
    val api =
      new PolledApi(snapshot :+ ("emptyStatusCodes" -> "404"): _*)(_ => Answer(array(Seq(row(1))), status = status))
    api.poll()
    status = 404
    assert(api.poll().isEmpty && api.outcome.error.isEmpty && api.outcome.waitMs.isEmpty)
    status = 200
    assert(api.poll().isEmpty)
  }

  test("an empty page after a short page ends a traversal only when it comes twice") {
    val api = new Paged(4)
    api.now((1 to 8).map(row(_)): _*)
    // With as many records as before, in front of it, the list does not seem to become smaller.
    api.list = (9 to 12).map(row(_)) ++ api.list
    val short = Answer(s"""{"data":${array(Seq(row(5)))},"next":"9"}""")
    api.fault = { case 8 => Some(short); case 9 => Some(Answer("""{"data":[]}""")); case _ => None }
    assert(api.api.once() == (9 to 12).map("+" + row(_)) && api.api.outcome.waitMs.isDefined)
    api.fault = { case 9 => Some(Answer(s"""{"data":${array((6 to 8).map(row(_)))}}""")); case _ => None }
    assert(api.api.traversal().isEmpty && api.api.state.traversal.isEmpty)
  }

  test("numbered pages: a record counts as deleted when two whole traversals in a row lack it") {
    var list = (1 to 5).map(row(_)).toList
    val api = new PolledApi(snapshot ++ Seq("url" -> "http://h/x", "pagination" -> "page", "pageParam" -> "page"): _*)({
      request =>
        val at = query(request)("page").toInt
        Answer(array(list.slice(at * 2 - 2, at * 2)))
    })
    def now(ids: Int*) = {
      list = ids.map(row(_)).toList
      api.traversal()
    }
    now(1, 2, 3, 4, 5)
    assert(now(1, 3, 4, 5).isEmpty)
    assert(now(1, 2, 3, 4, 5).isEmpty, "it had moved to a page that was already read")
    assert(now(1, 3, 4, 5).isEmpty, "two in a row")
    assert(now(1, 3, 4, 5) == List(deleted(2)))
    assert(now(1, 3, 4, 5).isEmpty)
    assert(now(1, 2, 3, 4, 5) == List("+" + row(2)))
  }

  test("while a record waits for its delete, requests are not conditional") {
    var list = Seq(row(1), row(2))
    val api = new PolledApi(snapshot :+ ("deletedAfter" -> "2"): _*)({ request =>
      val tag = "\"" + list.hashCode + "\""
      if (request.headers.contains("If-None-Match" -> tag)) Answer("", status = 304)
      else Answer(array(list), Seq("ETag" -> tag))
    })
    api.poll()
    api.poll()
    assert(api.asked.last.headers.exists(_._1 == "If-None-Match"))
    list = Seq(row(1))
    assert(api.poll().isEmpty)
    assert(api.poll() == List(deleted(2)))
  }

  test("an empty list that is in doubt is requested in full, although its tag is known") {
    var list = Seq(row(1))
    val api = new PolledApi(snapshot: _*)({ request =>
      val tag = "\"" + list.hashCode + "\""
      if (request.headers.contains("If-None-Match" -> tag)) Answer("", status = 304)
      else Answer(array(list), Seq("ETag" -> tag))
    })
    api.poll()
    list = Nil
    assert(api.poll() == List(deleted(1)))
  }

  test("a traversal delivers one change of a key: the first record counts, and a warning names the key") {
    val api = new Whole()
    assert(api.now(row(1), row(1, 7), row(2)) == List("+" + row(1), "+" + row(2)))
    assert(api.api.outcome.warning.exists(_.contains("""{"id":1}""")))
    assert(api.now(row(1, 7), row(2)) == List("~" + row(1, 7)))
  }

  test("a delete has the fields of the key, wherever they are, however the API spells them") {
    val api = new Whole("recordKey" -> "of.name, n, of.\"a.b\"")
    val more = """,  "of2":3"""
    def of(name: String) = s"""{"of":{"name":$name,"a.b":true},"n":[ 1,2 ]$more}"""
    assert(api.now(of("\"\\u00e9\""), of("7")).length == 2)
    assert(api.now(of("\"é\"").replace(more, ""), of("7")) == List("~" + of("\"é\"").replace(more, "")))
    assert(
      api.now().toSet == Set(
        """-{"n":[1,2],"of":{"a.b":true,"name":"é"}}""",
        """-{"n":[1,2],"of":{"a.b":true,"name":7}}"""
      )
    )
    val scalars = new Whole("recordKey" -> "$")
    scalars.now("5", "6")
    assert(scalars.now("5") == List("-6"))
  }

  test("a record without a key fails the poll, and nothing of its page counts") {
    val api = new Whole()
    api.now(row(1))
    Seq("""{"v":1}""", """{"id":null}""", s"""{"id":"${"x" * 1000}"}""").foreach { bad =>
      assert(api.now(row(2), bad).isEmpty)
      assert(api.api.outcome.error.map(_.condition).contains(Condition.RecordKeyUnusable), bad)
    }
    assert(api.now(row(2)) == List("+" + row(2), deleted(1)))
  }

  test("a marked record counts as absent: one delete, with the record as it is") {
    val api = new Whole("deletedWhen" -> "gone=true")
    def marked(id: Int) = s"""{"id":$id,"gone":true}"""
    assert(api.now(row(1), row(2), marked(3)) == List("+" + row(1), "+" + row(2)), "3 was never delivered")
    assert(api.now(row(1), marked(2), marked(3)) == List("-" + marked(2)))
    assert(api.now(row(1), marked(2)).isEmpty)
    assert(api.now(row(1)).isEmpty, "it is deleted already")
    assert(api.now(row(1), marked(2)).isEmpty)
    assert(api.now(row(1), row(2)) == List("+" + row(2)))
  }

  test("readChanges can be turned on: what was delivered before does not come again") {
    var list = Seq(row(1), row(2), row(3))
    val before = new PolledApi("offsetType" -> "snapshot", "recordKey" -> "id")(_ => Answer(array(list)))
    before.poll()
    list = Seq(row(1), row(3, 1), row(4))
    val after = new PolledApi(snapshot: _*)(_ => Answer(array(list)))
    after.state = before.state
    assert(after.poll() == List("+" + row(3, 1), "+" + row(4)))
    list = Seq(row(3, 1), row(4))
    assert(after.poll() == List(deleted(1)))
    assert(after.state.version == 3 && after.state.ahead.isEmpty)
  }

  test("turned on in the middle of a traversal: it begins again, and nothing comes twice") {
    val plain = Seq("url" -> "http://h/x", "pagination" -> "cursor", "nextField" -> "next", "pageParam" -> "at")
    val fault = Answer("busy", status = 500)
    var failing = true
    val list = (1 to 4).map(row(_))
    def answer(request: io.github.sparkrest.http.HttpRequest) = query(request).get("at") match {
      case None               => Answer(s"""{"data":${array(list.take(2))},"next":"2"}""")
      case Some(_) if failing => fault
      case Some(_)            => Answer(s"""{"data":${array(list.drop(2))}}""")
    }
    val before = new PolledApi(Seq("offsetType" -> "snapshot", "recordKey" -> "id") ++ plain: _*)(answer)
    assert(before.poll() == list.take(2).toList && before.state.traversal.isDefined)
    failing = false
    val after = new PolledApi(snapshot ++ plain: _*)(answer)
    after.state = before.state
    assert(after.traversal() == list.drop(2).map("+" + _).toList)
    assert(after.traversal().isEmpty)
  }

  test("readChanges cannot be turned off, and its recordKey cannot change") {
    val api = new Whole()
    api.now(row(1))
    def error(state: Progress, options: (String, String)*) = {
      val other = new PolledApi(options: _*)(_ => Answer(array(Seq(row(1)))))
      other.state = state
      other.poll()
      other.outcome.error.map(_.condition)
    }
    val state = api.api.state
    val changed = Some(Condition.SourceChanged)
    assert(error(state, "offsetType" -> "snapshot", "recordKey" -> "id") == changed)
    assert(error(state, snapshot :+ ("recordKey" -> "v"): _*) == changed)
    assert(error(state, snapshot: _*).isEmpty)
  }

  test("initialOffset=latest skips the first list, and deletes of it come later") {
    val api = new Whole("initialOffset" -> "latest")
    assert(api.now(row(1), row(2)).isEmpty)
    assert(api.now(row(2, 1), row(3)) == List("~" + row(2, 1), "+" + row(3), deleted(1)))
  }

  test("other offset types: a marked record is a delete, all others are updates, and with incremental inserts") {
    val removed = """{"id":2,"@removed":{"reason":"deleted"}}"""
    val records = Seq("""{"id":1,"@removed":null}""", removed)
    def changes(options: (String, String)*) = new PolledApi(
      Seq("readChanges" -> "true", "deletedWhen" -> "\"@removed\"") ++ options: _*
    )(_ => Answer(s"""{"data":${array(records)},"next":"c"}""")).once()
    assert(changes("offsetType" -> "cursor", "offsetField" -> "next") == List("~" + records.head, "-" + removed))
    assert(changes("offsetType" -> "incremental", "offsetField" -> "id") == List("+" + records.head, "-" + removed))
  }
}
