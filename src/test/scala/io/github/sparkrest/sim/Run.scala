// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

import java.nio.charset.StandardCharsets.UTF_8

import scala.collection.mutable

import io.circe.parser.decode
import io.github.sparkrest.offset.EndpointState
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.poll.{PageSink, PollLimits, PollPipeline}

/** Reads a simulated API to its end with the real pipeline, and compares with the truth. What a poll leaves behind counts
  * as it does in `Poller`: records and state together, a state alone lives in memory, or in the next poll's note.
  */
final class Run(scenario: Scenario, config: RestConfig, tracing: Boolean = false) {
  import Run._
  import scenario.setup

  private val api = new SimApi(scenario, tracing)
  private val truth = new Truth(setup, api.world)
  private var pipeline = new PollPipeline(config, api, api.clock)
  private var state = EndpointState.Initial
  private var durable = text(state)
  private var drainFirst = 1
  private var drainBegan = api.world.now

  def trace: Seq[String] = api.trace.toSeq

  /** What is wrong, if anything is. */
  def verdict: Option[String] = {
    var found = Option.empty[String]
    var quietDrains = 0
    var idle = 0
    while (found.isEmpty && quietDrains < 3)
      if (idle > MostRequests)
        found = truth.repeated.orElse(Some(s"endless: $idle requests and no end, after the last event"))
      else {
        val before = api.requests
        if (poll().fold({ e => found = Some(e); false }, identity)) {
          found = truth.drained(drainFirst, api.requests, drainBegan).orElse(truth.repeated)
          api.note(s"   -- drain complete ${found.getOrElse("")}")
          api.drained()
          drainFirst = api.requests + 1
          api.world.now += (if (api.quiet) setup.lag + setup.step + 2L * setup.grain + 100 else 50L)
          if (api.quiet) quietDrains += 1
          drainBegan = api.world.now
        }
        if (api.quiet) idle += api.requests - before
        if (api.requests == before) found = Some("a poll without a request")
      }
    found
  }

  /** @return whether a drain is complete, or what is wrong */
  private def poll(): Either[String, Boolean] = {
    if (setup.interval > 0) durable = text(state)
    val sink = new MemorySink
    api.faulty = false
    try {
      val outcome = pipeline.run(state, PollLimits(Long.MaxValue, Long.MaxValue, setup.requests.toLong), sink)
      state = decode[EndpointState](text(outcome.state)).fold(throw _, identity)
      if (sink.pages.nonEmpty) durable = text(state)
      truth.delivered(sink.pages)
      api.note(s"   kept ${sink.pages.mkString(" ")} more=${outcome.more} ${outcome.error.fold("")(_.text)} state ${text(state)}")
      (outcome.error, api.wrong) match {
        case (_, Some(why))              => Left(s"wrong request: $why")
        case (Some(e), _) if !api.faulty => Left(s"error: ${e.text}")
        case (Some(_), _)                => Right(false)
        case (None, _)                   => Right(!outcome.more)
      }
    } catch {
      case _: Crash =>
        state = decode[EndpointState](durable).fold(throw _, identity)
        pipeline = new PollPipeline(config, api, api.clock)
        Right(false)
    }
  }

  private def text(s: EndpointState): String = EndpointState.encoder(s).noSpaces
}

object Run {
  private val MostRequests = 600

  /** None if the options cannot be read yet, or all is well. */
  def apply(scenario: Scenario): Option[String] = RestConfig.parse(Reader.options(scenario.setup)) match {
    case Left(_)       => None
    case Right(config) => verdict(new Run(scenario, config))
  }

  def traced(scenario: Scenario): String = {
    val options = Reader.options(scenario.setup)
    RestConfig.parse(options) match {
      case Left(e)       => e.text
      case Right(config) =>
        val run = new Run(scenario, config, tracing = true)
        val found = verdict(run)
        (Seq(
          s"history: $scenario",
          s"options: ${options.toSeq.sorted.map { case (k, v) => s"$k=$v" }.mkString(" ")}"
        ) ++
          run.trace :+ found.getOrElse("all is well")).mkString("\n")
    }
  }

  private def verdict(run: Run): Option[String] =
    try run.verdict
    catch { case e: Exception => Some(s"thrown: $e at ${e.getStackTrace.headOption.getOrElse("")}") }
}

final private class MemorySink extends PageSink {
  private val open = mutable.ArrayBuffer.empty[String]
  val pages = mutable.ArrayBuffer.empty[String]
  private var finished = 0L

  def append(buf: Array[Byte], from: Int, to: Int): Unit = open += new String(buf, from, to - from, UTF_8)
  def discardPage(): Unit = open.clear()
  def endPage(offsetBefore: Option[String]): Unit = {
    open.foreach(finished += _.length)
    pages ++= open
    open.clear()
  }
  def bytes: Long = finished
}
