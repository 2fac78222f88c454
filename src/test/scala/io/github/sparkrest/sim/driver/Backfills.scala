// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim.driver

import scala.collection.mutable
import scala.math.Ordering.Implicits._

import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.sim.{Answer, Dice, Query, World}

/** APIs that select records by their time, with old records and new ones. Truth: each record comes once, whichever lane its time
  * belongs to.
  *
  * @param lanes the options of the run that the driver is in, or of its last one
  */
final private[driver] class Backfills(fleet: Fleet, lanes: => Lanes) extends Backend {
  import Backfills._

  private val data = Vector.tabulate(fleet.parents)(child => mutable.LinkedHashMap(old(child): _*))
  private val held = data.map(records => mutable.Set(records.values.map(_.text).toSeq: _*))
  private val came = Vector.fill(fleet.parents)(mutable.HashMap.empty[String, Int])
  private val again = mutable.Set.empty[Int]
  private var lastId = 1000
  var wrong: Option[String] = None

  /** Of all runs: the latest moment at which the lanes may meet, and the earliest one that a run wanted to read. */
  private var latest, earliest = World.Began + lanes.initial

  /** A run had no backfill. */
  private var wasAlone = false

  override def restarted(child: Int, job: Option[String]): Unit = {
    latest = math.max(latest, World.Began + lanes.initial)
    earliest = math.min(earliest, World.Began + lanes.from.getOrElse(lanes.initial - fleet.lookback))
    wasAlone ||= lanes.from.isEmpty
  }

  /** Most of them are at the end of a slice. */
  private def old(child: Int): Seq[(Int, Record)] = {
    val r = new Dice(fleet.chosen.hashCode.toLong * 31 + child)
    (1 to fleet.rows).map(id =>
      id -> Record(id, 0, World.Began - 500L * r(66) + (if (r.oneIn(3)) r(3) - 1L else 0L)) // 33 seconds
    )
  }

  def options: Map[String, String] = {
    val paging = fleet.paging match {
      case "page"    => Map("pagination" -> "page", "pageSize" -> "2", "pageParam" -> "page")
      case "nextUrl" => Map("pagination" -> "nextUrl", "nextField" -> "next")
      case _         => Map.empty
    }
    val exact = if (fleet.bounds == "exact") Map("boundary" -> "exclusive") else Map.empty
    val rate = if (fleet.rate > 0) Map("maxRequestRate" -> s"${fleet.rate}/s") else Map.empty
    Map(
      "url" -> "http://api.test/{n}/x?from={windowStart}&to={windowEnd}",
      "dataField" -> "data",
      "offsetType" -> "window",
      "offsetField" -> "t",
      "offsetFormat" -> "epoch_ms",
      "requestOffsetFormat" -> fleet.form,
      "batchSize" -> fleet.batch.toString,
      "pagesInFlight" -> fleet.flight.toString,
      "lag" -> s"${fleet.lag}ms",
      "lookback" -> s"${fleet.lookback}ms"
    ) ++ paging ++ exact ++ rate ++ lanes.options(fleet.form)
  }

  def answer(child: Int, request: HttpRequest, now: Long): Answer = {
    val query = new Query(request)
    def time(name: String) = query(name).flatMap(World.read(_, fleet.form)).getOrElse(0L)
    val (from, until) = (time("from"), time("to"))
    def holds(at: Long) = fleet.bounds match {
      case "both" => at >= from && at <= until
      case "end"  => at > from && at <= until
      case _      => at >= from && at < until
    }
    val after = query("after").map(_.split("-")).fold((0L, 0))(t => (t(0).toLong, t(1).toInt))
    val found = data(child).valuesIterator.filter(r => holds(r.at) && after < r.rank).toVector.sortBy(_.rank)
    val start = query("page").fold(0)(p => 2 * (p.toInt - 1))
    val page = if (fleet.paging == "none") found else found.slice(start, start + 2)
    val next =
      if (fleet.paging != "nextUrl" || page.length == found.length) ""
      else s""","next":"${query.url(relative = false, "after", s"${page.last.at}-${page.last.id}")}""""
    Answer(200, Nil, page.map(_.text).mkString("""{"data":[""", ",", s"]$next}"))
  }

  def change(child: Int, what: String, n: Int, now: Long): Unit = {
    lastId += 1
    what match {
      case "update" => pick(child, n).foreach(r => add(child, Record(r.id, r.version + 1, now)))
      case "delete" => pick(child, n).foreach(r => data(child) -= r.id)
      // It was created a while ago, and appears now.
      case "late" => add(child, Record(lastId, 0, now - math.min(n, 47) * (fleet.lag + fleet.lookback) / 48))
      case _      => add(child, Record(lastId, 0, now))
    }
    ()
  }

  private def pick(child: Int, n: Int): Option[Record] =
    if (data(child).isEmpty) None else data(child).valuesIterator.drop(n % data(child).size).take(1).toSeq.headOption

  private def add(child: Int, r: Record): Unit = {
    data(child)(r.id) = r
    held(child) += r.text
  }

  def expire(child: Int): Unit = ()
  def clock(child: Int): Long = 0L
  def forgotten(child: Int): Unit = again += child

  def delivered(child: Int, records: Seq[String]): Unit =
    records.foreach(r => came(child)(r) = came(child).getOrElse(r, 0) + 1)

  def owed(child: Int): Option[String] = {
    val floor = lanes.from.fold(latest)(World.Began + _)
    // Such an API left out the first moment of a live lane that had no backfill, and nothing tells the connector.
    def isLeftOut(r: Record) =
      wasAlone && fleet.bounds == "end" && r.at == World.Began + lanes.initial - fleet.lookback
    data(child).valuesIterator
      .find(r => r.at >= floor && !came(child).contains(r.text) && !isLeftOut(r))
      .map(r => s"lost: ${r.text}")
  }

  def repeated(child: Int): Option[String] = came(child).iterator
    .flatMap {
      case (text, _) if !held(child)(text)           => Some(s"never there: $text")
      case (text, _) if Record.time(text) < earliest => Some(s"too old: $text")
      case (text, n) if n > 1 && !again(child)       => Some(s"repeated: $text came $n times")
      case _                                         => None
    }
    .toSeq
    .headOption
}

private object Backfills {
  final case class Record(id: Int, version: Int, at: Long) {
    def rank: (Long, Int) = (at, id)
    def text: String = s"""{"id":$id,"v":$version,"t":$at}"""
  }
  object Record {
    def time(text: String): Long = text.drop(text.lastIndexOf(':') + 1).dropRight(1).toLong
  }
}

/** What a restart may change about the lanes of a stream. Times are milliseconds since [[World.Began]].
  *
  * @param from where the backfill begins; `None`: the run has none
  * @param initial `initialOffset`
  */
final private[driver] case class Lanes(from: Option[Int], initial: Int, step: Int, isDescending: Boolean) {
  def options(form: String): Map[String, String] = {
    def time(ms: Int) = World.written(World.Began + ms, form)
    Map("initialOffset" -> time(initial), "windowStep" -> s"${step}ms") ++ from.fold(Map.empty[String, String])(f =>
      Map("backfillFrom" -> time(f), "backfillOrder" -> (if (isDescending) "desc" else "asc"))
    )
  }

  /** A live lane that began without a backfill began at `initialOffset`, which must stay then. */
  def after(before: Lanes, isFixed: Boolean): Lanes = if (isFixed) copy(initial = before.initial) else this
}

private[driver] object Lanes {
  private val Froms = Seq(-20000, -30000, -8000)
  private val Initials = Seq(0, -3000, 4000)
  private val Steps = Seq(900, 2500, 7000)

  /** The number of different ones. */
  val Count = 270

  def apply(n: Int): Lanes = Lanes(
    if (n % 5 == 0) None else Some(Froms(n / 5 % 3)),
    Initials(n / 15 % 3),
    Steps(n / 45 % 3),
    isDescending = n / 135 % 2 == 0
  )
}
