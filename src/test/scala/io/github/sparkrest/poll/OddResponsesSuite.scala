// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.schedule.PolledApi
import io.github.sparkrest.schedule.PolledApi._
import org.scalatest.funsuite.AnyFunSuite

/** Odd responses in the whole pipeline: a bad record, an empty object, a next link to an empty page. */
class OddResponsesSuite extends AnyFunSuite {
  private val byId = Seq("url" -> "http://h/x?since={id}", "offsetField" -> "id", "offsetType" -> "max_field")

  test("a bad record stops neither the stream nor the records after it") {
    val odd = Seq(
      "{\"id\":2,\"t\":\"a\tb\nc\"}",
      "{\"id\":3,\"x\":NaN,\"y\":01}",
      "{\"id\":4,\"q\":'}'}",
      "{\"id\":5,\"e\":\"\\q\"}"
    )
    val api = new PolledApi(byId: _*)({ r =>
      val since = query(r).get("since").filter(_.nonEmpty).fold(0)(_.toInt)
      Answer(array((ids(1) ++ odd ++ ids(6)).drop(since)))
    })
    assert(api.poll() == ids(1) ++ odd.map(_.replace("\n", "\\n")) ++ ids(6))
    assert(api.outcome.error.isEmpty && api.state.offset.contains("6"))
    assert(api.poll() == Nil && api.outcome.error.isEmpty)
  }

  test("an empty object has no records, even in the first poll and with dataField") {
    Seq(Nil, Seq("dataField" -> "data"), Seq("dataField" -> "result.items")).foreach { options =>
      var body = "{}"
      val api = new PolledApi(byId ++ options: _*)(_ => Answer(body))
      assert(api.poll() == Nil && api.outcome.error.isEmpty && api.state.offset.isEmpty, options.toString)
      body = s"""{"data":${array(ids(1))},"result":{"items":${array(ids(1))}}}"""
      assert(api.poll() == ids(1) && api.outcome.error.isEmpty, options.toString)
    }
  }

  test("a next link with results=false ends a traversal (Sentry)") {
    var all = ids(1, 2)
    val api = new PolledApi(byId :+ ("pagination" -> "link"): _*)({ r =>
      val at = query(r).get("cursor").fold(0)(_.toInt)
      val more = all.length > at + 2
      Answer(
        array(all.slice(at, at + 2)),
        Seq(
          "Link" -> s"""</x?cursor=0>; rel="previous"; results="false", </x?cursor=${at + 2}>; rel="next"; results="$more""""
        )
      )
    })
    assert(api.traversal() == ids(1, 2) && api.asked.length == 1)
    all = ids(1 to 5: _*)
    assert(api.traversal() == ids(3, 4, 5) && api.asked.length == 4)
    assert(api.traversal() == Nil)
  }
}
