// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.backfill

import java.io.ByteArrayInputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.time.format.DateTimeFormatter
import java.time.{Instant, LocalDateTime, ZoneId, ZonedDateTime}

import scala.collection.mutable
import scala.util.{Random, Try}

import io.github.sparkrest.RandomCases
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.backfill.TimeLane
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.auth.AuthorizedClient
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.pagelog.{Endpoint, PageOrigin, PageSink, Resumption}
import io.github.sparkrest.poll.{Poll, PollOutcome, TaskBudget}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.strategies.OffsetTime
import io.github.sparkrest.schedule.PolledApi
import io.github.sparkrest.schedule.backfill.BackfillLanes
import org.scalatest.funsuite.AnyFunSuite

/** The live lane and the backfill of one endpoint, polled in any order, with restarts: each record once. */
class BackfillLanesSuite extends AnyFunSuite {
  import BackfillLanesSuite._

  private val window = Map(
    "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
    "streaming" -> "true",
    "offsetType" -> "window",
    "offsetField" -> "t",
    "windowStep" -> "10m",
    "streamingInterval" -> "0",
    "initialOffset" -> "2026-01-01T12:00:00Z",
    "backfillFrom" -> "2026-01-01T06:00:00Z",
    "backfillOrder" -> "desc",
    "dataField" -> "data"
  )

  /** An API whose records appear at their time, and both lanes of its endpoint. */
  private class Lanes(bounds: Bounds, options: (String, String)*) {
    var now: Instant = at("12:20")
    var extra: Map[String, String] = Map.empty
    val records: mutable.ArrayBuffer[(Int, Instant)] = mutable.ArrayBuffer.empty
    var delivered: Vector[Int] = Vector.empty
    val asked: mutable.ArrayBuffer[(Instant, Instant)] = mutable.ArrayBuffer.empty
    var states: Map[String, Progress] = Map.empty
    var last: PollOutcome = _

    /** The time of a request, as the API reads it. */
    var read: String => Instant = Instant.parse(_)
    private var config: RestConfig = _

    /** A new run: the lanes that it has, with the states from which they continue. */
    def start(): Vector[Endpoint] = {
      config =
        RestConfig.parse((window ++ options ++ extra).filter(_._2.nonEmpty)).fold(e => throw e.toException, identity)
      val found = new BackfillLanes(config, Resumption(states, None, fresh = states.isEmpty)).of(Vector(Endpoint.Only))
      found.foreach(e =>
        e.lane match {
          case lane: TimeLane.Backfill =>
            val stored = states.getOrElse(e.key, Progress.Initial)
            states += e.key -> new BackfillSlices(config.offset, lane).begun(stored, now)
          case _ => ()
        }
      )
      found
    }

    /** One task of a lane; with a crash it leaves nothing. */
    def poll(e: Endpoint, requests: Int = 1, crash: Boolean = false): Unit = {
      val own = config.of(e.lane)
      val sink = new Kept
      val poll = new Poll(own, AuthorizedClient(own, client(own), None), new Clock { def now(): Instant = Lanes.this.now })
      last = poll.run(
        states.getOrElse(e.key, Progress.Initial),
        TaskBudget(Long.MaxValue, Long.MaxValue, requests.toLong),
        sink
      )
      if (!crash) {
        delivered ++= sink.ids
        states += e.key -> io.circe.parser
          .decode[Progress](Progress.encoder(last.state).noSpaces)
          .fold(throw _, identity)
      }
    }

    private def client(own: RestConfig) = new HttpClient {
      def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] = {
        val q = PolledApi.query(request)
        val (from, until) = (read(q("from")), read(q("to")))
        asked += from -> until
        val found = records.filter { case (_, t) => !t.isAfter(now) && bounds.holds(from, until, t) }
        val size = own.paging.pageSize.fold(1000)(_.toInt)
        val page = q.get("page").fold(1)(_.toInt)
        val body = found.slice((page - 1) * size, page * size).map { case (id, t) => s"""{"id":$id,"t":"$t"}""" }
        use(
          HttpResponse(
            200,
            Seq("date" -> rfc1123(now)),
            new ByteArrayInputStream(s"""{"data":[${body.mkString(",")}]}""".getBytes(UTF_8))
          )
        )
      }
    }
  }

  private def run(bounds: Bounds, seed: Int, options: (String, String)*): Lanes = {
    val random = new Random(seed)
    val lanes = new Lanes(bounds, options: _*)
    (1 to 60).foreach { id =>
      // Many records are on the ends of slices, and equal to others in time.
      val minutes = random.nextInt(40) * 10L + (if (random.nextInt(3) == 0) random.nextInt(10) else 0)
      lanes.records += id -> at("06:00")
        .plusSeconds(minutes * 60)
        .plusMillis(if (random.nextInt(5) == 0) random.nextInt(3) - 1L else 0)
    }
    var endpoints = lanes.start()
    (1 to 120).foreach { n =>
      if (random.nextInt(12) == 0) {
        // The stored moment holds, whatever the options say later.
        lanes.extra = Map(
          "backfillOrder" -> (if (random.nextBoolean()) "asc" else "desc"),
          "windowStep" -> s"${5 + random.nextInt(30)}m",
          "initialOffset" -> (if (random.nextBoolean()) "2026-01-01T11:00:00Z" else "2026-01-01T12:00:00Z")
        ) ++ (if (random.nextInt(4) == 0) Map("backfillFrom" -> "2026-01-01T08:00:00Z") else Map.empty)
        endpoints = lanes.start()
      }
      lanes.poll(endpoints(random.nextInt(endpoints.length)), 1 + random.nextInt(3), crash = random.nextInt(6) == 0)
      assert(lanes.last.error.isEmpty, lanes.last.error)
      lanes.now = lanes.now.plusSeconds(random.nextInt(40).toLong)
      lanes.now = lanes.now.plusMillis(1)
      if (random.nextInt(5) == 0) lanes.records += (1000 + n) -> lanes.now
    }
    lanes.extra = Map.empty
    lanes.now = lanes.now.plusSeconds(100)
    endpoints = lanes.start()
    // An empty page counts when it comes again, a second later.
    (1 to 100).foreach { _ =>
      lanes.now = lanes.now.plusSeconds(2)
      endpoints.foreach(lanes.poll(_, requests = 3))
    }
    lanes
  }

  private def both(lanes: Lanes) = {
    val found = lanes.start()
    (found(0), found(1))
  }

  private def check(lanes: Lanes, clue: String): Unit = {
    val expected = lanes.records.collect { case (id, t) if !t.isBefore(at("06:00")) => id }.toVector
    val (lost, repeated) = (expected.diff(lanes.delivered), lanes.delivered.diff(expected))
    assert(lost.isEmpty && repeated.isEmpty, s"$clue: ${lanes.records.filter(r => (lost ++ repeated).contains(r._1))}")
    ()
  }

  for (bounds <- Bounds.all; order <- Seq("desc", "asc"); paged <- Seq(false, true))
    test(s"each record once: $bounds, $order${if (paged) ", pages" else ""}") {
      val pages = if (paged) Seq("pagination" -> "page", "pageSize" -> "3", "pageParam" -> "page") else Nil
      val exact = if (bounds == Bounds.StartOnly) Seq("boundary" -> "exclusive") else Nil
      (1 to RandomCases(3)).foreach { seed =>
        val lanes = run(bounds, seed, (Seq("backfillOrder" -> order) ++ pages): _*)
        check(lanes, s"seed $seed")
        if (exact.nonEmpty)
          check(run(bounds, seed, (Seq("backfillOrder" -> order) ++ pages ++ exact): _*), s"seed $seed, exclusive")
      }
    }

  test("with lookback the live lane leaves older records to the backfill") {
    for (boundary <- Seq("auto", "exclusive")) {
      val bounds = if (boundary == "auto") Bounds.Both else Bounds.StartOnly
      (1 to RandomCases(3)).foreach { seed =>
        val lanes = run(bounds, seed, "lookback" -> "30m", "boundary" -> boundary)
        check(lanes, s"seed $seed, $boundary")
      }
    }
  }

  test("a stream that already runs gets a backfill up to where it began, and keeps the moment when it is removed") {
    val lanes = new Lanes(Bounds.Both, "backfillFrom" -> "2026-01-01T06:00:00Z", "lookback" -> "30m")
    val ids = Seq("10:59", "11:30", "11:59", "12:00", "12:10").zipWithIndex
    ids.foreach { case (t, id) => lanes.records += id -> at(t) }
    val live = Endpoint.Only
    lanes.start()
    lanes.states = Map.empty // a stream without a backfill
    (1 to 5).foreach(_ => lanes.poll(live))
    assert(lanes.delivered.sorted == Seq(1, 2, 3, 4), "without a backfill, lookback reaches beyond initialOffset")
    val withBackfill = lanes.start()
    assert(withBackfill.map(_.lane).last == TimeLane.Backfill(at("06:00"), at("11:30")))
    withBackfill.foreach(e => (1 to 60).foreach(_ => lanes.poll(e)))
    assert(lanes.delivered.sorted == Seq(0, 1, 2, 3, 4))
    val config = RestConfig.parse(window - "backfillFrom" - "backfillOrder").fold(e => fail(e.text), identity)
    val removed = new BackfillLanes(config, Resumption(lanes.states, None, fresh = false)).of(Vector(live))
    assert(removed.map(_.lane) == Vector(TimeLane.Live(at("11:30"))))
    val never = new BackfillLanes(config, Resumption(Map.empty, None, fresh = true)).of(Vector(live))
    assert(never == Vector(live))
  }

  test("a stream whose offset has not moved yet gets a backfill up to where it began") {
    val lanes = new Lanes(Bounds.Both, "lookback" -> "30m")
    // By the API's clock, it is not later than initialOffset.
    lanes.now = at("12:00")
    Seq("11:29", "11:40").zipWithIndex.foreach { case (t, id) => lanes.records += id -> at(t) }
    lanes.start()
    lanes.states = Map.empty // a stream without a backfill
    lanes.poll(Endpoint.Only)
    assert(lanes.delivered == Vector(1) && lanes.states(Endpoint.Only.key).offset.isEmpty)
    val withBackfill = lanes.start()
    assert(withBackfill.map(_.lane).last == TimeLane.Backfill(at("06:00"), at("11:30")))
    lanes.now = at("13:00")
    withBackfill.foreach(e => (1 to 60).foreach(_ => lanes.poll(e)))
    assert(lanes.delivered.sorted == Seq(0, 1))
  }

  test("a stream that began with initialOffset=latest gets a backfill up to where it began") {
    for (format <- Seq("iso", "epoch_s")) {
      val lanes = new Lanes(Bounds.Both)
      lanes.read = text => Try(Instant.ofEpochSecond(text.toLong)).getOrElse(Instant.parse(text))
      (0 until 120).foreach(id => lanes.records += id -> at("11:00").plusSeconds(id * 60L))
      lanes.now = at("12:00").plusMillis(10345)
      lanes.extra = Map("initialOffset" -> "latest", "backfillFrom" -> "", "backfillOrder" -> "")
      assert(lanes.start() == Vector(Endpoint.Only))
      (1 to 40).foreach { _ =>
        lanes.poll(Endpoint.Only)
        lanes.now = lanes.now.plusSeconds(20)
      }
      assert(lanes.delivered == (61 to 73).toVector)
      lanes.extra = Map("initialOffset" -> "2026-01-01T11:30:00Z", "requestOffsetFormat" -> format)
      val both = lanes.start()
      lanes.now = at("14:00")
      (1 to 60).foreach(_ => both.foreach(lanes.poll(_, requests = 3)))
      assert(lanes.delivered.sorted == (0 until 120).toVector, format)
    }
  }

  test("the live lane drops a record before its beginning, which its first request returns") {
    val lanes = new Lanes(Bounds.Both)
    lanes.records += 1 -> at("12:00").minusMillis(1)
    lanes.records += 2 -> at("12:00")
    val (live, backfill) = both(lanes)
    lanes.poll(live)
    assert(lanes.delivered == Vector(2))
    lanes.poll(backfill)
    assert(lanes.delivered == Vector(2, 1))
  }

  test("the stored moment holds, although initialOffset changes") {
    val lanes = new Lanes(Bounds.Both)
    lanes.start()
    lanes.extra = Map("initialOffset" -> "2026-01-01T11:00:00Z")
    val (live, backfill) = both(lanes)
    assert(live.lane == TimeLane.Live(at("12:00")) && backfill.lane == TimeLane.Backfill(at("06:00"), at("12:00")))
  }

  test("the live lane begins at initialOffset, in any format and zone") {
    for (
      format <- Seq("yyyy-MM-dd'T'HH:mm:ss'Z'", "iso", "epoch_s"); zone <- Seq("America/New_York", "Europe/Berlin")
    ) {
      val options = window ++ Seq("requestOffsetFormat" -> format, "timeZone" -> zone)
      val config = RestConfig.parse(options).fold(e => fail(e.text), identity)
      val live =
        new BackfillLanes(config, Resumption(Map.empty, None, fresh = true)).of(Vector(Endpoint.Only)).head.lane
      def first(c: RestConfig) = new OffsetTime(c.offset).initial
      assert(first(config.of(live)) == first(config), s"$format, $zone")
    }
  }

  test("requests begin a unit early, and only for the time that the API gets") {
    val lanes = new Lanes(Bounds.Both)
    val (live, backfill) = both(lanes)
    lanes.poll(backfill)
    assert(lanes.asked.last == at("11:50").minusMillis(1) -> at("12:00"))
    lanes.poll(live)
    assert(lanes.asked.last._1 == at("12:00").minusMillis(1))
    val exact = new Lanes(Bounds.StartOnly, "boundary" -> "exclusive")
    val (live2, backfill2) = both(exact)
    exact.poll(backfill2)
    exact.poll(live2)
    assert(exact.asked.map(_._1) == Seq(at("11:50"), at("12:00")))
  }

  test("a record far outside its slice shows that the API selects by another time; one without a time is delivered") {
    val lanes = new Lanes(Bounds.Anything)
    val (live, backfill) = both(lanes)
    lanes.records += 1 -> at("11:55")
    lanes.records += 2 -> at("11:55").minusSeconds(35 * 3600)
    lanes.poll(backfill)
    assert(lanes.delivered == Vector(1) && lanes.last.error.isEmpty)
    lanes.records += 3 -> at("11:55").minusSeconds(40 * 3600)
    val before = lanes.states(backfill.key)
    lanes.poll(backfill)
    val error = lanes.last.error.getOrElse(fail("no error"))
    assert(error.condition == Condition.BackfillFieldWrong && error.text.contains("offsetField \"t\""))
    assert(lanes.states(backfill.key).offset == before.offset && lanes.delivered == Vector(1))

    def body(records: String, options: (String, String)*) = {
      val all = window ++ options
      val api = new PolledApi(all.toSeq: _*)(_ => PolledApi.Answer(s"""{"data":$records}"""))
      val config = api.config.of(TimeLane.Backfill(at("06:00"), at("12:00")))
      val sink = new Kept
      val outcome = new Poll(config, AuthorizedClient(config, api.client, None), new Clock { def now() = at("13:00") })
        .run(Progress.Initial, TaskBudget(Long.MaxValue, Long.MaxValue, 1), sink)
      outcome.error.map(_.condition) -> sink.ids
    }
    assert(body("""[{"id":1},{"id":2,"t":"2026-01-01T11:55:00Z"}]""") == None -> Vector(1, 2))
    assert(body("""[{"id":1},{"id":2,"t":null}]""") == Some(Condition.BackfillFieldWrong) -> Vector())
    assert(body("""[{"id":1}]""", "boundary" -> "exclusive") == None -> Vector(1))
    assert(live.lane == TimeLane.Live(at("12:00")))
  }

  test("a slice whose data the API has not completed is requested again, and its records are not repeated") {
    var until = "2026-01-01T11:58:00Z"
    val options = (window ++ Seq("availableUntilField" -> "until")).toSeq
    val api = new PolledApi(options: _*)(_ =>
      PolledApi.Answer(s"""{"data":[{"id":1,"t":"2026-01-01T11:55:00Z"}],"until":"$until"}""")
    )
    val config = api.config.of(TimeLane.Backfill(at("06:00"), at("12:00")))
    def poll(state: Progress) = {
      val sink = new Kept
      val outcome = new Poll(config, AuthorizedClient(config, api.client, None), new Clock { def now() = at("13:00") })
        .run(state, TaskBudget(Long.MaxValue, Long.MaxValue, 1), sink)
      outcome.state -> sink.ids
    }
    val (first, ids) = poll(Progress.Initial)
    assert(ids == Vector(1) && first.offset.isEmpty)
    until = "2026-01-01T12:00:00Z"
    val (second, none) = poll(first)
    assert(
      none.isEmpty && second.offset.exists(
        _.contains("2026-01-01T11:40:00Z/2026-01-01T11:50:00Z")
      ) && second.boundary.isEmpty
    )
  }

  test("a slice that is not over by the API's clock is requested again") {
    var date = "Thu, 01 Jan 2026 11:59:30 GMT"
    val api = new PolledApi(window.toSeq: _*)(_ =>
      PolledApi.Answer("""{"data":[{"id":1,"t":"2026-01-01T11:55:00Z"}]}""", headers = Seq("Date" -> date))
    )
    val config = api.config.of(TimeLane.Backfill(at("06:00"), at("12:00")))
    def poll(state: Progress) =
      new Poll(config, AuthorizedClient(config, api.client, None), new Clock { def now() = at("12:10") })
        .run(state, TaskBudget(Long.MaxValue, Long.MaxValue, 1), new Kept)
        .state
    val first = poll(Progress.Initial)
    assert(first.offset.isEmpty)
    date = "Thu, 01 Jan 2026 12:05:00 GMT"
    assert(poll(first).offset.exists(_.contains("2026-01-01T11:40:00Z/2026-01-01T11:50:00Z")))
  }

  test("a slice whose data the API completed after its first page is read again") {
    var until = "2026-01-01T11:58:00Z"
    val pages = Seq("availableUntilField" -> "until", "pagination" -> "nextUrl", "nextField" -> "next")
    val api = new PolledApi((window ++ pages).toSeq: _*)({ r =>
      val isSecond = r.url.endsWith("&last")
      val record = s"""{"id":${if (isSecond) 2 else 1},"t":"2026-01-01T11:55:00Z"}"""
      val next = if (isSecond) "" else s""","next":"${r.url}&last""""
      val answer = PolledApi.Answer(s"""{"data":[$record],"until":"$until"$next}""")
      until = "2026-01-01T12:00:00Z"
      answer
    })
    val config = api.config.of(TimeLane.Backfill(at("06:00"), at("12:00")))
    def poll(state: Progress) = {
      val sink = new Kept
      new Poll(config, AuthorizedClient(config, api.client, None), new Clock { def now() = at("13:00") })
        .run(state, TaskBudget(Long.MaxValue, Long.MaxValue, 2), sink)
        .state -> sink.ids
    }
    val (first, ids) = poll(Progress.Initial)
    assert(ids == Vector(1, 2) && first.traversal.isEmpty && first.offset.isEmpty, "the slice is still to be read")
    val (second, none) = poll(first)
    assert(none.isEmpty && second.offset.exists(_.contains("2026-01-01T11:40:00Z/2026-01-01T11:50:00Z")))
  }

  test("after a change to a coarser format, no record is lost where earlier runs cut the time") {
    for (bounds <- Seq(Bounds.StartOnly, Bounds.EndOnly); exact <- Seq("auto", "exclusive")) {
      val lanes = new Lanes(bounds, "boundary" -> exact)
      (1 to 36).foreach(n => lanes.records += n -> at("06:00").plusSeconds(n * 600L - 300))
      (37 to 40).foreach(n => lanes.records += n -> at("12:00").plusSeconds((n - 37) * 600L + 300))
      val (_, backfill) = both(lanes)
      // The slices from 11:50, 11:40, 11:30 and 11:20 on.
      lanes.poll(backfill, requests = 4)
      assert(lanes.delivered.sorted == Vector(33, 34, 35, 36))
      lanes.extra = Map("requestOffsetFormat" -> "yyyy-MM-dd'T'HH':00:00Z'")
      val (live, coarse) = both(lanes)
      lanes.now = at("14:00")
      (1 to 60).foreach(_ => Seq(live, coarse).foreach(lanes.poll(_, requests = 3)))
      check(lanes, s"$bounds, $exact")
    }
  }

  test("a meeting in the hour of autumn that local times repeat loses and repeats nothing") {
    val zone = ZoneId.of("America/New_York")
    val local = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss")
    val readings = Seq[ZonedDateTime => ZonedDateTime](_.withEarlierOffsetAtOverlap, _.withLaterOffsetAtOverlap)
    for {
      reading <- readings
      bounds <- Bounds.all
      boundary <- if (bounds == Bounds.StartOnly) Seq("auto", "exclusive") else Seq("auto")
      meeting <- Seq("05:30", "06:00", "06:30", "07:00").map(t => s"2026-11-01T$t:00Z")
      order <- Seq("desc", "asc")
    } {
      val lanes = new Lanes(
        bounds,
        "initialOffset" -> meeting,
        "backfillFrom" -> "2026-11-01T03:00:00Z",
        "backfillOrder" -> order,
        "requestOffsetFormat" -> "yyyy-MM-dd HH:mm:ss",
        "offsetFormat" -> "iso",
        "timeZone" -> zone.getId,
        "windowStep" -> "20m",
        "boundary" -> boundary
      )
      lanes.read = text => {
        assert(!text.startsWith("2026-11-01 01:"), "such a text has two meanings")
        reading(LocalDateTime.parse(text, local).atZone(zone)).toInstant
      }
      val first = Instant.parse("2026-11-01T03:00:00Z")
      (1 to 120).foreach(n => lanes.records += n -> first.plusSeconds(n * 180L - 180))
      lanes.now = Instant.parse(meeting).plusSeconds(30)
      val (live, backfill) = both(lanes)
      (1 to 60).foreach { _ =>
        lanes.now = lanes.now.plusSeconds(600)
        Seq(live, backfill).foreach(lanes.poll(_, requests = 3))
      }
      assert(lanes.delivered.sorted == (1 to 120).toVector, s"$bounds $boundary $meeting $order")
    }
  }

  test("a warning says that the times of all records are outside their slice") {
    def warning(records: String*) = {
      val body = records.map(t => s"""{"id":1,"t":"2026-01-01T$t"}""").mkString(",")
      val api = new PolledApi(window.toSeq: _*)(_ => PolledApi.Answer(s"""{"data":[$body]}"""))
      val config = api.config.of(TimeLane.Backfill(at("06:00"), at("12:00")))
      new Poll(config, AuthorizedClient(config, api.client, None), new Clock { def now() = at("13:00") })
        .run(Progress.Initial, TaskBudget(Long.MaxValue, Long.MaxValue, 1), new Kept)
        .warning
        .exists(_.contains("timeZone"))
    }
    assert(warning("13:55:00", "13:56:00") && !warning("13:55:00", "11:55:00") && !warning())
    assert(!warning("12:00:00Z"), "the API includes both ends of a slice")
  }
}

object BackfillLanesSuite {
  private def at(time: String): Instant = Instant.parse(s"2026-01-01T$time:00Z")
  private def rfc1123(now: Instant) =
    java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atOffset(java.time.ZoneOffset.UTC))

  /** Which ends of a slice an API includes. */
  sealed abstract class Bounds(val holds: (Instant, Instant, Instant) => Boolean)
  object Bounds {
    case object Both extends Bounds((from, until, t) => !t.isBefore(from) && !t.isAfter(until))
    case object StartOnly extends Bounds((from, until, t) => !t.isBefore(from) && t.isBefore(until))
    case object EndOnly extends Bounds((from, until, t) => t.isAfter(from) && !t.isAfter(until))

    /** It ignores the slice. */
    case object Anything extends Bounds((_, _, _) => true)
    val all: Seq[Bounds] = Seq(Both, StartOnly, EndOnly)
  }

  final private class Kept extends PageSink {
    var ids: Vector[Int] = Vector.empty
    private var whole = 0
    def append(buf: Array[Byte], from: Int, to: Int): Unit =
      ids :+= """"id":(\d+)""".r.findFirstMatchIn(new String(buf, from, to - from, UTF_8)).get.group(1).toInt
    def discardPage(): Unit = ids = ids.take(whole)
    def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = whole = ids.length
    def bytes: Long = ids.length * 30L
  }
}
