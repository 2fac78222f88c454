// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.backfill.TimeLane
import io.github.sparkrest.progress.strategies.TraversalTimes
import io.github.sparkrest.request.PageToken
import org.scalatest.funsuite.AnyFunSuite

/** The requests that can be sent before their turn. */
class ForecastSuite extends AnyFunSuite {
  private val now = Instant.parse("2026-01-02T00:00:00Z")

  private def core(options: Seq[(String, String)]) =
    new Progression(RestConfig.parse(Map("url" -> "http://h/") ++ options).fold(e => fail(e.text), identity))

  private def within(page: PageToken, until: String = "", unordered: Boolean = false, lastPage: Long = 10) =
    Progress(
      Some("2026-01-01T00:00:00Z"),
      largestPage = 10,
      traversal = Some(
        Traversal(
          page,
          pages = 3,
          TraversalTimes(now.toEpochMilli, now.toEpochMilli),
          received = 30,
          until = until,
          unordered = unordered,
          lastPage = lastPage
        )
      )
    )

  private def pages(state: Progress, options: (String, String)*): Seq[String] =
    core(options).forecast(state, now).take(4).toList.map(_.page.fold("")(_.text))

  private val numbered = within(PageToken.Number(4))
  private val ascending = Seq("pagination" -> "page", "order" -> "asc")

  test("order=asc: the forecast contains the next pages, by page number or by number of records") {
    assert(pages(numbered, ascending: _*) == Seq("4", "5", "6", "7"))
    assert(pages(within(PageToken.Number(30)), "pagination" -> "offset", "order" -> "asc") == Seq("30", "40", "50", "60"))
    assert(pages(numbered, ascending :+ ("offsetType" -> "snapshot"): _*).size == 4)
  }

  test("the forecast has one request if records of the list may move to a later page") {
    Seq("desc", "none", "auto").foreach(o => assert(pages(numbered, "pagination" -> "page", "order" -> o) == Seq("4"), o))
    assert(pages(within(PageToken.Number(4), unordered = true), ascending: _*) == Seq("4"), "the list is not ascending")
    assert(pages(numbered, "pagination" -> "page", "offsetType" -> "snapshot") == Seq("4"))
    val cursor = Seq("offsetType" -> "cursor", "offsetField" -> "id", "url" -> "http://h/?after={id}")
    assert(pages(numbered, ascending ++ cursor: _*) == Seq("4"))
  }

  test("the forecast has one request if only the response contains the next token") {
    assert(
      pages(within(PageToken.Cursor("t")), "pagination" -> "cursor", "nextField" -> "next", "order" -> "asc") == Seq("t")
    )
  }

  test(
    "the forecast ends at a page that is probably the last, and where the next request starts from another offset"
  ) {
    assert(pages(within(PageToken.Number(4), lastPage = 4), ascending: _*) == Seq("4"))
    assert(pages(numbered, ascending :+ ("reanchorAfter" -> "45"): _*) == Seq("4", "5"))
    val url = "url" -> "http://h/?since={timestamp}"
    assert(pages(numbered, ascending ++ Seq(url, "boundary" -> "inclusive"): _*) == Seq("4"))
    assert(pages(numbered, ascending :+ url: _*).size == 4)
  }

  private val windows =
    Seq("url" -> "http://h/?from={windowStart}&to={windowEnd}", "offsetType" -> "window", "offsetField" -> "t")

  test("the forecast contains the next pages of a time slice only if the slice was over when it was requested") {
    def of(until: String, lag: String) =
      pages(within(PageToken.Number(4), until), windows ++ Seq("pagination" -> "page", "lag" -> lag): _*).size
    assert(of("2026-01-01T12:00:00Z", "0") == 4 && of("2026-01-01T23:59:30Z", "20") == 4)
    assert(of("2026-01-02T00:00:01Z", "0") == 1 && of("2026-01-01T23:59:30Z", "60") == 1)
    def late(lookback: String) =
      pages(
        within(PageToken.Number(4), "2026-01-01T23:59:30Z"),
        windows ++ Seq("pagination" -> "page", "lookback" -> lookback): _*
      ).size
    assert(late("20") == 4 && late("60") == 1, "a late record moves others to a page that was read")
  }

  test("the forecast has one request if the API may still add records to the slice") {
    val slices = Seq(
      "url" -> "http://h/?from={windowStart}&to={windowEnd}",
      "pagination" -> "page",
      "offsetType" -> "window",
      "offsetField" -> "t",
      "initialOffset" -> "2026-01-01T00:00:00Z",
      "availableUntilField" -> "until"
    )
    val until = "2026-01-01T01:00:00Z"
    def after(pending: Option[String]) = {
      val state = within(PageToken.Number(4), until)
      state.copy(traversal = state.traversal.map(_.copy(pending = pending)))
    }
    assert(pages(after(Some("2026-01-01T00:30:00Z")), slices: _*) == Seq("4"))
    assert(pages(after(None), slices: _*) == Seq("4") && pages(after(Some(until)), slices: _*).size == 4)
    val config = RestConfig
      .parse((slices ++ Seq("backfillFrom" -> "2025-12-31", "windowStep" -> "1d", "streaming" -> "true")).toMap)
      .fold(e => fail(e.text), identity)
      .of(TimeLane.Backfill(Instant.parse("2025-12-31T00:00:00Z"), Instant.parse("2026-01-01T00:00:00Z")))
    def ofBackfill(pending: Option[String]) =
      new Progression(config).forecast(after(pending).copy(offset = None), now).take(4).size
    assert(ofBackfill(None) == 1 && ofBackfill(Some("-")) == 4)
  }

  test("the forecast contains the time slices that are over, and each slice begins at the end of the slice before") {
    def slices(step: String, options: (String, String)*) =
      core(windows ++ Seq("windowStep" -> step) ++ options)
        .forecast(Progress(Some("2026-01-01T20:00:00Z")), now)
        .map(_.window)
        .toList
    assert(
      slices("90m") == List(
        "2026-01-01T20:00:00Z" -> "2026-01-01T21:30:00Z",
        "2026-01-01T21:30:00Z" -> "2026-01-01T23:00:00Z"
      )
    )
    // The slice that ends at the present is not in the forecast, because its end depends on the clocks.
    assert(slices("1h").map(_._2).lastOption.contains("2026-01-01T23:00:00Z"))
    assert(slices("1h", "lag" -> "2h").size == 1 && slices("5h").isEmpty)
    val overlapping = slices("1h", "lookback" -> "10m")
    assert(overlapping.take(2).map(_._1) == List("2026-01-01T19:50:00Z", "2026-01-01T20:50:00Z"))
  }
}
