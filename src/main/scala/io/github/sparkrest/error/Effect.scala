// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.error

/** The effect of a failed poll on the stream. */
sealed trait Effect
object Effect {

  /** The request is retried within the poll (`maxRetries`), then at the next interval, at the same offset. */
  case object Retry extends Effect

  /** The next poll, after the interval, begins at the same offset. */
  case object NextInterval extends Effect

  /** The same as [[NextInterval]], but fatal on the first poll of a new checkpoint. No poll has ever succeeded, so a setting is
    * likely to be wrong.
    */
  case object FatalAtFirst extends Effect

  /** The query fails, because a retry cannot succeed. */
  case object Fatal extends Effect
}
