// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.util.concurrent.{ExecutorService, Executors, Future, TimeUnit}

import scala.collection.mutable

import io.github.sparkrest.http.DaemonThreads

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
      p.awaitTermination(BackgroundThreads.PatienceMillis, TimeUnit.MILLISECONDS)
    }
    pool = None
    running.clear()
  }
}

private object BackgroundThreads {
  val PatienceMillis = 1000L
}
