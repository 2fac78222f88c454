// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.error.Condition
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.progress.seen.ShortHash
import io.github.sparkrest.request.PageToken
import io.github.sparkrest.schedule.PolledApi
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

/** Pages whose records are within the items that the API counts: `carts[].lines`. */
class NestedPagesSuite extends AnyFunSuite with ScalaCheckPropertyChecks {
  import PolledApi._

  private val carts = Seq("url" -> "http://h/x", "dataField" -> "carts[].lines", "offsetType" -> "snapshot")

  /** Carts with so many lines. */
  private def numbered(lines: Int*): Vector[List[String]] = {
    var n = 0
    lines.toVector.map(count => List.fill(count) { n += 1; s"""{"id":$n}""" })
  }

  private def page(list: Seq[List[String]], from: Int, size: Int, more: String = ""): String = {
    val items = list.slice(from, from + size).zipWithIndex.map { case (lines, i) =>
      s"""{"cart":${from + i},"lines":${array(lines)}}"""
    }
    s"""{"carts":${array(items)},"total":${list.length},"more":${from + size < list.length}$more}"""
  }

  private def byOffset(list: Seq[List[String]], cap: Int): HttpRequest => Answer = r =>
    Answer(page(list, query(r).getOrElse("offset", "0").toInt, cap))

  private def byPage(list: Seq[List[String]], cap: Int): HttpRequest => Answer = r =>
    Answer(page(list, (query(r).getOrElse("page", "1").toInt - 1) * cap, cap))

  private def all(list: Seq[List[String]]): List[String] = list.flatten.toList

  private def read(options: (String, String)*)(answer: HttpRequest => Answer): (List[String], PolledApi) = {
    val api = new PolledApi(carts ++ options: _*)(answer)
    (api.traversal(), api)
  }

  test("pagination=offset counts the items of the API, not their records") {
    val list = numbered(Seq.fill(50)(4): _*)
    val (found, api) = read("pagination" -> "offset", "pageSize" -> "30")(byOffset(list, 30))
    assert(found == all(list))
    assert(api.asked.map(r => query(r).getOrElse("offset", "")).toList.distinct == List("0", "30", "50"))
  }

  test("totalField counts the items of the API") {
    val list = numbered(Seq.fill(50)(4): _*)
    Seq("offset" -> byOffset(list, 30), "page" -> byPage(list, 30)).foreach { case (kind, answer) =>
      val (found, api) = read("pagination" -> kind, "totalField" -> "total")(answer)
      assert(found == all(list) && api.outcome.error.isEmpty && api.asked.length == 2, kind)
    }
    // The API ends its pages after 30 carts of 50.
    val capped = byPage(list, 30)
    val (_, api) = read("pagination" -> "page", "totalField" -> "total")(r =>
      if (query(r)("page") == "1") capped(r) else Answer("""{"carts":[],"total":50}""")
    )
    assert(api.outcome.error.exists(e => e.condition == Condition.PagesEndEarly && e.message.contains("30")))
  }

  test("a page of items without records is not an empty page") {
    val list = numbered(Seq.fill(4)(2) ++ Seq.fill(9)(0) ++ Seq.fill(3)(1): _*)
    Seq("page" -> byPage(list, 2), "offset" -> byOffset(list, 2)).foreach { case (kind, answer) =>
      val (found, api) = read("pagination" -> kind)(answer)
      assert(found == all(list) && api.outcome.warning.isEmpty, kind)
    }
  }

  test("no page of items without records ends a list that says where it ends") {
    val list = numbered(Seq.fill(2)(1) ++ Seq.fill(60)(0) ++ Seq.fill(2)(1): _*)
    Seq("hasMoreField" -> "more", "totalField" -> "total").foreach { stop =>
      val (found, api) = read("pagination" -> "page", stop)(byPage(list, 2))
      assert(found == all(list) && api.outcome.warning.isEmpty, stop)
    }
    val (found, _) = read("pagination" -> "cursor", "nextField" -> "next") { r =>
      val from = query(r).getOrElse("cursor", "0").toInt
      Answer(page(list, from, 2, if (from + 2 < list.length) s""","next":"${from + 2}"""" else ""))
    }
    assert(found == all(list))
  }

  test("items that are on each page, past the end too, do not make a list endless") {
    val ids = (1 to 7).map(i => s"""{"id":$i}""")
    val api = new PolledApi(carts ++ Seq("dataField" -> "groups[].items", "pagination" -> "page"): _*)({ r =>
      val (even, odd) =
        ids.slice((query(r)("page").toInt - 1) * 3, query(r)("page").toInt * 3).partition(_.hashCode % 2 == 0)
      Answer(s"""{"groups":[{"items":${array(even)}},{"items":${array(odd)}}]}""")
    })
    assert(api.traversal().toSet == ids.toSet && api.asked.length < 30)
    assert(api.outcome.warning.exists(_.contains("totalField")))
  }

  private case class Reading(
      lines: Seq[Int],
      cap: Int,
      asked: Option[Int],
      kind: String,
      stop: Option[(String, String)],
      form: String,
      ascending: Boolean
  )

  test("any carts are read to the last line, whatever the size of pages and the sign of their end") {
    val cases = for {
      lines <- Gen.choose(0, 24).flatMap(Gen.listOfN(_, Gen.frequency(2 -> Gen.const(0), 3 -> Gen.choose(1, 5))))
      cap <- Gen.choose(1, 6)
      asked <- Gen.oneOf(None, Some(cap), Some(10))
      kind <- Gen.oneOf("page", "offset")
      stop <- Gen.oneOf(None, Some("hasMoreField" -> "more"), Some("totalField" -> "total"))
      form <- Gen.oneOf("carts[].lines", "carts.*.lines", "$.carts[].lines[]")
      ascending <- Gen.oneOf(true, false)
    } yield Reading(lines, cap, asked, kind, stop, form, ascending)
    forAll(cases, minSuccessful(100)) { case Reading(lines, cap, asked, kind, stop, form, ascending) =>
      val list = numbered(lines: _*)
      val options = Seq("pagination" -> kind, "dataField" -> form) ++ asked.map("pageSize" -> _.toString) ++ stop ++
        (if (ascending) Seq("order" -> "asc", "pagesInFlight" -> "4") else Nil)
      val (found, api) = read(options: _*)(if (kind == "page") byPage(list, cap) else byOffset(list, cap))
      assert(found == all(list) && api.outcome.error.isEmpty, options)
    }
  }

  test("after an empty page, pagination=offset skips no more than the API's pages have") {
    // The API has pages of 100 at most, and filters out the records of the second page.
    val api = new PolledApi(
      "url" -> "http://h/x",
      "dataField" -> "data",
      "offsetType" -> "snapshot",
      "pagination" -> "offset",
      "pageSize" -> "1000",
      "hasMoreField" -> "more"
    )({ r =>
      val from = query(r)("offset").toInt
      val found = (from until math.min(from + 100, 1200)).filterNot(i => i >= 100 && i < 200)
      Answer(s"""{"data":${array(ids(found: _*))},"more":${from + 100 < 1200}}""")
    })
    assert(api.traversal() == ids((0 until 1200).filterNot(i => i >= 100 && i < 200): _*))
  }

  test("hasMoreField leads past any number of empty pages") {
    val shown = Set(0, 1, 900)
    val api = new PolledApi(
      "url" -> "http://h/x",
      "dataField" -> "data",
      "offsetType" -> "snapshot",
      "pagination" -> "offset",
      "pageSize" -> "10",
      "hasMoreField" -> "more"
    )({ r =>
      val from = query(r)("offset").toInt
      Answer(s"""{"data":${array(ids((from until from + 10).filter(shown): _*))},"more":${from + 10 < 1000}}""")
    })
    assert(api.traversal() == ids(0, 1, 900))
  }

  test("a traversal of a version that counted records begins again") {
    val list = numbered(Seq.fill(6)(3): _*)
    val api = new PolledApi(carts ++ Seq("pagination" -> "offset", "maxPagesPerPoll" -> "1"): _*)(byOffset(list, 2))
    val first = api.poll()
    val begun = api.state.traversal.getOrElse(fail("complete"))
    assert(first == all(list.take(2)) && begun.page == PageToken.Number(2) && begun.items == 2 && begun.received == 6)
    val request =
      Map("url" -> "http://h/x", "dataField" -> "carts[].lines", "offsetType" -> "snapshot") + ("pagination" -> "offset")
    val hashed =
      "url method params body bodyFormat initialUrl initialBody dataField responseFormat pagination nextField " +
        "hasMoreField totalField pageParam pageSizeParam pageSize startPage offsetType offsetField offsetFormat " +
        "requestOffsetFormat order boundary recordKey lookback"
    val earlier = ShortHash.of(hashed.split(" ").map(name => s"$name=${request.getOrElse(name, "")}").mkString("\n"))
    api.state =
      api.state.copy(traversal = Some(begun.copy(page = PageToken.Number(6), surplus = 0, request = Some(earlier))))
    assert((first ++ api.traversal()).toSet == all(list).toSet)
  }
}
