// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.io.{ByteArrayInputStream, SequenceInputStream}
import java.time.Instant
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.{CompletableFuture, ExecutionException, ExecutorService, Executors, Future, TimeUnit}

import scala.collection.mutable

import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.client.Redirects
import io.github.sparkrest.http.{Clock, DaemonThreads, HttpRequest, HttpResponse}

/** One request that is sent before its response is wanted: [[run]] in the background, then [[answer]] in the thread of the poll.
  *
  * At most `share` bytes of the body wait in memory. The rest of a larger body stays on the connection, and the flow control of
  * HTTP stops the server. So memory is bounded however large the responses are.
  *
  * @param sent counts the requests that were sent: this one, and those of redirects
  */
final private[poll] class EarlyRequest(
    val request: HttpRequest,
    redirects: Redirects,
    clock: Clock,
    share: Int,
    sent: AtomicInteger
) extends Runnable {

  /** When it was decided on. */
  val begun: Instant = clock.now()

  /** A request that is dropped while it waits for a thread is never sent. */
  @volatile var isSent: Boolean = false

  /** When its response began to arrive, if there is one. */
  @volatile var arrived: Instant = begun

  /** Complete when the response can be read. */
  private val response = new CompletableFuture[Either[RestError, HttpResponse]]

  /** The end of a body on its connection: complete when it has been read, with the exception of the reader if there was one. */
  private val readToEnd = new CompletableFuture[Option[Throwable]]

  /** Complete when the request is over. */
  private val over = new CompletableFuture[Either[RestError, Unit]]

  def run(): Unit =
    try {
      sent.incrementAndGet()
      isSent = true
      val result = redirects.send(request)(offer)
      sent.addAndGet(redirects.followed)
      result.left.foreach(error => response.complete(Left(error)))
      over.complete(result)
      ()
    } catch {
      // Whatever it is, it belongs to the thread of the poll.
      case e: Throwable =>
        response.completeExceptionally(e)
        over.completeExceptionally(e)
        ()
    }

  private def offer(received: HttpResponse): Either[RestError, Unit] = {
    arrived = clock.now()
    val waiting = received.body.readNBytes(share) // guard: I4.16
    val next = if (waiting.length < share) -1 else received.body.read()
    if (next < 0) {
      response.complete(Right(received.copy(body = new ByteArrayInputStream(waiting))))
      Right(())
    } else {
      val rest = new SequenceInputStream(new ByteArrayInputStream(Array(next.toByte)), received.body)
      response.complete(
        Right(received.copy(body = new SequenceInputStream(new ByteArrayInputStream(waiting), rest)))
      )
      // The response is valid only here.
      readToEnd.get().toLeft(()).left.map(e => throw e)
    }
  }

  /** Hands the response over, or the error that came in its place. */
  def answer[A](use: HttpResponse => Either[RestError, A]): Either[RestError, A] = result(response).flatMap {
    received =>
      val used =
        try Right(use(received))
        catch { case e: Throwable => Left(e) }
      readToEnd.complete(used.left.toOption)
      // A body that broke on its connection is an error of the request: see `HttpClient`.
      result(over).flatMap(_ => used.fold(e => throw e, identity))
  }

  private def result[A](future: CompletableFuture[A]): A =
    try future.get()
    catch { case e: ExecutionException => throw e.getCause }
}

/** Runs requests that nobody waits for yet. For the thread of the poll. */
private[sparkrest] trait Background extends AutoCloseable {
  def begin(work: Runnable): Unit

  /** The result of `work` is wanted now. */
  def await(work: Runnable): Unit

  /** The result of `work` is not wanted any more. */
  def cancel(work: Runnable): Unit

  /** Ends everything. Afterwards it can be used again. */
  def close(): Unit
}

/** A few threads, which begin with the first request and end with the poll.
  *
  * @param threads as many as there may be requests at once: a body on its connection occupies its thread until its turn
  */
final private[sparkrest] class BackgroundThreads(threads: Int) extends Background {
  private var pool = Option.empty[ExecutorService]
  private val running = mutable.HashMap.empty[Runnable, Future[_]]

  def begin(work: Runnable): Unit = {
    if (pool.isEmpty) pool = Some(Executors.newFixedThreadPool(threads, new DaemonThreads("spark-rest read-ahead")))
    pool.foreach(p => running(work) = p.submit(work))
  }

  def await(work: Runnable): Unit = { running.remove(work); () }

  /** An interrupt closes the connection: see `Exchange`. */
  def cancel(work: Runnable): Unit = running.remove(work).foreach(_.cancel(true))

  /** Waits until the connections are closed: then no request of this poll reaches the API any more, and its age is right. */
  def close(): Unit = {
    pool.foreach { p =>
      p.shutdownNow()
      p.awaitTermination(1, TimeUnit.SECONDS)
    }
    pool = None
    running.clear()
  }
}
