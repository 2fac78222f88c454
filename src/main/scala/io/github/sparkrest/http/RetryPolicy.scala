// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.net.http.HttpConnectTimeoutException
import java.net.{ConnectException, NoRouteToHostException, UnknownHostException}
import java.nio.channels.UnresolvedAddressException

/** What may be sent again without asking. */
object RetryPolicy {
  private val idempotent = Set("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE")

  /** RFC 9110 §9.2.2. */
  def isIdempotent(method: String): Boolean = idempotent(method.toUpperCase)

  /** No connection came about, so no request arrived. */
  def neverSent(cause: Throwable): Boolean =
    Iterator.iterate(cause)(_.getCause).takeWhile(_ != null).take(10).exists {
      case _: ConnectException | _: UnknownHostException | _: NoRouteToHostException => true
      case _: HttpConnectTimeoutException | _: UnresolvedAddressException            => true
      case _                                                                         => false
    }
}
