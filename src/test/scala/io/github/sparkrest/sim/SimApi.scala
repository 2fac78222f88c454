// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

import java.io.{ByteArrayInputStream, IOException, InputStream}
import java.nio.charset.StandardCharsets.UTF_8

import scala.collection.mutable
import scala.util.control.ControlThrowable

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}

/** The driver dies: nothing of the poll that is under way remains.
  *
  * @param options the options of the next run, if they change
  */
final class Crash(val options: Option[Setup]) extends ControlThrowable

/** An API in memory. Looks at a request as a real server does, and lets the scenario's events happen right before it.
  *
  * since: a list filtered by the time of the last update · ids: a growing list, filtered by id · feed: the newest records,
  * without a filter · log: changes behind a cursor · link: the same, with the next URL as the cursor · delta: changes, with a
  * URL in the body of the last page as the cursor · window: a list filtered by two times · snapshot: the whole list.
  */
final class SimApi(scenario: Scenario, tracing: Boolean) extends HttpClient {
  import SimApi._
  private var setup = scenario.setup

  val world = new World(setup)
  private val lists = new ListEndpoint(setup, world)
  private val logs = new LogEndpoint(setup, world)
  private val envelope = new Envelope(setup)
  private var coming = scenario.events.toList
  private val waiting = mutable.Queue.empty[Event]
  val trace = mutable.ArrayBuffer.empty[String]

  /** Requests answered so far, and whether the last poll met a fault that this API made. */
  var requests = 0
  var faulty = false

  /** The crash that the reader has not met yet. */
  var died: Option[Crash] = None

  /** The result of the poll that is running will be lost. */
  var loses = false

  /** The last request whose response did not match the data: the next traversal owes the records that it lacked. */
  var lastDoubt = 0

  /** Tokens and cursors that were given out have expired. */
  var expired = false

  /** A response was honest since the last stray response. A reader that retries must get the truth then. */
  private var honest = true

  /** Requests whose last response was stray. With requests in flight, an honest response may be that of another request. */
  private val strayed = mutable.Set.empty[List[(String, String)]]

  /** The clock of the reader's host. */
  val clock: Clock = () => java.time.Instant.ofEpochMilli(world.now + setup.skew)

  /** No event is left, except for events that wait for the end of a traversal. */
  def eventless: Boolean = coming.isEmpty

  def quiet: Boolean = coming.isEmpty && waiting.isEmpty

  /** A traversal is complete: the events that waited for it happen now. */
  def traversed(): Unit = {
    while (waiting.nonEmpty) waiting.dequeue() match {
      case e if e.what == "complete" => complete(e)
      case e                         => world.change(e, requests + 1)
    }
    world.complete()
  }

  private def complete(e: Event): Unit = {
    note("   the data are complete")
    world.now += e.n * setup.grain.toLong
    world.complete()
  }

  /** A poll begins: time may have passed since the last one. */
  def begins(): Unit = {
    val (now, later) = coming.partition(e => e.what == "sleep" && e.at <= requests + 1)
    coming = later
    if (now.nonEmpty) {
      note("   sleep")
      world.now += Asleep
      expire()
    }
  }

  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] = {
    requests += 1
    world.now += 5
    world.asked()
    val now = happening()
    if (now.exists(_.what == "stop")) expire()
    now.filter(_.what == "complete").foreach(complete)
    now.find(e => e.what == "crash" || e.what == "options" || e.what == "stop").foreach { e =>
      note(s"#$requests $e")
      died = Some(crash(e))
      died.foreach(throw _)
    }
    loses ||= now.exists(_.what == "lose")
    if (now.exists(_.what == "expire")) expire()
    val wasHonest = honest
    val answer = dated(
      if (now.exists(_.what == "error")) Answer(500, Nil, "busy")
      else if (request.url.startsWith("http://api.test/")) {
        val query = new Query(request)
        now.find(e => Event.Strays(e.what) && mayStray(e, query)).fold(honestly(request, query))(stray(_, query))
      } else {
        lists.wrong = Some("no such host")
        Answer(400, Nil, "no such host")
      }
    )
    note(s"#$requests ${request.method} ${request.url} ${request.body.getOrElse("")} -> ${answer.status} ${answer.headers.mkString} ${answer.body}")
    // A truncated body makes no difference to a refusal.
    if (now.exists(_.what == "cut") && answer.status < 400) honest = wasHonest
    val cut = now.find(_.what == "cut").map(e => (answer.body.length * (e.n % 10) / 10, e.n))
    if (answer.status >= 400 && answer.status != 404 || cut.nonEmpty) faulty = true
    try use(HttpResponse(answer.status, answer.headers, body(answer.body, cut)))
    catch {
      case e: IOException => Left(RestError(Condition.ConnectionFailed, s"broken: ${e.getMessage}", ""))
    }
  }

  def movedByPage: Boolean = lists.movedByPage
  def standsStill: Boolean = lists.standsStill

  /** The last answer was an empty page with a new link. To a reader of a link that is the end for now. */
  def hollow: Boolean = setup.kind == "link" && logs.hollow

  /** The error in a request that no correct client sends. */
  def wrong: Option[String] = lists.wrong

  private def crash(e: Event): Crash = {
    if (e.what == "options") {
      setup = scenario.setup.variant(e.n)
      lists.become(setup)
      logs.become(setup)
      world.leftOut = math.max(world.leftOut, setup.initial)
    }
    new Crash(Some(setup).filter(_ => e.what == "options"))
  }

  private def dated(answer: Answer): Answer =
    if (!setup.date || answer.headers.exists(_._1 == "date")) answer
    else answer.copy(headers = answer.headers :+ ("date" -> httpDate(world.now)))

  private def honestly(request: HttpRequest, query: Query): Answer = {
    honest = true
    strayed -= query.parameters
    val answer = answerTo(query)
    if (answer.status == 400) lists.wrong = Some(answer.body)
    tagged(request, answer)
  }

  /** Whether the response may be wrong: never twice in a row, and not where a reader could not detect an empty page. */
  private def mayStray(e: Event, query: Query): Boolean = {
    val empties = e.what == "void" || e.what == "status" && e.n == 404 && (setup.emptyStatus == 404 || setup.past == 404)
    val believed = setup.kind == "window" || setup.kind == "snapshot"
    honest && !strayed(query.parameters) && !(empties && believed && !setup.blind && !(lists.isLater(
      query
    ) && lists.began))
  }

  private def stray(e: Event, query: Query): Answer = {
    note(s"   $e")
    honest = false
    strayed += query.parameters
    faulty = true
    if (e.what != "status" || e.n == 404) lastDoubt = requests
    e.what match {
      case "status" => Answer(e.n, Nil, "stray")
      case "void"   => envelope.void(e.n)
      case _        =>
        world.seenAt = Some(world.lagging(e.n))
        try answerTo(query)
        finally world.seenAt = None
    }
  }

  private def answerTo(query: Query): Answer = setup.kind match {
    case "log" | "link" | "delta" => logs.answer(query)
    case _                        => lists.answer(query)
  }

  /** A server that validates (RFC 9110 §13). It compares weakly, because a proxy may have weakened its ETag. */
  private def tagged(request: HttpRequest, answer: Answer): Answer = {
    def asked(name: String) = request.headers.collectFirst { case (`name`, v) => v }
    val etag = setup.tag match {
      case "strong" => Some(s""""${answer.body.hashCode.toHexString}"""")
      case "weak"   => Some(s"""W/"${answer.body.hashCode.toHexString}"""")
      case "lying"  => Some("\"always\"")
      case _        => None
    }
    val modified = if (setup.tag == "modified") Some(httpDate(world.changedAt)) else None
    val dated = Seq("date" -> httpDate(world.now)) ++ etag.map("etag" -> _) ++ modified.map("last-modified" -> _)
    if (setup.tag == "none" || answer.status != 200) answer
    else if (etag.exists(e => asked("If-None-Match").exists(_.stripPrefix("W/") == e.stripPrefix("W/"))))
      Answer(304, dated, "")
    else if (modified.exists(asked("If-Modified-Since").contains)) Answer(304, dated, "")
    else answer.copy(headers = answer.headers ++ dated)
  }

  /** Changes the data between two requests. */
  def change(e: Event): Unit = {
    world.change(e, requests + 1)
    lists.changes += 1
  }

  /** Tokens and cursors end. */
  def expire(): Unit = {
    lists.expire()
    logs.expire()
    expired = true
  }

  private def happening(): List[Event] = {
    val (now, later) = coming.span(_.at <= requests)
    coming = later
    now.filter { e =>
      if (e.what == "slide") {
        note(s"   slide ${e.n}")
        world.change(e.copy(what = "delete"), requests)
        lists.changes += 1
        lastDoubt = requests
      }
      // Records appear when the data are complete.
      val isChange = Event.Changes(e.what) || setup.calm && e.what == "complete"
      if (isChange) note(s"   ${e.what} ${e.n}")
      if (isChange && setup.calm) waiting += e
      else if (isChange) { world.change(e, requests); lists.changes += (if (e.what == "bulk") world.rows.size else 1) }
      !isChange
    }
  }

  def note(text: => String): Unit = if (tracing) trace += text

  /** @param cut the number of bytes after which the connection breaks, or the body ends */
  private def body(text: String, cut: Option[(Int, Int)]): InputStream = {
    val whole = text.getBytes(UTF_8)
    cut match {
      case None                        => new ByteArrayInputStream(whole)
      case Some((at, n)) if n % 2 == 0 => new ByteArrayInputStream(whole, 0, at)
      case Some((at, _))               =>
        new InputStream {
          private val head = new ByteArrayInputStream(whole, 0, at)
          def read(): Int = { val b = head.read(); if (b < 0) throw new IOException("reset") else b }
        }
    }
  }
}

object SimApi {
  def httpDate(ms: Long): String = java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME
    .format(java.time.Instant.ofEpochMilli(ms).atOffset(java.time.ZoneOffset.UTC))

  /** Milliseconds after which a page token counts as old. */
  private val Asleep = 31000L
}

final case class Answer(status: Int, headers: Seq[(String, String)], body: String)

/** A request as a server sees it. */
final class Query(request: HttpRequest) {
  private val at = request.url.indexOf('?')
  val path: String = if (at < 0) request.url else request.url.substring(0, at)
  val parameters: List[(String, String)] =
    if (request.body.nonEmpty) fields(request.body.get)
    else if (at < 0) Nil
    else
      request.url.substring(at + 1).split("&").toList.filter(_.nonEmpty).map { p =>
        val eq = p.indexOf('=')
        (p.substring(0, eq), java.net.URLDecoder.decode(p.substring(eq + 1), "UTF-8"))
      }

  private def fields(body: String): List[(String, String)] =
    io.circe.parser
      .parse(body)
      .toOption
      .flatMap(_.asObject)
      .fold(List("broken" -> body))(_.toList.collect {
        case (k, v) if !v.isNull => k -> v.asString.getOrElse(v.noSpaces)
      })

  def apply(name: String): Option[String] = parameters.collectFirst { case (`name`, v) => v }

  /** This request with another value of a parameter. */
  def url(relative: Boolean, name: String, value: String): String = {
    val others = parameters.filterNot(_._1 == name) :+ (name -> value)
    val text = others.map { case (k, v) => s"$k=${java.net.URLEncoder.encode(v, "UTF-8")}" }.mkString("&")
    s"${if (relative) path.stripPrefix("http://api.test") else path}?$text"
  }
}
