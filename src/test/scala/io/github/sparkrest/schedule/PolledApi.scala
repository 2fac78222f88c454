// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import java.io.ByteArrayInputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant

import scala.collection.mutable

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.auth.AuthorizedClient
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.pagelog.{PageOrigin, PageSink}
import io.github.sparkrest.poll.{Poll, PollOutcome, TaskBudget}
import io.github.sparkrest.progress.seen.SeenInMemory
import io.github.sparkrest.progress.{Change, Progress}

/** An API as a function from request to response, and a reader that polls it with the whole pipeline, without a network. The
  * state passes through its codec after each poll, as over a restart.
  */
final class PolledApi(options: (String, String)*)(answer: HttpRequest => PolledApi.Answer) {
  val config: RestConfig =
    RestConfig.parse(Map("url" -> "http://h/x?since={offset}") ++ options).fold(e => throw e.toException, identity)
  val asked: mutable.ListBuffer[HttpRequest] = mutable.ListBuffer.empty
  var now: Instant = Instant.parse("2026-01-01T00:00:00Z")
  var state: Progress = Progress.Initial
  var outcome: PollOutcome = _

  val client: HttpClient = new HttpClient {
    def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] = {
      asked += request
      val a = answer(request)
      use(
        HttpResponse(
          a.status,
          a.headers.map { case (k, v) => k.toLowerCase -> v },
          new ByteArrayInputStream(a.body.getBytes(UTF_8))
        )
      )
    }
  }
  private val clock = new Clock { def now(): Instant = PolledApi.this.now }
  private val pipeline = new Poll(config, AuthorizedClient(config, client, None), clock, seen = PolledApi.seen)

  def urls: List[String] = asked.map(_.url).toList

  /** The new records of one poll. If the poll must wait and request a page again, this includes the wait. */
  def poll(): List[String] = {
    val first = once()
    outcome.waitMs.fold(first) { ms =>
      now = now.plusMillis(ms)
      first ++ poll()
    }
  }

  /** The new records of one task. */
  def once(): List[String] = {
    val sink = new PolledApi.Sink
    outcome = pipeline.run(state, TaskBudget(Long.MaxValue, Long.MaxValue, config.paging.maxPages), sink)
    val json = Progress.encoder(outcome.state).noSpaces
    state = io.circe.parser.decode[Progress](json).fold(throw _, identity)
    sink.kept.toList
  }

  /** Polls until the traversal is complete, or an error occurs. */
  def traversal(): List[String] = {
    val first = poll()
    if (outcome.error.isEmpty && state.traversal.isDefined) first ++ traversal() else first
  }
}

object PolledApi {

  /** All readers share this memory, as on one page log, so a reader can continue from the state of another reader. */
  private val seen = new SeenInMemory

  final case class Answer(body: String, headers: Seq[(String, String)] = Nil, status: Int = 200)

  /** The parameters of a request. */
  def query(r: HttpRequest): Map[String, String] = r.url
    .split("\\?", 2)
    .drop(1)
    .flatMap(_.split("&"))
    .map { p =>
      val eq = (p + "=").indexOf('=')
      p.take(eq) -> java.net.URLDecoder.decode(p.drop(eq + 1), "UTF-8")
    }
    .toMap

  def ids(n: Any*): List[String] = n.map(i => s"""{"id":$i}""").toList
  def array(records: Seq[String]): String = records.mkString("[", ",", "]")

  final private class Sink extends PageSink {
    val kept: mutable.ListBuffer[String] = mutable.ListBuffer.empty
    private var whole = 0
    def append(buf: Array[Byte], from: Int, to: Int): Unit = kept += new String(buf, from, to - from, UTF_8)

    /** With `readChanges`: the record after the mark of its change. */
    override def append(buf: Array[Byte], from: Int, to: Int, change: Change): Unit =
      kept += change.mark.toChar.toString + new String(buf, from, to - from, UTF_8)
    def discardPage(): Unit = kept.remove(whole, kept.size - whole)
    def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = whole = kept.size
    def bytes: Long = kept.map(_.length.toLong).sum
  }
}

/** Counts records and drops them. */
final class CountingSink extends PageSink {
  var records = 0
  def append(buf: Array[Byte], from: Int, to: Int): Unit = records += 1
  def discardPage(): Unit = ()
  def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = ()
  def bytes: Long = records.toLong
}
