// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.io.{FilterInputStream, IOException, InputStream}
import java.util.concurrent.{Executors, ScheduledExecutorService, ScheduledFuture, TimeUnit}

/** The body of a response ended early: by the peer, or by a silence longer than `readTimeout`. */
final class BrokenBody(message: String, cause: Throwable) extends IOException(message, cause)

/** A response body whose every read ends: after `timeoutMs` without a byte the reading thread is interrupted.
  *
  * `java.net.http` has no such limit of its own. Time in which nobody reads does not count. For one reading thread.
  */
final private[http] class BodyStream(in: InputStream, timeoutMs: Long) extends FilterInputStream(in) {
  import BodyStream._

  private val lock = new Object
  private var readingSince = 0L // nanoseconds; 0: nobody reads
  private var reader: Thread = _
  private var silent = false
  private val check: ScheduledFuture[_] = {
    val every = math.max(1, math.min(timeoutMs, 1000))
    watch.scheduleWithFixedDelay(() => interruptIfSilent(), every, every, TimeUnit.MILLISECONDS)
  }

  override def read(): Int = guarded(in.read())
  override def read(b: Array[Byte], off: Int, len: Int): Int = guarded(in.read(b, off, len))
  override def close(): Unit = {
    check.cancel(false)
    try super.close()
    catch { case _: IOException => () } // nothing more is read: a connection that breaks now hurts nobody
  }

  private def guarded(read: => Int): Int = {
    lock.synchronized { reader = Thread.currentThread; readingSince = System.nanoTime | 1L }
    try read
    catch {
      case e: IOException =>
        throw new BrokenBody(if (wasSilent) s"no data for ${timeoutMs / 1000.0} s" else String.valueOf(e.getMessage), e)
    } finally lock.synchronized { readingSince = 0L }
  }

  /** Also takes back the interrupt that was ours, so that Spark does not see a killed task. */
  private def wasSilent: Boolean = lock.synchronized {
    if (silent) Thread.interrupted()
    silent
  }

  private def interruptIfSilent(): Unit = lock.synchronized {
    if (!silent && readingSince != 0L && System.nanoTime - readingSince > timeoutMs * 1000000L) {
      silent = true
      reader.interrupt()
    }
  }
}

private object BodyStream {
  private lazy val watch: ScheduledExecutorService = Executors.newSingleThreadScheduledExecutor { r =>
    val t = new Thread(r, "spark-rest-body-timeout")
    t.setDaemon(true)
    t
  }
}
