// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.schedule

import java.nio.file.{Files, Path}

import io.github.sparkrest.error.Condition
import io.github.sparkrest.http.LocalServer
import io.github.sparkrest.poll.JobApi
import org.scalatest.concurrent.Eventually
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.time.{Millis, Seconds, Span}

/** Runs of a stream with jobs on one page log, against a real server that counts the jobs. */
class JobRunsSuite extends AnyFunSuite with Eventually {
  implicit override val patienceConfig: PatienceConfig = PatienceConfig(Span(30, Seconds), Span(20, Millis))

  /** An API with three records. */
  private class Fixture extends AutoCloseable {
    val api = new JobApi
    api.records = Vector(1 -> 1000L, 2 -> 2000L, 3 -> 3000L)
    @volatile var broken: String => Boolean = (_: String) => false
    private val server = new LocalServer({ e =>
      val uri = e.getRequestURI.toString
      val body = new String(e.getRequestBody.readAllBytes(), "UTF-8")
      if (broken(uri)) LocalServer.send(e, 503, "later")
      else {
        val a = api.answer(e.getRequestMethod, uri, Some(body).filter(_.nonEmpty))
        LocalServer.send(e, a.status, a.body, a.headers: _*)
      }
    })
    private val root: Path = Files.createTempDirectory("jobs")
    def run(mustComplete: Boolean, more: (String, String)*): OneEndpointRun =
      new OneEndpointRun(
        root,
        mustComplete,
        JobApi.options(server.url) ++ Seq("jobPollInterval" -> "5ms", "streamingInterval" -> "1h") ++ more: _*
      )
    def asked: Int = server.asked.length

    /** The last poll as the driver noted it for a later run. */
    def note: String = {
      val file = root.resolve("last-poll.json")
      if (Files.exists(file)) new String(Files.readAllBytes(file), "UTF-8") else ""
    }
    def close(): Unit = server.close()
  }

  private def using(test: Fixture => Any): Unit = {
    val fixture = new Fixture
    try { test(fixture); () }
    finally fixture.close()
  }

  test("a run with Trigger.AvailableNow waits for its job, and ends when its records were read") {
    using { f =>
      // More polls than those without a record that end a run.
      f.api.running = 2 * AvailableNow.MostFruitless
      val run = f.run(mustComplete = true)
      assert(run.ends(30000) && run.poller.complete && run.records == 3 && f.api.jobs.length == 1, run.poller.failure)
    }
  }

  test("a run that begins while a job is running continues with that job") {
    using { f =>
      f.api.running = 1000000
      val first = f.run(mustComplete = false)
      eventually(assert(f.asked > 2))
      first.ends(1)
      f.api.running = 0
      val second = f.run(mustComplete = false)
      eventually(assert(second.records == 3))
      second.ends(1)
      assert(f.api.jobs.length == 1)
    }
  }

  test("the job is stored when the task that created it returned, before anybody waits") {
    using { f =>
      val first = f.run(mustComplete = false, "jobPollInterval" -> "1h")
      // The note is written right after the status.
      eventually(assert(first.poller.status.requests == 1 && f.note.contains("job-1")))
      first.ends(1)
      val second = f.run(mustComplete = false)
      eventually(assert(second.records == 3))
      second.ends(1)
      assert(f.api.jobs.length == 1)
    }
  }

  test("with Trigger.AvailableNow, the job of an earlier run does not have the records since, so another job follows") {
    using { f =>
      f.api.running = 1000000
      val first = f.run(mustComplete = true)
      eventually(assert(f.asked > 2))
      first.ends(1)
      f.api.running = 0
      f.api.records :+= 4 -> (f.api.jobs.head.to + 10)
      Thread.sleep(20)
      val second = f.run(mustComplete = true)
      assert(second.ends(30000) && second.poller.failure.isEmpty)
      assert(f.api.jobs.length == 2 && second.records == 4)
    }
  }

  test("a job that fails is created again as often as maxRetries says; then the run fails and names the job") {
    using { f =>
      f.api.ending = _ => "Failed"
      val run = f.run(mustComplete = true, "maxRetries" -> "2")
      assert(run.ends(30000))
      val text = run.poller.failure.fold("")(_.getMessage)
      assert(text.contains(Condition.TooManyErrors.name) && text.contains("job-3") && text.contains("out of luck"), text)
      assert(f.api.jobs.length == 3 && run.records == 0)
    }
  }

  test("jobs that fail one after the other count as errors in a row, although their creation succeeds") {
    using { f =>
      f.api.ending = _ => "Failed"
      val run = f.run(mustComplete = false, "maxConsecutiveErrors" -> "2", "streamingInterval" -> "1ms")
      assert(run.ends(30000) && f.api.jobs.length == 2, run.poller.failure)
    }
  }

  test("after some failed jobs, one that succeeds is read once") {
    using { f =>
      f.api.ending = n => if (n < 3) "Aborted" else "JobComplete"
      val run = f.run(mustComplete = true, "maxRetries" -> "2")
      assert(run.ends(30000) && run.poller.complete && run.records == 3 && f.api.jobs.length == 3, run.poller.failure)
    }
  }

  test("errors of status requests in between do not add up to a failure") {
    using { f =>
      f.api.running = 8
      var n = 0
      f.broken = uri => { n += 1; uri.endsWith("/job-1") && n % 2 == 0 }
      val run = f.run(mustComplete = true, "maxRetries" -> "1")
      assert(run.ends(30000) && run.poller.complete && run.records == 3 && f.api.jobs.length == 1, run.poller.failure)
    }
  }

  test("a run that used up maxRequestsPerTrigger leaves its job to the next run") {
    using { f =>
      f.api.running = 2
      def next() = {
        val run = f.run(mustComplete = true, "maxRequestsPerTrigger" -> "2")
        assert(run.ends(30000) && run.poller.failure.isEmpty, run.poller.failure)
        run.records
      }
      assert(next() == 0 && f.asked == 2, "the creation and a status")
      assert(next() == 0 && f.asked == 4, "two more of the status")
      assert(next() == 3 && f.asked == 6 && f.api.jobs.length == 1, "the pages")
    }
  }
}
