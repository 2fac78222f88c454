// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.client

import scala.collection.mutable

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.{HttpClient, HttpRequest, HttpResponse}

/** Notes when each request was over, by a clock that only moves forward: the arrival at the server lies before that. And sends
  * no more than `maxRequestRate` granted: a hop of a redirect is a request too, and so is another try after a 401.
  *
  * For one thread.
  *
  * @param sendable how many, so many milliseconds after this was made; the one after them is [[MeteredClient.NoneLeft]]. The
  *   milliseconds are rounded up: `TokenLedger` has one to spare
  */
final class MeteredClient(network: HttpClient, sendable: Long => Long = _ => Long.MaxValue) extends HttpClient {

  private val began = System.nanoTime
  private val over = mutable.ArrayBuffer.empty[Long]

  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
    if (over.length >= sendable((System.nanoTime - began + 999999L) / 1000000L)) Left(MeteredClient.NoneLeft)
    else
      try network.send(request)(use)
      finally over += System.nanoTime

  def sent: Int = over.length

  /** How many milliseconds ago each request was over, the oldest first, rounded down: never longer ago than it was. */
  def ages(): List[Long] = {
    val now = System.nanoTime
    over.map(t => (now - t) / 1000000L).toList
  }
}

object MeteredClient {
  val NoneLeft: RestError = RestError(
    Condition.ApiError,
    "The API redirects, or took no access token at first, and maxRequestRate has no request left for the next step.",
    "It is asked again. Give the address that is meant as url, or a higher maxRequestRate."
  )
}
