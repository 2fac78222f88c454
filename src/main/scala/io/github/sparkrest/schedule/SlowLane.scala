// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import java.util.concurrent.{LinkedBlockingQueue, TimeUnit}

import scala.annotation.tailrec

import io.github.sparkrest.http.DaemonThreads
import io.github.sparkrest.poll.{PollReport, PollRequest}

/** Jobs in addition to the poller's own, for endpoints that take long to answer: they hold up no other. For the poller's thread.
  *
  * One job polls all that are slow, and hands back those without an answer after `patienceMs`: one that trickles would
  * otherwise hold up the others for as long as it likes. Each of these is then polled in a job of its own, with the time that
  * it takes.
  *
  * @param poll runs in threads of its own; an interrupt ends it
  */
final private[sparkrest] class SlowLane(poll: PollRunner, limits: SlowLimits) {
  import SlowLane._

  private val results = new LinkedBlockingQueue[Returned]
  private val threads = new DaemonThreads("spark-rest poller of slow endpoints")
  private var running = Vector.empty[Job]

  def isIdle: Boolean = running.isEmpty

  /** Requests that its tasks may still make, where they are bounded. */
  def mayAsk: Long = running.iterator.flatMap(_.polls).map(_.limits.maxRequests).sum

  /** Requests that its jobs were granted. */
  def granted: Long = running.iterator.map(_.granted.requests).sum

  /** Those of the due ones that the next job would poll; none: it would have to wait for another job. */
  def next(due: Vector[EndpointSchedule]): Vector[EndpointSchedule] = {
    val (stuck, slow) = due.partition(_.isStuck)
    if (slow.nonEmpty && !running.exists(!_.isOfOne)) slow
    else if (stuck.nonEmpty && running.count(_.isOfOne) < limits.most) stuck.sortBy(_.due).take(1)
    else Vector.empty
  }

  /** @param endpoints of those that [[next]] named
    * @param granted requests that its tasks may make
    * @param overtaken see [[UnloggedStates]]
    */
  def start(
      endpoints: Vector[EndpointSchedule],
      polls: Vector[PollRequest],
      granted: Grant,
      overtaken: Int
  ): Unit = {
    val isOfOne = endpoints.exists(_.isStuck)
    val bounded =
      if (isOfOne) polls else polls.map(p => p.copy(limits = p.limits.copy(patienceMs = limits.patienceMs)))
    def returned(reports: Either[Throwable, Seq[PollReport]]) = Returned(endpoints, granted, overtaken, reports)
    val thread = threads.newThread { () =>
      val reports =
        try Right(poll.run(bounded, sharing = false))
        catch { case e: Throwable => Left(e) } // the poller ends by it
      // Unlike `put`, `add` goes on after an interrupt: without a result the endpoints would stay in flight forever.
      results.add(returned(reports))
      ()
    }
    running :+= Job(thread, endpoints, polls, granted, isOfOne, returned(Left(new IllegalStateException(Lost))))
    thread.start()
  }

  /** What came back, if anything does within so many milliseconds. */
  @tailrec def await(millis: Long): Option[Returned] = {
    val now = math.min(millis, LookMillis)
    val found = Option(if (now > 0) results.poll(now, TimeUnit.MILLISECONDS) else results.poll()).orElse(lost)
    found.foreach(r => running = running.filterNot(_.endpoints eq r.endpoints))
    if (found.isDefined || millis <= now) found else await(millis - now)
  }

  /** Of a thread that ended without leaving a result. */
  private def lost: Option[Returned] =
    running.find(!_.thread.isAlive).flatMap(job => Option(results.poll()).orElse(Some(job.ifLost)))

  def close(): Unit = running.foreach(_.thread.interrupt())
}

private[sparkrest] object SlowLane {

  /** How often threads are looked at. */
  private val LookMillis = 1000L
  private val Lost = "a thread that polls slow endpoints ended without a result"

  final private case class Job(
      thread: Thread,
      endpoints: Vector[EndpointSchedule],
      polls: Vector[PollRequest],
      granted: Grant,
      isOfOne: Boolean,
      ifLost: Returned
  )

  final case class Returned(
      endpoints: Vector[EndpointSchedule],
      granted: Grant,
      overtaken: Int,
      reports: Either[Throwable, Seq[PollReport]]
  )
}

/** @param most jobs of one slow endpoint each, in addition to that of the others. Each holds a slot of the cluster
  * @param patienceMs so long a job waits for several slow endpoints
  */
final case class SlowLimits(most: Int = SlowLimits.MostJobs, patienceMs: Long = SlowLimits.PatienceMillis)

object SlowLimits {
  val MostJobs = 3
  val PatienceMillis = 30000L

  /** @param slots that tasks may hold at once: at least one is left to the other endpoints and to the query */
  def within(slots: Int): SlowLimits = SlowLimits(most = math.max(1, math.min(MostJobs, slots - 2)))
}

/** Runs polls on executors.
  *
  * What a task throws comes out of [[run]]; HTTP errors are part of the reports.
  */
trait PollRunner {

  /** May be called by several threads at once, if at most one of them shares.
    *
    * @param sharing these polls wait for each other: one that takes long is handed back
    * @return reports in any order; an endpoint that is in none was not asked
    */
  def run(polls: Seq[PollRequest], sharing: Boolean): Seq[PollReport]

  /** The query was stopped: no job begins any more, and what waits on the driver gives up. From any thread. */
  def stop(): Unit = ()
}
