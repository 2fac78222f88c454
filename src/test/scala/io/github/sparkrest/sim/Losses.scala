// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

/** A loss that an API makes unavoidable, or that a wrong option causes. The test shows the loss, and that the remedy of the docs
  * helps.
  *
  * @param manner how it goes wrong
  * @param setup in which it goes wrong
  * @param cure options or another pagination under which the same changes do no harm; `None`: no remedy exists
  */
final case class Loss(what: String, manner: String, setup: String, changes: Seq[String], cure: Option[String])

object Losses {
  val all: Seq[Loss] = Seq(
    Loss("late rows without lag", "lost", "", Seq("insert", "tick", "late"), Some("lag=8000")),
    Loss("late rows without lookback", "lost", "", Seq("insert", "tick", "late"), Some("lookback=8000")),
    Loss(
      "deletes while pages are read by number, newest first",
      "lost",
      "order=desc paging=page view=number end=empty cap=3 rows=8",
      Seq("insert", "delete"),
      Some("order=desc paging=link cap=3 rows=8")
    ),
    Loss(
      "updates while an ascending list is read by number, and order=asc is not given",
      "lost",
      "tellOrder=false paging=page view=number end=empty cap=3 rows=8",
      Seq("insert", "update"),
      Some("paging=page view=number end=empty cap=3 rows=8 tieLimit=2 tellBoundary=true")
    ),
    Loss(
      "records in the second of an exclusive offset",
      "lost",
      "bound=exclusive ties=true",
      Seq("insert", "tick"),
      Some("bound=exclusive ties=true lag=2000")
    ),
    Loss(
      "newest first, one capped page, no pagination",
      "lost",
      "order=desc cap=3 tellOrder=false",
      Seq("insert", "tick"),
      Some("order=desc cap=3 paging=link")
    ),
    Loss(
      "more equal timestamps than an answer holds, no pagination",
      "lost",
      "cap=3 ties=true",
      Seq("insert"),
      Some("cap=3 ties=true paging=link")
    ),
    Loss(
      "an ETag that does not change with the data",
      "lost",
      "kind=snapshot key=true tag=lying",
      Seq("insert", "tick"),
      Some("kind=snapshot key=true tag=lying conditional=false")
    ),
    Loss(
      "an inclusive API read as exclusive",
      "repeated",
      "bound=inclusive boundary=exclusive",
      Seq("insert", "tick"),
      None
    ),
    Loss(
      "whole pages by number that are filtered out, and no has_more",
      "lost",
      "filter=2 order=desc paging=page view=number end=empty cap=2 rows=8",
      Seq("insert"),
      Some("filter=2 order=desc paging=page view=number end=more cap=2 rows=8")
    ),
    Loss(
      "an empty answer in place of a window's records",
      "lost",
      "kind=window lag=6000 blind=true",
      Seq("insert", "insert", "tick", "void"),
      None
    ),
    Loss(
      "a clock that is ahead, and an API without a Date header",
      "lost",
      "kind=window lag=6000 skew=30000",
      Seq("insert", "tick"),
      Some("kind=window lag=36000 skew=30000")
    ),
    Loss(
      "a lagging replica answers while pages are read newest first",
      "lost",
      "order=desc paging=link cap=2 rows=8",
      Seq("insert", "insert", "stale"),
      Some("order=desc paging=link cap=2 rows=8 lag=6000 behind=4000")
    ),
    Loss(
      "a lagging replica answers while snapshots are compared",
      "repeated",
      "kind=snapshot key=true",
      Seq("insert", "update", "stale"),
      None
    ),
    Loss(
      "records without a time at the end of a list that is read newest first",
      "lost",
      "kind=feed odd=null form=iso order=desc paging=link cap=2 rows=8",
      Seq("insert", "odd"),
      Some("kind=feed odd=null form=iso order=desc paging=link cap=2 rows=8 tellOrder=false")
    )
  )
}
