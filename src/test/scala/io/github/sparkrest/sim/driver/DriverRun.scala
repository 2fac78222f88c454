// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim.driver

import java.io.{ByteArrayInputStream, IOException}
import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant

import scala.collection.mutable

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.tasks.{EndpointTurn, Wire}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.pagelog._
import io.github.sparkrest.pagelog.format.{PageFileReader, PageSlice}
import io.github.sparkrest.poll.{PollOutcome, PollReport, PollRequest}
import io.github.sparkrest.request.InputRow
import io.github.sparkrest.response.files.BodyStore
import io.github.sparkrest.schedule.PollerCommand._
import io.github.sparkrest.schedule.{PollerCommand, PollerEvent, PollerState, SlowLimits}
import io.github.sparkrest.sim.Run

/** One run of the driver, from its start until it dies or nothing is left to do. The page log, the poller's decisions and the
  * tasks are the real ones. This class is the thread between them, and Spark.
  */
final private[driver] class DriverRun(life: FleetRun, config: RestConfig) {
  import DriverRun._
  import life.{backend, dice, fleet, note, sink, step}

  /** The numbers of endpoints, by key. */
  private val names = (0 until fleet.parents).map(child => endpoint(child, 0).key -> child).toMap
  private val store = new RunStore(life.disk, fleet.objects, what => step(what))
  private val log = PageLog.open(store, fleet.retain, () => life.now)
  private val firstRows = readTable()
  private val start: Resumption = {
    replay()
    log.dropLeft(firstRows.iterator.map(_.key).toSet, life.now, config.endpointRetentionMs)
    life.saw(firstRows.iterator.map(nameOf).toSet)
    val (position, offsets) = sink.logged.lastOption.getOrElse(LogPosition.Start -> Map.empty[String, Option[String]])
    log.resume(position, offsets)
  }
  private val poller =
    new PollerState(config, firstRows, start, mustComplete = false, SlowLimits(), SweepMillis, () => 0.5, life.now)

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
    names.foreach { case (key, child) => backend.restarted(child, start.states.get(key).flatMap(_.job).map(_.id)) }
    var (looks, after) = (0, 0)
    while (after < MoreLooks && life.found.isEmpty) {
      step("look around")
      if (dice.oneIn(2) || life.quiet) batch()
      handle(next())
      if (life.quiet) {
        looks += 1
        life.now += 200
        if (looks > MostLooks) after = MoreLooks
        else if (pending.isEmpty && life.owed.isEmpty) after += 1
      }
      life.found = life.found.orElse(backend.wrong)
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
        if (pending.isEmpty && wait > life.now) life.now = math.min(wait, life.now + 3000)
        PollerEvent.Due(log.unreadBytes)
      case i => pending.remove(i).result
    }
  }

  private def handle(event: PollerEvent): Unit = {
    val commands = poller.step(event, life.now)
    event match {
      case PollerEvent.Finished(_, reports) =>
        val outcomes = reports.flatMap(_.outcomes)
        outcomes.foreach { case (key, outcome) => finished(names(key), outcome) }
        commands.foreach(execute)
        outcomes.foreach { case (key, _) => backend.settled(names(key)) }
      case PollerEvent.InputRead(rows) =>
        commands.foreach(execute)
        life.saw(rows.iterator.map(nameOf).toSet)
      case _ => commands.foreach(execute)
    }
  }

  private def execute(command: PollerCommand): Unit = command match {
    case s: StartPolls =>
      s.polls.foreach(p => begins(nameOf(p.endpoint), p))
      val job = new Pending(PollerEvent.Finished(s.id, poll(s)), dice(3))
      if (dice.oneIn(2)) note(s"   job ${job.result.hashCode % 10}")
      pending += job
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
      val rows = new Pending(PollerEvent.InputRead(readTable()), dice(3))
      if (dice.oneIn(2)) note(s"   rows ${rows.result.hashCode % 10}")
      pending += rows
    case AwaitRoom    => batch()
    case w: WaitUntil => pause = w.moment
    case Fail(cause)  => failed(cause)
    case _            => ()
  }

  private def handleAppended(standing: Map[String, io.github.sparkrest.progress.Progress]): Unit =
    poller.step(PollerEvent.Appended(standing), life.now).foreach(execute)

  /** Somebody starts the query again, if the API caused the failure. */
  private def failed(cause: Throwable): Unit =
    if (life.faulty > 0 || life.excused) throw new Died else life.found = Some(s"failed: ${cause.getMessage}")

  // ---- endpoints

  private def readTable(): Vector[Endpoint] = life.table.toVector.map { case (child, v) => endpoint(child, v) }

  private def endpoint(child: Int, version: Long): Endpoint =
    if (fleet.versioned) Endpoint.of(s"""{"n":"p$child","v":$version}""", Set("n"), Some("v"))
    else Endpoint.of(s"""{"n":"p$child"}""", Set("n"))

  private def nameOf(e: Endpoint): Int = names(e.key)

  private def begins(child: Int, p: PollRequest): Unit = if (p.state.acks.isEmpty) for (v <- p.endpoint.version) {
    if (life.mayBegin.remove(child)) {
      complete.remove(child)
      begun.remove(child)
    }
    if (complete.get(child).contains(v.toLong) && !inTraversal(child))
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

  // ---- tasks

  /** As `ConcurrentPolls`, one poll after the other. */
  private def poll(job: StartPolls): Seq[PollReport] = {
    val pages = new SharedPageFile(store, log.epoch, "")
    val reports = job.polls.map { p =>
      if (life.isSlow(nameOf(p.endpoint)) && job.sharing)
        Left(p.endpoint.key -> PollOutcome.handedBack(p.state, 2000))
      else polled(p, pages)
    }
    val shared = PollReport(reports.collect { case Left(o) => o }, pages.close())
    val all = (shared +: reports.collect { case Right(own) => own }).toList
    // Serialization costs as much as everything else.
    if (dice.oneIn(8)) Wire.read[Seq[PollReport]](Wire.write(all)) else all
  }

  private def polled(p: PollRequest, pages: SharedPageFile): Either[(String, PollOutcome), PollReport] = {
    val child = nameOf(p.endpoint)
    val turn = new EndpointTurn(config, store, log.epoch, BodyStore.Nowhere, Run.Limits)
    val taken = pages.sink(p.endpoint.key)
    val row = p.endpoint.row.fold(InputRow.Empty)(InputRow.of(Seq("n", "v"), _))
    val limits = p.limits.copy(maxRequests = math.min(p.limits.maxRequests, fleet.requests.toLong))
    val before = life.faulty
    val outcome = turn.run(p.copy(limits = limits), client(child), clock, taken, row)
    outcome.error.filter(_ => life.faulty == before && !life.excused).foreach { e =>
      life.found = Some(s"error: ${e.text}")
    }
    val own = taken.ownFileClosed()
    turn.keep(outcome)
    own match {
      case Some(file) => Right(PollReport(Vector(p.endpoint.key -> outcome), Some(file)))
      case None       =>
        pages.take(taken)
        Left(p.endpoint.key -> outcome)
    }
  }

  private val clock: Clock = () => Instant.ofEpochMilli(life.now)

  private def client(child: Int): HttpClient = new HttpClient {
    def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] = {
      life.now += 5
      step(s"p$child ${request.method} ${request.url} ${request.body.getOrElse("")}")
      val result = life.fault() match {
        case Some("error") => use(response(500, Nil, "busy"))
        case Some("busy")  => use(response(429, Nil, "busy"))
        case fault         =>
          val a = backend.answer(child, request, life.now)
          note(s"   ${a.status} ${a.headers.mkString} ${a.body} ${fault.getOrElse("")}")
          if (fault.isDefined) backend.unheard(child)
          if (fault.contains("lost")) Left(RestError(Condition.ConnectionFailed, "lost", ""))
          else {
            val body = if (fault.contains("cut")) a.body.take(a.body.length / 2) else a.body
            try use(response(a.status, a.headers, body))
            catch { case e: IOException => Left(RestError(Condition.ConnectionFailed, e.getMessage, "")) }
          }
      }
      step("response")
      result
    }
  }

  private def response(status: Int, headers: Seq[(String, String)], body: String) =
    HttpResponse(status, headers, new ByteArrayInputStream(body.getBytes(UTF_8)))

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
          row.filter(_.isDigit).toInt -> new String(r.block.bytes, from, to - from, UTF_8)
        }
        .toList
    finally reader.close()
  }
}

private object DriverRun {
  val SweepMillis = 5000L

  /** Looks around after all events: at most, and after everything is done. */
  val MostLooks = 600
  val MoreLooks = 25
}
