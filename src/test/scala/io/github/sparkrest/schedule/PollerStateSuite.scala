// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError, RestException}
import io.github.sparkrest.pagelog.{Endpoint, PolledFile, PolledPage, Resumption}
import io.github.sparkrest.poll.{PollOutcome, PollReport, PollRequest}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.schedule.PollerCommand._
import org.scalatest.funsuite.AnyFunSuite

/** The decisions of the poller, event by event, without a thread or a clock. */
class PollerStateSuite extends AnyFunSuite {

  /** A state machine, and the time. */
  private class Machine(names: Seq[String], mustComplete: Boolean, options: (String, String)*) {
    protected def slowLimits: SlowLimits = SlowLimits(most = 1)
    private val isAlone = names.length == 1
    private val input = Map("url" -> "http://h/{n}?from={id}", "streaming" -> "true", "inputData" -> """[{"n":1}]""")
    private val base = Map("offsetField" -> "id", "offsetType" -> "incremental", "retryBackoff" -> "1") ++
      (if (isAlone) Map("url" -> "http://h/?from={id}") else input)
    val config: RestConfig = RestConfig.parse(base ++ options).fold(e => fail(e.text), identity)
    private val endpoints = if (isAlone) Seq(Endpoint.Only) else names.map(Endpoint(_))
    private val start = Resumption(Map.empty, None, fresh = true)
    val state = new PollerState(config, endpoints, start, mustComplete, slowLimits, 1000000, () => 0.5, 0)
    var now = 0L

    def step(event: PollerEvent): Vector[PollerCommand] = state.step(event, now)
    def look(unread: Long = 0): Vector[PollerCommand] = step(PollerEvent.Due(unread))

    /** Starts the job that must be due. */
    def started(): StartPolls = look().collectFirst { case s: StartPolls => s }.getOrElse(fail("no job started"))

    /** Finishes the job with a record for each poll, and a successful append. */
    def succeed(job: StartPolls): Vector[PollerCommand] = append(step(finished(job)(_ => record)))

    def append(commands: Vector[PollerCommand]): Vector[PollerCommand] = commands match {
      case before :+ Append(_, states) =>
        before ++ append(step(PollerEvent.Appended(states.map { case (e, s) => e.key -> s })))
      case other => other
    }
  }

  private def keys(job: StartPolls): Seq[String] = job.polls.map(_.endpoint.key)
  private def waitOf(commands: Seq[PollerCommand]): Option[WaitUntil] = commands.collectFirst { case w: WaitUntil => w }
  private def record(p: PollRequest): PollOutcome =
    PollOutcome(Progress(Some((p.state.offset.fold(0)(_.toInt) + 1).toString)), 1, 1, more = false, None, None, 1)
  private def nothing(p: PollRequest): PollOutcome = PollOutcome(p.state, 1, 0, more = false, None, None, 1)
  private def error(condition: Condition)(p: PollRequest): PollOutcome =
    PollOutcome(p.state, 1, 0, more = false, Some(RestError(condition, "no", "")), None, 1)
  private def back(p: PollRequest): PollOutcome = PollOutcome.handedBack(p.state, 2000)

  /** The report of all polls of a job, with a page for each poll that returned a record. */
  private def finished(job: StartPolls)(outcome: PollRequest => (PollRequest => PollOutcome)): PollerEvent = {
    val outcomes = job.polls.map(p => p -> outcome(p)(p))
    val pages = outcomes.collect { case (p, o) if o.records > 0 => PolledPage(o.records, 10, None, Some(p.endpoint.key)) }
    val file = if (pages.isEmpty) None else Some(PolledFile("f", 10, "", pages))
    PollerEvent.Finished(job.id, Seq(PollReport(outcomes.map { case (p, o) => p.endpoint.key -> o }, file)))
  }

  test("due endpoints are polled in one job, once at a time, and again after the interval") {
    val m = new Machine(Seq("a", "b"), mustComplete = false, "streamingInterval" -> "10")
    val job = m.started()
    assert(keys(job) == Seq("a", "b") && job.sharing)
    assert(!m.look().exists(_.isInstanceOf[StartPolls]), "both endpoints are in flight")
    m.now = 100
    assert(m.succeed(job).last == WakeQuery && m.state.status.newRecords == 2)
    assert(
      waitOf(m.look()).exists(w => w.moment == 150 && !w.heldBack),
      "the poller waits a little, to poll endpoints together"
    )
    m.now = 150
    assert(waitOf(m.look()).exists(_.moment == 10099))
    m.now = 10099
    assert(m.started().polls.forall(_.state == Progress(Some("1"))))
  }

  test("the states are noted before the job starts") {
    val m = new Machine(Seq("main"), mustComplete = false, "streamingInterval" -> "10")
    val commands = m.look()
    assert(commands.indexWhere(_.isInstanceOf[NoteState]) < commands.indexWhere(_.isInstanceOf[StartPolls]))
    assert(commands.collect { case n: NoteState => n.states.keySet } == Vector(Set("main")))
  }

  test("a poll counts only after its manifest is appended") {
    val m = new Machine(Seq("a", "b"), mustComplete = false)
    val job = m.started()
    val commands = m.step(finished(job)(_ => record))
    assert(commands.last.isInstanceOf[Append] && m.state.status.requests == 0)
    m.append(commands)
    assert(m.state.status.requests == 2)
  }

  test("if an older run has taken a manifest's number, neither later reports of the job nor a concurrent job count") {
    val m = new Machine(Seq("a", "b", "c"), mustComplete = false, "streamingInterval" -> "0")
    val first = m.started()
    m.append(m.step(finished(first)(p => if (p.endpoint.key == "c") back else record)))
    val slow = m.started()
    assert(slow.lane == Lane.Slow && keys(slow) == Seq("c"))
    m.now = 1000
    val fast = m.started()
    val reports = fast.polls.map { p =>
      val page = PolledPage(1, 10, None, Some(p.endpoint.key))
      PollReport(Vector(p.endpoint.key -> record(p)), Some(PolledFile("f", 10, "", Seq(page))))
    }
    assert(m.step(PollerEvent.Finished(fast.id, reports)).last.isInstanceOf[Append])
    val requests = m.state.status.requests
    val after = m.step(PollerEvent.Appended(Map("b" -> Progress(Some("7")))))
    assert(!after.exists(_.isInstanceOf[Append]) && m.state.status.requests == requests)
    assert(!m.step(finished(slow)(_ => record)).exists(_.isInstanceOf[Append]))
    m.now = 2000
    val next = m.started().polls ++ m.started().polls
    assert(next.map(p => p.endpoint.key -> p.state.offset).toMap == Map("a" -> Some("1"), "b" -> Some("7"), "c" -> None))
  }

  test("a poll that is handed back moves to the slow lane, and then to a separate job, while other polls continue") {
    val m = new Machine(Seq("a", "b", "c"), mustComplete = false, "streamingInterval" -> "0")
    m.append(m.step(finished(m.started())(p => if (p.endpoint.key == "a") record else back)))
    val slow = m.started()
    assert(slow.lane == Lane.Slow && keys(slow) == Seq("b", "c") && !slow.sharing)
    assert(slow.polls.forall(_.limits.patienceMs == SlowLimits.PatienceMillis))
    m.now = 1000
    val fast = m.started()
    assert(fast.lane == Lane.Fast && keys(fast) == Seq("a"))
    m.append(m.step(finished(slow)(_ => back)))
    val stuck = m.started()
    assert(stuck.lane == Lane.Stuck && keys(stuck) == Seq("b") && stuck.polls.head.limits.patienceMs == Long.MaxValue)
    assert(!m.look().exists(_.isInstanceOf[StartPolls]), "only one such job may run here")
    m.succeed(stuck)
    assert(keys(m.started()) == Seq("c"))
  }

  test("an endpoint is polled once at a time, even if a second job for stuck endpoints could start") {
    val m = new Machine(Seq("a", "b"), mustComplete = false, "streamingInterval" -> "0") {
      override protected def slowLimits: SlowLimits = SlowLimits(most = 2)
    }
    m.append(m.step(finished(m.started())(p => if (p.endpoint.key == "a") record else back)))
    m.step(finished(m.started())(_ => back))
    assert(m.started().lane == Lane.Stuck)
    m.now = 1000
    assert(keys(m.started()) == Seq("a"))
    assert(!m.look().exists(_.isInstanceOf[StartPolls]))
  }

  test("any exception of a job ends the poller") {
    val m = new Machine(Seq("a", "b"), mustComplete = false)
    val cause = new OutOfMemoryError("x")
    assert(m.step(PollerEvent.Failed(m.started().id, cause)) == Vector(Fail(cause)))
  }

  test("without room in the log no job starts, and the query is woken") {
    val m = new Machine(Seq("main"), mustComplete = false)
    val commands = m.look(unread = m.config.maxBufferedBytes)
    assert(commands.takeRight(2) == Vector(WakeQuery, AwaitRoom) && !commands.exists(_.isInstanceOf[StartPolls]))
    assert(m.started().polls.length == 1)
  }

  test("an error is retried with backoff, then the poll fails, and the next poll follows after the interval") {
    val m = new Machine(Seq("main"), mustComplete = false, "maxRetries" -> "1", "streamingInterval" -> "10")
    m.step(finished(m.started())(_ => error(Condition.ApiError)))
    assert(waitOf(m.look()).exists(_.moment == 500) && m.state.status.failedPolls == 0)
    m.now = 500
    m.step(finished(m.started())(_ => error(Condition.ApiError)))
    assert(m.state.status.failedPolls == 1 && waitOf(m.look()).exists(_.moment == 9999))
  }

  test("a refusal of the first poll ends the query, but with many endpoints only if all are refused") {
    val one = new Machine(Seq("main"), mustComplete = false)
    val ended = one.step(finished(one.started())(_ => error(Condition.ApiRefused)))
    assert(ended.exists { case Fail(e: RestException) => e.error.condition == Condition.ApiRefused; case _ => false })
    val two = new Machine(Seq("a", "b"), mustComplete = false)
    val job = two.started()
    val commands =
      two.append(two.step(finished(job)(p => if (p.endpoint.key == "a") record else error(Condition.ApiRefused))))
    assert(!commands.exists(_.isInstanceOf[Fail]) && two.state.status.failing == 1)
  }

  test("AvailableNow: the run is complete when no endpoint has more records, after the states are noted") {
    val m = new Machine(Seq("a", "b"), mustComplete = true, "maxRequestRate" -> "10/s")
    val commands = m.step(finished(m.started())(p => if (p.endpoint.key == "a") back else nothing))
    assert(!commands.contains(Complete))
    val last = m.step(finished(m.started())(_ => nothing))
    assert(last.indexWhere(_.isInstanceOf[NoteState]) < last.indexOf(Complete) && last.contains(Complete))
  }

  test("AvailableNow: a failure ends the run, after the states are noted") {
    val m = new Machine(Seq("main"), mustComplete = true, "maxRetries" -> "0", "maxRequestRate" -> "10/s")
    val commands = m.step(finished(m.started())(_ => error(Condition.ApiError)))
    assert(commands.last.isInstanceOf[Fail] && commands.exists(_.isInstanceOf[NoteState]))
  }

  test("maxRequestsPerTrigger counts the requests that running jobs may still make") {
    val names = (1 to 5).map(n => s"e$n")
    val m = new Machine(names, mustComplete = true, "maxRequestsPerTrigger" -> "3", "streamingInterval" -> "0")
    val fast = m.started()
    assert(keys(fast) == names.take(3) && fast.polls.forall(_.limits.maxRequests == 1))
    assert(!m.look().exists(_.isInstanceOf[StartPolls]))
    assert(m.succeed(fast).contains(Complete))
  }

  test("a used-up rate delays polls, and is logged once and noted") {
    val m = new Machine(Seq("main"), mustComplete = false, "maxRequestRate" -> "2/h", "streamingInterval" -> "0")
    val job = m.started()
    assert(job.polls.head.limits.mostSent == 2)
    assert(waitOf(m.look()).exists(!_.heldBack), "the job holds the tokens")
    val report = PollReport(job.polls.map(p => p.endpoint.key -> nothing(p)), None, requestAges = Seq(30L, 10L))
    m.now = 1000
    m.step(PollerEvent.Finished(job.id, Seq(report)))
    val held = m.look()
    // The requests ended at 971 and 991, rounded up to a thousandth of the window.
    assert(waitOf(held).contains(WaitUntil(3600 + 3600001, heldBack = true)))
    assert(held.exists(_.isInstanceOf[NoteState]) && held.exists(_.isInstanceOf[Info]))
    assert(m.look().forall(_.isInstanceOf[WaitUntil]), "logged once")
  }

  test("the same events give the same commands") {
    def run() = {
      val m = new Machine(Seq("a", "b"), mustComplete = false, "maxRequestRate" -> "3/s")
      val job = m.started()
      (job, m.succeed(job), m.look())
    }
    assert(run() == run())
  }
}
