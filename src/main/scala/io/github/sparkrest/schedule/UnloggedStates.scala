// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.pagelog.{Endpoint, PollSink, Resumption}
import io.github.sparkrest.poll.PollReport
import io.github.sparkrest.progress.Progress

/** Which states of endpoints are in the journal for good. For the poller's thread.
  *
  * A state that moved without a record is in no manifest at first, and with `initialOffset=latest` it alone tells where an
  * endpoint began. So it is noted, and goes into the next manifest, whoever's pages that is of.
  */
final private[sparkrest] class UnloggedStates(all: Vector[EndpointSchedule], journal: PollSink, start: Resumption) {
  private val byKey = all.iterator.map(e => e.endpoint.key -> e).toMap

  /** Of endpoints that are none in this run: they may come back, and go on then. */
  private var ofOthers: Map[Endpoint, Progress] =
    start.states.collect { case (key, s) if start.unlogged(key) && !byKey.contains(key) => Endpoint(key) -> s }

  /** Manifests of an older run that stand in the place of this one's: what was polled from the states before them is void. */
  var overtaken = 0

  def of(key: String): Option[EndpointSchedule] = byKey.get(key)

  /** What a note has to hold. */
  def unlogged: Map[Endpoint, Progress] =
    ofOthers ++ all.iterator.filter(_.isUnlogged).map(e => e.endpoint -> e.state)

  /** Makes the pages of a report count, and each state that moved. False: an older run's manifest stands in their place. Then
    * the report is void, its endpoints stay due, and go on from the states that stand.
    */
  def append(report: PollReport): Boolean = report.file.forall { file =>
    val moved = for {
      (key, outcome) <- report.outcomes
      e <- of(key) if file.recordsOf(key) > 0 || e.moves(outcome.state)
    } yield e.endpoint -> outcome.state
    val states = unlogged ++ moved
    val standing = journal.append(file, states)
    val stands = standing == states.map { case (e, s) => e.key -> s }
    if (!stands) overtaken += 1
    ofOthers = ofOthers.filterNot { case (e, _) => standing.contains(e.key) }
    for ((key, state) <- standing; e <- of(key)) e.logged(if (stands) e.state else state)
    stands
  }
}
