// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim

import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.{ConcurrentHashMap, Executors, TimeUnit}

import scala.collection.mutable

import io.github.sparkrest.config.RestConfig
import org.scalatest.funsuite.AnyFunSuite

/** Reads random APIs to their end, through moving lists, errors and crashes. Nothing may be lost or repeated. */
class SimulatorSuite extends AnyFunSuite {
  private def setting(name: String): Option[String] =
    sys.props.get(name).orElse(sys.env.get(name.toUpperCase.replace('.', '_')))

  /** The code is the same on both Scala lines, so only one line runs many histories. */
  private val usual = if (scala.util.Properties.versionNumberString.startsWith("2.12")) 10000L else 100000L
  private val runs = setting("sim.runs").fold(usual)(_.toLong)
  private val firstSeed = setting("sim.seed").fold(0L)(_.toLong)

  test(s"$runs random histories lose and repeat nothing")(simulate(Generator.setup(_)))

  test(s"$runs random histories of snapshots with deletes make a true mirror")(simulate(Generator.mirror(_)))

  /** @param drawn a setup from a seed */
  private def simulate(drawn: Long => Setup): Unit = {
    val blocks = Generator.blocks(firstSeed, runs)
    val failed = mutable.LinkedHashMap.empty[String, (Long, String)]
    val kinds = new ConcurrentHashMap[String, AtomicLong]
    val busy, done = new AtomicLong
    val began = System.nanoTime
    val workers = Executors.newFixedThreadPool(2)
    def run(seeds: Seq[Long]): Unit = {
      val setup = drawn(seeds.head)
      val config = RestConfig.parse(Reader.options(setup))
      kinds
        .computeIfAbsent(s"${setup.kind}${if (config.isLeft) " not read" else ""}", _ => new AtomicLong)
        .addAndGet(seeds.length.toLong)
      for (c <- config; seed <- seeds; why <- Run.verdict(Generator(seed, setup), c)) {
        val group = s"${setup.kind} ${setup.paging} ${why.takeWhile(_ != ':')}"
        failed.synchronized(if (!failed.contains(group)) failed(group) = (seed, why))
      }
      done.addAndGet(seeds.length.toLong)
      ()
    }
    (1 to 2).foreach(_ =>
      workers.execute { () =>
        val cpu = java.lang.management.ManagementFactory.getThreadMXBean
        val before = cpu.getCurrentThreadCpuTime
        Iterator
          .continually(blocks.synchronized(if (blocks.hasNext) Some(blocks.next()) else None))
          .takeWhile(_.isDefined)
          .foreach(_.foreach(run))
        busy.addAndGet(cpu.getCurrentThreadCpuTime - before)
      }
    )
    workers.shutdown()
    assert(workers.awaitTermination(10, TimeUnit.HOURS) && done.get >= runs, s"${done.get} of $runs histories ran")
    val seconds = (System.nanoTime - began) / 1e9
    info(
      f"${done.get}%d runs in $seconds%.1f s, ${done.get / seconds}%.0f a second, ${busy.get / 1e6 / done.get}%.2f ms of a core each; $kinds"
    )
    val shown = failed.toSeq.sortBy(_._1).map { case (group, (seed, why)) =>
      val short = Shrink(Generator(seed, drawn(seed)), Run(_))
      s"== $group, seed $seed: $why\n${Run.traced(short)}"
    }
    assert(shown.isEmpty, shown.mkString("\n", "\n\n", "\n"))
    ()
  }

  Histories.all.foreach { case (what, history) =>
    test(s"once: $what") {
      val scenario = Scenario.parse(history)
      assume(RestConfig.parse(Reader.options(scenario.setup)).isRight)
      val found = Run(scenario)
      assert(found.isEmpty, Run.traced(scenario))
    }
  }

  Losses.all.foreach { loss =>
    test(s"${loss.what}: ${loss.manner}${loss.cure.fold("")(c => s"; not with $c")}") {
      def histories(setup: String) = {
        val s = Setup.parse(setup)
        (1L to 500L).iterator.map(seed => Scenario(s, Generator.events(s, new Dice(seed), loss.changes, Nil)))
      }
      assume(RestConfig.parse(Reader.options(Setup.parse(loss.setup))).isRight)
      val wrong = histories(loss.setup).find(Run(_).exists(_.startsWith(loss.manner)))
      assert(wrong.nonEmpty, "nothing is wrong any more: update the docs")
      info(Shrink(wrong.get, Run(_)).toString)
      loss.cure.foreach { c =>
        val still = histories(c).find(Run(_).nonEmpty)
        assert(still.isEmpty, still.fold("")(s => Run.traced(Shrink(s, Run(_)))))
      }
    }
  }
}
