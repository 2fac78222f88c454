// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestException}
import io.github.sparkrest.http.Clock
import io.github.sparkrest.pagelog.{Endpoint, Resumption}
import io.github.sparkrest.poll.{PollOutcome, PollReport, PollRequest}
import org.scalatest.concurrent.Eventually
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.time.{Millis, Seconds, Span}

/** The query learns of every end of the poller's thread. */
class PollerEndsSuite extends AnyFunSuite with Eventually {
  implicit override val patienceConfig: PatienceConfig = PatienceConfig(Span(20, Seconds), Span(10, Millis))

  private val config = RestConfig
    .parse(
      Map(
        "url" -> "http://h/{n}?from={id}",
        "offsetField" -> "id",
        "offsetType" -> "incremental",
        "streaming" -> "true",
        "streamingInterval" -> "0.02",
        "inputData" -> """[{"n":1}]"""
      )
    )
    .fold(e => fail(e.text), identity)

  /** Returns no records, unless `act` returns reports. */
  private class Tasks(act: (Seq[PollRequest], Boolean) => Option[Seq[PollReport]]) extends PollRunner {
    def run(polls: Seq[PollRequest], sharing: Boolean): Seq[PollReport] = act(polls, sharing).getOrElse(
      Seq(
        PollReport(
          polls.map(p => p.endpoint.key -> PollOutcome(p.state, 1, 0, more = false, None, None, 1)).toVector,
          None
        )
      )
    )
  }

  @volatile private var journal = new RecordingSink

  private def running(tasks: Tasks)(test: (Poller, Thread) => Any): Unit = {
    journal = new RecordingSink
    val start = Resumption(Map.empty, None, fresh = true)
    val endpoints = Seq("a", "b").map(Endpoint(_))
    val poller = new Poller(
      config,
      endpoints,
      journal,
      start,
      mustComplete = false,
      tasks,
      Clock.System,
      sweepMillis = 1
    )
    val thread = new Thread(poller)
    thread.start()
    try { test(poller, thread); () }
    finally {
      poller.stop()
      thread.interrupt()
      thread.join(20000)
      assert(!thread.isAlive)
    }
  }

  private val fatal = Seq[() => Throwable](
    () => new OutOfMemoryError("no heap"),
    () => new StackOverflowError,
    () => new InterruptedException("not by stop"),
    () => new NoClassDefFoundError("x")
  )

  fatal.foreach { error =>
    test(s"${error().getClass.getSimpleName} ends the poller with a failure") {
      running(new Tasks((_, _) => throw error())) { (poller, thread) =>
        eventually(assert(!thread.isAlive && poller.failure.exists(_.getClass == error().getClass)))
        val seen = PollerFailure.of(poller, thread.isAlive)
        assert(seen.exists(_.error.condition == Condition.PollerStopped))
      }
    }

    test(s"${error().getClass.getSimpleName} in the thread of slow endpoints ends the poller with a failure") {
      val tasks = new Tasks((polls, sharing) =>
        if (!sharing) throw error()
        else
          Some(
            Seq(
              PollReport(polls.map(p => p.endpoint.key -> PollOutcome.handedBack(p.state, 2000)).toVector, None)
            )
          )
      )
      running(tasks) { (poller, thread) =>
        eventually(assert(!thread.isAlive && poller.failure.exists(_.getClass == error().getClass)))
      }
    }
  }

  test("an interrupt without stop() is a failure, and stop() is not a failure") {
    running(new Tasks((_, _) => None)) { (poller, thread) =>
      eventually(assert(poller.status.polls > 0))
      thread.interrupt()
      eventually(assert(!thread.isAlive && poller.failure.exists(_.isInstanceOf[InterruptedException])))
    }
    running(new Tasks((_, _) => None)) { (poller, thread) =>
      eventually(assert(poller.status.polls > 0))
      poller.stop()
      thread.interrupt()
      eventually(assert(!thread.isAlive))
      assert(poller.failure.isEmpty)
    }
  }

  test("a thread that ends without a failure before the data is complete is a failure") {
    running(new Tasks((_, _) => None)) { (poller, thread) =>
      assert(PollerFailure.of(poller, thread.isAlive).isEmpty)
      poller.stop()
      thread.interrupt()
      thread.join(20000)
      val e: Option[RestException] = PollerFailure.of(poller, thread.isAlive)
      assert(e.exists(_.error.condition == Condition.PollerStopped))
      poller.complete = true
      assert(PollerFailure.of(poller, thread.isAlive).isEmpty)
    }
  }

  test("pages of lost attempts are swept regularly, but never while a job runs") {
    @volatile var isSlow = false
    @volatile var isBlocked = false
    val tasks = new Tasks((polls, sharing) =>
      if (!isSlow) None
      else if (sharing) {
        val back = polls.map(p => p.endpoint.key -> PollOutcome.handedBack(p.state, 2000))
        Some(Seq(PollReport(back.toVector, None)))
      } else {
        isBlocked = true
        while (isSlow) Thread.sleep(5)
        None
      }
    )
    running(tasks) { (poller, _) =>
      eventually(assert(journal.sweeps > 2))
      isSlow = true
      eventually(assert(isBlocked))
      val before = journal.sweeps
      Thread.sleep(300)
      assert(journal.sweeps == before && poller.failure.isEmpty)
      isSlow = false
      eventually(assert(journal.sweeps > before))
    }
  }
}
