// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.error.{Condition, RestError, RestException}

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

  private def vanished = RestError(
    Condition.PollerStopped,
    "The thread that polls ended without an error.",
    "Start the query again, and see the driver's log."
  ).toException

  /** The cause of a poller's end as the error to show. */
  def asException(cause: Throwable): RestException = cause match {
    case e: RestException => e
    case e                =>
      new RestException(
        RestError(
          Condition.PollerStopped,
          s"Polling ended by ${e.getClass.getName}: ${e.getMessage}.",
          "See the cause, and the driver's log."
        ),
        e
      )
  }
}
