// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.pagelog.format

/** States of endpoints that left the input long ago. They no longer count, although files of the log still have them.
  *
  * An endpoint that comes back begins again, and its new states count. So a state is dropped only up to a place in the log, and
  * the endpoint is named here only until the file of all states was written at or after this place.
  *
  * @param upTo key -> seq of the newest manifest whose state of the endpoint does not count
  */
final private[sparkrest] case class DroppedStates(upTo: Map[String, Long] = Map.empty) {
  def plus(keys: Set[String], seq: Long): DroppedStates = DroppedStates(upTo ++ keys.iterator.map(_ -> seq))

  /** Of the manifest `seq`, or of the file of all states after it. */
  def apply(key: String, seq: Long): Boolean = upTo.get(key).exists(seq <= _) // guard: I1.70

  /** A file with all states after manifest `seq` was written. */
  def writtenAt(seq: Long): DroppedStates = DroppedStates(upTo.filter { case (_, dropped) => dropped > seq }) // guard: I4.81
}
