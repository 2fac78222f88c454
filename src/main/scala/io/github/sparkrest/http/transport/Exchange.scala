// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.transport

import java.io.{FilterInputStream, IOException, InputStream}
import java.net.{InetSocketAddress, Proxy}
import java.util.concurrent.{ScheduledExecutorService, ScheduledFuture, ScheduledThreadPoolExecutor, TimeUnit}

import io.github.sparkrest.http.DaemonThreads
import okhttp3.{Call, Connection, EventListener}

/** The body of a response ended early: the peer closed it, was silent for `readTimeout`, or the poll was cancelled. */
final class BrokenBody(message: String, cause: Throwable) extends IOException(message, cause)

/** One request on its way, from the first byte sent to the last byte received.
  *
  * A blocking read sees neither `responseTimeout` nor an interrupt nor the end of the poll. So a watch looks every 100 ms and
  * cancels the call, which closes the connection under the reader. It looks for `readTimeout` too: the timeouts of OkHttp wake a
  * thread for every 8 KB, which costs more than to receive them. Made by the thread that sends and reads.
  */
final private[transport] class Exchange(
    connectTimeoutMs: Long,
    readTimeoutMs: Long,
    responseTimeoutMs: Long,
    cancelled: () => Boolean
) extends AutoCloseable {
  import Exchange._

  private val began = System.nanoTime
  private val reader = Thread.currentThread
  @volatile private var call = Option.empty[Call]
  @volatile private var ended = Option.empty[String]

  /** Since when the peer is silent, and how long it may be. */
  @volatile private var silence = Option.empty[Silence]
  private val check: ScheduledFuture[_] =
    watch.scheduleWithFixedDelay(() => endIfDue(), CheckMillis, CheckMillis, TimeUnit.MILLISECONDS)

  /** The request left, or a part of it: the server may have acted on it. */
  @volatile var sent: Boolean = false

  /** The head of the response. OkHttp itself sees a 200: see [[SentOnce]]. */
  var status: Int = 0
  var headers: List[(String, String)] = Nil

  /** It carries the request. */
  @volatile var connection: Option[Connection] = None

  def begin(next: Call): Unit = {
    call = Some(next)
    if (ended.nonEmpty) next.cancel()
  }

  /** A connection is being made. The time covers a proxy's answer too. */
  def connecting(): Unit = waiting(connectTimeoutMs + readTimeoutMs)

  /** The peer has to send something. */
  def waiting(): Unit = waiting(readTimeoutMs)
  private def waiting(millis: Long): Unit = silence = Some(Silence(System.nanoTime, millis))
  def received(): Unit = silence = None

  /** Why the request failed, for a message. */
  def reason(e: IOException): String = ended.getOrElse(String.valueOf(e.getMessage))

  def interrupted: Boolean = ended.contains(Interrupted)

  def body(arriving: InputStream): InputStream = new FilterInputStream(arriving) {
    override def read(): Int = guarded(arriving.read())
    override def read(b: Array[Byte], off: Int, len: Int): Int = guarded(arriving.read(b, off, len))
    private def guarded(read: => Int): Int = {
      // Data may arrive faster than the watch looks, for example a body that inflates a thousandfold.
      endIfDue()
      ended.foreach(why => throw new BrokenBody(why, null))
      waiting()
      try read
      catch { case e: IOException => throw new BrokenBody(reason(e), e) }
      finally received()
    }
    override def close(): Unit =
      try arriving.close()
      catch { case _: IOException => () } // nothing more is read, so a connection that breaks now does no harm
  }

  def close(): Unit = { check.cancel(false); () }

  private def endIfDue(): Unit = if (ended.isEmpty) {
    ended =
      if (cancelled()) Some("the poll was cancelled")
      else if (System.nanoTime - began > TimeUnit.MILLISECONDS.toNanos(responseTimeoutMs)) // guard: I4.4
        Some(s"it took longer than responseTimeout, ${responseTimeoutMs / 1000.0} s")
      else if (reader.isInterrupted) Some(Interrupted)
      else silence.filter(_.isTooLong).map(s => silent(s.mostMs)) // guard: I4.17
    if (ended.nonEmpty) {
      if (silence.exists(_.isSuspicious)) connection.foreach(IdleConnections.avoid(_)) // guard: I4.110
      call.foreach(_.cancel())
    }
  }
}

private object Exchange {
  final case class Silence(since: Long, mostMs: Long) {
    def isTooLong: Boolean = isOver(mostMs)

    /** Perhaps the network has forgotten the connection. */
    def isSuspicious: Boolean = isOver(math.min(mostMs, SuspiciousMillis))
    private def isOver(millis: Long) = System.nanoTime - since > TimeUnit.MILLISECONDS.toNanos(millis)
  }

  def silent(millis: Long): String = s"no data for ${millis / 1000.0} s"

  val CheckMillis = 100L
  private val SuspiciousMillis = 1000L
  val Interrupted = "the thread was interrupted"

  /** Its thread ends one second after the last request. */
  lazy val watch: ScheduledExecutorService = {
    val one = new ScheduledThreadPoolExecutor(1, new DaemonThreads("spark-rest-response-timeout"))
    one.setKeepAliveTime(1, TimeUnit.SECONDS)
    one.allowCoreThreadTimeOut(true)
    one.setRemoveOnCancelPolicy(true)
    one
  }
}

/** What OkHttp says about the requests of all clients. */
private[transport] object ExchangeEvents extends EventListener {
  private def exchange(call: Call): Exchange = call.request.tag(classOf[Exchange])

  override def connectStart(call: Call, address: InetSocketAddress, proxy: Proxy): Unit = exchange(call).connecting()
  override def secureConnectStart(call: Call): Unit = exchange(call).waiting()
  override def requestHeadersStart(call: Call): Unit = exchange(call).waiting()
  override def connectionReleased(call: Call, connection: Connection): Unit = IdleConnections.released(connection)
}
