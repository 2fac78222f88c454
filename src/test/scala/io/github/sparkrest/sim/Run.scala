// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

import java.nio.charset.StandardCharsets.UTF_8

import scala.collection.mutable

import io.circe.parser.decode
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.pagelog.{PageOrigin, PageSink}
import io.github.sparkrest.poll.{Poll, Schedule, TaskBudget}
import io.github.sparkrest.progress.seen.SeenInMemory
import io.github.sparkrest.progress.{Change, CoreLimits, KeptRecords, Progress}

/** Reads a simulated API to its end with the real pipeline, and compares with the truth. The results of a poll
  * count as in `Poller`: records and state together. A state without records is only in memory, or in the next poll's note.
  */
final class Run(scenario: Scenario, config: RestConfig, tracing: Boolean = false) {
  import Run._
  import scenario.setup

  private val api = new SimApi(scenario, tracing)
  private val truth = new Truth(setup, api.world)
  private val mirror = new Mirrored(setup, api.world)
  private val seen = new SeenInMemory
  private var current = config
  private var pipeline = begun()
  private def begun() = {
    api.died = None
    val background = new ShuffledRequests(new Dice(scenario.events.hashCode.toLong + api.requests), () => api.died)
    new Poll(current, api, api.clock, limits = Limits, seen = seen, background = Some(background))
  }
  private var state = Progress.Initial
  private var stored = text(state)
  private val pace = new Schedule(config)
  private var fruitless = 0
  private def since(request: Int) = Since(request, api.world.now, api.world.available)
  private var traversal = since(1)

  /** The state that a restart finds, and the start of its traversal, if it is in the middle of one. */
  private var durable: (String, Option[Since]) = (stored, None)

  def trace: Seq[String] = api.trace.toSeq

  /** The error, if there is one. */
  def verdict: Option[String] = {
    var found = Option.empty[String]
    var quietDrains = 0
    var idle, waits = 0
    while (found.isEmpty && quietDrains < enough)
      if (idle > MostRequests)
        found = repeated.orElse(Some(s"endless: $idle requests and no end, after the last event"))
      else {
        val before = api.requests
        if (poll().fold({ e => found = Some(e); false }, identity)) {
          // A traversal that a restart resumed may have met a wrong response before.
          val sure = api.lastDoubt < traversal.request
          found = traversed(sure).orElse(repeated)
          api.note(s"   -- traversal complete ${found.getOrElse("")}")
          api.traversed()
          api.world.now += pause
          if (api.quiet && sure) quietDrains += 1
          traversal = since(api.requests + 1)
        }
        if (api.eventless) idle += api.requests - before
        // The window is not over yet, so time must pass.
        if (api.requests == before) {
          api.world.now += setup.grain.toLong
          waits += 1
          if (waits > MostRequests) found = Some("stuck: polls, but no requests")
        }
      }
    found.filterNot(_ => api.standsStill)
  }

  /** A deleted record is missing in several traversals before the stream says so. */
  private def enough: Int = if (setup.changes) 1 + setup.variants.map(_.goneAfter).max else 2

  private def traversed(sure: Boolean): Option[String] =
    if (!setup.changes)
      if (sure) truth.traversed(traversal.request, api.requests, traversal.at, traversal.complete) else None
    else {
      val wrong = if (sure) mirror.traversed(traversal.request, api.requests) else { mirror.doubted(); None }
      mirror.ended(traversal.request)
      wrong
    }

  /** The time between two traversals. After all events, it must make all records old enough. */
  private def pause: Long =
    if (api.quiet) setup.lag + setup.step + 2L * setup.grain + 100 + setup.clocks + setup.rounding
    else if (setup.tag == "modified") 35000L
    else 50L

  private def repeated: Option[String] =
    if (setup.changes) None else truth.repeated(api.movedByPage, api.expired)

  /** A crash before the result of the poll counts. */
  private def mayDie(): Unit = if (api.loses) {
    api.loses = false
    api.note("   the result is lost")
    throw new Crash(None)
  }

  /** @return whether a traversal is complete, or the error */
  private def poll(): Either[String, Boolean] = {
    if (setup.interval > 0) durable = (stored, Some(traversal))
    val sink = new MemorySink
    api.faulty = false
    api.begins()
    try {
      val outcome = pipeline.run(state, TaskBudget(Long.MaxValue, Long.MaxValue, setup.requests.toLong), sink)
      mayDie()
      restore(text(outcome.state))
      state = unstored(outcome.state)
      outcome.waitMs.foreach(api.world.now += _)
      // An API that names a new cursor in each empty response never says that there is nothing more.
      val wasFruitless = outcome.error.isEmpty && pace.isFruitless(outcome, sink.pages.length.toLong)
      fruitless = if (wasFruitless) fruitless + outcome.requests else 0
      val complete = outcome.error.isEmpty && (!outcome.more || fruitless >= MostFruitless) && !api.hollow
      // Changes that wait for the end of a traversal must not come in the middle of a resumed traversal.
      if (sink.pages.nonEmpty || complete && setup.calm)
        durable = (stored, if (complete) None else Some(traversal))
      truth.delivered(sink.pages)
      val mistake =
        if (setup.changes) mirror.applied(sink.changes.toSeq, traversal.request, api.requests) else None
      api.note(s"   kept ${sink.shown.mkString(" ")} more=${outcome.more} ${outcome.error.fold("")(_.text)} state ${brief(stored)}")
      (outcome.error, api.wrong.orElse(mistake)) match {
        case (_, Some(why)) if mistake.contains(why) => Left(why)
        case (_, Some(why))                          => Left(s"wrong request: $why")
        case (Some(e), _) if !api.faulty             => Left(s"error: ${e.text}")
        case (Some(_), _)                            =>
          api.world.now += Backoff
          Right(false)
        case (None, _) => Right(complete)
      }
    } catch {
      case crash: Crash =>
        restore(durable._1)
        state = state.inherited
        // What was missing in the last traversal may be forgotten.
        mirror.doubted()
        fruitless = 0
        for (s <- crash.options; next <- RestConfig.parse(Reader.options(s)).toOption) {
          current = next
          if (s.sent == "epoch_s") state.moment.foreach(m => truth.coarser(m.toEpochMilli))
        }
        traversal = durable._2.getOrElse(since(api.requests + 1))
        pipeline = begun()
        Right(false)
    }
  }

  /** A state travels as text between driver and executor. */
  private def restore(text: String): Unit = {
    stored = text
    state = decode[Progress](text).fold(throw _, identity)
  }

  /** What a run knows of a traversal, and does not store. */
  private def unstored(next: Progress): Progress = state.copy(traversal =
    for (t <- state.traversal; known <- next.traversal)
      yield t.copy(isInherited = known.isInherited, readMs = known.readMs)
  )

  private def brief(state: String) = state.replaceAll("\"([^\"]{5})[^\"]{17}\":", "$1:").replace("\"", "")
  private def text(s: Progress): String = Progress.encoder(s).noSpaces
}

/** When a traversal began, and until when the API had all records then. */
final private case class Since(request: Int, at: Long, complete: Long)

object Run {

  /** Small limits, because production would need thousands of records to reach its limits. */
  val Limits: CoreLimits =
    CoreLimits(
      seenInState = 2,
      seenInTask = 3,
      seenFiles = 2,
      mirrorShare = 1,
      filtered = 8,
      emptyPages = 5,
      verifyMillis = 100L
    )
  private val MostRequests = 2000

  /** The number of requests without records after which `AvailableNow` ends, although each response has a new cursor. */
  private val MostFruitless = 20

  /** Milliseconds after an error. */
  private val Backoff = 1000L

  /** `None` if the options are not supported, or nothing is wrong. */
  def apply(scenario: Scenario): Option[String] = RestConfig.parse(Reader.options(scenario.setup)) match {
    case Left(_)       => None
    case Right(config) => verdict(scenario, config)
  }

  def verdict(scenario: Scenario, config: RestConfig): Option[String] = verdict(new Run(scenario, config))

  def traced(scenario: Scenario): String = {
    val options = Reader.options(scenario.setup)
    RestConfig.parse(options) match {
      case Left(e)       => e.text
      case Right(config) =>
        val run = new Run(scenario, config, tracing = true)
        val found = verdict(run)
        val first = scenario.events.headOption.fold(1)(_.at) - 2
        val told =
          run.trace.dropWhile(l => l.takeWhile(_ != ' ').drop(1).filter(_.isDigit).take(6).padTo(1, '0').toInt < first)
        (Seq(
          s"history: $scenario",
          s"options: ${options.toSeq.sorted.map { case (k, v) => s"$k=$v" }.mkString(" ")}"
        ) ++
          told.map(_.replace("http://api.test/", "")) :+ found.getOrElse("all is well")).mkString("\n")
    }
  }

  private def verdict(run: Run): Option[String] =
    try run.verdict
    catch {
      // Also errors of memory and stack: if the thread died, the test would pass without the other histories.
      case e @ (_: Exception | _: VirtualMachineError) =>
        Some(s"thrown: $e at ${e.getStackTrace.headOption.getOrElse("")}")
    }
}

final private class MemorySink extends PageSink {
  private val open = mutable.ArrayBuffer.empty[String]
  private val openChanges = mutable.ArrayBuffer.empty[Change]
  val pages = mutable.ArrayBuffer.empty[String]

  /** Of each record, with `readChanges`. */
  val changes = mutable.ArrayBuffer.empty[(Change, String)]
  def shown: Seq[String] = if (changes.isEmpty) pages.toSeq else changes.map { case (c, r) => s"${c.text} $r" }.toSeq
  private var finished = 0L

  def append(buf: Array[Byte], from: Int, to: Int): Unit = open += new String(buf, from, to - from, UTF_8)
  override def append(buf: Array[Byte], from: Int, to: Int, change: Change): Unit = {
    append(buf, from, to)
    openChanges += change
  }
  def discardPage(): Unit = {
    open.clear()
    openChanges.clear()
  }
  def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = {
    open.foreach(finished += _.length)
    pages ++= open
    changes ++= openChanges.zip(open)
    openChanges.clear()
    open.clear()
  }
  def bytes: Long = finished

  /** Some pages are too long to be shown again. */
  override def shownBytes: Long = 100
  override def showAgain(visitor: KeptRecords.Visitor): Unit = open.foreach { record =>
    val bytes = record.getBytes(UTF_8)
    visitor.see(bytes, 0, bytes.length)
  }
}
