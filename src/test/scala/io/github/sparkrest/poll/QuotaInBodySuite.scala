// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.error.Condition
import io.github.sparkrest.schedule.PolledApi
import io.github.sparkrest.schedule.PolledApi._
import org.scalatest.funsuite.AnyFunSuite

/** A used-up quota that only the body of a response reports: it costs time, and no record. */
class QuotaInBodySuite extends AnyFunSuite {
  private val limited = """{"errors":[{"extensions":{"code":"RATELIMITED"}}],"data":null}"""
  private val options = Seq(
    "url" -> "http://h/x?since={id}",
    "offsetType" -> "incremental",
    "offsetField" -> "id",
    "method" -> "POST",
    "body" -> "{}"
  )
  private val condition = "rateLimitWhen" -> "errors[0].extensions.code=RATELIMITED"

  test("rateLimitWhen applies to any status, and to a POST too") {
    Seq(200, 400, 422).foreach { status =>
      val api = new PolledApi(options :+ condition: _*)(r =>
        if (!query(r).get("since").contains("0")) Answer(limited, Seq("Retry-After" -> "7"), status)
        else Answer(array(ids(1)))
      )
      assert(api.once() == ids(1))
      assert(api.once() == Nil && api.state.offset.contains("1"), status)
      val error = api.outcome.error.getOrElse(fail("no error"))
      assert(error.condition == Condition.ApiError && error.repeatable && error.text.contains("rateLimitWhen"), status)
      assert(status == 200 || error.retryAfterMs.contains(7000L), "Retry-After counts")
    }
  }

  test("another body with the same status is a refusal") {
    Seq("""{"errors":[{"extensions":{"code":"SYNTAX"}}]}""", "no JSON", "", s"[1${" " * 100000}]").foreach { body =>
      val api = new PolledApi(options :+ condition: _*)(_ => Answer(body, status = 400))
      api.once()
      assert(api.outcome.error.map(_.condition).contains(Condition.ApiRefused), body.take(60))
    }
  }

  private def cost(needed: Any, left: Any, rate: Any): String =
    s"""{"cost":{"requestedQueryCost":$needed,"throttleStatus":{"currentlyAvailable":$left,"restoreRate":$rate}}}"""

  private def graphQl(body: String) = {
    val api = new PolledApi(
      "url" -> "http://h/graphql",
      "graphqlQuery" -> "query ($a: ID) { items(after: $a) { nodes { id } pageInfo { endCursor } } }",
      "graphqlVariables" -> """{"a": "{cursor}"}""",
      "offsetType" -> "max_field",
      "offsetField" -> "id"
    )(_ => Answer(body))
    (api.once(), api.outcome)
  }

  test("the next GraphQL query waits until the API has enough points for it") {
    val page = """"data":{"items":{"nodes":[{"id":1}],"pageInfo":{"endCursor":"c"}}}"""
    val (records, outcome) = graphQl(s"""{$page,"extensions":${cost(101, 51.5, 10.0)}}""")
    assert(records == ids(1) && outcome.more && outcome.limit.waitMs.contains(4950L))
    val (_, throttled) = graphQl(s"""{"errors":[{"message":"Throttled"}],"extensions":${cost(100, 0, 50)}}""")
    assert(throttled.error.flatMap(_.retryAfterMs).contains(2000L))
    val day = 24L * 3600 * 1000
    Seq(
      cost(5, 5, 10) -> None,
      cost(5, 1, 0) -> None,
      cost("null", 1, 1) -> None,
      cost("\"many\"", 1, 1) -> None,
      """{"cost":[1]}""" -> None,
      cost("1e300", "-1e300", "1e-300") -> Some(day)
    ).foreach { case (extensions, expected) =>
      val (_, o) = graphQl(s"""{"errors":[1],"extensions":$extensions}""")
      assert(o.error.flatMap(_.retryAfterMs) == expected, extensions)
    }
  }
}
