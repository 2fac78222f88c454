// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule.backfill

import java.time.Instant

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.config.backfill.TimeLane
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.pagelog._
import io.github.sparkrest.pagelog.format.{Manifest, PacingState}
import io.github.sparkrest.poll.{PollOutcome, PollReport, PollRequest}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.backfill.BackfillSlices
import io.github.sparkrest.schedule.PollerCommand._
import io.github.sparkrest.schedule._
import org.scalatest.funsuite.AnyFunSuite

/** When a backfill has its turn next to the live lane, event by event. */
class BackfillTurnsSuite extends AnyFunSuite {
  private val T0 = Instant.parse("2026-01-10T00:00:00Z")
  private val base = Map(
    "url" -> "http://h/x?from={windowStart}&to={windowEnd}",
    "streaming" -> "true",
    "offsetType" -> "window",
    "offsetField" -> "t",
    "windowStep" -> "1d",
    "streamingInterval" -> "10",
    "initialOffset" -> T0.toString,
    "backfillFrom" -> "2026-01-01T00:00:00Z",
    "retryBackoff" -> "1"
  )

  /** A state machine, and the time: an hour after the live lane began. */
  private class Machine(options: (String, String)*) {
    def mustComplete: Boolean = false
    def stored: Resumption = Resumption(Map.empty, None, fresh = true)
    val config: RestConfig = RestConfig.parse(base ++ options).fold(e => fail(e.text), identity)
    var now: Long = T0.toEpochMilli + 3600000
    val endpoints: Vector[Endpoint] = new BackfillLanes(config, stored).of(Vector(Endpoint.Only))
    val state = new PollerState(config, endpoints, stored, mustComplete, SlowLimits(most = 1), 1000000, () => 0.5, now)

    def look(bytes: Long = 0, records: Long = 0): Vector[PollerCommand] =
      state.step(PollerEvent.Due(bytes, records), now)
    def jobs(commands: Vector[PollerCommand]): Vector[StartPolls] = commands.collect { case s: StartPolls => s }
    def started(): StartPolls = jobs(look()).headOption.getOrElse(fail("no job started"))
    def startsNone(bytes: Long = 0, records: Long = 0): Boolean = jobs(look(bytes, records)).isEmpty

    /** The job returned: with a record from each poll, or with this outcome. */
    def finish(job: StartPolls, requests: Int = 1)(
        outcome: PollRequest => PollOutcome = one(_)
    ): Vector[PollerCommand] = {
      val outcomes = job.polls.map(p => p.endpoint.key -> outcome(p))
      val pages = outcomes.collect { case (k, o) if o.records > 0 => PolledPage(o.records, 10 * o.records, None, Some(k)) }
      val file = if (pages.isEmpty) None else Some(PolledFile("f", pages.map(_.bytes).sum, "", pages))
      appended(state.step(PollerEvent.Finished(job.id, Seq(PollReport(outcomes, file, Seq.fill(requests)(0L)))), now))
    }
    var manifests: Vector[Map[String, Progress]] = Vector.empty
    private def appended(commands: Vector[PollerCommand]): Vector[PollerCommand] = commands match {
      case before :+ Append(_, states) =>
        manifests :+= states.map { case (e, s) => e.key -> s }
        before ++ appended(state.step(PollerEvent.Appended(manifests.last), now))
      case other => other
    }

    def one(p: PollRequest): PollOutcome = next(p, 1)
    def next(p: PollRequest, records: Long): PollOutcome = p.endpoint.lane match {
      case lane: TimeLane.Backfill =>
        val slices = new BackfillSlices(config.offset, lane)
        val at = Instant.ofEpochMilli(now)
        val after = slices.after(slices.of(p.state, at), at)
        PollOutcome(Progress(Some(after.toString)), 1, records, more = after.next.isDefined, None, None, 1)
      case _ => PollOutcome(Progress(Some(Instant.ofEpochMilli(now).toString)), 1, records, more = false, None, None, 1)
    }
    def failed(condition: Condition)(p: PollRequest): PollOutcome =
      PollOutcome(p.state, 1, 0, more = false, Some(RestError(condition, "no", "")), None, 1)
  }
  private val Backfill = Endpoint.backfillKey("main")
  private def keys(job: StartPolls) = job.polls.map(_.endpoint.key)

  test("the live lane starts first, and both lanes have one job each at a time") {
    val m = new Machine()
    val live = m.started()
    assert(keys(live) == Seq("main") && live.lane == Lane.Fast && !live.sharing)
    val backfill = m.started()
    assert(keys(backfill) == Seq(Backfill) && backfill.lane == Lane.Backfill && !backfill.sharing && m.startsNone())
    assert(live.polls.head.endpoint.lane == TimeLane.Live(T0) && m.state.endpointCount == 1)
    m.finish(live)()
    m.now += 20000
    assert(keys(m.started()) == Seq("main"), "a job of the backfill holds up no job of the live lane")
    m.finish(backfill)()
    assert(keys(m.started()) == Seq(Backfill), "without an interval")
  }

  test("the beginnings of both lanes become durable together, whichever lane has the first record") {
    val m = new Machine()
    val commands = m.look()
    val noted = commands.collectFirst { case n: NoteState => n }.getOrElse(fail("no note"))
    assert(noted.states.keySet == Set("main", Backfill) && noted.states(Backfill).offset.exists(_.contains(s"/$T0")))
    m.finish(m.jobs(commands).head)()
    assert(m.manifests.head.keySet == Set("main", Backfill))
    assert(m.manifests.head(Backfill) == noted.states(Backfill))
  }

  test("the interval of the live lane counts from its own polls") {
    val m = new Machine("maxRequestRate" -> "100/s")
    m.finish(m.started())()
    val began = m.now
    m.now += 5000
    val commands = m.look()
    assert(keys(m.jobs(commands).head) == Seq(Backfill))
    assert(commands.collectFirst { case n: NoteState => n.pollBeganMs }.contains(began))
    val quiet = new Machine()
    quiet.finish(quiet.started())()
    assert(!quiet.look().exists(_.isInstanceOf[NoteState]), "no note is needed for a job of the backfill")
  }

  test("while a batch of records is unread, the backfill pauses, and its jobs are as large as a batch") {
    val m = new Machine("batchSize" -> "500", "maxBufferedBytes" -> "4m", "pageSize" -> "100", "pagination" -> "page")
    m.finish(m.started())()
    assert(m.startsNone(records = 501) && m.startsNone(bytes = 1 << 20))
    assert(m.look(records = 501).collectFirst { case w: WaitUntil => w.moment }.contains(m.now + 50))
    val first = m.jobs(m.look(records = 500)).head
    assert(
      keys(first) == Seq(Backfill) && first.polls.head.limits.maxBytes == (64 << 10),
      "the size of records is not known"
    )
    m.finish(first)(m.next(_, 20))
    val second = m.started()
    assert(second.polls.head.limits.maxBytes == 500 * 10)
    m.finish(second)()
    assert(
      new Machine("batchSize" -> "0").state.step(PollerEvent.Due(0, 1000000), m.now).exists(_.isInstanceOf[StartPolls])
    )
  }

  test("a backfill leaves free a tenth of the rate, and as many requests as the largest job of the live lane made") {
    val limiter = {
      val config = RestConfig.parse(base ++ Seq("maxRequestRate" -> "100/m")).fold(e => fail(e.text), identity)
      new RateLimiter(config, PacingState.Nothing, inferred = false, 0)
    }
    assert(limiter.spare(0) == 90 && limiter.spareAt(0) == 0)
    def job(requests: Int, now: Long, isLive: Boolean): Unit = {
      val grant = limiter.grant(requests.toLong, now)
      assert(grant.requests == requests)
      limiter.settle(Seq(PollReport(Vector.empty, None, Seq.fill(requests)(0L))), grant, now, isLive)
      ()
    }
    job(10, 0, isLive = true)
    (1 to 2).foreach(_ => job(10, 0, isLive = true))
    assert(limiter.spare(1) == 60, "70 are free, and the largest job made 10")
    job(10, 2, isLive = false)
    job(10, 2, isLive = false)
    job(10, 3, isLive = true)
    job(10, 3, isLive = true)
    assert(limiter.spare(4) == 20)
    job(10, 4, isLive = false)
    job(10, 4, isLive = false)
    assert(limiter.spare(5) == 0 && limiter.ready(5)._1 == 5, "the live lane may send, the backfill may not")
    assert(limiter.spareAt(5) > 60000 && limiter.spare(limiter.spareAt(5)) >= 1)
    // A burst of the live lane is remembered for a window.
    assert(limiter.spare(60000 + 60004) == 90)
    val one = RestConfig.parse(base ++ Seq("maxRequestRate" -> "1/s")).fold(e => fail(e.text), identity)
    assert(
      new RateLimiter(one, PacingState.Nothing, inferred = false, 0).spare(0) == 1,
      "otherwise it would never begin"
    )
  }

  test("with maxRequestRate the backfill waits for requests that the live lane leaves") {
    val m = new Machine("maxRequestRate" -> "10/m", "streamingInterval" -> "1")
    m.finish(m.started(), requests = 4)()
    (1 to 2).foreach { _ =>
      val job = m.started()
      assert(keys(job) == Seq(Backfill) && job.polls.head.limits.maxRequests <= 2)
      m.finish(job)()
    }
    assert(m.startsNone(), "four requests are free, as many as the last job of the live lane made")
    m.now += 1000
    assert(keys(m.started()) == Seq("main"))
  }

  test("a slice is read when it is over, and a backfill that is done is never polled again") {
    val m = new Machine("backfillFrom" -> "2026-01-08T00:00:00Z", "lag" -> "2h")
    m.finish(m.started())()
    // The newest whole slice that is over comes first, and the rest waits for lag.
    val waits = (1 to 2).map { _ =>
      val job = m.started()
      m.finish(job)()
      job.polls.head.state.offset.mkString
    }
    assert(waits.last != waits.head && m.startsNone() && m.state.status.backfill.exists(_.percent < 100))
    m.now = T0.toEpochMilli + 2 * 3600000 + 7001
    val live = m.jobs(m.look()).filter(j => keys(j) == Seq("main"))
    live.foreach(m.finish(_)())
    val last = m.started()
    assert(keys(last) == Seq(Backfill))
    m.finish(last)()
    assert(m.state.status.backfill.map(_.percent).contains(100L))
    m.now += 5000
    assert(m.startsNone())
  }

  test("AvailableNow ends when both lanes are done, and the backfill does not end early") {
    val m = new Machine("maxRetries" -> "0") { override def mustComplete = true }
    m.finish(m.started())()
    val slices = Iterator
      .continually {
        m.now += 6000 // longer than an API may go on that has new records all the time
        m.jobs(m.look())
      }
      .takeWhile(_.nonEmpty)
      .take(20)
      .map(_.foreach(m.finish(_)(m.next(_, 1))))
    assert(slices.size == 9, "one for each day")
    assert(m.look().contains(Complete))
  }

  test("AvailableNow: while the backfill waits for the query, the query does not wait for the backfill") {
    def catchesUp(look: Machine => Vector[PollerCommand], options: (String, String)*) = {
      val m = new Machine(options: _*) { override def mustComplete = true }
      m.finish(m.started())()
      m.finish(m.started())()
      assert(m.state.catchingUp)
      val commands = look(m)
      assert(m.startsNone(bytes = 64 << 20) && commands.contains(WakeQuery) != m.state.catchingUp)
      assert(commands.exists(_.isInstanceOf[WaitUntil]) || m.state.catchingUp)
      m.state.catchingUp
    }
    assert(!catchesUp(_.look(bytes = 64 << 20), "batchSize" -> "0"), "64 MiB are unread")
    assert(!catchesUp(_.look(records = 1001)), "more than a batch is unread")
    assert(catchesUp(_.look(bytes = (64 << 20) - 1)), "there is room")
  }

  test("AvailableNow: while the backfill waits for requests of maxRequestRate, the query takes what is there") {
    val m = new Machine("maxRequestRate" -> "4/1h") { override def mustComplete = true }
    m.finish(m.started())()
    var commands = m.look()
    var waited = false
    while (m.jobs(commands).nonEmpty) {
      m.finish(m.jobs(commands).head)()
      waited = m.state.catchingUp
      commands = m.look()
    }
    assert(waited && commands.contains(WakeQuery) && !m.state.catchingUp)
    assert(!m.look().contains(WakeQuery), "once")
  }

  test("maxRequestsPerTrigger goes to the live lane first") {
    val m = new Machine("maxRequestsPerTrigger" -> "3") { override def mustComplete = true }
    val live = m.started()
    assert(m.startsNone())
    m.finish(live)()
    val job = m.started()
    assert(keys(job) == Seq(Backfill) && job.polls.head.limits.maxRequests == 2)
  }

  test("a backfill that fails does not end the query, unless onError=fail") {
    def ends(condition: Condition, options: (String, String)*) = {
      val m = new Machine(options :+ ("maxRetries" -> "0"): _*)
      val live = m.started()
      val backfill = m.started()
      val commands = m.finish(backfill)(m.failed(condition)) ++ m.finish(live)(m.failed(condition))
      (commands.count(_.isInstanceOf[Fail]), m.state.status.failing)
    }
    val m = new Machine()
    m.started()
    val refused = m.finish(m.started())(m.failed(Condition.ApiRefused))
    assert(!refused.exists(_.isInstanceOf[Fail]) && m.state.status.failing == 1)
    assert(m.state.status.lastError.exists(_.contains("no")))
    val pausing = new Machine("maxRetries" -> "0", "streamingInterval" -> "1h")
    pausing.finish(pausing.started())()
    pausing.finish(pausing.started())(pausing.failed(Condition.ApiRefused))
    pausing.now += 59000
    assert(pausing.startsNone(), "an API that refuses a range is not asked all the time")
    pausing.now += 1000
    assert(keys(pausing.started()) == Seq(Backfill))
    assert(ends(Condition.ApiRefused)._1 == 1, "the live lane is refused at its first poll")
    assert(ends(Condition.BackfillFieldWrong) == (0 -> 2))
    assert(ends(Condition.BackfillFieldWrong, "onError" -> "fail")._1 == 2)
  }

  test("the expected end comes from the speed of this run") {
    val status = BackfillStatus(totalMs = 1000, doneMs = 600, before = 500, sinceMs = 0)
    assert(status.percent == 60 && status.secondsLeft(20000).contains(80L))
    assert(status.copy(doneMs = 500).secondsLeft(20000).isEmpty)
    assert(status.copy(doneMs = 999).percent == 99 && status.copy(doneMs = 1000).secondsLeft(1).contains(0L))
  }

  test("pages name their lane, so that the offset of a place in the log is that of the lane") {
    val m = new Machine()
    assert(m.endpoints.map(_.named) == Vector(Some("main"), Some(Backfill)) && Endpoint.Only.named.isEmpty)
    val states = Map("main" -> Progress(Some("l")), Backfill -> Progress(Some("b")))
    val file = PolledFile("f", 10, "", Seq(PolledPage(3, 10, Some("before"), m.endpoints(0).named)))
    val manifest = Manifest(1, 0, 1, file, states)
    assert(manifest.offsetAt(1, "main").contains("before") && manifest.offsetAt(1, Backfill).contains("b"))
    assert(Endpoint.keysOf(Seq(Endpoint.Only)) == Set("main", Backfill), "a removed backfill keeps its progress")
  }
}
