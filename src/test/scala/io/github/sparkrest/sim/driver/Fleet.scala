// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim.driver

import io.github.sparkrest.sim.{Event, Setup}

/** A stream whose endpoints are the rows of a table, and the driver that polls them.
  *
  * @param child with `kind=children`: the API of each endpoint, and how it is read
  */
final case class Fleet(chosen: Map[String, String], child: Setup) {
  private def number(name: String): Int = text(name).toInt
  private def text(name: String): String = chosen.getOrElse(name, Fleet.default(name))
  private def flag(name: String): Boolean = text(name).toBoolean

  /** children, queue, jobs, backfill: see [[Backend]]. */
  lazy val kind: String = text("kind")

  /** The number of rows that the table may have, and how many it has at first. */
  lazy val parents: Int = if (alone) 1 else number("parents")
  lazy val first: Int = if (alone) 1 else number("first")

  /** Rows have a version (`inputVersion`), which changes with their children. */
  lazy val versioned: Boolean = flag("versioned")

  /** Milliseconds. */
  lazy val refresh: Int = number("refresh")
  lazy val interval: Int = number("interval")

  /** `endpointRetention` in milliseconds; 0: the default of 30 days. */
  lazy val retention: Int = number("retention")

  /** The page log is on an object store. */
  lazy val objects: Boolean = flag("objects")

  /** Milliseconds by which the driver's clock is ahead. */
  lazy val driver: Int = number("driver")

  /** Records of a batch, and batches that the log retains. */
  lazy val batch: Int = number("batch")
  lazy val retain: Int = number("retain")

  /** Requests after which a task hands back. */
  lazy val requests: Int = number("requests")

  /** queue: messages of a response, and how long they are leased, in milliseconds. jobs: status requests until a job is done, and the
    * milliseconds between two of them.
    */
  lazy val most: Int = number("most")
  lazy val lease: Int = number("lease")

  /** jobs: a job that is gone is answered with 404, as the page after its last page may be (`emptyStatusCodes`). So it goes only
    * while the driver is dead: otherwise nobody can distinguish the two.
    */
  lazy val missing: Boolean = flag("missing")

  /** backfill: there is no table, but one endpoint. */
  lazy val alone: Boolean = flag("alone")
  lazy val hasLanes: Boolean = kind == "backfill"

  /** backfill: the options of the first run, see [[Lanes]], and old records. */
  lazy val lanes: Int = number("lanes")
  lazy val rows: Int = number("rows")

  /** backfill: the ends of a slice that the API includes (both, end, start), or exact: start, and the options say so. */
  lazy val bounds: String = text("bounds")
  lazy val form: String = text("form")

  /** backfill: responses name the time until which the data are complete. */
  lazy val until: Boolean = flag("until")
  lazy val paging: String = text("paging")
  lazy val flight: Int = number("flight")
  lazy val lag: Int = number("lag")
  lazy val lookback: Int = number("lookback")

  /** backfill: `maxRequestRate` in a second; 0: none. */
  lazy val rate: Int = number("rate")

  def and(more: (String, String)*): Fleet = copy(chosen ++ more)

  override def toString: String =
    chosen.toSeq.filterNot { case (k, v) => Fleet.default(k) == v }.sorted.map { case (k, v) => s"$k=$v" }.mkString(" ")
}

object Fleet {
  val default: Map[String, String] = Map(
    "kind" -> "children",
    "parents" -> "3",
    "first" -> "2",
    "versioned" -> "false",
    "refresh" -> "1000",
    "interval" -> "0",
    "retention" -> "0",
    "objects" -> "false",
    "driver" -> "0",
    "batch" -> "100",
    "retain" -> "1",
    "requests" -> "1000",
    "most" -> "3",
    "lease" -> "10000",
    "missing" -> "false",
    "alone" -> "false",
    "lanes" -> "1",
    "rows" -> "10",
    "bounds" -> "both",
    "form" -> "epoch_ms",
    "until" -> "false",
    "paging" -> "none",
    "flight" -> "1",
    "lag" -> "0",
    "lookback" -> "0",
    "rate" -> "0"
  )

  def parse(text: String, child: String): Fleet = {
    val chosen = text.trim.split("\\s+").filter(_.nonEmpty).map(_.split("=", 2)).map(p => p(0) -> p(1)).toMap
    require(chosen.keySet.subsetOf(default.keySet), s"unknown: ${chosen.keySet -- default.keySet}")
    Fleet(chosen, Setup.parse(child))
  }
}

/** A whole history: fleet | child | events.
  *
  * The number of an event is that of the step before which it happens: a request, a change of a file, a batch, or a look of the
  * poller around. Events:
  *
  *   - crash; and row: a row of the table appears, or is gone.
  *   - insert, update, delete: of the data of an endpoint.
  *   - tick: time passes.
  *   - complete: with `availableUntilField`, the API completes its data, earlier than usual.
  *   - error, lost, cut, busy: the next request fails, or its response does.
  *   - expire: tokens, leases or jobs of an endpoint end.
  *   - broken: the next job of an endpoint fails.
  *   - slow: the next poll is handed back.
  *   - options: the driver dies, and the next run has other options, see [[Lanes]].
  *   - wipe: the driver dies, and the page log is lost.
  */
final case class FleetHistory(fleet: Fleet, events: Vector[Event]) {
  override def toString: String = s"$fleet | ${fleet.child} | ${events.mkString(" ")}"
}

object FleetHistory {
  def parse(text: String): FleetHistory = text.split("\\|", -1) match {
    case Array(fleet, child, events) =>
      val parsed = events.trim.split("\\s+").filter(_.nonEmpty).map(Event.parse).toVector
      FleetHistory(Fleet.parse(fleet, child), parsed)
    case _ => throw new IllegalArgumentException(text)
  }
}
