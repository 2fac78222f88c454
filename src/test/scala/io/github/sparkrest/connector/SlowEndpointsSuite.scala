// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.nio.file.Files

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.tasks.SparkPollRunner
import io.github.sparkrest.http.LocalServer
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.pagelog.{Endpoint, PageLog}
import io.github.sparkrest.poll.{PollOutcome, PollRequest, TaskBudget}
import io.github.sparkrest.progress.Progress
import org.apache.spark.sql.SparkSession
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** The job for slow endpoints, in Spark, against an API that sends its responses very slowly. */
class SlowEndpointsSuite extends AnyFunSuite with BeforeAndAfterAll {
  private lazy val spark = SparkSession.builder().master("local[2]").getOrCreate()
  @volatile private var trickles = true
  private val server = new LocalServer({ e =>
    if (e.getRequestURI.getPath.endsWith("b") && trickles) {
      e.sendResponseHeaders(200, 0)
      while (trickles) {
        e.getResponseBody.write(' '.toInt)
        e.getResponseBody.flush()
        Thread.sleep(50)
      }
    } else LocalServer.send(e, 200, """[{"id":1}]""")
  })

  override def afterAll(): Unit = {
    trickles = false
    server.close()
    spark.stop()
  }

  private def config = RestConfig
    .parse(
      Map(
        "url" -> s"${server.url}/{n}?from={id}",
        "offsetField" -> "id",
        "offsetType" -> "incremental",
        "streaming" -> "true",
        "inputData" -> """[{"n":"a"},{"n":"b"},{"n":"c"}]"""
      )
    )
    .fold(e => fail(e.text), identity)
  private def asPoll(name: String, limits: TaskBudget) =
    PollRequest(Endpoint(name, Some(s"""{"n":"$name"}""")), Progress.Initial, limits)

  test("a job contains only polls that can start, the longest due first, and the other endpoints stay due") {
    val location = Files.createTempDirectory("log").toString
    val log = PageLog.open(LogStore.at(location, spark.sparkContext.hadoopConfiguration), 2)
    val jobs = new SparkPollRunner(config, spark, log.epoch, location, None, mostPolls = 3)
    val polls = (1 to 50).map(i => asPoll(s"e$i", TaskBudget.within(1L << 20, 1)))
    Seq(true, false).foreach { sharing =>
      val polled = jobs.run(polls, sharing).flatMap(_.outcomes).map(_._1)
      assert(polled.toSet == Set("e1", "e2", "e3"))
    }
  }

  test("a poll of a slow endpoint is handed back, and the polls of the other endpoints count") {
    val location = Files.createTempDirectory("log").toString
    val log = PageLog.open(LogStore.at(location, spark.sparkContext.hadoopConfiguration), 2)
    val jobs = new SparkPollRunner(config, spark, log.epoch, location, None)
    def poll(limits: TaskBudget, names: String*): Map[String, PollOutcome] =
      jobs.run(names.map(asPoll(_, limits)), sharing = false).flatMap(_.outcomes).toMap
    val limits = TaskBudget.within(1L << 20, 1)
    assert(poll(limits, "a")("a").records == 1, "the first poll loads all classes")
    val outcomes = poll(limits.copy(patienceMs = 4000), "a", "b", "c")
    assert(outcomes("b").handedBack)
    assert(outcomes("a").records == 1 && outcomes("c").records == 1, outcomes)
    // A job with only this endpoint waits for it, while another job continues.
    @volatile var alone = Map.empty[String, PollOutcome]
    val waiting = new Thread(() => alone = poll(limits, "b"))
    waiting.start()
    Thread.sleep(500)
    assert(poll(limits, "a")("a").records == 1)
    assert(waiting.isAlive)
    trickles = false
    waiting.join(20000)
    assert(alone.get("b").exists(o => !o.handedBack))
  }
}
