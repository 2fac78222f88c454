// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.error

/** A failure as a value: what happened, and what to do about it. Texts are redacted where they are made: neither
  * `message` nor `hint` may hold a secret (I6), for they travel from executors to the driver, into logs and the UI.
  *
  * @param retryAfterMs how long the API asked to wait (RFC 9110 `Retry-After`), if it did
  */
final case class RestError(condition: Condition, message: String, hint: String, retryAfterMs: Option[Long] = None) {
  def text: String = s"[REST_${condition.name}] $message${if (hint.isEmpty) "" else s" $hint"}"
  def toException: RestException = new RestException(this)
}

/** The one exception that Spark and its users see; its message begins with `[REST_…]`.
  *
  * It is an `IllegalArgumentException` because PySpark shows those by their message, without a Java stack trace.
  */
final class RestException(val error: RestError, cause: Throwable = null)
    extends IllegalArgumentException(error.text, cause)
