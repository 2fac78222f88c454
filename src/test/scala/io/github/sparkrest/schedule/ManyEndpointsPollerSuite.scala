// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import scala.collection.mutable

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.Clock
import io.github.sparkrest.pagelog.format.PacingState
import io.github.sparkrest.pagelog.{Endpoint, PollSink, PolledFile, PolledPage, Resumption}
import io.github.sparkrest.poll.{PollOutcome, PollReport, PollRequest}
import io.github.sparkrest.progress.Progress
import org.scalatest.concurrent.Eventually
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.time.{Millis, Seconds, Span}

/** Which endpoints the poller polls together, and when. The test sets the results of the tasks. */
class ManyEndpointsPollerSuite extends AnyFunSuite with Eventually {
  implicit override val patienceConfig: PatienceConfig = PatienceConfig(Span(30, Seconds), Span(10, Millis))

  private val names = Vector("a", "b", "c")
  private def state(offset: Int) = Progress(Some(offset.toString))

  /** Each poll returns one record and moves the offset by one. */
  private class Api extends PollRunner {
    private val asked = mutable.ArrayBuffer.empty[(String, Option[String], Boolean)]
    @volatile var slow = Set.empty[String]
    @volatile var handedBack = Set.empty[String]
    @volatile var unasked = Set.empty[String]
    @volatile var filesFor: Seq[PollRequest] => Seq[Seq[PollRequest]] = Seq(_)

    def polls: Seq[(String, Option[String], Boolean)] = synchronized(asked.toVector)

    def run(polls: Seq[PollRequest], sharing: Boolean): Seq[PollReport] = {
      synchronized(asked ++= polls.map(p => (p.endpoint.key, p.state.offset, sharing)))
      val began = System.nanoTime
      def patient = (System.nanoTime - began) / 1000000 < polls.map(_.limits.patienceMs).min
      if (!sharing) while (polls.exists(p => slow(p.endpoint.key)) && patient) Thread.sleep(5)
      filesFor(polls.filterNot(p => unasked(p.endpoint.key))).map { group =>
        val (back, done) = group.partition(p => if (sharing) handedBack(p.endpoint.key) else slow(p.endpoint.key))
        val file = PolledFile("f", 10, "", done.map(p => PolledPage(1, 10, p.state.offset, Some(p.endpoint.key))))
        PollReport(
          (done.map { p =>
            val next = Progress(Some((p.state.offset.fold(0)(_.toInt) + 1).toString))
            p.endpoint.key -> PollOutcome(next, 1, 1, more = false, None, None, 1)
          } ++ back.map(p => p.endpoint.key -> PollOutcome.handedBack(p.state, 2000))).toVector,
          if (done.isEmpty) None else Some(file)
        )
      }
    }
  }

  /** Records the states that counted. `inTheWay` is the manifest of an older run, which takes the place of one append. */
  private class Journal extends PollSink {
    @volatile var appended = Vector.empty[Map[String, Progress]]
    @volatile var inTheWay: Option[Map[String, Progress]] = None
    def append(file: PolledFile, states: Map[Endpoint, Progress]): Map[String, Progress] = synchronized {
      val standing = inTheWay.getOrElse(states.map { case (e, s) => e.key -> s })
      inTheWay = None
      appended :+= standing
      standing
    }
    def noteBeforePoll(nowMs: Long, states: Map[String, Progress], pace: PacingState): Unit = ()
    def unreadBytes: Long = 0
    def awaitTaken(): Unit = Thread.sleep(1)
    def pollerChanged(): Unit = ()
  }

  private def running(interval: String, journal: Journal, api: Api, options: (String, String)*)(test: => Any): Unit =
    running(interval, journal, api, SlowLimits(), options: _*)(test)

  private def running(interval: String, journal: Journal, api: Api, slow: SlowLimits, options: (String, String)*)(
      test: => Any
  ): Unit = {
    val config = RestConfig
      .parse(
        Map(
          "url" -> "http://h/{n}?from={id}",
          "offsetField" -> "id",
          "offsetType" -> "incremental",
          "streaming" -> "true"
        ) ++
          Map("inputData" -> """[{"n":1}]""", "streamingInterval" -> interval) ++ options
      )
      .fold(e => fail(e.text), identity)
    val start = Resumption(Map.empty, None, fresh = true)
    val poller =
      new Poller(config, names.map(Endpoint(_)), journal, start, mustComplete = false, api, Clock.System, slow)
    val thread = new Thread(poller)
    thread.start()
    try { test; poller.failure.foreach(throw _) }
    finally {
      thread.interrupt()
      thread.join()
    }
  }

  test("an endpoint that is handed back is polled separately with its old state, and delays no other endpoint") {
    val api = new Api
    val journal = new Journal
    api.handedBack = Set("b")
    api.slow = Set("b")
    running("0.02", journal, api) {
      eventually(assert(api.polls.contains(("b", None, false))))
      val before = api.polls.count(_._1 == "a")
      eventually(assert(api.polls.count(_._1 == "a") > before + 3))
      assert(api.polls.count(_._1 == "b") == 2, "an endpoint is polled once at a time")
      api.slow = Set.empty
      api.handedBack = Set.empty
      eventually(assert(api.polls.contains(("b", Some("1"), true)), "a quick endpoint is polled with the others again"))
    }
    names.foreach { n =>
      val counted = journal.appended.flatMap(_.get(n).flatMap(_.offset)).map(_.toInt)
      assert(counted == (1 to counted.length), s"$n: a state is missing, repeated or out of order")
    }
  }

  Seq(Set("b"), Set("b", "c")).foreach { trickling =>
    test(s"slow endpoints do not wait for ${trickling.size} endless polls") {
      val api = new Api
      val journal = new Journal
      api.handedBack = names.toSet
      api.slow = trickling
      running("0.02", journal, api, SlowLimits(most = 1, patienceMs = 40)) {
        eventually(assert(trickling.forall(n => api.polls.count(p => p._1 == n && !p._3) >= 1)))
        val before = journal.appended.count(_.contains("a"))
        eventually(assert(journal.appended.count(_.contains("a")) > before + 3))
        assert(trickling.forall(n => journal.appended.forall(!_.contains(n))))
        api.slow = Set.empty
        eventually(assert(trickling.forall(n => journal.appended.exists(_.contains(n)))))
      }
      names.foreach { n =>
        val counted = journal.appended.flatMap(_.get(n).flatMap(_.offset)).map(_.toInt)
        assert(counted == (1 to counted.length), s"$n: a state is missing, repeated or out of order")
      }
    }
  }

  test("endpoints that hang leave tokens of maxRequestRate to the other endpoints") {
    val api = new Api
    api.handedBack = Set("a", "b")
    api.slow = Set("a", "b")
    running("0.02", new Journal, api, "maxRequestRate" -> "2/h") {
      eventually(assert(api.polls.exists(!_._3)))
      val before = api.polls.count(_._1 == "c")
      eventually(assert(api.polls.count(_._1 == "c") > before + 3))
      assert(api.polls.count(!_._3) == 1, "only one slow endpoint is polled at a time")
      api.slow = Set.empty
    }
  }

  test("an endpoint that no task polled stays due, and its state does not change") {
    val api = new Api
    val journal = new Journal
    api.unasked = Set("c")
    running("3600", journal, api) {
      eventually(assert(api.polls.count(_._1 == "c") > 3))
      assert(api.polls.count(_._1 == "a") == 1)
      api.unasked = Set.empty
      eventually(assert(journal.appended.exists(_.contains("c"))))
    }
  }

  test("polls do not count if their states are older than the manifest of another run") {
    val api = new Api
    val journal = new Journal
    api.filesFor = _.map(Seq(_))
    // This manifest takes the place of the first file, the file of a. It has a newer state of b than this run's poll used.
    journal.inTheWay = Some(Map("b" -> state(7)))
    running("0.02", journal, api) {
      eventually(assert(journal.appended.count(_.contains("b")) > 3))
    }
    assert(journal.appended.flatMap(_.get("b")).take(3) == Vector(state(7), state(8), state(9)))
    assert(
      journal.appended.flatMap(_.get("a")).take(2) == Vector(state(1), state(2)),
      "a is polled again from the beginning"
    )
  }
}
