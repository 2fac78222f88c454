// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.pagelog.Endpoint

/** Whose turn it is when `maxRequestsPerTrigger` is not enough for a poll of each endpoint: each run goes on where the last one
  * stopped. In any other order the first endpoints would be polled by each run, and the others by none.
  *
  * The order is that of the keys, because endpoints come and go between runs.
  *
  * @param isKept some run may not reach all; otherwise nothing changes
  * @param last key of the last endpoint whose turn it was in the run before
  */
final private[sparkrest] class Turns(val isKept: Boolean, last: Option[String]) {

  def ordered(endpoints: Seq[Endpoint]): Seq[Endpoint] =
    if (!isKept) endpoints
    else {
      val (after, upTo) = endpoints.sortBy(_.key).partition(e => last.forall(e.key > _))
      after ++ upTo // guard: I3.12
    }

  /** For the next run: all up to this one had their turn.
    *
    * @param all in the order of [[ordered]]
    */
  def reached(all: Vector[EndpointSchedule]): Option[String] =
    if (!isKept) last else all.iterator.takeWhile(_.wasPolled).map(_.endpoint.key).foldLeft(last)((_, k) => Some(k))
}
