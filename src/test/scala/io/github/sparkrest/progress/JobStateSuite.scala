// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress

import io.circe.parser.decode
import io.github.sparkrest.progress.seen.{SeenInMemory, SeenMemory}
import io.github.sparkrest.progress.strategies.OffsetQuery
import org.scalatest.funsuite.AnyFunSuite

/** The stored form of a job, byte by byte. Files of streams without jobs do not change: see `GoldenFilesSuite`. */
class JobStateSuite extends AnyFunSuite {
  private val running =
    Job("750x", OffsetQuery("100", "200"), 1716840300000L, "f00d", JobPhase.Running, Some(1716840299000L))
  private val stored =
    """{"id":"750x","offset":"100","until":"200","created":1716840300000,"request":"f00d","horizon":1716840299000"""

  Seq(
    JobPhase.Running -> "",
    JobPhase.Located("http://h/documents/d") -> ""","located":"http://h/documents/d"""",
    JobPhase.Ready(None) -> ""","ready":null""",
    JobPhase.Ready(Some("http://files/f")) -> ""","ready":"http://files/f""""
  ).foreach { case (phase, fields) =>
    test(s"a job is stored and read: $phase") {
      val state = Progress(Some("100"), job = Some(running.copy(phase = phase)))
      val text = Progress.encoder(state).noSpaces
      assert(text == s"""{"offset":"100","boundary":{},"job":$stored$fields}}""")
      assert(decode[Progress](text) == Right(state))
    }
  }

  test("a job of an earlier version has no time of the API") {
    val text = s"""{"offset":"100","boundary":{},"job":${stored.replace(""","horizon":1716840299000""", "")}}}"""
    assert(decode[Progress](text).map(_.job) == Right(Some(running.copy(horizonMs = None))))
  }

  test("an earlier version would forget the job, so its files have version 3") {
    assert(Progress(None, job = Some(running)).version == 3 && Progress(None).version == 1)
  }

  test("a restart of the traversal forgets the job") {
    val memory = new SeenMemory(new SeenInMemory, CoreLimits.Default)
    assert(Progress(Some("100"), job = Some(running)).restarted(memory) == Progress(Some("100")))
  }

  test("after a refusal only what may have expired is requested again") {
    assert(running.relocated == running)
    assert(running.copy(phase = JobPhase.Ready(None)).relocated.phase == JobPhase.Ready(None))
    assert(running.copy(phase = JobPhase.Ready(Some("u"))).relocated == running)
    assert(running.copy(phase = JobPhase.Located("u")).relocated == running)
  }
}
