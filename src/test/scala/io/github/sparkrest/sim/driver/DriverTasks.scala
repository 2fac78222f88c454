// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.sim.driver

import java.io.{ByteArrayInputStream, IOException}
import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant

import scala.collection.mutable

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.tasks.{EndpointTurn, Wire}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.auth.KnownSecrets
import io.github.sparkrest.http.client.MeteredClient
import io.github.sparkrest.http.{Clock, HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.pagelog.format.PageFileWriter
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.pagelog.{Endpoint, SharedPageFile}
import io.github.sparkrest.poll.{PollOutcome, PollReport, PollRequest}
import io.github.sparkrest.request.InputRow
import io.github.sparkrest.response.files.BodyStore
import io.github.sparkrest.schedule.PollerCommand.StartPolls
import io.github.sparkrest.sim.{Dice, Run, ShuffledRequests}

/** The tasks of one run, one poll after the other.
  *
  * @param number of an endpoint
  */
final private[driver] class DriverTasks(
    life: FleetRun,
    config: RestConfig,
    store: LogStore,
    epoch: Long,
    number: Endpoint => Int
) {
  import life.{backend, dice, fleet, note, step}

  /** Collected once for all polls, as in `ConcurrentPolls`. */
  private val secrets = Some(KnownSecrets(config))

  def poll(job: StartPolls): Seq[PollReport] = {
    val all = if (fleet.alone) job.polls.map(alone) else shared(job)
    // Serialization costs as much as everything else.
    if (dice.oneIn(8)) Wire.read[Seq[PollReport]](Wire.write(all.toList)) else all
  }

  /** As `PollTask`. */
  private def alone(p: PollRequest): PollReport = {
    val writer = new PageFileWriter(store, epoch, "", p.endpoint.named, config.readChanges)
    val client = new Client(p)
    val turn = this.turn(p)
    val outcome = checked(turn.run(limited(p), client, clock, writer, secrets = secrets))
    val file = writer.close()
    turn.keep(outcome)
    PollReport(Vector(p.endpoint.key -> outcome), file, client.ages)
  }

  /** As `ConcurrentPolls`. */
  private def shared(job: StartPolls): List[PollReport] = {
    val pages = new SharedPageFile(store, epoch, "", config.readChanges)
    val ages = mutable.ArrayBuffer.empty[() => Seq[Long]]
    val reports = job.polls.map { p =>
      if (life.isSlow(number(p.endpoint)) && job.sharing)
        Left(p.endpoint.key -> PollOutcome.handedBack(p.state, 2000))
      else {
        val client = new Client(p)
        ages += (() => client.ages)
        polled(p, client, pages)
      }
    }
    val common = PollReport(reports.collect { case Left(o) => o }, pages.close(), ages.toVector.flatMap(_()))
    (common +: reports.collect { case Right(own) => own }).toList
  }

  private def polled(p: PollRequest, client: Client, pages: SharedPageFile): Either[(String, PollOutcome), PollReport] = {
    val turn = this.turn(p)
    val taken = pages.sink(p.endpoint.key)
    val row = p.endpoint.row.fold(InputRow.Empty)(InputRow.of(Seq("n", "v"), _))
    val outcome = checked(turn.run(limited(p), client, clock, taken, row, secrets))
    val own = taken.ownFileClosed()
    turn.keep(outcome)
    own match {
      case Some(file) => Right(PollReport(Vector(p.endpoint.key -> outcome), Some(file)))
      case None       =>
        pages.take(taken)
        Left(p.endpoint.key -> outcome)
    }
  }

  private def turn(p: PollRequest) = {
    val background = new ShuffledRequests(new Dice(life.steps.toLong), () => life.death)
    new EndpointTurn(config.of(p.endpoint.lane), store, epoch, BodyStore.Nowhere, Run.Limits, Some(background))
  }

  private def limited(p: PollRequest): PollRequest =
    p.copy(limits = p.limits.copy(maxRequests = math.min(p.limits.maxRequests, fleet.requests.toLong)))

  private def checked(run: => PollOutcome): PollOutcome = {
    val before = life.faulty
    val outcome = run
    outcome.error.filter(_ => life.faulty == before && !life.excused).foreach { e =>
      life.found = Some(s"error: ${e.text}")
    }
    outcome
  }

  private val clock: Clock = () => Instant.ofEpochMilli(life.now)

  /** Sends the requests of a poll to the API. As `MeteredClient`, in the time of the simulator. */
  final private class Client(p: PollRequest) extends HttpClient {
    private val child = number(p.endpoint)
    private val began = life.now
    private var begun = 0
    private val over = mutable.ArrayBuffer.empty[Long]

    def ages: Seq[Long] = over.toVector.map(life.now - _) ++ Vector.fill(begun - over.length)(0L)

    def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
      if (begun >= p.limits.sendable(life.now - began)) Left(MeteredClient.NoneLeft)
      else {
        begun += 1
        try sent(request)(use)
        finally over += life.now
      }

    private def sent[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] = {
      life.now += 5
      step(s"p$child ${request.method} ${request.url} ${request.body.getOrElse("")}")
      life.rate.foreach(_.sent(p.endpoint.isBackfill, life.now))
      val result = life.fault() match {
        case Some("error") => use(response(500, Nil, "busy"))
        case Some("busy")  => use(response(429, Nil, "busy"))
        case fault         =>
          val a = backend.answer(child, request, life.now)
          note(s"   ${a.status} ${a.headers.mkString} ${a.body} ${fault.getOrElse("")}")
          if (fault.isDefined) backend.unheard(child)
          if (fault.contains("lost")) Left(RestError(Condition.ConnectionFailed, "lost", ""))
          else {
            val body = if (fault.contains("cut")) a.body.take(a.body.length / 2) else a.body
            try use(response(a.status, a.headers, body))
            catch { case e: IOException => Left(RestError(Condition.ConnectionFailed, e.getMessage, "")) }
          }
      }
      step("response")
      result
    }
  }

  private def response(status: Int, headers: Seq[(String, String)], body: String) =
    HttpResponse(status, headers, new ByteArrayInputStream(body.getBytes(UTF_8)))
}

/** `maxRequestRate` as the API sees it, over all runs: no second has more requests, and a backfill leaves some of them. */
final private[driver] class RateCheck(most: Int) {
  private var recent = Vector.empty[(Long, Boolean)]
  var wrong: Option[String] = None

  /** The driver lost its notes. */
  def forget(): Unit = recent = Vector.empty

  def sent(isBackfill: Boolean, now: Long): Unit = {
    recent = recent.filter(_._1 > now - 1000) :+ (now -> isBackfill)
    if (recent.length > most) wrong = Some(s"too fast: ${recent.length} requests in a second")
    val ofBackfills = recent.count(_._2)
    if (ofBackfills > math.max(1, most - math.max(1, most / 10)))
      wrong = Some(s"no request left: $ofBackfills of $most requests in a second are those of backfills")
  }
}
