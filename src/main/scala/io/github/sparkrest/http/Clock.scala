// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.time.Instant

/** Time is a parameter, so that tests can set it. */
trait Clock extends Serializable {
  def now(): Instant
}

object Clock {
  val System: Clock = () => Instant.now()

  /** Starts at this machine's time, and then only moves forward at an even pace: nobody can set it. */
  def steady(): Clock = {
    val began = Instant.now()
    val ticks = java.lang.System.nanoTime
    () => began.plusNanos(java.lang.System.nanoTime - ticks)
  }
}
