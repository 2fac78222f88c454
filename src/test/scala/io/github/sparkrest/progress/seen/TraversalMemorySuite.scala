// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.seen

import io.github.sparkrest.schedule.PolledApi
import io.github.sparkrest.schedule.PolledApi._
import org.scalatest.funsuite.AnyFunSuite

/** What a stream remembers after a traversal whose last page was empty, or after a traversal that began again. */
class TraversalMemorySuite extends AnyFunSuite {

  /** A page of two records of a list in the order of its ids. A request may say where it begins, and includes that record. */
  private def pageFrom(list: Seq[Int], q: Map[String, String]): Answer = {
    val from = q.get("from").filter(_.nonEmpty).fold(0)(_.toInt)
    Answer(array(ids(list.filter(_ >= from).slice((q("page").toInt - 1) * 2, q("page").toInt * 2): _*)))
  }

  private def byLastRecord(options: (String, String)*)(answer: Map[String, String] => Answer) = new PolledApi(
    Seq("url" -> "http://h/x?from={id}", "offsetType" -> "cursor", "offsetField" -> "id") ++ options: _*
  )(r => answer(query(r)))

  test("cursor: an empty last page does not forget the records of the pages before") {
    var list = Seq(1, 2, 3, 4)
    val api = byLastRecord("pagination" -> "page")(pageFrom(list, _))
    assert(api.traversal() == ids(1 to 4: _*) && api.state.offset.contains("4"))
    assert(api.traversal() == Nil, "the API returns the record of the cursor again")
    list = 1 to 7
    assert(api.traversal() == ids(5 to 7: _*) && api.traversal() == Nil)
    list = 1 to 8
    assert(api.traversal() == ids(8))
  }

  test("cursor: records that did not come again are remembered, though the last page was empty") {
    val (pages, url) = (Seq("pagination" -> "page", "dataField" -> "data"), "url" -> "http://h/x?from={at}")
    var (n, last) = (0, 2)
    val api = byLastRecord(pages ++ Seq("offsetField" -> "at", url): _*) { q =>
      val first = if (q.get("from").contains("c1")) 2 else 1
      val records = if (q("page") == "1") first to last else Nil
      Answer(s"""{"data":${array(ids(records: _*))},"at":${if (n == 0) "null" else s""""c$n""""}}""")
    }
    assert(api.traversal() == ids(1, 2) && api.state.offset.isEmpty)
    n = 1
    last = 1
    assert(api.traversal() == Nil && api.state.offset.contains("c1"), "a replica that lags")
    last = 3
    assert(api.traversal() == ids(3))
  }

  private val users = Seq(
    "url" -> "http://h/users/delta",
    "dataField" -> "value",
    "offsetType" -> "cursor",
    "offsetField" -> "deltaLink",
    "pagination" -> "nextUrl",
    "nextField" -> "nextLink",
    "maxRetries" -> "0"
  )

  test("cursor: after an empty last page with the next cursor, a restart knows the keys that were delivered") {
    var expired = false
    val api = new PolledApi(users ++ Seq("recordKey" -> "id", "onCursorExpired" -> "restart"): _*)({ r =>
      r.url.split("/delta").last match {
        case "?p=2"            => Answer("""{"value":[],"deltaLink":"http://h/users/delta?d=1"}""")
        case "?d=1" if expired => Answer("gone", status = 410)
        case "?d=1"            => Answer("""{"value":[],"deltaLink":"http://h/users/delta?d=1"}""")
        case _ if expired      => Answer(s"""{"value":${array(ids(1, 2, 3))},"deltaLink":"http://h/users/delta?d=2"}""")
        case _                 => Answer(s"""{"value":${array(ids(1, 2))},"nextLink":"http://h/users/delta?p=2"}""")
      }
    })
    assert(api.traversal() == ids(1, 2) && api.state.offset.exists(_.endsWith("d=1")))
    expired = true
    assert(api.traversal() == Nil && api.state.offset.isEmpty)
    assert(api.traversal() == ids(3))
  }

  /** A list whose second page is refused until a new traversal has begun. */
  private class Refusing(options: (String, String)*)(first: => Answer, again: Map[String, String] => Answer) {
    private var traversals = 0
    val api: PolledApi = new PolledApi(
      options ++ Seq("pagination" -> "cursor", "nextField" -> "next", "dataField" -> "data", "maxRetries" -> "0"): _*
    )({ r =>
      val q = query(r)
      if (q.get("cursor").contains("a")) Answer("gone", status = 410)
      else {
        traversals += 1
        if (traversals == 1) first else again(q)
      }
    })

    /** The records of the first page, whose next page is refused twice. */
    def begun: List[String] = {
      val delivered = api.traversal()
      assert(api.outcome.error.isDefined && api.state.traversal.isEmpty && !api.state.ahead.isEmpty)
      delivered
    }
  }
  private def page(records: Seq[Int], more: String = "") = Answer(s"""{"data":${array(ids(records: _*))}$more}""")

  test("incremental: records that were delivered beyond the offset are remembered until the offset passed them") {
    var (lags, last) = (true, 300)
    val incremental = Seq("url" -> "http://h/x?from={id}", "offsetType" -> "incremental", "offsetField" -> "id")
    val refusing = new Refusing(incremental :+ ("initialOffset" -> "101"): _*)(
      page(201 to 300, ""","next":"a""""),
      q => page(q("from").toInt to (if (lags) 250 else last))
    )
    assert(refusing.begun == ids(201 to 300: _*))
    assert(refusing.api.traversal() == ids(101 to 200: _*) && refusing.api.state.offset.contains("250"))
    lags = false
    assert(refusing.api.traversal() == Nil && refusing.api.state.offset.contains("300"))
    assert(refusing.api.state.ahead.isEmpty, "the offset passed all of them")
    last = 301
    assert(refusing.api.traversal() == ids(301))
  }

  test("incremental: an id beyond 64 bits is remembered beyond the offset, too") {
    val (offset, beyond) = ("98765432109876543210", "98765432109876543211")
    def records(n: String*) = Answer(s"""{"data":${array(ids(n: _*))}}""")
    var lags = true
    val incremental = Seq("url" -> "http://h/x?from={id}", "offsetType" -> "incremental", "offsetField" -> "id")
    val refusing = new Refusing(incremental: _*)(
      Answer(s"""{"data":${array(ids(beyond))},"next":"a"}"""),
      _ => if (lags) records(offset) else records(beyond)
    )
    assert(refusing.begun == ids(beyond))
    assert(refusing.api.traversal() == ids(offset) && refusing.api.state.offset.contains(offset))
    lags = false
    assert(refusing.api.traversal() == Nil && refusing.api.state.offset.contains(beyond))
  }

  test("incremental: they are remembered while no record has an id") {
    var records = "[{\"id\":null}]"
    val refusing = new Refusing("url" -> "http://h/x?from={id}", "offsetType" -> "incremental", "offsetField" -> "id")(
      page(1 to 3, ""","next":"a""""),
      _ => Answer(s"""{"data":$records}""")
    )
    assert(refusing.begun == ids(1 to 3: _*))
    assert(refusing.api.traversal() == List("""{"id":null}""") && refusing.api.state.offset.isEmpty)
    records = array(ids(1 to 4: _*))
    assert(refusing.api.traversal() == ids(4))
  }

  private val cursors = Seq("url" -> "http://h/x?from={id}", "offsetType" -> "cursor", "offsetField" -> "id")

  test("cursor: records of a traversal that began again are remembered while the cursor stays, and after it moved") {
    var last = 0
    val refusing = new Refusing(cursors: _*)(
      page(Seq(1, 2, 3), ""","next":"a""""),
      q => page((1 to last).filter(_ >= q.get("from").filter(_.nonEmpty).fold(0)(_.toInt)))
    )
    assert(refusing.begun == ids(1, 2, 3))
    last = 1
    assert(refusing.api.traversal() == Nil && refusing.api.state.offset.contains("1"), "a replica that lags")
    last = 4
    assert(refusing.api.traversal() == ids(4))
  }

  test("cursor: while the cursor stays, a response that lacks records does not forget them") {
    var last = 1
    val refusing = new Refusing("url" -> "http://h/x?from={at}", "offsetType" -> "cursor", "offsetField" -> "at")(
      page(Seq(1, 2, 3), ""","next":"a""""),
      _ => page(1 to last, ""","at":null""")
    )
    assert(refusing.begun == ids(1, 2, 3))
    assert(refusing.api.traversal() == Nil && refusing.api.state.offset.isEmpty)
    last = 4
    assert(refusing.api.traversal() == ids(4))
  }

  test("cursor: with a recordKey, the keys of a traversal that began again are remembered after the cursor moved") {
    var (n, last) = (1, 1)
    val keyed = Seq("url" -> "http://h/x?from={at}", "offsetType" -> "cursor", "offsetField" -> "at")
    val refusing = new Refusing(keyed :+ ("recordKey" -> "id"): _*)(
      page(Seq(1, 2, 3), ""","next":"a""""),
      _ => page(1 to last, s""","at":"c$n"""")
    )
    assert(refusing.begun == ids(1, 2, 3))
    assert(refusing.api.traversal() == Nil && refusing.api.state.offset.contains("c1"))
    n = 2
    last = 4
    assert(refusing.api.traversal() == ids(4))
  }
}
