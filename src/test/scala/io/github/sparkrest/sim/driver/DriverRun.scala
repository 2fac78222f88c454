// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim.driver

import java.nio.charset.StandardCharsets.UTF_8

import scala.collection.mutable

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.pagelog._
import io.github.sparkrest.pagelog.format.{PageFileReader, PageSlice}
import io.github.sparkrest.poll.{PollOutcome, PollRequest}
import io.github.sparkrest.schedule.PollerCommand._
import io.github.sparkrest.schedule.backfill.BackfillLanes
import io.github.sparkrest.schedule.{Lane, PollerCommand, PollerEvent, PollerState, SlowLimits}

/** One run of the driver, from its start until it dies or nothing is left to do. The page log, the poller's decisions and the
  * tasks are the real ones. This class is the thread between them, and Spark.
  */
final private[driver] class DriverRun(life: FleetRun, config: RestConfig) {
  import DriverRun._
  import life.{backend, dice, fleet, note, sink, step}

  /** The numbers of endpoints, by key. */
  private val names = (0 until fleet.parents).flatMap { child =>
    val key = endpoint(child, 0).key
    (if (fleet.hasLanes) Seq(key, Endpoint.backfillKey(key)) else Seq(key)).map(_ -> child)
  }.toMap
  private val store = new RunStore(life.disk, fleet.objects, what => step(what))
  private val log = PageLog.open(store, fleet.retain, () => life.ofDriver)
  private val firstRows = readTable()
  private val start: Resumption = {
    replay()
    val at = life.ofDriver
    if (!fleet.alone) log.dropLeft(Endpoint.keysOf(firstRows), at, config.endpointRetentionMs)
    life.saw(firstRows.iterator.map(nameOf).toSet, at)
    val never: Map[String, Option[String]] = firstRows.map(_.key -> None).toMap
    val (position, offsets) = sink.logged.lastOption.getOrElse(LogPosition.Start -> never)
    log.resume(position, offsets)
  }
  private val lanes = new BackfillLanes(config, start)
  private val poller =
    new PollerState(config, lanes.of(firstRows), start, false, SlowLimits(), SweepMillis, () => 0.5, life.ofDriver)
  private val tasks = new DriverTasks(life, config, store, log.epoch, nameOf)

  /** A job that runs, or the input that is read: its event, and how many looks around it takes. */
  final private class Pending(event: => PollerEvent, var left: Int) {
    lazy val result: PollerEvent = event
  }
  private val pending = mutable.ArrayBuffer.empty[Pending]
  private var pause = 0L

  // ---- what this run knows of each endpoint
  private val begun = mutable.HashMap.empty[Int, Long]

  /** A run does not know with which version an earlier run began a traversal. */
  private val inTraversal = mutable.HashSet.empty[Int] ++
    start.states.collect { case (key, s) if s.begunMs.isDefined => key }.flatMap(names.get)
  private val complete = mutable.HashMap.empty[Int, Long] ++ life.durable
  private val unacknowledged = mutable.HashSet.empty[Int]

  def run(): Unit = {
    names.foreach { case (key, child) =>
      val state = start.states.get(key)
      backend.restarted(child, state.flatMap(_.job).map(_.id), state.flatMap(_.moment).map(_.toEpochMilli))
    }
    var (looks, after) = (0, 0)
    while (after < MoreLooks && life.found.isEmpty) {
      step("look around")
      if (dice.oneIn(2) || life.quiet) batch()
      handle(next())
      if (life.quiet) {
        looks += 1
        life.now += 200
        if (looks > (if (fleet.hasLanes) MostLooksOfLanes else MostLooks)) after = MoreLooks
        else if (pending.isEmpty && life.owed.isEmpty) after += 1
      }
      life.found = life.found.orElse(backend.wrong).orElse(life.rate.flatMap(_.wrong))
    }
    life.found =
      life.found.orElse(unacknowledged.find(!life.isForgotten(_)).map(c => s"not acknowledged: the last messages of p$c"))
  }

  private def next(): PollerEvent = {
    pending.foreach(_.left -= 1)
    val wait = pause
    pause = 0L
    pending.indexWhere(_.left <= 0) match {
      case -1 =>
        if (pending.isEmpty) life.now += math.max(0L, math.min(wait - life.ofDriver, 3000L))
        PollerEvent.Due(log.unreadBytes, log.unreadCount)
      case i => pending.remove(i).result
    }
  }

  private def handle(event: PollerEvent): Unit = {
    val at = life.ofDriver
    val commands = poller.step(event, at)
    event match {
      case PollerEvent.Finished(_, reports) =>
        val outcomes = reports.flatMap(_.outcomes)
        outcomes.foreach { case (key, outcome) => finished(names(key), outcome) }
        commands.foreach(execute)
        outcomes.foreach { case (key, _) => backend.settled(names(key)) }
      case PollerEvent.InputRead(rows) =>
        commands.foreach(execute)
        life.saw(rows.iterator.map(nameOf).toSet, at)
      case _ => commands.foreach(execute)
    }
  }

  private def execute(command: PollerCommand): Unit = command match {
    case s: StartPolls =>
      s.polls.foreach(p => begins(nameOf(p.endpoint), p))
      if (s.lane == Lane.Backfill) checkBackfill()
      pend(PollerEvent.Finished(s.id, tasks.poll(s)))
    case Append(file, states) =>
      val standing = log.append(file, states)
      states.foreach { case (e, s) =>
        // The version of another traversal may be older.
        for (c <- names.get(e.key); v <- s.inputVersion if complete.get(c).contains(v.toLong))
          life.durable(c) = v.toLong
      }
      handleAppended(standing)
    case NoteState(began, states, pace) => log.noteBeforePoll(began, states, pace)
    case SweepLost                      => log.sweepLost()
    case NoteLeft(left, dropped)        => log.noteLeft(left, dropped)
    case ReadInput                      =>
      pend(PollerEvent.InputRead(lanes.of(readTable())))
    case AwaitRoom    => batch()
    case w: WaitUntil => pause = w.moment
    case Fail(cause)  => failed(cause)
    case _            => ()
  }

  /** Half of the tasks run at once and return later. The others run when they return. */
  private def pend(event: => PollerEvent): Unit = {
    val job = new Pending(event, dice(3))
    if (dice.oneIn(2)) {
      val _ = job.result
      note("   has run")
    }
    pending += job
  }

  private def checkBackfill(): Unit =
    if (config.offset.backfill.isEmpty) life.found = Some("a backfill: nobody wants it")
    else if (log.unreadCount > fleet.batch)
      life.found = Some(s"a backfill: it starts while ${log.unreadCount} records are unread")

  private def handleAppended(standing: Map[String, io.github.sparkrest.progress.Progress]): Unit =
    poller.step(PollerEvent.Appended(standing), life.ofDriver).foreach(execute)

  /** Somebody starts the query again, if the API caused the failure. */
  private def failed(cause: Throwable): Unit =
    if (life.faulty > 0 || life.excused) throw new Died else life.found = Some(s"failed: ${cause.getMessage}")

  // ---- endpoints

  private def readTable(): Vector[Endpoint] =
    if (fleet.alone) Vector(Endpoint.Only) else life.table.toVector.map { case (child, v) => endpoint(child, v) }

  private def endpoint(child: Int, version: Long): Endpoint =
    if (fleet.alone) Endpoint.Only
    else if (fleet.versioned) Endpoint.of(s"""{"n":"p$child","v":$version}""", Set("n"), Some("v"))
    else Endpoint.of(s"""{"n":"p$child"}""", Set("n"))

  private def nameOf(e: Endpoint): Int = names(e.key)

  private def begins(child: Int, p: PollRequest): Unit = if (p.state.acks.isEmpty) for (v <- p.endpoint.version) {
    if (life.mayBegin.remove(child)) {
      complete.remove(child)
      begun.remove(child)
    }
    // A window is polled until its slices are over, and a list until it is known which of its records are gone.
    val waits = fleet.kind == "jobs" || fleet.child.kind == "window" || fleet.child.changes
    if (complete.get(child).contains(v.toLong) && !inTraversal(child) && !waits)
      life.found = Some(s"requested though unchanged: p$child at version $v")
    if (!inTraversal(child)) begun(child) = v.toLong
  }

  private def finished(child: Int, o: PollOutcome): Unit = {
    note(s"   p$child ${o.requests} requests, more=${o.more} ${o.error.fold("")(_.text)} ${o.state.offset}")
    val isAcknowledgement = unacknowledged(child) && o.state.acks.isEmpty && o.error.isEmpty
    if (o.state.acks.isDefined) unacknowledged += child else unacknowledged -= child
    if (o.error.isEmpty && !o.handedBack && !isAcknowledgement) {
      if (o.state.begunMs.isDefined || o.waitMs.isDefined) inTraversal += child else inTraversal -= child
      if (!o.more && !inTraversal(child)) begun.get(child).foreach(complete(child) = _)
    } else if (o.error.isDefined) if (o.state.begunMs.isDefined) inTraversal += child else inTraversal -= child
  }

  // ---- Spark

  /** A batch: its end is logged, its records are read, it is committed. A batch before it is committed to the source. */
  private def batch(): Unit = {
    val from = sink.logged.lastOption.fold(LogPosition.Start)(_._1)
    val end = log.take(from, fleet.batch.toLong, Long.MaxValue)
    if (end > from) {
      step(s"log the batch up to $end")
      sink.logged :+= end -> (firstRows.map(_.key -> None).toMap ++ log.offsetsAt(end))
      step("commit the batch before")
      if (sink.committed > 0) log.commit(sink.logged(sink.committed - 1)._1)
      write()
    }
  }

  /** A batch that was logged and not committed runs again. */
  private def replay(): Unit = if (sink.logged.length > sink.committed) write()

  private def write(): Unit = {
    val n = sink.logged.length
    val from = sink.logged.lift(n - 2).fold(LogPosition.Start)(_._1)
    val records = log.slices(from, sink.logged.last._1).flatMap(read)
    step(s"write ${records.mkString(" ")}")
    val isNew = !sink.has(n)
    life.found = life.found.orElse(sink.write(n, records))
    if (isNew) records.groupBy(_._1).foreach { case (child, all) => backend.delivered(child, all.map(_._2)) }
    step("commit")
    sink.committed = n
  }

  private def read(slice: PageSlice): Seq[(Int, String)] = {
    val reader = new PageFileReader(store, slice)
    try
      Iterator
        .continually(reader)
        .takeWhile(_.next())
        .map { r =>
          val row = slice.pages.find(_.end > r.record).fold("")(_.row)
          val (from, to) = (r.block.from(r.i), r.block.to(r.i))
          (if (fleet.alone) 0 else row.filter(_.isDigit).toInt) -> new String(r.block.bytes, from, to - from, UTF_8)
        }
        .toList
    finally reader.close()
  }
}

private object DriverRun {
  val SweepMillis = 5000L

  /** Looks around after all events: at most, and after everything is done. */
  val MostLooks = 600

  /** A backfill waits until the live lane needs nothing. */
  val MostLooksOfLanes = 3000
  val MoreLooks = 25
}
