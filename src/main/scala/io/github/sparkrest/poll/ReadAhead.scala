// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.time.Instant
import java.util.concurrent.atomic.AtomicInteger

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.client.Redirects
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}

/** Sends the requests of a poll, some of them before the traversal wants their responses (`pagesInFlight`). So several round
  * trips pass at the same time.
  *
  * The traversal does not notice. It sends one request after the other, and gets the response to that request. A response that
  * it does not want in its turn is dropped, and an error counts only in its turn too. But the API may have answered a later page
  * first: `Forecast` says when that does no harm.
  *
  * For the thread of the poll. [[Background]] runs the early requests.
  */
final private[poll] class ReadAhead(config: RestConfig, client: HttpClient, clock: Clock, background: Background)
    extends HttpClient
    with AutoCloseable {
  private val redirects = new Redirects(config, client)

  /** In the order in which the traversal will want them. */
  private var early = Vector.empty[EarlyRequest]
  private val sentEarly = new AtomicInteger
  private var wanted = 0

  /** When the response that is being read arrived, if it waited for its turn. */
  private var waited = Option.empty[Instant]

  /** When the response that is being read began to arrive. */
  def arrived: Instant = waited.getOrElse(clock.now())

  /** Early requests whose responses the traversal did not want yet. */
  def inFlight: Int = early.size

  /** Requests that were sent in addition to those of the traversal: hops of redirects, early requests that were dropped, and
    * those that wait for their turn, sent or not.
    */
  def additional: Int = redirects.followed + sentEarly.get - wanted + early.count(!_.isSent)

  /** Sends the requests that will follow, in this order. Early requests that are not among them are dropped.
    *
    * @param mayBegin whether a further early request is allowed
    * @param share bytes of one response that may wait in memory. The rest stays on its connection until its turn
    */
  def expect(requests: Iterator[HttpRequest], share: Int)(mayBegin: () => Boolean): Unit = {
    val kept = early.takeWhile(e => requests.hasNext && requests.next() == e.request)
    if (kept.size < early.size) drop(after = kept.size)
    else
      while (mayBegin() && requests.hasNext) {
        val next = new EarlyRequest(requests.next(), new Redirects(config, client), clock, share, sentEarly)
        early :+= next
        background.begin(next)
      }
  }

  override def answeredAt: HttpRequest => Option[Instant] =
    request => early.headOption.filter(_.request == request).map(_.begun).orElse(client.answeredAt(request))

  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
    early.headOption.filter(_.request == request) match {
      case Some(next) =>
        early = early.tail
        wanted += 1
        background.await(next)
        next.answer { response =>
          waited = Some(next.arrived)
          try use(response)
          finally waited = None
        }
      case None =>
        drop(after = 0)
        redirects.send(request)(use)
    }

  private def drop(after: Int): Unit = {
    val unwanted = early.drop(after)
    early = early.take(after)
    unwanted.foreach(background.cancel)
  }

  /** Ends all early requests. */
  def close(): Unit = {
    drop(after = 0)
    background.close()
  }
}
