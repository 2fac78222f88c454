// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import java.nio.file.Path

import scala.util.Try
import scala.util.control.NonFatal

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.auth.{HandedToken, KnownSecrets}
import io.github.sparkrest.http.client.{ApiClient, FirstResponse}
import io.github.sparkrest.http.{Clock, HttpClient}
import io.github.sparkrest.pagelog.format.PageFileWriter
import io.github.sparkrest.pagelog.store.{BodyFolder, LogStore}
import io.github.sparkrest.pagelog.{AckFile, Epochs, PageSink, SeenFiles}
import io.github.sparkrest.poll.{Acknowledgements, Background, Poll, PollOutcome, PollReport, PollRequest, TaskBudget}
import io.github.sparkrest.progress.CoreLimits
import io.github.sparkrest.request.InputRow
import io.github.sparkrest.response.files.BodyStore
import org.apache.hadoop.conf.Configuration
import org.apache.spark.{SparkEnv, TaskContext}

/** Polls, in the form in which the driver sends them to an executor.
  *
  * @param location of the page log
  * @param sample answers the first request, if it is the same
  * @param sharing the polls wait for each other, so the task hands back a slow poll
  * @param token prints as `***`
  */
final private[sparkrest] case class PollTask(
    options: TaskOptions,
    polls: Seq[PollRequest],
    epoch: Long,
    location: String,
    sample: Option[FirstResponse],
    sharing: Boolean = false,
    token: Option[HandedToken] = None
) {

  /** Parsed once in a task, because each poll reads secrets again (see [[TaskOptions]]). */
  @transient private lazy val parsed: Either[RestError, RestConfig] = options.parsed

  /** Polls, writes a page file if there are records, and returns the reports as a [[Wire]] message.
    *
    * HTTP errors are part of the reports: if the task threw them, Spark's retry policy would replace ours. The task throws only
    * if the storage of the page log fails. It may run several times for one poll: each attempt writes separate files, and the
    * driver's manifests name the files of one attempt.
    */
  def run(conf: Configuration): Array[Byte] = {
    val store = LogStore.at(location, conf)
    val reports = refused(store).orElse(repeated).getOrElse {
      try polled(store, conf)
      catch {
        // A newer run deletes the files that this run is still writing. The error of the store is misleading: HDFS reports that
        // all data nodes are bad.
        case NonFatal(e) => Try(refused(store)).toOption.flatten.getOrElse(throw e)
      }
    }
    Wire.write(reports.toList)
  }

  private def refused(store: LogStore): Option[Seq[PollReport]] = Epochs.obstacle(store, epoch).map(failed)

  /** A retried or speculative task would send more requests than the driver counted. */
  private def repeated: Option[Seq[PollReport]] =
    if (TaskContext.get().attemptNumber() == 0) None
    else
      parsed.toOption.filter(_.limits.rate.isDefined).map { config =>
        PollTask.awaitFirst(CallsOnce.speculates, PollTask.longest(polls.map(_.limits), config.responseTimeoutMs))
        Seq(PollReport.Repeated)
      }

  private def polled(store: LogStore, conf: Configuration): Seq[PollReport] =
    // A secret that the driver could read may be missing here.
    parsed.fold(failed, config => polled(config, store, BodyFolder.of(config, conf)))

  private def failed(error: RestError) = Seq(PollReport.failed(polls, error))

  private def polled(config: RestConfig, store: LogStore, bodies: BodyStore): Seq[PollReport] = polls match {
    case Seq(one) if one.endpoint.row.isEmpty => Seq(polled(config.of(one.endpoint.lane), one, store, bodies))
    case many                                 =>
      new ConcurrentPolls(this, config, store, bodies, PollTask.executorLocation).run(many)
  }

  private def polled(config: RestConfig, poll: PollRequest, store: LogStore, bodies: BodyStore): PollReport = {
    val api = client(config, PollTask.cancellation(), poll)
    val name = poll.endpoint.named
    val writer = new PageFileWriter(store, epoch, PollTask.executorLocation, name, config.readChanges)
    val turn = new EndpointTurn(config, store, epoch, bodies)
    try {
      val outcome = turn.run(poll, api, Clock.steady(), writer)
      val file = writer.close()
      turn.keep(outcome)
      PollReport(Vector(poll.endpoint.key -> outcome), file, api.ages())
    } finally {
      writer.abandon()
      turn.abandon()
    }
  }

  private[sparkrest] def client(config: RestConfig, cancelled: () => Boolean, poll: PollRequest): ApiClient =
    ApiClient(config, ApiClient.network(config, cancelled), token, poll.limits.sendable, sample)
}

/** One turn of an endpoint in a task: it acknowledges what its state has pending, or it polls. Used once.
  *
  * The files that the next state names exist when [[keep]] has been called.
  *
  * @param background runs the requests that are sent early
  */
final private[sparkrest] class EndpointTurn(
    config: RestConfig,
    store: LogStore,
    epoch: Long,
    bodies: BodyStore,
    limits: CoreLimits = CoreLimits.Default,
    background: Option[Background] = None
) {
  private val seen = new SeenFiles(store, epoch, () => PollTask.scratch())
  private val acks = config.offset.ack.map(_ => new AckFile(store, epoch))

  def run(
      poll: PollRequest,
      api: HttpClient,
      clock: Clock,
      sink: PageSink,
      row: InputRow = InputRow.Empty,
      secrets: Option[KnownSecrets] = None
  ): PollOutcome = (config.offset.ack, poll.state.acks) match {
    case (Some(ack), Some(pending)) =>
      val outcome = AckFile.read(store, pending) { values =>
        new Acknowledgements(config, ack, api, clock, row, secrets).run(poll.state, pending, poll.limits, values)
      }
      if (outcome.state.acks.isEmpty) AckFile.delete(store, pending)
      outcome
    case _ =>
      val outcome = new Poll(config, api, clock, row, secrets, limits, seen, background, bodies, acks.map(_.values))
        .run(poll.state, poll.limits, sink)
      // The driver writes the manifest of these records next, and gets the state back only after that.
      outcome.copy(state = outcome.state.copy(acks = acks.flatMap(_.close()))) // guard: I9.9
  }

  def keep(outcome: PollOutcome): Unit = seen.keepOnly(outcome.state.seenFiles)

  /** Does nothing after [[keep]]. */
  def abandon(): Unit = {
    acks.foreach(_.abandon())
    seen.keepOnly(Set.empty)
  }
}

private[sparkrest] object PollTask {

  /** A lost first attempt delays the stream by this time. */
  private val MostWaitMillis = 5 * 60 * 1000L

  /** A first attempt that works ends in this time: it may send a last request just before the end of its budget. */
  private[tasks] def longest(budgets: Seq[TaskBudget], responseTimeoutMs: Long): Long =
    math.min(MostWaitMillis, budgets.map(_.maxMillis).max + responseTimeoutMs) // guard: I3.114

  /** In an attempt that is not the first: returns when the first attempt is lost. With speculation this attempt may be a copy of
    * a healthy attempt, which Spark kills as soon as the copy ends. So the copy waits until it is killed.
    */
  private[tasks] def awaitFirst(speculates: Boolean, mostMillis: Long): Unit =
    if (speculates) CallsOnce.awaitKill(TaskContext.get(), mostMillis) // guard: I3.111

  /** Whether Spark killed the running task. For any thread. */
  def cancellation(): () => Boolean = {
    val context = TaskContext.get()
    () => context.isInterrupted()
  }

  /** A file in a local directory of Spark. */
  private[tasks] def scratch(): Path = Option(SparkEnv.get).fold(SeenFiles.temporary)(
    _.blockManager.diskBlockManager.createTempLocalBlock()._2.toPath
  )

  /** In Spark's form of a task location, so that a batch is read where its pages are cached. */
  private def executorLocation: String = {
    val id = SparkEnv.get.blockManager.blockManagerId
    if (id.executorId == "driver") "" else s"executor_${id.host}_${id.executorId}"
  }
}
