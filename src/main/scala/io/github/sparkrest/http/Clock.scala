// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.time.Instant

/** Time is passed in, so that a test can be exact about it. */
trait Clock extends Serializable {
  def now(): Instant
}

object Clock {
  val System: Clock = () => Instant.now()
}
