// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.schedule.PolledApi
import io.github.sparkrest.schedule.PolledApi._
import org.scalatest.funsuite.AnyFunSuite

/** Bugs that the emulators of the cookbook's vendors found. */
class CookbookSuite extends AnyFunSuite {

  test("a cursor that is an array in the last record is sent in the body unchanged (Elasticsearch)") {
    val hits = (1 to 5).map(n => s"""{"id":$n,"sort":[7, "a b", $n]}""")
    val api = new PolledApi(
      "url" -> "http://h/x",
      "method" -> "POST",
      "body" -> """{"search_after": {sort}}""",
      "initialBody" -> "{}",
      "offsetType" -> "cursor",
      "offsetField" -> "sort"
    )(r =>
      Answer(array(r.body.get match {
        case "{}" => hits.take(2)
        case body =>
          val last = hits.indexWhere(h => body == s"""{"search_after": [7,"a b",${h.takeRight(3).head}]}""")
          assert(last >= 0, s"the API cannot read $body")
          hits.slice(last + 1, last + 3)
      }))
    )
    assert((1 to 4).flatMap(_ => api.poll()) == hits)
  }

  for {
    size <- 2 to 4
    equal <- 2 to 5
  } test(s"asc, inclusive: $equal equal values on pages of $size records are neither lost nor repeated (GitLab)") {
    val records = (0 until 12).map(n => s"""{"id":$n,"at":${10 + n / equal}}""")
    def at(record: String) = record.dropRight(1).split(':').last.toInt
    val api = new PolledApi(
      "offsetType" -> "max_field",
      "offsetField" -> "at",
      "order" -> "asc",
      "boundary" -> "inclusive",
      "recordKey" -> "id",
      "pagination" -> "page"
    )(r => {
      val q = query(r)
      val found = records.filter(at(_) >= q("since").toInt)
      Answer(array(found.slice((q("page").toInt - 1) * size, q("page").toInt * size)))
    })
    assert((1 to 20).flatMap(_ => api.poll()) == records)
    assert(api.asked.size < 100, "too many requests for 12 records")
  }
}
