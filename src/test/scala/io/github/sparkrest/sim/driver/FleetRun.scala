// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim.driver

import scala.collection.mutable

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.pagelog.format.{Manifest, PageFile}
import io.github.sparkrest.sim.{Dice, Event, World}

/** A stream over its whole life: the driver dies and starts again, and files and the sink stay. What remains to be true:
  *
  *   - Each record of a row that the table has at the end has come, and none has come more often than the API had it.
  *   - A row with a version is polled to its end once for each version, or again after a crash that lost the result.
  *   - What [[Queues]], [[Jobs]] and [[Backfills]] say.
  */
final private[driver] class FleetRun(history: FleetHistory, configs: FleetConfigs, tracing: Boolean) {
  import FleetRun._
  val fleet: Fleet = history.fleet
  val disk = new Disk
  val sink = new Sink
  val dice = new Dice(history.events.hashCode.toLong)

  /** The options of this run. */
  private var lanes = Lanes(fleet.lanes)

  /** Without the log, the format of an offset is unknown. */
  private val losesLog = history.events.exists(_.what == "wipe")

  /** A run had no backfill. */
  private var wasWhole = lanes.from.isEmpty
  val backend: Backend = FleetRun.backend(fleet, isStored, lanes)

  /** If there is a limit. */
  val rate: Option[RateCheck] = if (fleet.rate > 0) Some(new RateCheck(fleet.rate)) else None

  /** The rows of the table, with their versions. */
  val table: mutable.LinkedHashMap[Int, Long] = mutable.LinkedHashMap.empty

  /** Since when the driver has read a table without these rows. */
  private val missed = mutable.HashMap.empty[Int, Long]

  /** Versions of rows that the table does not have. */
  private val changed = mutable.HashMap.empty[Int, Long].withDefaultValue(1L)
  (0 until fleet.first).foreach(appears)

  /** The records that exist at the beginning are not from the future. */
  var now: Long = (0 until fleet.parents).map(backend.clock).foldLeft(World.Began)(_ max _)

  /** The driver's clock. Executors and the API have another one. */
  def ofDriver: Long = now + fleet.driver

  /** Versions that were read to their end, and are in a manifest or were found by a later run. */
  val durable: mutable.HashMap[Int, Long] = mutable.HashMap.empty
  var found: Option[String] = None
  private val faults = mutable.Queue.empty[String]
  private val slow = mutable.Set.empty[Int]
  var steps = 0
  private var coming = history.events.toList
  private var isDead = false
  val trace: mutable.ArrayBuffer[String] = mutable.ArrayBuffer.empty

  /** Faults so far: an error without one is an error of the connector. */
  var faulty = 0

  /** From now on, any request may be refused. */
  var excused = false

  def death: Option[Died] = if (isDead) Some(new Died) else None

  def note(text: => String): Unit = if (tracing) trace += text
  def quiet: Boolean = coming.isEmpty

  /** Something may happen before it, and the run may die. */
  def step(what: => String): Unit = {
    if (isDead) throw new Died
    steps += 1
    note(s"$steps $what")
    val (happening, later) = coming.span(_.at <= steps)
    coming = later
    happening.foreach(happen)
    if (isDead) throw new Died
  }

  private def happen(e: Event): Unit = {
    note(s"   -- $e")
    val (child, n) = (e.n % fleet.parents, e.n / fleet.parents)
    e.what match {
      case "crash"   => isDead = true
      case "options" =>
        lanes = Lanes(e.n).after(lanes, isFixed = wasWhole, keepsForm = losesLog)
        wasWhole ||= lanes.from.isEmpty
        isDead = true
      case "wipe" =>
        // A batch that was not committed needs the log.
        if (sink.logged.length == sink.committed) {
          disk.files.clear()
          rate.foreach(_.forget())
          (0 until fleet.parents).foreach(begins)
        }
        isDead = true
      case "tick"                            => now += e.n
      case "row"                             => if (table.contains(child)) leaves(child) else appears(child)
      case "error" | "lost" | "cut" | "busy" => faults += e.what
      case "slow"                            => slow += child
      case "expire"                          =>
        excused = true
        backend.expire(child)
        isDead ||= fleet.missing
      case "broken" => excused = true; backend.change(child, e.what, n, now)
      case _        =>
        backend.change(child, e.what, n, now)
        now = math.max(now + 1, backend.clock(child))
        if (table.contains(child)) table(child) += 1
        else changed(child) += 1
    }
  }

  private def appears(child: Int): Unit = table(child) = changed.remove(child).getOrElse(1L)

  private def leaves(child: Int): Unit = table.remove(child).foreach(changed(child) = _)

  /** The driver has read at `at` that the table has these rows. It may have become later since then. */
  def saw(rows: Set[Int], at: Long): Unit = (0 until fleet.parents).foreach { child =>
    if (!rows(child)) missed.getOrElseUpdate(child, at)
    else missed.remove(child).filter(mayForget(_, at)).foreach(_ => begins(child))
  }

  private def mayForget(since: Long, at: Long): Boolean = fleet.retention > 0 && at - since >= fleet.retention

  /** Nothing is owed for a row that has been gone for so long. */
  def isForgotten(child: Int): Boolean = missed.get(child).exists(mayForget(_, ofDriver))

  /** Rows that came back so late that their endpoints may begin again. */
  val mayBegin: mutable.Set[Int] = mutable.Set.empty

  private def begins(child: Int): Unit = {
    mayBegin += child
    backend.forgotten(child)
    durable.remove(child)
    ()
  }

  /** The fault of the next response, if it has one. */
  def fault(): Option[String] = if (faults.isEmpty) None else { faulty += 1; Some(faults.dequeue()) }

  def isSlow(child: Int): Boolean = slow.remove(child)

  def verdict: Option[String] = {
    var runs = 0
    var isOver = false
    while (!isOver && found.isEmpty) {
      runs += 1
      if (runs > MostRuns) found = Some(s"endless: $runs runs")
      else
        try {
          new DriverRun(this, configs(lanes)).run()
          isOver = true
        } catch {
          case _: Died =>
            note("   the driver died")
            isDead = false
            backend.died()
        }
    }
    (0 until fleet.parents).filter(isForgotten).foreach(begins)
    found.orElse(all(backend.repeated)).orElse(owed)
  }

  private def all(question: Int => Option[String]): Option[String] =
    (0 until fleet.parents).iterator.flatMap(c => question(c).map(w => s"$w, of p$c")).toSeq.headOption

  /** What is not done yet. */
  def owed: Option[String] = table.keysIterator.flatMap(c => backend.owed(c).map(w => s"$w, of p$c")).toSeq.headOption

  // ---- messages in manifests
  private val scanned = mutable.HashSet.empty[String]
  private val stored = mutable.HashSet.empty[Int]

  private def isStored(message: Int): Boolean = {
    disk.files.keysIterator.filter(n => n.startsWith(Manifest.Folder) && scanned.add(n)).foreach { name =>
      val file =
        Manifest.decode(disk.files(name)).map(_.file.name).fold(e => throw new IllegalStateException(e.why), identity)
      val text = disk.files.get(PageFile.path(file)).fold("")(new String(_, "UTF-8"))
      stored ++= Queues.messageId.findAllMatchIn(text).map(_.group(1).toInt)
    }
    stored(message) || sink.messages(message)
  }
}

private[driver] object FleetRun {
  private val MostRuns = 200

  def nameOf(child: Int): String = s"p$child"

  def backend(fleet: Fleet, isStored: Int => Boolean, lanes: => Lanes): Backend = fleet.kind match {
    case "queue"    => new Queues(fleet, isStored)
    case "jobs"     => new Jobs(fleet)
    case "backfill" => new Backfills(fleet, lanes)
    case _          => new Children(fleet)
  }

  def options(fleet: Fleet, lanes: Lanes): Map[String, String] = {
    val api = backend(fleet, _ => true, lanes).options
    val input = Map("input" -> "parents", "inputRefresh" -> s"${fleet.refresh}ms")
    (if (fleet.alone) api.map { case (k, v) => k -> v.replace("{n}", "p0") } else api ++ input) ++ Map(
      "streaming" -> "true",
      "streamingInterval" -> s"${fleet.interval}ms",
      "retryBackoff" -> "50ms"
    ) ++ (if (fleet.versioned) Map("inputVersion" -> "v") else Map.empty) ++
      (if (fleet.retention > 0 && !fleet.alone) Map("endpointRetention" -> s"${fleet.retention}ms") else Map.empty)
  }

  def parse(fleet: Fleet): Either[String, FleetConfigs] = {
    val configs = new FleetConfigs(fleet)
    configs.parse(Lanes(fleet.lanes)).map(_ => configs)
  }

  def apply(history: FleetHistory): Option[String] = parse(history.fleet).fold(_ => None, verdict(history, _))

  def verdict(history: FleetHistory, configs: FleetConfigs): Option[String] =
    verdict(new FleetRun(history, configs, tracing = false))

  def traced(history: FleetHistory): String = parse(history.fleet).fold(
    identity,
    config => {
      val run = new FleetRun(history, config, tracing = true)
      val why = verdict(run)
      (s"history: $history" +: run.trace.toSeq :+ why.getOrElse("all is well")).mkString("\n")
    }
  )

  /** The number of steps. */
  def steps(history: FleetHistory): Int = parse(history.fleet).fold(
    e => throw new IllegalStateException(e),
    config => {
      val run = new FleetRun(history, config, tracing = false)
      verdict(run).foreach(why => throw new IllegalStateException(why))
      run.steps
    }
  )

  private def verdict(run: FleetRun): Option[String] =
    try run.verdict
    catch {
      case e @ (_: Exception | _: VirtualMachineError) =>
        Some(s"thrown: $e at ${e.getStackTrace.take(3).mkString(" ")}")
    }
}

/** The configurations of a fleet's runs, each parsed once. */
final private[driver] class FleetConfigs(fleet: Fleet) {
  private val parsed = mutable.HashMap.empty[Lanes, Either[String, RestConfig]]

  def parse(lanes: Lanes): Either[String, RestConfig] = parsed.getOrElseUpdate(
    lanes, {
      val columns = if (fleet.alone) Nil else Seq("n", "v")
      RestConfig.parse(FleetRun.options(fleet, lanes), columns).left.map(_.text)
    }
  )
  def apply(lanes: Lanes): RestConfig = parse(lanes).fold(e => throw new IllegalStateException(e), identity)
}

/** What the query wrote, and how far it is: Spark's offset log, its commit log, and a sink that writes a batch once. */
final private[driver] class Sink {
  import io.github.sparkrest.pagelog.LogPosition

  /** Where each batch ends, and the API offsets with it. */
  var logged: Vector[(LogPosition, Map[String, Option[String]])] = Vector.empty
  var committed = 0
  private val batches = mutable.HashMap.empty[Int, Seq[(Int, String)]]

  /** Writes a batch, or writes it again: then it must have the same records. */
  def write(batch: Int, records: Seq[(Int, String)]): Option[String] = {
    val before = batches.put(batch, records)
    if (before.exists(_ != records)) Some(s"batch $batch has other records: $before, now $records") else None
  }
  def has(batch: Int): Boolean = batches.contains(batch)
  def messages(n: Int): Boolean = batches.valuesIterator.flatten.exists(_._2.contains(s""""id":$n}"""))
}
