// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.pagelog.{PageOrigin, PolledFile, PolledPage}
import io.github.sparkrest.poll.{PollOutcome, PollReport}
import io.github.sparkrest.progress.seen.{Seen, SeenRecords}
import io.github.sparkrest.progress.{Progress, Validators}
import org.scalatest.funsuite.AnyFunSuite

class WireSuite extends AnyFunSuite {
  private val url = "https://api.example.org/v1/things?since=2026-01-02T03:04:05Z"
  private def state(ids: Int) = Progress(
    Some("2026-01-02T03:04:05Z"),
    boundary = SeenRecords((1 to ids).map(i => f"${i.hashCode * 2654435761L}%016x" -> Seen(1)).toMap),
    started = true,
    validators = Some(Validators("0123456789abcdef", Some("\"x\""), None, 1767225600000L))
  )
  private def outcome(ids: Int) =
    PollOutcome(state(ids), 3, 300, more = true, None, Some("a warning"), 120, ServerLimits(left = Some(7)), 100, 100)
  private def file(pages: Int) = PolledFile(
    "pages-0-0123456789abcdef0123456789abcdef",
    123456,
    "executor_host_1",
    (1 to pages).map(i =>
      PolledPage(100, 41152, Some("2026-01-02T03:04:05Z"), None, Some(PageOrigin(url, 200, 1767225600000L, i.toLong)))
    )
  )
  private def one(ids: Int, pages: Int) = List(
    PollReport(Vector("" -> outcome(ids)), Some(file(pages)), Seq(1L, 20L, 300L))
  )
  private def many(n: Int) = List(
    PollReport((1 to n).map(i => s"k$i" -> outcome(2)).toVector, Some(file(n)), 1L to n.toLong)
  )

  private def returned[A <: Serializable](value: A): A = Wire.read[A](Wire.write(value))

  test("the driver receives reports of polls unchanged") {
    val failed = PollReport.failed(Nil, RestError(Condition.TokenExpired, "m", "h", Some(5), repeatable = false))
    Seq(one(0, 1), one(1000, 3), many(5), List(PollReport.Repeated), List(failed)).foreach(r => assert(returned(r) == r))
  }

  test("a condition is the same object on the driver") {
    Condition.all.foreach(c => assert(returned(RestError(c, "m", "h")).condition eq c))
  }

  test("the report of one poll, of an endpoint that remembers many records, and of many endpoints is small") {
    def bytes(reports: List[PollReport]) = Wire.write(reports).length
    assert(bytes(one(0, 1)) < 1500 && bytes(one(10, 3)) < 1800)
    assert(bytes(one(1000, 1)) < 11000)
    assert(bytes(many(2000)) < 40000)
  }
}
