// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim.driver

import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.{Executors, TimeUnit}

import scala.collection.mutable

import io.github.sparkrest.RandomCases
import io.github.sparkrest.sim.{Event, Shrink}
import org.scalatest.funsuite.AnyFunSuite

/** Drivers that poll many endpoints, and die at any step: rows that come and go, queues, jobs, and backfills. */
class FleetSimulatorSuite extends AnyFunSuite {
  private def setting(name: String): Option[String] =
    sys.props.get(name).orElse(sys.env.get(name.toUpperCase.replace('.', '_')))

  private val runs = setting("sim.fleets").fold(RandomCases(300).toLong)(_.toLong)
  private val firstSeed = setting("sim.seed").fold(0L)(_.toLong)

  Seq(
    "children" -> "children of rows that come and go: none is lost or repeated, and none is requested in vain",
    "queue" -> "messages of queues come once, and are acknowledged after a manifest has them",
    "jobs" -> "jobs are created once, and their records come once",
    "backfill" -> "live lanes and backfills meet: each record comes once, whatever a restart changes"
  ).foreach { case (kind, what) => test(s"$what: $runs random histories")(simulate(kind)) }

  private def simulate(kind: String): Unit = {
    val blocks = FleetGenerator.blocks(firstSeed, runs)
    val failed = mutable.LinkedHashMap.empty[String, (Long, String)]
    val (done, unread) = (new AtomicLong, new AtomicLong)
    val began = System.nanoTime
    val workers = Executors.newFixedThreadPool(2)
    def run(seeds: Seq[Long]): Unit = {
      val fleet = FleetGenerator.fleet(kind, seeds.head)
      val config = FleetRun.parse(fleet)
      if (config.isLeft) unread.addAndGet(seeds.length.toLong)
      for (c <- config; seed <- seeds; why <- FleetRun.verdict(FleetGenerator(seed, fleet), c)) {
        val group = s"$kind ${fleet.child.kind} ${why.takeWhile(_ != ':')}"
        failed.synchronized(if (!failed.contains(group)) failed(group) = (seed, why))
      }
      done.addAndGet(seeds.length.toLong)
      ()
    }
    val cpu = java.lang.management.ManagementFactory.getThreadMXBean
    val busy = new AtomicLong
    (1 to 2).foreach(_ =>
      workers.execute { () =>
        Iterator
          .continually(blocks.synchronized(if (blocks.hasNext) Some(blocks.next()) else None))
          .takeWhile(_.isDefined)
          .foreach(_.foreach(run))
        busy.addAndGet(cpu.getCurrentThreadCpuTime)
      }
    )
    workers.shutdown()
    assert(workers.awaitTermination(10, TimeUnit.HOURS) && done.get >= runs, s"${done.get} of $runs histories ran")
    val seconds = (System.nanoTime - began) / 1e9
    info(
      f"${done.get}%d runs in $seconds%.1f s, ${busy.get / 1e6 / done.get}%.1f ms of a core each, ${unread.get}%d not read"
    )
    val shown = failed.toSeq.sortBy(_._1).map { case (group, (seed, why)) =>
      s"== $group, seed $seed: $why\n${FleetRun.traced(shortest(FleetGenerator(kind, seed)))}"
    }
    assert(shown.isEmpty, shown.mkString("\n", "\n\n", "\n"))
    ()
  }

  /** With fewer events, and a plainer fleet. */
  private def shortest(failing: FleetHistory): FleetHistory = {
    val kind = FleetRun(failing).fold("")(_.takeWhile(_ != ':'))
    def plainer(h: FleetHistory) = h.fleet.chosen.keysIterator
      .filter(k => k != "kind" && h.fleet.chosen(k) != Fleet.default(k))
      .map(k => h.copy(fleet = h.fleet.copy(chosen = h.fleet.chosen - k)))
    def simpler(h: FleetHistory) = Shrink.fewer(h.events).map(e => h.copy(events = e)) ++ plainer(h)
    Iterator
      .iterate(Option(failing))(_.flatMap(h => simpler(h).find(FleetRun(_).exists(_.takeWhile(_ != ':') == kind))))
      .takeWhile(_.isDefined)
      .flatten
      .foldLeft(failing)((_, h) => h)
  }

  FleetHistories.all.foreach { case (what, history) =>
    test(s"once: $what") {
      val parsed = FleetHistory.parse(history)
      assert(FleetRun(parsed).isEmpty, FleetRun.traced(parsed))
    }
  }

  FleetHistories.crossed.foreach { case (what, history) =>
    test(s"a crash at each step: $what") {
      val calm = FleetHistory.parse(history)
      val last = FleetRun.steps(calm)
      // The other Scala line tries each step.
      val wrong = (1 to last by RandomCases.step).iterator
        .map(n => calm.copy(events = (calm.events :+ Event(n, "crash", 0)).sortBy(_.at)))
        .find(FleetRun(_).isDefined)
      assert(wrong.isEmpty, wrong.fold("")(FleetRun.traced))
      info(s"$last steps")
    }
  }
}
