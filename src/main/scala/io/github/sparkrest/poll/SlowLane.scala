// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.util.concurrent.{LinkedBlockingQueue, TimeUnit}

import io.github.sparkrest.http.DaemonThreads

/** One job at a time beside the poller's own, for endpoints that take long to answer: so they hold up no other. For the
  * poller's thread.
  *
  * @param poll runs in a thread of its own; an interrupt ends it
  */
final private[poll] class SlowLane(poll: PollTasks) {
  import SlowLane.Returned

  private val results = new LinkedBlockingQueue[Returned]
  private val threads = new DaemonThreads("spark-rest poller of slow endpoints")
  private var running: Option[Thread] = None
  private var asked = Vector.empty[EndpointPoll]

  def isBusy: Boolean = running.isDefined

  /** Requests that its tasks may still make, where they are bounded. */
  def mayAsk: Long = asked.map(_.limits.maxRequests).sum

  /** @param granted requests that its tasks may make
    * @param overtaken see [[StateLog]]
    */
  def start(
      endpoints: Vector[PolledEndpoint],
      polls: Vector[EndpointPoll],
      granted: Grant,
      overtaken: Int
  ): Unit = {
    val thread = threads.newThread { () =>
      val reports =
        try Right(poll.run(polls, sharing = false))
        catch { case e: Throwable => Left(e) } // the poller ends by it
      // Unlike `put`, `add` goes on after an interrupt: without a result the endpoints would stay in flight forever.
      results.add(Returned(endpoints, granted, overtaken, reports))
      ()
    }
    running = Some(thread)
    asked = polls
    thread.start()
  }

  /** What came back, if anything does within so many milliseconds. */
  def await(millis: Long): Option[Returned] = {
    val found = Option(if (millis > 0) results.poll(millis, TimeUnit.MILLISECONDS) else results.poll())
    if (found.isDefined) {
      running = None
      asked = Vector.empty
    }
    found
  }

  def close(): Unit = running.foreach(_.interrupt())
}

private[poll] object SlowLane {
  final case class Returned(
      endpoints: Vector[PolledEndpoint],
      granted: Grant,
      overtaken: Int,
      reports: Either[Throwable, Seq[PollReport]]
  )
}

/** Runs polls on executors.
  *
  * What a task throws comes out of [[run]]; HTTP errors are part of the reports.
  */
trait PollTasks {

  /** @param sharing these polls wait for each other: one that takes long is handed back
    * @return reports in any order; an endpoint that is in none was not asked
    */
  def run(polls: Seq[EndpointPoll], sharing: Boolean): Seq[PollReport]

  /** The query was stopped: no job begins any more, and what waits on the driver gives up. From any thread. */
  def stop(): Unit = ()
}
