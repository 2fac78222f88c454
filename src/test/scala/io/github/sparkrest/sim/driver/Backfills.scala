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

  /** With `availableUntilField`: the API had completed its data until then, earlier than usual. */
  private val completed = Array.fill(fleet.parents)(0L)
  var wrong: Option[String] = None

  /** Of all runs: the latest moment at which the lanes may meet, and the earliest one that a run wanted to read. */
  private var latest, earliest = World.Began + lanes.initial

  /** A run had no backfill. */
  private var wasAlone = false

  /** Where live lanes went on with a coarser format: a record of this second may come again. */
  private val coarser = Array.fill(fleet.parents)(Vector.empty[Long])

  override def restarted(child: Int, job: Option[String], offset: Option[Long]): Unit = {
    if (lanes.formOf(fleet) == "epoch_s") coarser(child) ++= offset
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
      "batchSize" -> fleet.batch.toString,
      "pagesInFlight" -> fleet.flight.toString,
      "lag" -> s"${fleet.lag}ms",
      "lookback" -> s"${fleet.lookback}ms"
    ) ++ paging ++ exact ++ rate ++ lanes.options(lanes.formOf(fleet)) ++
      (if (fleet.until) Map("availableUntilField" -> "until") else Map.empty)
  }

  def answer(child: Int, request: HttpRequest, now: Long): Answer = {
    val query = new Query(request)
    def time(name: String) = query(name).flatMap(World.read(_, lanes.formOf(fleet))).getOrElse(0L)
    val (from, until) = (time("from"), time("to"))
    // It has all records that were created so long ago, and a half of the others.
    val available = math.max(settledBefore(now) / 3000 * 3000, completed(child)) - 1
    def isShown(r: Record) = !fleet.until || r.at <= available || (r.id + r.version) % 2 == 0
    def holds(at: Long) = fleet.bounds match {
      case "both" => at >= from && at <= until
      case "end"  => at > from && at <= until
      case _      => at >= from && at < until
    }
    val after = query("after").map(_.split("-")).fold((0L, 0))(t => (t(0).toLong, t(1).toInt))
    val found =
      data(child).valuesIterator.filter(r => isShown(r) && holds(r.at) && after < r.rank).toVector.sortBy(_.rank)
    val start = query("page").fold(0)(p => 2 * (p.toInt - 1))
    val page = if (fleet.paging == "none") found else found.slice(start, start + 2)
    val next =
      if (fleet.paging != "nextUrl" || page.length == found.length) ""
      else s""","next":"${query.url(relative = false, "after", s"${page.last.at}-${page.last.id}")}""""
    val complete = if (fleet.until) s""","until":$available""" else ""
    Answer(200, Nil, page.map(_.text).mkString("""{"data":[""", ",", s"]$next$complete}"))
  }

  /** No record with an earlier time appears any more. */
  private def settledBefore(now: Long) = now - fleet.lag - fleet.lookback

  def change(child: Int, what: String, n: Int, now: Long): Unit = {
    lastId += 1
    what match {
      case "complete" => completed(child) = settledBefore(now)
      case "update"   => pick(child, n).foreach(r => add(child, Record(r.id, r.version + 1, now)))
      case "delete"   => pick(child, n).foreach(r => data(child) -= r.id)
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

  private def cameBefore(child: Int, at: Long) = coarser(child).count(m => at >= m / 1000 * 1000 && at < m)

  def repeated(child: Int): Option[String] = came(child).iterator
    .flatMap {
      case (text, _) if !held(child)(text)                                            => Some(s"never there: $text")
      case (text, _) if Record.time(text) < earliest                                  => Some(s"too old: $text")
      case (text, n) if n > 1 + cameBefore(child, Record.time(text)) && !again(child) =>
        Some(s"repeated: $text came $n times")
      case _ => None
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
  * @param form of times in requests; empty: that of the fleet
  */
final private[driver] case class Lanes(
    from: Option[Int],
    initial: Int,
    step: Int,
    isDescending: Boolean,
    form: String
) {

  /** The format of times in requests. */
  def formOf(fleet: Fleet): String = if (form.isEmpty) fleet.form else form

  def options(form: String): Map[String, String] = {
    def time(ms: Int) = World.written(World.Began + ms, form)
    val requested =
      if (form == "west") Map("requestOffsetFormat" -> World.Western, "timeZone" -> World.Zone)
      else Map("requestOffsetFormat" -> form)
    requested ++ Map("initialOffset" -> time(initial), "windowStep" -> s"${step}ms") ++ from.fold(
      Map.empty[String, String]
    )(f => Map("backfillFrom" -> time(f), "backfillOrder" -> (if (isDescending) "desc" else "asc")))
  }

  /** A live lane that began without a backfill began at `initialOffset`, which must stay then. */
  def after(before: Lanes, isFixed: Boolean, keepsForm: Boolean): Lanes =
    copy(initial = if (isFixed) before.initial else initial, form = if (keepsForm) before.form else form)
}

private[driver] object Lanes {
  private val Froms = Seq(-20000, -30000, -8000)
  private val Initials = Seq(0, -3000, 4000)
  private val Steps = Seq(900, 2500, 7000)
  private val Forms = Seq("", "epoch_s", "west", "iso")

  /** The number of different ones. */
  val Count = 1080

  def apply(n: Int): Lanes = Lanes(
    if (n % 5 == 0) None else Some(Froms(n / 5 % 3)),
    Initials(n / 15 % 3),
    Steps(n / 45 % 3),
    isDescending = n / 135 % 2 == 0,
    form = Forms(n / 270 % 4)
  )
}
