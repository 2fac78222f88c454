// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import scala.collection.mutable
import scala.util.Random

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.client.MeteredClient
import io.github.sparkrest.options.values.MaxRate
import io.github.sparkrest.pagelog.format.PacingState
import io.github.sparkrest.poll.{PollOutcome, PollReport}
import io.github.sparkrest.progress.Progress
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

/** `maxRequestRate` as a server sees it, with slow and fast responses, lost tasks and crashes of the driver. */
class TokenLedgerSuite extends AnyFunSuite with ScalaCheckPropertyChecks {
  implicit override val generatorDrivenConfig: PropertyCheckConfiguration =
    PropertyCheckConfiguration(minSuccessful = 300)

  private val rate = MaxRate(10, 1000)
  private val ten = TokenLedger(rate, 3, inferred = false, PacingState.Nothing, 0L)

  /** The ledger after a task that got a token for each request. `over` are the times at which its requests ended. */
  private def spent(ledger: TokenLedger, over: Seq[Long], now: Long, lost: Boolean = false): TokenLedger = {
    val (taken, rest) = ledger.take(over.length)
    rest.giveBack(taken, if (lost) Nil else over, lost, now)
  }

  test("a token is free again one window after its request ended") {
    val five = spent(ten, Seq(100, 200, 300, 400, 500), 600)
    assert(five.free(600) == 5 && five.nextFree(600).contains(600L))
    val full = spent(five, Seq.fill(5)(550), 600)
    assert(full.free(600) == 0 && full.nextFree(600).contains(1101L) && full.free(1100) == 0 && full.free(1101) == 1)
    assert(full.free(1551) == 10)
  }

  test("the tokens of a lost task are not free before the task can have ended") {
    val lost = spent(ten, Seq.fill(10)(0L), 5000, lost = true)
    assert(lost.free(5000) == 0 && lost.nextFree(5000).contains(5000 + TokenLedger.LostMillis + 1000 + 1))
  }

  test("requests beyond the granted number count too") {
    val (taken, rest) = ten.take(10)
    val over = rest.giveBack(taken, (1L to 25L).map(_ + 100), lost = false, 200)
    assert(over.free(200) == 0 && over.nextFree(200).contains(1117L))
  }

  test("tokens that a task holds are not free, and the tokens that it did not use are free again") {
    val (taken, rest) = spent(ten, Seq(100, 200), 300).take(9)
    assert(taken.map(_._2) == Vector(8, 1) && taken.last._1 == 100)
    assert(rest.out == 9 && rest.free(1200) == 0 && rest.nextFree(300).contains(1201L) && rest.nextFree(300, 2).isEmpty)
    val back = rest.giveBack(taken, Seq.fill(5)(400L), lost = false, 400)
    assert(back.out == 0 && back.free(400) == 3 && back.free(1101) == 4 && back.free(1201) == 5 && back.free(1401) == 10)
  }

  test("tokens are taken in the order in which they become free, after all owed tokens are paid back") {
    val used = spent(spent(ten, Seq(100, 100, 100, 200, 200, 300), 300), Seq(400, 400, 400, 400), 400)
    assert(used.free(400) == 0 && used.take(9)._1 == Vector((100L, 3), (200L, 2), (300L, 1), (400L, 3)))
    assert(used.free(1300) == 5 && used.take(2)._1 == Vector((100L, 2)))
    assert(used.free(1301) == 6 && used.take(0)._1.isEmpty)
    // After a crash, the tokens that the last task held are owed.
    val owed = TokenLedger(rate, 3, inferred = false, PacingState(0, used.noted(400), 4), 400)
    assert(owed.free(400) == 0 && owed.free(1301) == 2 && owed.take(2)._1 == Vector((200L, 1), (300L, 1)))
  }

  test("the checkpoint contains about a hundred entries, and no token becomes free too early") {
    val rate = MaxRate(100000, 3600000)
    val all = TokenLedger(rate, 3, inferred = false, PacingState.Nothing, 0)
    val many = spent(all, (1L to 50000L).map(_ * 70), 3500000)
    val noted = many.noted(3500000)
    assert(noted.length <= 101 && noted.map(_._2).sum == 50000)
    assert(noted.forall(_._1 <= 3500000 + 36000))
    val back = TokenLedger(rate, 3, inferred = false, PacingState(0, noted, 7), 3500000)
    assert(back.free(3500000) == 100000 - 50007)
  }

  test("after schema inference its requests are kept back, and a clock that was set back does not stall for long") {
    def budget(n: Int, inferred: Boolean, note: PacingState = PacingState.Nothing) =
      TokenLedger(MaxRate(n, 1000), 3, inferred, note, 5000)
    assert(budget(100, inferred = false).free(5000) == 100 && budget(100, inferred = true).free(5000) == 94)
    assert(budget(2, inferred = true).free(5000) == 1 && budget(1, inferred = true).free(5000) == 1)
    assert(budget(1, inferred = false, PacingState(0, Vector((99999999L, 1)))).nextFree(5000).exists(_ <= 8001))
  }

  private def config(rate: MaxRate): RestConfig = RestConfig
    .parse(Map("url" -> "http://h", "maxRequestRate" -> s"${rate.count}/${rate.windowMs}ms"))
    .fold(e => fail(e.text), identity)

  private def report(ages: Seq[Long], repeated: Boolean, short: Boolean) = {
    val error = if (short) Some(MeteredClient.NoneLeft) else None
    PollReport(
      Vector("main" -> PollOutcome(Progress.Initial, ages.length, 0, more = true, error, None, 0)),
      None,
      ages,
      repeated
    )
  }

  private def limits(throttle: RateLimiter, granted: Grant) =
    throttle.budget(Long.MaxValue, granted.requests, granted)

  test("a request that needs more tokens is handed back and gets more, or fails if the rate allows no more") {
    def after(rate: MaxRate): (Long, PollOutcome, Long) = {
      val throttle = new RateLimiter(config(rate), PacingState.Nothing, inferred = false, 0L)
      val granted = throttle.grant(1, 0L)
      val sent = limits(throttle, granted).mostSent
      val settled = throttle.settle(Seq(report(Seq(0L), repeated = false, short = true)), granted, 0L)
      (sent, settled.head.outcomes.head._2, limits(throttle, throttle.grant(1, 0L)).mostSent)
    }
    val (sent, again, next) = after(MaxRate(10, 1000))
    assert(sent == 1 && again.handedBack && again.error.isEmpty && next == 2)
    val (_, failed, same) = after(MaxRate(1, 1000))
    assert(!failed.handedBack && failed.error.contains(MeteredClient.NoneLeft) && same == 1)
  }

  test("a request is not granted more tokens if the missing token was only not free yet") {
    val note = PacingState(0, Vector((0L, 1), (500L, 9)))
    val throttle = new RateLimiter(config(MaxRate(10, 1000)), note, inferred = false, 1001L)
    def again() = {
      val granted = throttle.grant(Long.MaxValue, 1001L, ahead = true)
      assert(granted.later.nonEmpty)
      val settled = throttle.settle(Seq(report(Nil, repeated = false, short = true)), granted, 1001L)
      assert(settled.head.outcomes.head._2.handedBack)
      granted.tokensPerRequest
    }
    assert(again() == 1 && again() == 1)
    assert(limits(throttle, throttle.grant(1, 1001L)).mostSent == 2)
  }

  test("a task is granted ten seconds of the rate, but at least four requests, so that a crash wastes little") {
    def granted(rate: MaxRate) =
      new RateLimiter(config(rate), PacingState.Nothing, inferred = false, 0L).grant(Long.MaxValue, 0L).requests
    assert(granted(MaxRate(1000, 3600000)) == 4 && granted(MaxRate(3600, 3600000)) == 10)
    assert(granted(MaxRate(100, 3600)) == 100 && granted(MaxRate(100, 10000)) == 100 && granted(MaxRate(2, 60000)) == 2)
  }

  test("no token is free if an unknown number may have been granted") {
    val rate = MaxRate(100, 86400000)
    val unknown = TokenLedger(rate, 3, inferred = true, PacingState.Unknown.copy(used = Vector((2000L, 7))), 0L)
    assert(spent(unknown, Seq(2000L, 2000L), 0L).free(0L) == 0)
    assert(spent(unknown, Seq(2000L, 2000L), 0L).nextFree(0L).exists(_ > 86400000L))
  }

  test("a task is also granted the tokens that become free while it runs, within the same limit") {
    def ahead(windowMs: Long, first: Int) = {
      val note = PacingState(0, Vector((0L, first), (500L, 100 - first)))
      val throttle = new RateLimiter(config(MaxRate(100, windowMs)), note, inferred = false, 500L)
      val now = throttle.ready(500L)._1
      val granted = throttle.grant(Long.MaxValue, now, ahead = true)
      assert(throttle.note(now).granted == granted.requests)
      (now, granted.requests, granted.later)
    }
    assert(ahead(3600, first = 10) == ((3601L, 100L, Vector.fill(90)(500L))))
    // Here a crash would waste the tokens for an hour.
    assert(ahead(3600000, first = 10) == ((3600001L, 4L, Vector.empty)))
    assert(ahead(3600000, first = 1) == ((3600001L, 4L, Vector.fill(3)(500L))))
  }

  /** A driver and its tasks, a server that records arrivals, and random delays and crashes.
    *
    * @param hops the most redirects of a request
    * @param launch the least milliseconds from a grant to the start of its task
    */
  private class Simulated(
      rate: MaxRate,
      seed: Long,
      latency: Int,
      crashes: Int,
      hops: Int = 0,
      launch: Int = 0,
      ahead: Boolean = true
  ) {
    private val random = new Random(seed)
    private val config = TokenLedgerSuite.this.config(rate)
    val arrivals = mutable.ArrayBuffer.empty[Long]
    var pages = 0
    private var now = 1000000L
    private var note = PacingState.Nothing
    private var throttle = new RateLimiter(config, note, inferred = false, now)

    /** Each task uses all its requests. */
    private val isEager = launch > 0
    private def oneIn(n: Int) = n > 0 && random.nextInt(n) == 0

    /** A task of another process, whose clock is unknown.
      * @return when its requests ended, when the task ended, and whether a redirect was not followed
      */
    private def task(granted: Grant, begins: Long): (Seq[Long], Long, Boolean) = {
      var t = begins
      var short = false
      val over = mutable.ArrayBuffer.empty[Long]
      val within = limits(throttle, granted)
      val wanted = if (isEager || !oneIn(3)) granted.requests else random.nextInt(granted.requests.toInt + 1).toLong
      while (!short && over.length < wanted && !within.reached(0, t - begins, over.length.toLong)) {
        var left = 1 + random.nextInt(hops + 1)
        while (left > 0 && over.length < within.sendable(t - begins)) {
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
          val granted = throttle.grant(Long.MaxValue, now, ahead)
          note = throttle.note(now)
          val (over, ended, short) = task(granted, now + launch + random.nextInt(10))
          if (oneIn(crashes)) {
            // The new driver starts before or after the end of the old task.
            now += random.nextInt(200)
            throttle = new RateLimiter(config, note, inferred = false, now)
          } else if (oneIn(crashes)) {
            // Another attempt starts while the first attempt still sends requests.
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

    /** The average number of requests in a window. */
    def used(windows: Int): Double = arrivals.count(_ < 1000000L + windows * rate.windowMs) / windows.toDouble

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

  private val rates = for {
    n <- Gen.choose(1, 120)
    w <- Gen.oneOf(Gen.choose(1, 5000), Gen.choose(10001, 30000))
  } yield MaxRate(n, w.toLong)

  test("no window has more requests than allowed, with any latencies, crashes and lost tasks") {
    forAll(rates, Gen.choose(0L, Long.MaxValue), Gen.choose(0, 300), Gen.choose(0, 6)) {
      (rate, seed, latency, crashes) =>
        // In reality a request in flight may outlive its driver by any time, but here only by the time of a task.
        val run = new Simulated(rate, seed, latency, crashes).run(4)
        assert(run.most <= rate.count)
    }
  }

  test("no window has more requests than allowed, with any number of redirects") {
    forAll(rates, Gen.choose(0L, Long.MaxValue), Gen.choose(0, 100), Gen.choose(0, 6), Gen.choose(1, 3)) {
      (rate, seed, latency, crashes, hops) =>
        assert(new Simulated(rate, seed, latency, crashes, hops).run(4).most <= rate.count)
    }
    val tight = new Simulated(MaxRate(4, 1000), 3, 5, 0, 3).run(20)
    assert(tight.most <= 4 && tight.pages >= 10, s"${tight.pages} pages")
  }

  test("with quick responses, 95 of 100 requests in 3.6 s are used") {
    val run = new Simulated(MaxRate(100, 3600), 7, 6, 0).run(30)
    assert(run.most <= 100 && run.used(29) >= 95, run.used(29).toString)
  }

  test("if tasks start 100 ms late, 95 of 100 requests in 3.6 s are used only with tokens that are granted ahead") {
    def used(ahead: Boolean) = {
      val run = new Simulated(MaxRate(100, 3600), 7, 6, 0, launch = 100, ahead = ahead).run(31)
      assert(run.most <= 100)
      run.used(30)
    }
    assert(used(ahead = true) >= 95 && used(ahead = false) < 95, s"${used(ahead = true)} ${used(ahead = false)}")
  }
}
