// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

import scala.annotation.tailrec

/** The shortest history that still fails in the same manner (lost, repeated, endless…). Drops events, resets the setup to its
  * defaults, and makes numbers smaller.
  */
object Shrink {
  @tailrec def apply(failing: Scenario, fails: Scenario => Option[String]): Scenario = {
    val kind = fails(failing).fold("")(manner)
    simpler(failing).find(fails(_).map(manner).contains(kind)) match {
      case Some(s) => apply(s, fails)
      case None    => failing
    }
  }

  private def manner(verdict: String): String = verdict.takeWhile(_ != ':')

  private def simpler(s: Scenario): Iterator[Scenario] =
    fewer(s) ++ plainer(s) ++ smaller(s)

  private def fewer(s: Scenario): Iterator[Scenario] = fewer(s.events).map(e => s.copy(events = e))

  def fewer(events: Vector[Event]): Iterator[Vector[Event]] =
    Iterator.iterate(events.length / 2)(_ / 2).takeWhile(_ > 0).flatMap { n =>
      events.indices.by(n).iterator.map(i => events.patch(i, Nil, n))
    }

  private def plainer(s: Scenario): Iterator[Scenario] = {
    val rows = s.setup.rows
    val counts =
      Iterator(0, rows / 2, rows - 1)
        .filter(n => n >= (if (s.setup.odd.isEmpty) 0 else 4) && n < rows)
        .map(n => s.setup.and("rows" -> n.toString))
    // Some values stay, because without them nobody could read the API.
    val chosen =
      s.setup.chosen.keys
        .filterNot(k => Fixed(k) || k == "date" && s.setup.skew != 0 || k == "end" && s.setup.filter > 0)
        .toSeq
        .sorted
        .iterator
        .filter(k => s.setup.chosen(k) != Setup.default(k))
    (counts ++ chosen.map(k => Setup(s.setup.chosen - k))).map(t => s.copy(setup = t))
  }
  private val Fixed = Set(
    "kind",
    "rows",
    "cap",
    "ties",
    "lag",
    "lookback",
    "tellBoundary",
    "form",
    "calm",
    "tieLimit",
    "paging",
    "view",
    "order",
    "bound",
    "offset",
    "tellOrder",
    "twins",
    "key",
    "carrier",
    "behind",
    "restarts"
  )

  private def smaller(s: Scenario): Iterator[Scenario] =
    s.events.indices.iterator.flatMap { i =>
      val e = s.events(i)
      val earliest = if (i == 0) 1 else s.events(i - 1).at
      // A status code must not be made smaller.
      val numbers = if (e.what == "status") Nil else Seq(e.copy(n = 0), e.copy(n = e.n / 2))
      val times = Seq(e.copy(at = earliest), e.copy(at = e.at / 2), e.copy(at = e.at - 1), e.copy(at = e.at - 3))
      (numbers ++ times)
        .filter(c => c != e && c.at >= earliest)
        .map(c => s.copy(events = s.events.updated(i, c)))
    }
}
