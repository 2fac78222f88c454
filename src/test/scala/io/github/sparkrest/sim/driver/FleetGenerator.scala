// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim.driver

import io.github.sparkrest.sim.{Dice, Event, Generator, Setup}

/** Makes a history of a driver from a seed. */
object FleetGenerator {

  /** This many consecutive seeds share a fleet. */
  private val Histories = 4

  def fleet(kind: String, seed: Long): Fleet = {
    val block = seed / Histories
    val r = new Dice(-7 - block)
    val parents = 1 + r(4)
    val common = Fleet(
      Map(
        "kind" -> kind,
        "parents" -> parents.toString,
        "first" -> r(parents + 1).toString,
        "versioned" -> (kind != "queue" && kind != "backfill" && r.oneIn(2)).toString,
        "refresh" -> r.pick(Seq("200", "1000", "3000")),
        "interval" -> r.pick(Seq("0", "500", "2000")),
        "objects" -> r.oneIn(3).toString,
        "batch" -> r.pick(Seq("1", "2", "100")),
        "retain" -> r.pick(Seq("0", "1", "2")),
        "requests" -> r.pick(Seq("1", "2", "1000", "1000")),
        "retention" -> r.pick(Seq("0", "0", "2000", "6000")),
        "most" -> (1 + r(3)).toString,
        "driver" -> r.pick(Seq("0", "0", "0", "-2500", "1300"))
      ),
      Setup.parse("")
    )
    kind match {
      case "children" => common.copy(child = child(block, common.versioned))
      case "queue"    => common.and("lease" -> r.pick(Seq("3000", "6000", "20000")))
      case "backfill" => backfill(common, r)
      // Some jobs take longer than the five seconds by which a window overlaps the window before it.
      case _ => common.and("lease" -> r.pick(Seq("300", "3000", "8000")), "missing" -> r.oneIn(3).toString)
    }
  }

  private def backfill(common: Fleet, r: Dice): Fleet = {
    val alone = if (r.oneIn(2)) Map("alone" -> "true", "parents" -> "1", "first" -> "1") else Map.empty[String, String]
    val until = r.oneIn(4)
    val paging = r.pick(Seq("none", if (until) "page" else "none", "page", "nextUrl"))
    // A live lane that uses the whole rate leaves a backfill nothing.
    val rate = if (alone.isEmpty) r.pick(Seq("0", "0", "10")) else r.pick(Seq("0", "0", "3", "10"))
    val interval = Seq("interval" -> (if (rate == "0") r.pick(Seq("0", "500", "2000", "2000")) else "2000"))
    common.and(
      (alone ++ interval ++ Map(
        "lanes" -> r(Lanes.Count).toString,
        "rows" -> r.pick(Seq("0", "4", "10", "20")),
        "bounds" -> r.pick(Seq("both", "end", "start", "exact")),
        "form" -> r.pick(Seq("epoch_ms", "epoch_ms", "iso", "epoch_s")),
        "paging" -> paging,
        "flight" -> (if (r.oneIn(if (until) 2 else 3)) "3" else "1"),
        "lag" -> r.pick(Seq("0", "0", "2000")),
        "lookback" -> r.pick(Seq("0", "0", "2000", "6000")),
        "rate" -> rate,
        "until" -> until.toString
      )).toSeq: _*
    )
  }

  /** An API that can be read at any time, because nobody waits for the end of a traversal here. */
  private def child(block: Long, versioned: Boolean): Setup =
    Iterator
      .from(0)
      .map(n => Generator.setup(block * 4 + n * 4000000L).and("flight" -> "1", "maxPages" -> "100", "interval" -> "0"))
      .find { s =>
        val changes = !s.changes || versioned && s.ends && !s.marks
        val readable = changes && !s.calm && !s.restarts && !s.twins && s.end != "always" && !s.fresh && !s.spent
        // A window waits for its time, which the version of a row must wait for, too. The API's clock may be ahead.
        val clocks = if (s.kind == "window") versioned && s.skew <= 0 && s.rounding == 0 else s.skew == 0
        // With a version, records that wait for their age would wait for the next version.
        // An empty page with a new link is the end for now.
        val ends = s.kind != "link" || s.gap == 0 || !versioned
        readable && ends && clocks && (s.kind != "snapshot" || s.key) && (!versioned || s.lag == 0)
      }
      .map(s => if (s.kind == "window" && s.step > 0 && block % 2 == 0) s.and("align" -> "true") else s)
      // With a version, no request is conditional. Without, records would be late by ten minutes.
      .map(s => if (versioned && block % 4 == 1) s.and("tag" -> "lying") else s)
      .getOrElse(Setup.parse(""))

  def apply(kind: String, seed: Long): FleetHistory = apply(seed, fleet(kind, seed))

  def apply(seed: Long, fleet: Fleet): FleetHistory = {
    val r = new Dice(seed)
    val changes = Vector("insert", "insert", "insert", "tick") ++
      (if (fleet.alone) Nil else if (fleet.parents > 1) Seq("row", "row", "row") else Seq("row")) ++
      (if (fleet.hasLanes && fleet.lag + fleet.lookback > 0) Seq("late", "late") else Nil) ++
      // Between two requests for the pages of a slice, for example.
      (if (fleet.hasLanes && fleet.until) Seq("complete", "complete") else Nil) ++
      // If a record leaves a list with numbered pages, others move to a page that was read.
      (if (fleet.hasLanes && fleet.paging != "page") Seq("update", "update", "delete") else Nil) ++
      (if (fleet.kind == "children" && Generator.mayUpdate(fleet.child)) Seq("update", "update") else Nil) ++
      (if (fleet.kind == "children" && Generator.mayDelete(fleet.child)) Seq("delete") else Nil)
    val faults = Vector("crash", "crash", "crash", "error", "lost", "cut", "busy", "slow") ++
      (if (fleet.hasLanes) Seq("options", "options", "options", "wipe")
       else if (fleet.kind != "children" || Generator.mayExpire(fleet.child)) Seq("expire")
       else Nil) ++ (if (fleet.kind == "jobs") Seq("broken") else Nil)
    val events = Vector.fill(2 + r(14))(r.pick(Gaps)).scanLeft(1 + r(20))(_ + _).drop(1).map { at =>
      val what = if (r.oneIn(3)) r.pick(faults) else r.pick(changes)
      Event(at, what, if (what == "tick") 100 * (1 + r(60)) else r(if (what == "options") Lanes.Count else 48))
    }
    FleetHistory(fleet, events)
  }
  private val Gaps = Seq(0, 0, 1, 1, 2, 3, 5, 8, 13, 30)

  def blocks(first: Long, runs: Long): Iterator[Seq[Long]] =
    Iterator
      .iterate(first / Histories)(_ + 1)
      .map(_ * Histories)
      .takeWhile(_ < first + runs)
      .map(b => b until b + Histories)
}
