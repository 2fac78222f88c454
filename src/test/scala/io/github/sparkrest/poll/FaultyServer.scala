// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.io.{IOException, OutputStream}
import java.net.Socket
import java.nio.charset.StandardCharsets.{ISO_8859_1, UTF_8}
import java.util.concurrent.atomic.AtomicInteger

import scala.collection.mutable

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.http.{Clock, RawServer}
import io.github.sparkrest.pagelog.{PageOrigin, PageSink}
import io.github.sparkrest.progress.Progress

/** An API of three records. The response to one request is raw bytes, and all other responses are correct.
  *
  * @param at the number of that request, from 0
  * @param fault writes the response, and may end the connection
  */
final class FaultyServer(at: Int, fault: Socket => Unit) extends AutoCloseable {
  private val requests = new AtomicInteger
  private val server = new RawServer((s, _) => serve(s))
  def url: String = server.url
  def close(): Unit = server.close()

  private def serve(s: Socket): Unit = {
    var head = RawServer.head(s.getInputStream)
    while (head.nonEmpty) {
      if (requests.getAndIncrement() == at) fault(s)
      else {
        val from = "from=(\\d+)".r.findFirstMatchIn(head).fold(0)(_.group(1).toInt)
        s.getOutputStream.write(FaultyServer.whole(FaultyServer.page(from)))
      }
      head = if (s.isClosed) "" else RawServer.head(s.getInputStream)
    }
  }
}

object FaultyServer {
  val Records: List[String] = List("""{"id":1,"x":"a\"}"}""", """{"id":2,"x":[1,{}]}""", """{"id":3,"x":null}""")

  def page(from: Int): Array[Byte] =
    Records.drop(math.max(0, from - 1)).mkString("""{"data":[""", ",", "]}").getBytes(UTF_8)

  def whole(body: Array[Byte], headers: String = "Content-Type: application/json\r\n"): Array[Byte] =
    s"HTTP/1.1 200 OK\r\n${headers}Content-Length: ${body.length}\r\n\r\n".getBytes(ISO_8859_1) ++ body

  def chunked(body: Array[Byte], size: Int, headers: String = ""): Array[Byte] = {
    val chunks =
      body.grouped(size).flatMap(c => s"${c.length.toHexString}\r\n".getBytes(ISO_8859_1) ++ c ++ "\r\n".getBytes)
    s"HTTP/1.1 200 OK\r\n${headers}Transfer-Encoding: chunked\r\n\r\n".getBytes(
      ISO_8859_1
    ) ++ chunks ++ "0\r\n\r\n".getBytes
  }

  /** Writes to the client, which may already have closed the connection. */
  def write(s: Socket, bytes: Array[Byte]): Unit = if (bytes.nonEmpty) s.getOutputStream.write(bytes)

  def endless(out: OutputStream, piece: Array[Byte], seconds: Int = 20): Long = {
    val until = System.nanoTime + seconds * 1000000000L
    var sent = 0L
    try while (System.nanoTime < until) { out.write(piece); sent += piece.length }
    catch { case _: IOException => () }
    sent
  }

  /** The result of a poll of the faulty API. */
  final case class Seen(outcome: PollOutcome, records: List[String])

  /** Polls of one stream, over real connections. They are patient, so that a busy machine does not look like a silent server. */
  final class Polls(url: String, options: (String, String)*) {
    private val patient = pipeline("5")
    private lazy val hasty = pipeline("0.3")
    private var state = Progress.Initial

    private def pipeline(readTimeout: String): Poll = {
      val base = Map(
        "url" -> s"$url/?from={id}",
        "offsetField" -> "id",
        "offsetType" -> "incremental",
        "readTimeout" -> readTimeout
      )
      val config = RestConfig.parse(base ++ options).fold(e => throw e.toException, identity)
      new Poll(config, SttpClient(config, () => false), Clock.System)
    }

    /** @param isSilent the server does not complete the response, and the poll waits only a short time for it */
    def next(isSilent: Boolean = false): Seen = {
      val sink = new Sink
      val outcome = (if (isSilent) hasty else patient).run(state, TaskBudget(Long.MaxValue, 60000, 1), sink)
      state = outcome.state
      Seen(outcome, sink.whole.toList)
    }
  }

  final private class Sink extends PageSink {
    private val begun = mutable.ListBuffer.empty[String]
    val whole: mutable.ListBuffer[String] = mutable.ListBuffer.empty
    def append(buf: Array[Byte], from: Int, to: Int): Unit = begun += new String(buf, from, to - from, UTF_8)
    def discardPage(): Unit = begun.clear()
    def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = { whole ++= begun; begun.clear() }
    def bytes: Long = whole.map(_.length.toLong).sum
  }
}
