// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

/** Which requests may be sent again although the server may have acted on them (RFC 9110 §9.2.2). */
object RetryPolicy {
  private val idempotent = Set("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE")

  def isIdempotent(method: String): Boolean = idempotent(method.toUpperCase)
}
