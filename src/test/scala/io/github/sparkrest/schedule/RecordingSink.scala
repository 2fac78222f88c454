// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.pagelog.format.PacingState
import io.github.sparkrest.pagelog.{Endpoint, PollSink, PolledFile, Resumption}
import io.github.sparkrest.progress.Progress

/** Keeps the appended and noted states of a poller in memory. */
final class RecordingSink extends PollSink {
  @volatile var appended: Vector[Map[String, Progress]] = Vector.empty
  @volatile var notes: Vector[(Map[String, Progress], PacingState)] = Vector.empty

  /** The state from which a later run would start. */
  def resumption: Resumption = {
    val states = (appended ++ notes.lastOption.map(_._1)).foldLeft(Map.empty[String, Progress])(_ ++ _)
    Resumption(
      states,
      None,
      fresh = appended.isEmpty && notes.isEmpty,
      notes.lastOption.fold(PacingState.Nothing)(_._2),
      unlogged = notes.lastOption.fold(Set.empty[String])(_._1.keySet)
    )
  }

  def append(file: PolledFile, states: Map[Endpoint, Progress]): Map[String, Progress] = {
    val kept = states.map { case (e, s) => e.key -> s }
    appended :+= kept
    kept
  }
  def noteBeforePoll(nowMs: Long, states: Map[String, Progress], pace: PacingState): Unit = notes :+= states -> pace
  @volatile var sweeps = 0
  override def sweepLost(): Unit = sweeps += 1
  def unreadBytes: Long = 0
  def awaitTaken(): Unit = Thread.sleep(1)
  def pollerChanged(): Unit = ()
}
