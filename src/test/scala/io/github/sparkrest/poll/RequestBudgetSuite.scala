// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import scala.collection.mutable
import scala.util.Random

import io.github.sparkrest.http.MeteredClient
import io.github.sparkrest.offset.EndpointState
import io.github.sparkrest.options.{RequestRate, RestConfig}
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

/** `maxRequestRate` as a server sees it, over slow and fast answers, lost tasks and crashes of the driver. */
class RequestBudgetSuite extends AnyFunSuite with ScalaCheckPropertyChecks {
  implicit override val generatorDrivenConfig: PropertyCheckConfiguration =
    PropertyCheckConfiguration(minSuccessful = 300)

  private val ten = RequestBudget(RequestRate(10, 1000), 10)

  test("a token is free again a window after its request was over") {
    val five = ten.spent(Seq(100, 200, 300, 400, 500), 600)
    assert(five.free(600) == 5 && five.nextFree(600) == 600)
    val full = five.spent(Seq.fill(5)(550), 600)
    assert(full.free(600) == 0 && full.nextFree(600) == 1101 && full.free(1100) == 0 && full.free(1101) == 1)
    assert(full.free(1551) == 10)
  }

  test("what was lost may go on for as long as a task asks") {
    val lost = ten.lost(10, 5000)
    assert(lost.free(5000) == 0 && lost.nextFree(5000) == 5000 + RequestBudget.LostMillis + 1000 + 1)
  }

  test("more were made than were granted: they count all the same") {
    val over = ten.spent((1L to 25L).map(_ + 100), 200)
    assert(over.free(200) == 0 && over.nextFree(200) == 116 + 1000 + 1)
  }

  test("for the checkpoint: at most a hundred entries or so, none of them earlier than it was") {
    val many = RequestBudget(RequestRate(100000, 3600000), 100000).spent((1L to 50000L).map(_ * 70), 3500000)
    val noted = many.noted(3500000)
    assert(noted.length <= 101 && noted.map(_._2).sum == 50000)
    assert(noted.forall(_._1 <= 3500000 + 36000))
    val back = RequestBudget(many.rate, 3, inferred = false, PaceNote(0, noted, 7), 3500000)
    assert(back.free(3500000) == 100000 - 50007)
  }

  test("a share is kept back for inference, if there was one; a clock that was set back stalls nothing for long") {
    def budget(n: Int, inferred: Boolean, note: PaceNote = PaceNote.Nothing) =
      RequestBudget(RequestRate(n, 1000), 3, inferred, note, 5000)
    assert(budget(100, inferred = false).free(5000) == 100 && budget(100, inferred = true).free(5000) == 94)
    assert(budget(2, inferred = true).free(5000) == 1 && budget(1, inferred = true).free(5000) == 1)
    assert(budget(1, inferred = false, PaceNote(0, Vector((99999999L, 1)))).nextFree(5000) <= 8001)
  }

  private def config(rate: RequestRate): RestConfig = RestConfig
    .parse(Map("url" -> "http://h", "maxRequestRate" -> s"${rate.count}/${rate.windowMs}ms"))
    .fold(e => fail(e.text), identity)

  private def report(ages: Seq[Long], repeated: Boolean, short: Boolean) = {
    val error = if (short) Some(MeteredClient.NoneLeft) else None
    PollReport(
      Vector("main" -> PollOutcome(EndpointState.Initial, ages.length, 0, more = true, error, None, 0)),
      None,
      ages,
      repeated
    )
  }

  test("a request that needs more than it got is handed back and gets more; if there is no more, it is a failure") {
    def after(rate: RequestRate): (Long, PollOutcome, Long) = {
      val throttle = new Throttle(config(rate), PaceNote.Nothing, inferred = false, 0L)
      val granted = throttle.grant(1, 0L)
      val sent = throttle.sendable(granted)
      val settled = throttle.settle(Seq(report(Seq(0L), repeated = false, short = true)), granted, 0L)
      (sent, settled.head.outcomes.head._2, throttle.sendable(1))
    }
    val (sent, again, next) = after(RequestRate(10, 1000))
    assert(sent == 1 && again.handedBack && again.error.isEmpty && next == 2)
    val (_, failed, same) = after(RequestRate(1, 1000))
    assert(!failed.handedBack && failed.error.contains(MeteredClient.NoneLeft) && same == 1)
  }

  /** A driver and its tasks, a server that writes down arrivals, and chance.
    *
    * @param hops of each request, at most
    */
  private class Simulated(rate: RequestRate, seed: Long, latency: Int, crashes: Int, hops: Int = 0) {
    private val random = new Random(seed)
    private val config = RequestBudgetSuite.this.config(rate)
    val arrivals = mutable.ArrayBuffer.empty[Long]
    var pages = 0
    private var now = 1000000L
    private var note = PaceNote.Nothing
    private var throttle = new Throttle(config, note, inferred = false, now)
    private def oneIn(n: Int) = n > 0 && random.nextInt(n) == 0

    /** A task of a process whose clock nobody knows.
      * @return when its requests were over, when it was, and whether a hop was not sent
      */
    private def task(granted: Long, begins: Long): (Seq[Long], Long, Boolean) = {
      var t = begins
      var short = false
      val over = mutable.ArrayBuffer.empty[Long]
      val most = throttle.sendable(granted)
      val wanted = if (oneIn(3)) random.nextInt(granted.toInt + 1).toLong else granted
      while (!short && over.length < wanted && t - begins < PollLimits.TaskMillis) {
        var left = 1 + random.nextInt(hops + 1)
        while (left > 0 && over.length < most) {
          val out = random.nextInt(latency + 1)
          arrivals += t + out
          t += out + random.nextInt(latency + 1)
          over += t
          left -= 1
        }
        if (left > 0) short = true else pages += 1
      }
      (over.toSeq, t, short)
    }

    def run(windows: Int): this.type = {
      val end = now + windows * rate.windowMs
      while (now < end) {
        val (ready, _) = throttle.ready(now)
        if (ready > now) now = ready
        else {
          val granted = throttle.grant(Long.MaxValue, now)
          note = throttle.note(now)
          val (over, ended, short) = task(granted, now + random.nextInt(10))
          if (oneIn(crashes)) {
            // Sooner or later than the task that it leaves behind.
            now += random.nextInt(200)
            throttle = new Throttle(config, note, inferred = false, now)
          } else if (oneIn(crashes)) {
            // Another attempt is begun while the first one still asks.
            now += random.nextInt(50)
            throttle.settle(Seq(report(Nil, repeated = true, short = false)), granted, now)
            ()
          } else {
            now = ended + random.nextInt(20)
            throttle.settle(Seq(report(over.map(ended - _), repeated = false, short)), granted, now)
            ()
          }
        }
      }
      this
    }

    def most: Int = {
      val sorted = arrivals.sorted
      sorted.indices
        .map { i =>
          val end = sorted.indexWhere(_ >= sorted(i) + rate.windowMs, i)
          (if (end < 0) sorted.length else end) - i
        }
        .foldLeft(0)(_ max _)
    }
  }

  private val rates = for { n <- Gen.choose(1, 120); w <- Gen.choose(1, 5000) } yield RequestRate(n, w.toLong)

  test("in no window arrive more requests than are allowed, whatever the latencies, crashes and lost tasks") {
    forAll(rates, Gen.choose(0L, Long.MaxValue), Gen.choose(0, 300), Gen.choose(0, 6)) {
      (rate, seed, latency, crashes) =>
        // A request under way when its driver died may take as long as it likes; here no longer than a task.
        val run = new Simulated(rate, seed, latency, crashes).run(4)
        assert(run.most <= rate.count)
    }
  }

  test("nor with redirects: hops of any number are granted before they are sent") {
    forAll(rates, Gen.choose(0L, Long.MaxValue), Gen.choose(0, 100), Gen.choose(0, 6), Gen.choose(1, 3)) {
      (rate, seed, latency, crashes, hops) =>
        assert(new Simulated(rate, seed, latency, crashes, hops).run(4).most <= rate.count)
    }
    val tight = new Simulated(RequestRate(4, 1000), 3, 5, 0, 3).run(20)
    assert(tight.most <= 4 && tight.pages >= 10, s"${tight.pages} pages")
  }

  test("95 of 100 requests are used in 3.6 s, with answers that take some milliseconds") {
    val rate = RequestRate(100, 3600)
    val run = new Simulated(rate, 7, 6, 0).run(30)
    val used = run.arrivals.count(_ < 1000000L + 29 * 3600) / 29.0
    assert(run.most <= 100 && used >= 95, s"$used")
  }
}
