// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import io.github.sparkrest.error.{Condition, RestError, RestException}

object PollerFailure {

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
