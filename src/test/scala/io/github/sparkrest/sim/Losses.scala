// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

/** What an API makes impossible, or an option that is wrong for it: shown to go wrong, and what the docs name as the cure
  * shown to help.
  *
  * @param manner how it goes wrong
  * @param setup where it does
  * @param cure options, or another way of paging, under which the same changes do no harm; none if there is nothing
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
    )
  )
}
