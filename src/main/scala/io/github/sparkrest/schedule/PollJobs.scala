// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import java.util.concurrent.{LinkedBlockingQueue, TimeUnit}

import scala.annotation.tailrec

import io.github.sparkrest.http.DaemonThreads
import io.github.sparkrest.pagelog.Endpoint
import io.github.sparkrest.poll.{PollReport, PollRequest}

/** Jobs of all lanes, and the reading of the input: a thread for each job, and one queue for their results. For the poller's thread. */
final private[sparkrest] class PollJobs(runner: PollRunner) {
  import PollJobs._

  private val events = new LinkedBlockingQueue[PollerEvent.OfJob]
  private val threads = new DaemonThreads("spark-rest poller job")
  private var running = Map.empty[Int, Thread]

  def start(job: PollerCommand.StartPolls): Unit =
    start(job.id)(PollerEvent.Finished(job.id, runner.run(job.polls, job.sharing)))

  /** @param endpoints reads the input */
  def startReading(endpoints: () => Vector[Endpoint]): Unit =
    start(PollerEvent.InputJob)(PollerEvent.InputRead(endpoints()))

  private def start(id: Int)(result: => PollerEvent.OfJob): Unit = {
    val thread = threads.newThread { () =>
      val event =
        try result
        catch { case e: Throwable => PollerEvent.Failed(id, e) } // of a poll: ends the poller
      // Unlike `put`, `add` goes on after an interrupt: without an event the endpoints would stay in flight forever.
      events.add(event)
      ()
    }
    running += id -> thread
    thread.start()
  }

  /** The result of a job, if one returns within so many milliseconds. */
  @tailrec def await(millis: Long): Option[PollerEvent.OfJob] = {
    val slice = math.min(millis, CheckMillis)
    val event = Option(if (slice > 0) events.poll(slice, TimeUnit.MILLISECONDS) else events.poll()).orElse(lost)
    event.foreach(e => running -= e.job)
    if (event.isDefined || millis <= slice) event else await(millis - slice)
  }

  /** A thread ended without an event, because memory for one was missing. */
  private def lost: Option[PollerEvent.OfJob] = running.find(!_._2.isAlive).flatMap { case (id, _) =>
    Option(events.poll()).orElse(Some(PollerEvent.Failed(id, new IllegalStateException(Lost))))
  }

  def interrupt(): Unit = running.values.foreach(_.interrupt())

  /** So that nothing is polled after the poller ended. An interrupt may be swallowed while a response is read. */
  @tailrec def awaitEnd(millis: Long = EndMillis): Unit = running.values.find(_.isAlive) match {
    case Some(thread) if millis > 0 =>
      try thread.join(InterruptMillis)
      catch { case _: InterruptedException => () } // the poller ends anyway
      interrupt()
      awaitEnd(millis - InterruptMillis)
    case _ => ()
  }
}

private object PollJobs {

  /** How often threads are checked. */
  val CheckMillis = 1000L
  val InterruptMillis = 50L
  val EndMillis = 400L
  val Lost = "a thread that polls ended without a result"
}

/** Runs polls on executors. Whatever a task throws comes out of [[run]]; HTTP errors are part of the reports. */
trait PollRunner {

  /** Several threads may call this at once, at most one of them with `sharing`.
    *
    * @param sharing the polls wait for each other: a poll that takes long is handed back
    * @return reports in any order; an endpoint that is in no report was not polled
    */
  def run(polls: Seq[PollRequest], sharing: Boolean): Seq[PollReport]

  /** The query was stopped: no further job begins, and waits on the driver end. From any thread. */
  def stop(): Unit = ()
}

/** @param most jobs for one slow endpoint each, in addition to the job for the other slow ones. Each holds a slot of the cluster
  * @param patienceMs how long a job waits for several slow endpoints
  */
final case class SlowLimits(most: Int = SlowLimits.MostJobs, patienceMs: Long = SlowLimits.PatienceMillis)

object SlowLimits {
  val MostJobs = 3
  val PatienceMillis = 30000L

  /** @param slots that tasks may hold at once: at least one is left to the other endpoints and to the query */
  def within(slots: Int): SlowLimits = SlowLimits(most = math.max(1, math.min(MostJobs, slots - 2)))
}
