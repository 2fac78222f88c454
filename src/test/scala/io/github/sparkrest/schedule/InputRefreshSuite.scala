// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.pagelog.{Endpoint, PolledFile, PolledPage, Resumption}
import io.github.sparkrest.poll.{PollOutcome, PollReport}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.schedule.PollerCommand._
import org.scalatest.funsuite.AnyFunSuite

/** Endpoints that come and go while a stream runs (`inputRefresh`). */
class InputRefreshSuite extends AnyFunSuite {

  private class Machine(
      all: Seq[Endpoint],
      start: Resumption,
      mustComplete: Boolean = false,
      more: Map[String, String] = Map.empty,
      begin: Long = 0
  ) {
    private val options = Map(
      "url" -> "http://h/{n}?from={id}",
      "streaming" -> "true",
      "input" -> "parents",
      "inputRefresh" -> "60",
      "offsetField" -> "id",
      "offsetType" -> "incremental",
      "streamingInterval" -> "10"
    ) ++ more
    private val config = RestConfig.parse(options, viewColumns = Seq("n")).fold(e => fail(e.text), identity)
    private val state =
      new PollerState(config, all, start, mustComplete, SlowLimits(), 1000000, () => 0.5, begin)
    var now = begin

    def step(event: PollerEvent): Vector[PollerCommand] = state.step(event, now)
    def count: Int = state.endpointCount

    /** At this time, the poller does this. */
    def at(ms: Long): Vector[PollerCommand] = { now = ms; step(PollerEvent.Due(0)) }

    /** The input has these endpoints now. */
    def read(all: Endpoint*): Vector[PollerCommand] = step(PollerEvent.InputRead(all.toVector))

    /** Each poll of the job finds one record.
      *
      * @param more the API has further records
      */
    def succeed(job: StartPolls, more: Boolean = false, unreadMs: Long = 0): Unit = {
      finish(job, more, unreadMs)
      ()
    }

    def finish(job: StartPolls, more: Boolean = false, unreadMs: Long = 0): Vector[PollerCommand] = {
      val outcomes = job.polls.map { p =>
        val next = Progress(Some((p.state.offset.fold(0)(_.toInt) + 1).toString))
        p.endpoint.key -> PollOutcome(next, 1, 1, more, None, None, 1, unreadMs = Some(unreadMs))
      }
      val file = PolledFile("f", 10, "", outcomes.map { case (key, _) => PolledPage(1, 10, None, Some(key)) })
      step(PollerEvent.Finished(job.id, Seq(PollReport(outcomes, Some(file))))) match {
        case _ :+ Append(_, states) => step(PollerEvent.Appended(states.map { case (e, s) => e.key -> s }))
        case other                  => fail(s"no manifest: $other")
      }
    }
  }

  private def rows(names: String*): Seq[Endpoint] = names.map(Endpoint(_))
  private def row(name: String, version: String): Endpoint = Endpoint(name, version = Some(version))
  private val fresh = Resumption(Map.empty, None, fresh = true)
  private def job(commands: Vector[PollerCommand]): StartPolls =
    commands.collectFirst { case s: StartPolls => s }.getOrElse(fail(s"no job: $commands"))
  private def polled(commands: Vector[PollerCommand]): Map[String, Option[String]] =
    job(commands).polls.map(p => p.endpoint.key -> p.state.offset).toMap

  test("a new row is polled at once, a row that is gone no more, and a row that comes back continues") {
    val m = new Machine(rows("a", "b"), fresh)
    m.succeed(job(m.at(0)))
    val first = m.at(60000)
    assert(first.head == ReadInput)
    m.succeed(job(first))
    assert(!m.at(60001).contains(ReadInput), "the input is read once at a time")
    val changed = m.read(rows("b", "c"): _*)
    assert(changed.collect { case Info(text) => text } == Vector("the input has 2 endpoints now, 1 of them new"))
    val next = m.at(70100)
    assert(polled(next) == Map("b" -> Some("2"), "c" -> None) && m.count == 2)
    m.succeed(job(next))
    val last = m.at(120050)
    assert(last.contains(ReadInput))
    m.succeed(job(last))
    m.read(rows("a", "b", "c"): _*)
    assert(polled(m.at(130200)) == Map("a" -> Some("2"), "b" -> Some("4"), "c" -> Some("2")) && m.count == 3)
  }

  test("a poll that returns after its row is gone counts") {
    val m = new Machine(rows("a"), fresh)
    val flying = job(m.at(0))
    assert(m.at(60000).contains(ReadInput))
    m.read()
    m.succeed(flying)
    assert(m.count == 0 && m.at(60500).forall(!_.isInstanceOf[StartPolls]))
    m.at(130000)
    m.read(rows("a"): _*)
    assert(polled(m.at(130100)) == Map("a" -> Some("1")))
  }

  test("an endpoint of an earlier run continues when its row comes back") {
    val m =
      new Machine(rows("a"), Resumption(Map("z" -> Progress(Some("7"))), Some(0), fresh = false, unlogged = Set("z")))
    m.succeed(job(m.at(60000)))
    m.read(rows("a", "z"): _*)
    assert(polled(m.at(70100)).get("z").contains(Some("7")))
  }

  test("an input that cannot be read leaves the endpoints as they are, and is read again later") {
    val m = new Machine(rows("a"), fresh)
    m.at(60000)
    val warned = m.step(PollerEvent.Failed(PollerEvent.InputJob, new IllegalStateException("no table")))
    assert(warned.collect { case Warn(text) => text }.exists(_.contains("no table")) && m.count == 1)
    assert(!m.at(60001).contains(ReadInput) && m.at(120000).contains(ReadInput))
  }

  test("an empty input waits for rows, and completes AvailableNow, which reads the input once") {
    val m = new Machine(Nil, fresh)
    assert(m.at(0).collect { case w: WaitUntil => w.moment } == Vector(60000L))
    m.at(60000)
    m.read(rows("a"): _*)
    assert(polled(m.at(60100)) == Map("a" -> None))
    val once = new Machine(Nil, fresh, mustComplete = true)
    assert(once.at(0).contains(Complete))
    val now = new Machine(rows("a"), fresh, mustComplete = true)
    assert(!now.at(100000).contains(ReadInput))
  }

  test("with inputVersion an endpoint is polled only after its version changed") {
    val m = new Machine(Seq(row("a", "1"), row("b", "1")), fresh)
    m.succeed(job(m.at(0)))
    assert(m.at(60000).forall(!_.isInstanceOf[StartPolls]), "nothing changed, so no request")
    m.read(row("a", "2"), row("b", "1"))
    assert(polled(m.at(60100)) == Map("a" -> Some("1")))
  }

  test("a version that changes during a poll means another poll") {
    val m = new Machine(Seq(row("a", "1")), fresh)
    val flying = job(m.at(0))
    m.at(60000)
    m.read(row("a", "2"))
    m.succeed(flying)
    assert(polled(m.at(70100)) == Map("a" -> Some("1")))
  }

  test("with lag, an endpoint is polled until a poll began lag after its version was seen") {
    val m = new Machine(Seq(row("a", "1")), fresh)
    Seq(0L, 20000L, 40000L).foreach(at => m.succeed(job(m.at(at)), unreadMs = 30000))
    assert(m.at(59000).forall(!_.isInstanceOf[StartPolls]), "the poll at 40 s has read everything of version 1")
    m.at(60000)
    m.read(row("a", "2"))
    m.succeed(job(m.at(60100)), unreadMs = 30000)
    m.now = 65000
    m.read(row("a", "2"))
    Seq(80000L, 91000L).foreach(at => m.succeed(job(m.at(at)), unreadMs = 30000))
    assert(m.at(110000).forall(!_.isInstanceOf[StartPolls]), "another reading of the same version changes nothing")
  }

  test("a poll whose result arrives late has read as little of a version as one whose result arrives at once") {
    val m = new Machine(Seq(row("a", "1")), fresh)
    val early = job(m.at(0))
    m.now = 31000
    m.succeed(early, unreadMs = 30000)
    m.succeed(job(m.at(42000)), unreadMs = 30000)
    assert(m.at(59000).forall(!_.isInstanceOf[StartPolls]), "the poll at 42 s has read everything of version 1")
  }

  test("a version is not read without a response") {
    def polls(unreadMs: Option[Long]) = {
      val m = new Machine(Seq(row("a", "1")), fresh)
      (0 to 4).count { n =>
        m.at(n * 10000L + 1).collectFirst { case s: StartPolls => s }.exists { flying =>
          val outcome = PollOutcome(Progress(Some("1")), 1, 0, more = false, None, None, 1, unreadMs = unreadMs)
          m.step(PollerEvent.Finished(flying.id, Seq(PollReport(Vector("a" -> outcome), None))))
          true
        }
      }
    }
    assert(polls(None) == 5 && polls(Some(25000)) == 4 && polls(Some(0)) == 1)
  }

  test("a record that is missing is looked for again, although the version stays") {
    val m = new Machine(Seq(row("a", "1")), fresh)
    def poll(at: Long, awaits: Boolean): Unit = {
      val flying = job(m.at(at))
      val outcome = PollOutcome(Progress(None), 1, 1, more = false, None, None, 1, awaits = awaits)
      m.step(PollerEvent.Finished(flying.id, Seq(PollReport(Vector("a" -> outcome), None))))
      ()
    }
    poll(0, awaits = true)
    poll(20000, awaits = false)
    assert(m.at(59000).forall(!_.isInstanceOf[StartPolls]))
  }

  test("an endpoint with more records, or a failed poll, is polled again with the same version") {
    val m = new Machine(Seq(row("a", "1")), fresh)
    m.succeed(job(m.at(0)), more = true)
    val second = job(m.at(20000))
    val failed = PollOutcome.failed(second.polls.head.state, RestError(Condition.ApiRefused, "no", ""))
    m.step(PollerEvent.Finished(second.id, Seq(PollReport(Vector("a" -> failed), None))))
    m.succeed(job(m.at(40000)))
    assert(m.at(80000).forall(!_.isInstanceOf[StartPolls]))
  }

  test("the version survives a restart, and AvailableNow polls what changed") {
    val states = Map("a" -> Progress(Some("5"), inputVersion = Some("1")), "b" -> Progress(Some("7")))
    val json = Progress.encoder(states("a")).noSpaces
    assert(io.circe.parser.decode[Progress](json) == Right(states("a")))
    val restarted = Resumption(states, Some(0), fresh = false)
    val m = new Machine(Seq(row("a", "1"), row("b", "1")), restarted, mustComplete = true)
    val only = m.at(60000)
    assert(polled(only) == Map("b" -> Some("7")))
    assert(m.finish(job(only)).contains(Complete))
    assert(new Machine(Seq(row("a", "1")), restarted, mustComplete = true).at(0).contains(Complete))
  }

  test("AvailableNow polls an unchanged row twice at most, although each run ends before the row is old enough") {
    def run(states: Map[String, Progress], at: Long) = {
      val m = new Machine(
        Seq(row("a", "1")),
        Resumption(states, None, fresh = states.isEmpty),
        mustComplete = true,
        begin = at
      )
      m.at(at).collectFirst { case s: StartPolls => s }.map { poll =>
        val next = Progress(Some("5"))
        val outcome = PollOutcome(next, 1, 1, more = false, None, None, 1, unreadMs = Some(30000))
        val file = PolledFile("f", 10, "", Vector(PolledPage(1, 10, None, Some("a"))))
        m.step(PollerEvent.Finished(poll.id, Seq(PollReport(Vector("a" -> outcome), Some(file))))).collectFirst {
          case Append(_, after) => after.map { case (e, s) => e.key -> s }
        }
      }
    }
    val first = run(Map.empty, 0).flatten.getOrElse(fail("no poll"))
    val json = Progress.encoder(first("a")).noSpaces
    assert(io.circe.parser.decode[Progress](json) == Right(first("a")))
    val second = run(first, 3600000).flatten.getOrElse(fail("no second poll"))
    assert(first("a").inputVersion.isEmpty && second("a").inputVersion.contains("1"))
    assert(run(second, 7200000).isEmpty)
    val early = run(first, 31000).flatten.getOrElse(fail("no early poll"))
    assert(early("a").inputVersion.isEmpty, "the clock of the first run may have been behind")
  }

  test("a row that is gone for endpointRetention begins again") {
    val m = new Machine(rows("a", "b"), fresh, more = Map("endpointRetention" -> "100"))
    def refreshed(ms: Long, names: String*): Vector[PollerCommand] = {
      m.at(ms).collect { case s: StartPolls => m.succeed(s) }
      m.read(rows(names: _*): _*)
    }
    m.succeed(job(m.at(0)))
    assert(refreshed(60000, "b").contains(NoteLeft(Map("a" -> 60000L), Set.empty)))
    assert(refreshed(120000, "b").forall(!_.isInstanceOf[NoteLeft]), "nothing changed")
    val dropped = refreshed(180000, "b")
    assert(dropped.contains(NoteLeft(Map.empty, Set("a"))))
    assert(dropped.collect { case Info(text) => text }.exists(_.contains("dropped the progress of 1 endpoints")))
    refreshed(240000, "a", "b")
    val again = m.at(250100)
    assert(polled(again).get("a").contains(None))
    m.succeed(job(again))
    refreshed(300200, "b")
    assert(refreshed(360300, "a", "b").contains(NoteLeft(Map.empty, Set.empty)))
    assert(polled(m.at(370400)).get("a").contains(Some("2")), "it was gone for a minute only")
  }

  test("endpoints that an earlier run missed are dropped in this run, and their noted states with them") {
    // The last one is of an endpoint that the input has.
    val earlier = Seq("z", "y", Endpoint.backfillKey("a")).map(_ -> Progress(Some("7"))).toMap
    val start =
      Resumption(earlier, Some(0), fresh = false, unlogged = Set("z", "y"), left = Map("z" -> -50000L, "y" -> 0L))
    val m = new Machine(rows("a"), start, more = Map("endpointRetention" -> "100"))
    m.succeed(job(m.at(60000)))
    assert(m.read(rows("a"): _*).contains(NoteLeft(Map("y" -> 0L), Set("z"))))
    m.succeed(job(m.at(120001)))
    assert(m.read(rows("a", "y"): _*).contains(NoteLeft(Map.empty, Set.empty)))
    val next = job(m.at(130100))
    assert(next.polls.map(_.endpoint.key).toSet == Set("a", "y"))
    m.succeed(next)
    m.succeed(job(m.at(180002)))
    m.read(rows("a", "y", "z"): _*)
    assert(polled(m.at(190100)).get("z").contains(None))
  }

  test("the memory for rows that come and go is bounded") {
    val config = RestConfig.parse(Map("url" -> "http://h")).fold(e => fail(e.text), identity)
    val rules = new io.github.sparkrest.poll.Schedule(config)
    val first = EndpointSchedules(Nil, fresh, rules, 0)
    val sizes = Iterator.iterate((first, 0)) { case (before, n) =>
      val changed = before.changedTo((1 to 10).map(i => Endpoint(s"$n-$i")), fresh, rules, n * 1000L)
      (changed.purged(n * 1000L, 5000)._1, n + 1)
    }
    assert(sizes.slice(100, 1000).forall { case (s, _) => s.all.length == 60 && s.left.size == 50 && s.active.size == 10 })
  }

  test("an endpoint that a job polls keeps its state until the job returns") {
    val m = new Machine(rows("a"), fresh, more = Map("endpointRetention" -> "10"))
    val flying = job(m.at(0))
    m.at(60000)
    m.read()
    m.at(120000)
    assert(m.read().forall(!_.isInstanceOf[NoteLeft]))
    m.succeed(flying)
    m.at(180000)
    assert(m.read().contains(NoteLeft(Map.empty, Set("a"))))
  }

  test("the records of a queue are acknowledged although its row is gone") {
    val acks = Some(io.github.sparkrest.progress.queue.PendingAcks("f", 3))
    val pending = Map("a" -> Progress(None, acks = acks))
    val m = new Machine(rows("a"), Resumption(pending, Some(0), fresh = false))
    m.step(PollerEvent.InputRead(Vector.empty))
    val acknowledging = job(m.at(60100))
    assert(acknowledging.polls.map(_.state.acks) == Vector(acks))
    val done = PollOutcome(Progress(None), 1, 0, more = false, None, None, 1)
    m.step(PollerEvent.Finished(acknowledging.id, Seq(PollReport(Vector("a" -> done), None))))
    assert(m.at(70200).forall(!_.isInstanceOf[StartPolls]), "it is not polled")
  }

  test("the version does not identify an endpoint") {
    val one = Endpoint.of("""{"id":1,"at":"x"}""", Set("id"), Some("at"))
    val two = Endpoint.of("""{"at":"y","id":1}""", Set("id"), Some("at"))
    assert(one.key == two.key && one.version.contains("x") && two.version.contains("y"))
    assert(one.key == Endpoint.of("""{"id":1}""", Set.empty).key && one.shown.contains("""{"id":1}"""))
  }

  test("inputRefresh belongs to streams with a view") {
    def problems(options: (String, String)*) =
      RestConfig.parse(Map("url" -> "http://h/{n}", "inputRefresh" -> "5") ++ options, Seq("n")).fold(_.text, _ => "")
    assert(problems().contains("inputRefresh: needs input"))
    assert(problems("inputData" -> """[{"n":1}]""", "streaming" -> "true").contains("the rows of inputData never change"))
    assert(problems("input" -> "v").contains("inputRefresh: belongs to streams"))
    assert(
      problems("input" -> "v", "streaming" -> "true", "inputVersion" -> "at").contains("the input has no column \"at\"")
    )
  }
}
