// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.util.concurrent.{ExecutionException, Executors, Future, ThreadLocalRandom, TimeUnit, TimeoutException}

import scala.annotation.tailrec
import scala.collection.mutable

import io.github.sparkrest.connector.input.InputRows
import io.github.sparkrest.http.auth.HandedToken
import io.github.sparkrest.http.client.ApiClient
import io.github.sparkrest.http.{Clock, DaemonThreads}
import io.github.sparkrest.poll.RowCall
import io.github.sparkrest.request.InputRow
import org.apache.spark.TaskKilledException

/** The inputs of a task that makes calls.
  *
  * @param token that the driver fetched, if it alone may
  * @param bodies where `saveTo` puts files
  */
final private[sparkrest] case class RowCallConfig(task: TaskOptions, token: Option[HandedToken], bodies: TaskBodies)

/** Calls for the rows of a task, several in flight at once. Results come in the order of the rows, each with its row. In a
  * task.
  *
  * A reader that stops early leaves only the calls in flight behind, and [[close]] aborts those.
  */
final private[sparkrest] class Calls(options: RowCallConfig, rows: Iterator[InputRow]) extends Iterator[RowCallResult] {
  private val config = options.task.config
  private val input = config.input.getOrElse(throw new IllegalStateException("calls without an input"))
  private val cancelled = PollTask.cancellation()
  @volatile private var closed = false
  private val client = ApiClient.ofCalls(config, options.token, () => closed || cancelled())
  private val call = new RowCall(
    config,
    input,
    client,
    Clock.System,
    ms => Thread.sleep(math.max(0, ms)),
    () => ThreadLocalRandom.current.nextDouble(),
    options.bodies.store(config)
  )
  private val threads = Executors.newFixedThreadPool(input.concurrency, new DaemonThreads("spark-rest call"))
  private val inFlight = mutable.Queue.empty[Future[RowCallResult]]

  override def hasNext: Boolean = inFlight.nonEmpty || rows.hasNext

  override def next(): RowCallResult = {
    while (inFlight.size < input.concurrency && rows.hasNext) {
      val row = rows.next()
      inFlight.enqueue(threads.submit(() => RowCallResult(call(row))))
    }
    answer(inFlight.dequeue())
  }

  /** A call may wait for long, and Spark does not interrupt the thread of each task that it kills. */
  @tailrec private def answer(call: Future[RowCallResult]): RowCallResult = {
    if (cancelled()) throw new TaskKilledException("cancelled while it waited for the API")
    val finished: Option[RowCallResult] =
      try Some(call.get(Calls.LookMillis, TimeUnit.MILLISECONDS))
      catch {
        case _: TimeoutException   => None
        case e: ExecutionException => throw e.getCause
      }
    finished match {
      case Some(result) => result
      case None         => answer(call)
    }
  }

  def close(): Unit = {
    closed = true
    threads.shutdownNow()
    ()
  }
}

private[tasks] object Calls {
  private val LookMillis = 100L

  /** The results that a task sends to the driver. */
  def results(options: RowCallConfig, rows: InputRows): Array[Byte] = {
    val calls = new Calls(options, rows.requests(options.task.columns))
    try RowCallResult.encode(calls)
    finally calls.close()
  }
}
