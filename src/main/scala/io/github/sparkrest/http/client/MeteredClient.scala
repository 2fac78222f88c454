// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.client

import scala.collection.mutable

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.{HttpClient, HttpRequest, HttpResponse}

/** Records when each request ended, by a clock that only moves forward: it reached the server before that. And sends at most as many
  * requests as `maxRequestRate` granted. A redirect and a retry after a 401 count too. For any thread.
  *
  * @param sendable maps milliseconds since this was created to the number of requests allowed by then; a further request is
  *   [[MeteredClient.NoneLeft]]. The milliseconds are rounded up: `RateLimiter` has one to spare
  */
final class MeteredClient(network: HttpClient, sendable: Long => Long = _ => Long.MaxValue) extends HttpClient {

  private val began = System.nanoTime
  private val over = mutable.ArrayBuffer.empty[Long]
  private var begun = 0

  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
    if (!mayBegin()) Left(MeteredClient.NoneLeft)
    else
      try network.send(request)(use)
      finally ended()

  /** A request counts when it begins, because others may be on their way. */
  private def mayBegin(): Boolean = synchronized {
    val may = begun < sendable((System.nanoTime - began + 999999L) / 1000000L) // guard: I7.4
    if (may) begun += 1
    may
  }

  private def ended(): Unit = synchronized { over += System.nanoTime; () }

  def sent: Int = synchronized(begun)

  /** How many milliseconds ago each request ended, the oldest first. Rounded down, so never too long ago. A request that has not
    * ended counts as ended now.
    */
  def ages(): List[Long] = synchronized {
    val now = System.nanoTime
    over.map(t => (now - t) / 1000000L).toList ++ List.fill(begun - over.length)(0L)
  }
}

object MeteredClient {
  val NoneLeft: RestError = RestError(
    Condition.ApiError,
    "maxRequestRate left no request for a redirect or a 401 retry.",
    "Set url to the final URL, or raise maxRequestRate."
  )
}
