// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.offset.EndpointState

/** Keeps what a poller appends and notes in memory. */
final class RecordingJournal extends PollJournal {
  @volatile var appended: Vector[Map[String, EndpointState]] = Vector.empty
  @volatile var notes: Vector[(Map[String, EndpointState], PaceNote)] = Vector.empty

  /** What a run after this one would start with. */
  def resumption: Resumption = {
    val states = (appended ++ notes.lastOption.map(_._1)).foldLeft(Map.empty[String, EndpointState])(_ ++ _)
    Resumption(
      states,
      None,
      fresh = appended.isEmpty && notes.isEmpty,
      notes.lastOption.fold(PaceNote.Nothing)(_._2),
      unlogged = notes.lastOption.fold(Set.empty[String])(_._1.keySet)
    )
  }

  def append(file: PolledFile, states: Map[Endpoint, EndpointState]): Map[String, EndpointState] = {
    val kept = states.map { case (e, s) => e.key -> s }
    appended :+= kept
    kept
  }
  def noteBeforePoll(nowMs: Long, states: Map[String, EndpointState], pace: PaceNote): Unit = notes :+= states -> pace
  @volatile var sweeps = 0
  override def sweepLost(): Unit = sweeps += 1
  def unreadBytes: Long = 0
  def awaitTaken(): Unit = Thread.sleep(1)
  def pollerChanged(): Unit = ()
}
