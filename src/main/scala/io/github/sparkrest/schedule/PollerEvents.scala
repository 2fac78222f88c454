// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.error.RestError
import io.github.sparkrest.pagelog.format.PacingState
import io.github.sparkrest.pagelog.{Endpoint, PolledFile}
import io.github.sparkrest.poll.{PollOutcome, PollReport, PollRequest}
import io.github.sparkrest.progress.Progress

/** Input of [[PollerState.step]]. */
sealed private[sparkrest] trait PollerEvent

private[sparkrest] object PollerEvent {

  /** Nothing else happened: time to look which endpoints are due.
    *
    * @param unreadBytes in the log, which the query has not read
    * @param unreadRecords the same as a number of records
    */
  final case class Due(unreadBytes: Long, unreadRecords: Long = 0) extends PollerEvent

  /** What a thread of [[PollJobs]] returned. */
  sealed trait OfJob extends PollerEvent { def job: Int }

  /** The endpoints of the input as it is now. */
  final case class InputRead(endpoints: Vector[Endpoint]) extends OfJob { def job: Int = InputJob }

  /** The number of the job that reads the input; those of polls are larger. */
  val InputJob = 0
  final case class Finished(job: Int, reports: Seq[PollReport]) extends OfJob
  final case class Failed(job: Int, cause: Throwable) extends OfJob

  /** The answer to [[PollerCommand.Append]].
    *
    * @param standing as `PollSink.append` returned them
    */
  final case class Appended(standing: Map[String, Progress]) extends PollerEvent
}

/** Output of [[PollerState.step]]: the poller's thread executes the commands in order. */
sealed private[sparkrest] trait PollerCommand

private[sparkrest] object PollerCommand {
  final case class StartPolls(id: Int, lane: Lane, polls: Vector[PollRequest], sharing: Boolean) extends PollerCommand

  /** Always the last of its step; the next event is [[PollerEvent.Appended]]. */
  final case class Append(file: PolledFile, states: Map[Endpoint, Progress]) extends PollerCommand
  final case class NoteState(pollBeganMs: Long, states: Map[String, Progress], pace: PacingState) extends PollerCommand
  case object SweepLost extends PollerCommand

  /** Endpoints that the input lacks, and since when; and those whose states are dropped now. */
  final case class NoteLeft(left: Map[String, Long], dropped: Set[String]) extends PollerCommand

  /** Read the input again; the result is [[PollerEvent.InputRead]], or [[PollerEvent.Failed]]. */
  case object ReadInput extends PollerCommand

  /** Wait until the query has read something. */
  case object AwaitRoom extends PollerCommand

  /** Until this moment nothing is to do, unless a job returns.
    *
    * @param heldBack by a limit of the API or by `maxRequestRate`
    */
  final case class WaitUntil(moment: Long, heldBack: Boolean = false) extends PollerCommand

  /** Something changed that the query may wait for. */
  case object WakeQuery extends PollerCommand
  final case class Info(text: String) extends PollerCommand
  final case class Warn(text: String) extends PollerCommand
  final case class WarnOnce(text: String) extends PollerCommand

  /** Under `Trigger.AvailableNow` and `Once`: everything has been polled. */
  case object Complete extends PollerCommand
  final case class Fail(cause: Throwable) extends PollerCommand
}

/** What became of a poll. */
sealed private[sparkrest] trait PollResult

private[sparkrest] object PollResult {
  case object Polled extends PollResult
  case object HandedBack extends PollResult

  /** The records of the poll before are acknowledged, all or some. */
  case object Acknowledged extends PollResult
  final case class Retried(error: RestError, attempt: Int) extends PollResult
  final case class Failed(error: RestError) extends PollResult
}

/** @param kept records that were new */
final private[sparkrest] case class SettledPoll(key: String, outcome: PollOutcome, kept: Long, result: PollResult) {
  def isAcknowledgement: Boolean = result == PollResult.Acknowledged
}
