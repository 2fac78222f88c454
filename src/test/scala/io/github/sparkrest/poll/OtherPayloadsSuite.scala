// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.BuildInfo
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.schedule.PolledApi
import io.github.sparkrest.schedule.PolledApi.Answer
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

/** Payloads that are not lists of JSON objects lose and repeat nothing, over pages, equal times and restarts. */
class OtherPayloadsSuite extends AnyFunSuite with ScalaCheckPropertyChecks {

  /** An API with a list that grows: times in seconds, several records of one time. */
  private class Growing {
    var times: Vector[Int] = Vector.empty
    def all: Vector[(Int, Int)] = times.zipWithIndex

    /** The page that a request means. */
    def page(r: HttpRequest, size: Int): Vector[(Int, Int)] = {
      val query = PolledApi.query(r)
      val since = query.get("since").filter(_.nonEmpty).fold(0)(_.toInt)
      val page = query.get("page").fold(1)(_.toInt)
      all.filter(_._1 >= since).slice((page - 1) * size, page * size)
    }
  }

  private val growth: Gen[List[List[Int]]] =
    Gen.choose(1, 5).flatMap(Gen.listOfN(_, Gen.choose(0, 7).flatMap(Gen.listOfN(_, Gen.choose(0, 2)))))

  /** Polls while the list grows. Each record is delivered once. */
  private def complete(api: PolledApi, list: Growing, steps: List[List[Int]])(record: ((Int, Int)) => String): Unit = {
    var last = 8
    val delivered = steps.flatMap { step =>
      step.foreach { s => last += s; list.times :+= last }
      val rows = api.traversal()
      assert(api.outcome.error.isEmpty, api.outcome.error)
      rows
    } ++ api.traversal()
    assert(delivered.sorted == list.all.map(record).sorted.toList)
  }

  Seq("\n", "\r\n").foreach { end =>
    test(s"CSV with a header, pages and an offset by the header's name, line breaks ${end.map(_.toInt)}") {
      forAll(growth, Gen.oneOf("asc", "none"), minSuccessful(60)) { (steps, order) =>
        val list = new Growing
        val api = new PolledApi(
          "responseFormat" -> "csv",
          "offsetType" -> "max_field",
          "offsetField" -> "at",
          "order" -> order,
          "pagination" -> "page",
          "pageSize" -> "3"
        )(r => {
          val rows = list.page(r, 3).map { case (t, i) => s"""$i,"text, of$end$i",$t""" }
          Answer(("id,text,at" +: rows).mkString("", end, end), Seq("Content-Type" -> "text/csv"))
        })
        complete(api, list, steps) { case (t, i) => s"""{"id":"$i","text":"text, of\\n$i","at":"$t"}""" }
      }
    }
  }

  test("XML with pages and an offset in an attribute") {
    assume(BuildInfo.scalaBinaryVersion == "2.13")
    forAll(growth, Gen.oneOf("asc", "none"), minSuccessful(40)) { (steps, order) =>
      val list = new Growing
      val api = new PolledApi(
        "responseFormat" -> "xml",
        "rowTag" -> "r",
        "offsetType" -> "max_field",
        "offsetField" -> "_at",
        "order" -> order,
        "pagination" -> "page",
        "totalField" -> "about._total"
      )(r => {
        val rows = list.page(r, 3).map { case (t, i) => s"<r at='$t'><id>$i</id>&amp;</r>" }
        Answer(
          rows.mkString(
            s"<l><about total='${list.page(r.copy(url = r.url.replaceAll("page=", "x=")), 1000).length}'/>",
            "\n",
            "</l>"
          )
        )
      })
      complete(api, list, steps) { case (t, i) =>
        s"""{"_at":"$t","id":"$i","_VALUE":"&","_xml":"<r at=\\"$t\\"><id>$i</id>&amp;</r>"}"""
      }
    }
  }

  test("columns with an offset in one of them") {
    forAll(growth, minSuccessful(60)) { steps =>
      val list = new Growing
      val api = new PolledApi(
        "responseFormat" -> "columns",
        "dataField" -> "h",
        "addedFields" -> """{"unit":"unit"}""",
        "offsetType" -> "max_field",
        "offsetField" -> "t"
      )(r => {
        val (ts, is) = list.page(r, 1000).unzip
        Answer(s"""{"h":{"t":${ts.mkString("[", ",", "]")},"i":${is.mkString("[", ",", "]")}},"unit":"s"}""")
      })
      complete(api, list, steps) { case (t, i) => s"""{"unit":"s","t":$t,"i":$i}""" }
    }
  }

  test("series: values of several parents with one offset") {
    forAll(growth, minSuccessful(60)) { steps =>
      val list = new Growing
      val api = new PolledApi(
        "dataField" -> "result[].values",
        "recordFields" -> "t,i",
        "addedFields" -> """{"job":"result[].metric.job"}""",
        "offsetType" -> "max_field",
        "offsetField" -> "t"
      )(r => {
        val series = list.page(r, 1000).groupBy(_._2 % 2).toSeq.sortBy(_._1).map { case (job, values) =>
          s"""{"values":${values.map { case (t, i) => s"[$t,$i]" }.mkString("[", ",", "]")},"metric":{"job":"j$job"}}"""
        }
        Answer(s"""{"result":${series.mkString("[", ",", "]")}}""")
      })
      complete(api, list, steps) { case (t, i) => s"""{"job":"j${i % 2}","t":$t,"i":$i}""" }
    }
  }

  test("members of an object whose names are the offset") {
    val days = (n: Int) => (1 to n).map(d => s""""2024-01-0$d":{"usd":$d}""").mkString("""{"rates":{""", ",", "}}")
    var known = 3
    val api = new PolledApi(
      "dataField" -> "rates.*",
      "addedFields" -> """{"day":"{key}"}""",
      "offsetType" -> "max_field",
      "offsetField" -> "day"
    )(_ => Answer(days(known)))
    def record(d: Int) = s"""{"day":"2024-01-0$d","usd":$d}"""
    assert(api.traversal() == (1 to 3).map(record).toList)
    known = 5
    assert(api.traversal() == List(record(4), record(5)) && api.traversal() == Nil)
    assert(api.urls.last.endsWith("since=2024-01-05"))
  }

  test("added, modified and removed records of a sync API, with one cursor") {
    var n = 0
    val api = new PolledApi(
      "dataField" -> "added,modified,removed",
      "addedFields" -> """{"change":"{path}"}""",
      "offsetType" -> "cursor",
      "offsetField" -> "next",
      "pagination" -> "cursor",
      "nextField" -> "next",
      "hasMoreField" -> "more",
      "startPage" -> "{offset}"
    )(_ => {
      n += 1
      Answer(
        s"""{"modified":[{"id":$n}],"added":[{"id":$n},{"id":1$n}],"next":"c$n","more":${n % 2 == 1},"removed":[]}"""
      )
    })
    def records(n: Int) =
      List(s"""{"change":"modified","id":$n}""", s"""{"change":"added","id":$n}""", s"""{"change":"added","id":1$n}""")
    assert(api.traversal() == records(1) ++ records(2) && api.traversal() == records(3) ++ records(4))
    assert(
      api.urls
        .map(u => PolledApi.query(api.asked.head.copy(url = u)).getOrElse("cursor", "")) == List("", "c1", "c2", "c3")
    )
  }

  test("columns of different lengths and a broken CSV deliver nothing and leave the offset") {
    val bodies = Iterator("""{"h":{"t":[9,9],"i":[1]}}""", """{"h":{"t":[9],"i":[1]}}""")
    val api =
      new PolledApi("responseFormat" -> "columns", "dataField" -> "h", "offsetType" -> "max_field", "offsetField" -> "t")(
        _ => Answer(bodies.next())
      )
    assert(
      api.poll() == Nil && api.outcome.error.exists(_.text.contains("different lengths")) && api.state.offset.isEmpty
    )
    assert(api.poll() == List("""{"t":9,"i":1}""") && api.state.offset.contains("9"))
  }
}
