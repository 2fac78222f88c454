// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files
import java.util.concurrent.ConcurrentLinkedQueue

import scala.jdk.CollectionConverters._

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.http.Clock
import io.github.sparkrest.http.client.MeteredClient
import io.github.sparkrest.http.transport.SttpClient
import io.github.sparkrest.pagelog.format.{Manifest, PageFile, PageFileWriter}
import io.github.sparkrest.pagelog.store.LocalLogStore
import io.github.sparkrest.pagelog.{Endpoint, LogPosition, PageLog}
import io.github.sparkrest.poll.{PollReport, PollRequest}
import io.github.sparkrest.progress.CoreLimits
import io.github.sparkrest.response.files.BodyStore
import io.github.sparkrest.schedule.{AvailableNow, InProcessPolls, PollRunner, Poller}
import org.scalatest.concurrent.Eventually
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.time.{Millis, Seconds, Span}

/** A queue, the poller and a page log, all of them real. Only Spark is missing: polls run in threads. */
class AcknowledgementSuite extends AnyFunSuite with Eventually {
  implicit override val patienceConfig: PatienceConfig = PatienceConfig(Span(60, Seconds), Span(20, Millis))

  /** One page log over several runs. */
  final private class Place(most: Int = 10, options: Seq[(String, String)] = Nil, ackPath: String = "/ack")
      extends AutoCloseable {
    val store = new LocalLogStore(Files.createTempDirectory("log"))

    /** Messages that were acknowledged before a manifest had them. */
    val early = new ConcurrentLinkedQueue[Int]
    val queue = new QueueServer(most, _.filterNot(delivered.contains).foreach(n => early.add(n)))

    /** When each poll began, in milliseconds. */
    val polled = new ConcurrentLinkedQueue[Double]

    /** The numbers of the messages in all manifests, in order. */
    def delivered: Seq[Int] =
      store.list(Manifest.Folder).filter(Manifest.seqOf(_).isDefined).sorted.flatMap { name =>
        val manifest = store.read(s"${Manifest.Folder}/$name").map(Manifest.decode(_)).flatMap(_.toOption)
        manifest.toSeq.flatMap(m => store.read(PageFile.path(m.file.name)).toSeq).flatMap { bytes =>
          """"id":(\d+)""".r.findAllMatchIn(new String(bytes, UTF_8)).map(_.group(1).toInt)
        }
      }

    /** Page files that no manifest names. */
    def otherFiles: Int =
      store.list(PageFile.Folder).size - store.list(Manifest.Folder).count(Manifest.seqOf(_).isDefined)

    private val base = Map(
      "url" -> s"${queue.url}/pull",
      "dataField" -> "received",
      "offsetType" -> "queue",
      "recordKey" -> "message.id",
      "ackUrl" -> s"${queue.url}$ackPath",
      "streamingInterval" -> "0.05",
      "retryBackoff" -> "50ms",
      "maxRetries" -> "2"
    ) ++ (if (ackPath == "/ack") Map("ackBody" -> """{"ackIds": ["{ackId}"]}""") else Map.empty)
    val config: RestConfig = RestConfig.parse(base ++ options).fold(e => fail(e.text), identity)

    def run(mustComplete: Boolean = false, limits: CoreLimits = CoreLimits.Default)(test: Poller => Any): Unit = {
      val log = PageLog.open(store, 2)
      val turns: PollRunner = { (polls: Seq[PollRequest], _: Boolean) =>
        if (polls.head.state.acks.isEmpty) { polled.add(System.nanoTime / 1e6); () }
        val writer = new PageFileWriter(store, log.epoch, "")
        val turn = new EndpointTurn(config, store, log.epoch, BodyStore.Nowhere, limits)
        val client = new MeteredClient(SttpClient(config, () => false), polls.head.limits.sendable)
        try {
          val outcome = turn.run(polls.head, client, Clock.System, writer)
          val file = writer.close()
          turn.keep(outcome)
          Wire.read[Seq[PollReport]](
            Wire.write(List(PollReport(Vector(Endpoint.Only.key -> outcome), file, client.ages())))
          )
        } finally turn.abandon()
      }
      val start = log.resume(LogPosition.Start, Map.empty)
      val poller = new Poller(config, Seq(Endpoint.Only), log, start, mustComplete, turns, Clock.System)
      val thread = new Thread(poller)
      thread.start()
      try { test(poller); () }
      finally InProcessPolls.end(poller, thread)
      assert(early.asScala.toSeq == Nil, "acknowledged before they were stored")
    }

    def close(): Unit = queue.close()
  }

  private def at(place: Place)(test: Place => Any): Unit =
    try { test(place); () }
    finally place.close()

  test("each message is stored once and acknowledged after that, and no file is left") {
    at(new Place) { p =>
      p.queue.add(1 to 35: _*)
      p.run() { _ =>
        eventually(assert(p.queue.left == 0))
        p.queue.add(36)
        // The queue forgets a message before its response arrives, and the file is deleted after that.
        eventually(assert(p.queue.left == 0 && p.otherFiles == 0))
      }
      assert(p.delivered.sorted == (1 to 36))
      assert(p.otherFiles == 0)
      assert(p.queue.ackBodies.head == (1 to 10).map(n => s""""a-$n"""").mkString("""{"ackIds":[""", ",", "]}"))
    }
  }

  test("an acknowledgement is repeated until it succeeds, and nothing is polled before") {
    for (status <- Seq(503, 0, 401)) at(new Place(options = Seq("maxRetries" -> "0"))) { p =>
      p.queue.ackStatus = status
      p.queue.add(1, 2)
      p.run() { poller =>
        eventually(assert(p.queue.acks.size >= 3))
        assert(p.queue.polls == 1 && poller.status.failedPolls > 0, s"status $status")
        p.queue.ackStatus = 200
        eventually(assert(p.queue.left == 0 && p.queue.polls > 1))
      }
      assert(p.delivered == Seq(1, 2) && p.queue.ackBodies.distinct.size == 1)
    }
  }

  test("a message that the queue returns again is acknowledged again, and not delivered") {
    at(new Place) { p =>
      p.queue.forgetsAcks = true
      p.queue.add(1 to 3: _*)
      p.run() { _ =>
        eventually(assert(p.queue.acks.size == 1))
        p.queue.redeliver()
        eventually(assert(p.queue.acks.size == 2))
        p.queue.forgetsAcks = false
        p.queue.redeliver()
        p.queue.add(4)
        eventually(assert(p.queue.left == 0))
      }
      assert(p.delivered == Seq(1, 2, 3, 4))
      assert(p.queue.ackBodies(1) == """{"ackIds":["a-4","a-5","a-6"]}""", "with the new ids")
    }
  }

  test("after a crash between manifest and acknowledgement, the next run acknowledges before it polls") {
    at(new Place(most = 3)) { p =>
      p.queue.ackStatus = 503
      p.queue.add(1 to 3: _*)
      p.run()(_ => eventually(assert(p.queue.acks.size >= 1)))
      val polls = p.queue.polls
      assert(p.delivered == Seq(1, 2, 3) && p.queue.left == 3 && p.otherFiles == 1)
      p.queue.ackStatus = 200
      p.queue.add(4)
      p.run() { _ =>
        eventually(assert(p.queue.left == 1 || p.queue.polls > polls))
        eventually(assert(p.queue.left == 0 && p.otherFiles == 0))
      }
      assert(p.queue.ackBodies(1) == p.queue.ackBodies.head)
      assert(p.delivered == Seq(1, 2, 3, 4) && p.otherFiles == 0)
    }
  }

  test("after a crash, messages whose acknowledgement is too late come again and are not delivered") {
    at(new Place(most = 3)) { p =>
      p.queue.ackStatus = 503
      p.queue.add(1 to 3: _*)
      p.run()(_ => eventually(assert(p.queue.acks.size >= 1)))
      p.queue.redeliver()
      p.queue.ackStatus = 410
      p.run() { _ =>
        eventually(assert(p.queue.polls > 2))
        p.queue.ackStatus = 200
        p.queue.redeliver()
        eventually(assert(p.queue.left == 0))
      }
      assert(p.delivered == Seq(1, 2, 3))
    }
  }

  test("a refusal that means that the queue has forgotten the messages counts as success, another one does not") {
    for (
      (status, options, goesOn) <- Seq(
        (404, Nil, true),
        (400, Nil, false),
        (400, Seq("expiredStatusCodes" -> "400"), true)
      )
    )
      at(new Place(options = options)) { p =>
        p.queue.ackStatus = status
        p.queue.add(1)
        p.run() { poller =>
          eventually(assert(p.queue.polls > 2 || poller.status.failedPolls > 1))
          assert((poller.status.failedPolls == 0) == goesOn, s"$status $options")
        }
      }
  }

  test("a run that ends by itself has acknowledged everything") {
    at(new Place) { p =>
      p.queue.add(1 to 25: _*)
      p.run(mustComplete = true)(poller => eventually(assert(poller.complete)))
      assert(p.queue.left == 0 && p.delivered.sorted == (1 to 25) && p.otherFiles == 0)
      // Only messages that were delivered before.
      p.queue.add(1 to 5: _*)
      p.run(mustComplete = true)(poller => eventually(assert(poller.complete)))
      assert(p.queue.left == 0 && p.delivered.length == 25)
      // The queue never ends, and the last poll counts like the others.
      p.queue.forgetsAcks = true
      p.queue.returnsAll = true
      p.queue.add(26)
      val (polls, acks) = (p.queue.polls, p.queue.acks.size)
      p.run(mustComplete = true)(poller => eventually(assert(poller.complete)))
      assert(p.delivered.length == 26 && p.queue.polls - polls > AvailableNow.MostFruitless)
      assert(p.queue.acks.size - acks == p.queue.polls - polls)
    }
  }

  test("messages do not wait for the interval before they are acknowledged, and the interval is kept") {
    at(new Place(options = Seq("streamingInterval" -> "10m"))) { p =>
      p.queue.add(1)
      p.run()(_ => eventually(assert(p.queue.left == 0)))
      assert(p.queue.polls == 1)
    }
    at(new Place(options = Seq("streamingInterval" -> "1"))) { p =>
      p.queue.add(1)
      p.run()(_ => eventually(assert(p.queue.left == 0 && p.polled.size > 1)))
      val polled = p.polled.asScala.toSeq
      assert(polled(1) - polled.head >= 998)
    }
  }

  test("a page that is not whole is not acknowledged, and the full page before it is") {
    at(new Place(most = 2, options = Seq("streamingInterval" -> "0", "pageSize" -> "2", "retryBackoff" -> "60"))) { p =>
      p.queue.add(1 to 4: _*)
      p.run() { _ =>
        eventually(assert(p.queue.left == 0))
        assert(p.delivered == (1 to 4) && p.queue.ackBodies.size < 3)
        // The response with the message must be the first one with garbage, because the next poll is a minute later.
        p.queue.synchronized {
          p.queue.garbage = "}"
          p.queue.add(5)
        }
        eventually(assert(p.queue.isEmptied))
        Thread.sleep(300)
      }
      assert(p.queue.left == 1 && p.delivered == (1 to 4), "a response that is no JSON")
    }
  }

  test("one request has at most ackSize messages, and a placeholder in ackUrl makes a request for each") {
    at(new Place(most = 7, options = Seq("ackSize" -> "3"))) { p =>
      p.queue.add(1 to 7: _*)
      p.run()(_ => eventually(assert(p.queue.left == 0)))
      assert(p.queue.ackBodies.map("a-".r.findAllIn(_).size) == Seq(3, 3, 1))
    }
    at(new Place(most = 2, ackPath = "/locks/{message.id}/{ackId}", options = Seq("ackMethod" -> "DELETE"))) { p =>
      p.queue.add(8, 9)
      p.run()(_ => eventually(assert(p.queue.left == 0)))
      assert(p.queue.acks.asScala.toSeq == Seq(("DELETE", "/locks/8/a-1", ""), ("DELETE", "/locks/9/a-2", "")))
    }
  }

  test("the newest messages are remembered, whatever the time") {
    at(new Place(most = 4)) { p =>
      p.queue.add(1 to 12: _*)
      p.run(limits = CoreLimits.Default.copy(newest = 6, seenInState = 2, seenInTask = 3, seenFiles = 2)) { _ =>
        eventually(assert(p.queue.left == 0))
        p.queue.add(7 to 12: _*)
        eventually(assert(p.queue.left == 0))
        assert(p.delivered.sorted == (1 to 12))
        p.queue.add(1)
        eventually(assert(p.queue.left == 0))
      }
      assert(p.delivered.count(_ == 1) == 2, "forgotten after six others")
    }
  }

  test("a message without the fields of its acknowledgement is not delivered") {
    at(new Place(options = Seq("ackBody" -> """{"ackIds": ["{lock}"]}"""))) { p =>
      p.queue.add(1)
      p.run()(poller => eventually(assert(poller.failure.exists(_.getMessage.contains("has no lock")))))
      assert(p.delivered == Nil && p.queue.acks.isEmpty)
    }
  }
}
