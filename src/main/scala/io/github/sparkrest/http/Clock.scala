// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.time.Instant

/** Time is passed in, so that a test can be exact about it. */
trait Clock extends Serializable {
  def now(): Instant
}

object Clock {
  val System: Clock = () => Instant.now()

  /** Shows this machine's time now, and from then on only moves forward, at an even pace: nobody can set it. */
  def steady(): Clock = {
    val began = Instant.now()
    val ticks = java.lang.System.nanoTime
    () => began.plusNanos(java.lang.System.nanoTime - ticks)
  }
}
