// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import java.util.concurrent.ThreadLocalRandom

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, Printable, RestException}
import io.github.sparkrest.http.Clock
import io.github.sparkrest.pagelog.{Endpoint, PollSink, Resumption}
import io.github.sparkrest.schedule.PollerCommand._
import org.slf4j.LoggerFactory

/** Polls endpoints ahead of the query, in a thread of the driver: all that are due in one job, and each of them once at a time
  * (I3).
  *
  * [[PollerState]] decides; this class gives it events and executes its commands. Every wait is here and can be interrupted: a
  * task never waits. If the thread ends by anything but [[stop]] and the end of the data, [[failure]] has the cause.
  *
  * @param readInput the endpoints of the input as it is now (`inputRefresh`)
  * @param mustComplete `Trigger.AvailableNow` and `Once`: stop when everything has been polled, and fail on errors
  */
final class Poller(
    config: RestConfig,
    endpoints: Seq[Endpoint],
    journal: PollSink,
    start: Resumption,
    mustComplete: Boolean,
    tasks: PollRunner,
    clock: Clock,
    slowLimits: SlowLimits = SlowLimits(),
    sweepMillis: Long = Poller.SweepMillis,
    readInput: () => Vector[Endpoint] = () => Vector.empty
) extends Runnable {
  import Poller._

  private def jitter() = ThreadLocalRandom.current.nextDouble()
  private val state =
    new PollerState(config, endpoints, start, mustComplete, slowLimits, sweepMillis, () => jitter(), nowMs)
  private val jobs = new PollJobs(tasks)
  private var pause: Option[WaitUntil] = None
  private val warned = new LoggedOnce

  @volatile var status: PollStatus = PollStatus()

  /** Endpoints that the input has now. */
  @volatile var endpointCount: Int = endpoints.count(!_.isBackfill)

  /** Waits for limits, for metrics. */
  val waits = new WaitMetrics
  @volatile var failure: Option[Throwable] = None

  /** Under `mustComplete`: everything has been polled. */
  @volatile var complete: Boolean = false

  /** More records are waiting at the API, and are polled now, without an interval: a batch may wait for them. */
  @volatile var catchingUp: Boolean = false

  @volatile private var stopped = false

  /** From any thread. An interrupt alone may be swallowed, for example while a response is read. */
  def stop(): Unit = { stopped = true; tasks.stop() }

  def run(): Unit =
    try while (!complete && !stopped) handle(nextEvent())
    catch {
      case _: InterruptedException if stopped => ()
      // OutOfMemoryError and StackOverflowError too: a thread that ends without a failure would leave the query waiting.
      case e: Throwable => failure = Some(e) // guard: I3.11
    } finally {
      jobs.interrupt()
      catchingUp = false
      journal.pollerChanged()
      jobs.awaitEnd()
    }

  private def nextEvent(): PollerEvent = {
    val now = nowMs
    val returned = pause match {
      case Some(w) if w.heldBack => waits.during(now, w.moment)(jobs.await(math.max(0L, w.moment - now)))
      case Some(w)               => jobs.await(math.max(0L, w.moment - now))
      case None                  => jobs.await(0)
    }
    pause = None
    returned.getOrElse(PollerEvent.Due(journal.unreadBytes, journal.unreadCount))
  }

  private def handle(event: PollerEvent): Unit = {
    val commands = state.step(event, nowMs)
    status = state.status
    endpointCount = state.endpointCount
    catchingUp = state.catchingUp
    commands.foreach(execute)
  }

  private def execute(command: PollerCommand): Unit = command match {
    case job: StartPolls                => jobs.start(job)
    case Append(file, states)           => handle(PollerEvent.Appended(journal.append(file, states)))
    case NoteState(began, states, pace) => journal.noteBeforePoll(began, states, pace)
    case SweepLost                      => journal.sweepLost()
    case NoteLeft(left, dropped)        => journal.noteLeft(left, dropped)
    case ReadInput                      => jobs.startReading(readInput)
    case AwaitRoom                      => journal.awaitTaken()
    case w: WaitUntil                   => pause = Some(w)
    case WakeQuery                      => journal.pollerChanged()
    case Info(text)                     => logger.info(text)
    case Warn(text)                     => logger.warn(text)
    case WarnOnce(text)                 =>
      if (warned.add(text)) logger.warn(Printable(text))
    case Complete    => complete = true
    case Fail(cause) => throw cause
  }

  private def nowMs: Long = clock.now().toEpochMilli
}

private object Poller {
  val SweepMillis: Long = 10 * 60 * 1000L
  private val logger = LoggerFactory.getLogger("io.github.sparkrest.Poller")
}

/** The end of a poller as the error to show. */
object PollerFailure {

  /** Why no further record can come. `None`: the poller works, or all there is has been polled.
    *
    * @param isAlive whether its thread runs
    */
  def of(poller: Poller, isAlive: => Boolean): Option[RestException] = {
    // First, because the poller notes its failure before its thread ends.
    val lives = isAlive
    poller.failure.map(asException).orElse(if (lives || poller.complete) None else Some(vanished))
  }

  private def vanished = Condition.PollerStopped.exception(
    "The polling thread ended without an error.",
    "Restart the query. The driver's log may show the cause."
  )

  /** The cause of a poller's end as the error to show. */
  def asException(cause: Throwable): RestException = cause match {
    case e: RestException => e
    case e                =>
      new RestException(
        Condition.PollerStopped(
          s"${e.getClass.getName} ended the polling thread: ${e.getMessage}.",
          "Read the cause and the driver's log."
        ),
        e
      )
  }
}
