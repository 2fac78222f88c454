// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.{FilterInputStream, IOException, InputStream}
import java.util.concurrent.{ScheduledExecutorService, ScheduledFuture, ScheduledThreadPoolExecutor, TimeUnit}

import io.github.sparkrest.http.DaemonThreads

/** The body of a response ended early: by the peer, by a silence longer than `readTimeout`, or because nobody wants it any more. */
final class BrokenBody(message: String, cause: Throwable) extends IOException(message, cause)

/** A response body whose every read ends: after `timeoutMs` without a byte, at the end of its time, or soon after `cancelled`
  * says so, it is closed under the reader.
  *
  * `java.net.http` has no such limit of its own, and its stream swallows the interrupt of a thread that reads it (JDK 17,
  * `HttpResponseInputStream.current`). Time in which nobody reads does not count as silence. For one reading thread.
  *
  * @param time for the response as a whole: a server that sends a byte now and then is never silent
  */
final private[http] class BodyStream(in: InputStream, timeoutMs: Long, time: ResponseTime, cancelled: () => Boolean)
    extends FilterInputStream(in) {
  import BodyStream._

  @volatile private var readingSince = 0L // nanoseconds; 0: nobody reads
  @volatile private var ended: Option[String] = None
  private val check: ScheduledFuture[_] =
    watch.scheduleWithFixedDelay(() => endIfDue(), CheckMillis, CheckMillis, TimeUnit.MILLISECONDS)

  override def read(): Int = guarded(in.read())
  override def read(b: Array[Byte], off: Int, len: Int): Int = guarded(in.read(b, off, len))
  override def close(): Unit = {
    check.cancel(false)
    quietlyClose()
  }

  private def guarded(read: => Int): Int = {
    // Data may come faster than anyone looks: a body that is inflated a thousandfold, say.
    if (ended.isEmpty && cancelled()) end("the poll was cancelled")
    if (ended.isEmpty && time.isOver) end(time.exceeded)
    readingSince = System.nanoTime | 1L
    val n =
      try read
      catch { case e: IOException => throw new BrokenBody(ended.getOrElse(String.valueOf(e.getMessage)), e) }
      finally readingSince = 0L
    // A stream that was closed under its reader may look as if it had ended.
    ended.foreach(why => throw new BrokenBody(why, null))
    n
  }

  private def endIfDue(): Unit = {
    val since = readingSince
    if (ended.isEmpty && since != 0L) {
      if (cancelled()) end("the poll was cancelled")
      else if (time.isOver) end(time.exceeded)
      else if (System.nanoTime - since > timeoutMs * 1000000L) end(s"no data for ${timeoutMs / 1000.0} s")
    }
  }

  private def end(why: String): Unit = {
    ended = Some(why)
    quietlyClose()
  }

  private def quietlyClose(): Unit =
    try in.close()
    catch { case _: IOException => () } // nothing more is read: a connection that breaks now hurts nobody
}

/** How long a response may take, from its request to the end of its body (`responseTimeout`). Made when the request is sent. */
final private[http] class ResponseTime(millis: Long) {
  private val began = System.nanoTime

  def isOver: Boolean = System.nanoTime - began > TimeUnit.MILLISECONDS.toNanos(millis) // guard: I4.4
  def exceeded: String = s"it took longer than responseTimeout, ${millis / 1000.0} s"
}

private object BodyStream {
  val CheckMillis = 100L

  /** Its thread ends a second after the last body did. */
  private lazy val watch: ScheduledExecutorService = {
    val one = new ScheduledThreadPoolExecutor(1, new DaemonThreads("spark-rest-body-timeout"))
    one.setKeepAliveTime(1, TimeUnit.SECONDS)
    one.allowCoreThreadTimeOut(true)
    one
  }
}
