// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.nio.file.{Files, Path}
import java.util.Comparator
import java.util.concurrent.ThreadLocalRandom

import scala.annotation.tailrec

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.tasks.{DriverTokens, PollTask, TaskBodies, TaskOptions}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.auth.HandedToken
import io.github.sparkrest.http.client.ApiClient
import io.github.sparkrest.http.{Clock, HttpClient}
import io.github.sparkrest.options.GivenOptions
import io.github.sparkrest.pagelog.format.{PacingState, PageFile, PageFileReader, PageFileWriter, PageSlice}
import io.github.sparkrest.pagelog.store.LocalLogStore
import io.github.sparkrest.pagelog.{Endpoint, SeenFiles}
import io.github.sparkrest.poll.{Poll, PollReport, Retries, Schedule, TaskBudget}
import io.github.sparkrest.progress.Progress
import io.github.sparkrest.progress.strategies.OffsetTime
import io.github.sparkrest.response.files.BodyStore
import io.github.sparkrest.rows.{FieldRules, JsonRowSettings, JsonRows}
import io.github.sparkrest.schedule.{AvailableNow, RateLimiter}
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.connector.read._
import org.apache.spark.sql.types.StructType
import org.apache.spark.{TaskContext, TaskKilledException}

/** `spark.read`: all pages of one URL in one task, because each page names the next page.
  *
  * Spark calls this when the query runs. A retried task requests all pages again, and Spark uses the rows of one attempt.
  *
  * @param inferenceRequests number of requests that inferred the schema: they count for `maxRequestRate`
  */
final private[sparkrest] class RestBatch(
    config: RestConfig,
    schema: StructType,
    inferenceRequests: Int,
    session: SparkSession,
    fields: FieldRules
) extends Batch {
  override def planInputPartitions(): Array[InputPartition] = Array(RestBatchPartition)

  override def createReaderFactory(): PartitionReaderFactory = {
    val settings = JsonRowSettings.in(session, config, fields)
    val token = RestError.orThrow(new DriverTokens(config).handed())
    new RestBatchReaderFactory(config.options, schema, inferenceRequests, settings, token, TaskBodies(config, session))
  }
}

private[sparkrest] object RestBatch {

  /** `streaming=true` belongs to `readStream`. */
  def apply(config: RestConfig, schema: StructType, inferenceRequests: Int, fields: FieldRules): RestBatch =
    if (config.streaming || config.readChanges)
      RestError.refuse(
        s"${if (config.streaming) "streaming" else "readChanges"}: true, but this is spark.read.",
        "Use spark.readStream, or leave the option out."
      )
    else new RestBatch(config, schema, inferenceRequests, SparkSession.active, fields)
}

private[sparkrest] case object RestBatchPartition extends InputPartition

final private[sparkrest] class RestBatchReaderFactory(
    options: GivenOptions,
    schema: StructType,
    inferenceRequests: Int,
    settings: JsonRowSettings,
    token: Option[HandedToken],
    bodies: TaskBodies
) extends PartitionReaderFactory {
  override def createReader(partition: InputPartition): PartitionReader[InternalRow] = {
    val config = TaskOptions(options, Vector.empty).config
    val cancelled = PollTask.cancellation()
    // Nobody knows how many requests an earlier attempt sent: assume the maximum.
    val sentEarlier =
      if (TaskContext.get().attemptNumber() == 0) inferenceRequests else config.limits.rate.fold(0)(_.count)
    new RestBatchReader(
      config,
      ApiClient.network(config, cancelled),
      token,
      cancelled,
      sentEarlier,
      bodies.store(config),
      new PageRows(_ => PageRows.alone(JsonRows(schema, settings)))
    )
  }
}

/** Polls some pages into a temporary file of this machine, reads them, polls on: memory stays bounded, whatever the API sends. */
final private[sparkrest] class RestBatchReader(
    config: RestConfig,
    network: HttpClient,
    token: Option[HandedToken],
    cancelled: () => Boolean,
    sentEarlier: Int,
    bodies: BodyStore,
    records: PageRows
) extends PartitionReader[InternalRow] {
  private val folder = Files.createTempDirectory("spark-rest-")
  private val store = new LocalLogStore(folder)
  private val seen = new SeenFiles(store, epoch = 0)
  private val pace = new Schedule(config)
  private val clock = Clock.steady()
  private val throttle = new RateLimiter(config, PacingState(granted = sentEarlier), inferred = false, nowMs)
  private val time = new OffsetTime(config.offset)
  private var state = Progress.Initial
  private var ending = AvailableNow.ofBatch(nowMs)
  private var requests = 0L
  private var more = true
  private var retries = Retries(pace.backoff)
  private var page: Option[PageFileReader] = None
  private var rows: Iterator[InternalRow] = Iterator.empty
  private var row: InternalRow = _

  @tailrec override def next(): Boolean =
    if (rows.hasNext) {
      row = rows.next()
      true
    } else
      page match {
        case Some(p) if p.next() =>
          row = records.row(p)
          row != null || {
            rows = records.rows(p)
            next()
          }
        case Some(p)      => closePage(p); next()
        case None if more => poll(); next()
        case None         => records.finish(); false
      }

  private def poll(): Unit = {
    while (throttle.ready(nowMs)._1 > nowMs) pause(throttle.ready(nowMs)._1)
    val writer = new PageFileWriter(store, epoch = 0, location = "")
    val allowed = throttle.grant(config.maxRequestsPerTrigger.fold(Long.MaxValue)(_ - requests), nowMs)
    val limits = throttle.budget(math.min(config.maxBufferedBytes, TaskBudget.TaskBytes), allowed.requests, allowed)
    val api = ApiClient(config, network, token, limits.sendable)
    val outcome =
      try {
        val polled =
          new Poll(config, api, Clock.System, seen = seen, bodies = bodies)
            .run(state, limits, writer)
        val report = PollReport(Vector(Endpoint.Only.key -> polled), None, api.ages())
        val settled = throttle.settle(Seq(report), allowed, nowMs)
        page = writer.close().map { file =>
          val slice = PageSlice.whole(file)
          records.begin(slice)
          new PageFileReader(store, slice)
        }
        settled.flatMap(_.outcomes).headOption.fold(polled)(_._2)
      } finally writer.abandon()
    state = outcome.state
    requests += outcome.requests
    val earlier = retries
    retries = earlier.after(state)
    outcome.error match {
      case None if outcome.handedBack => () // the next request gets what this one lacked
      case None                       =>
        // Whether a new record came shows in the page.
        val fruitless = pace.isFruitless(outcome, page.fold(0L)(_ => 1L))
        val reached = state.offset.flatMap(time.momentOf).map(_.toEpochMilli)
        if (state.job.isEmpty) ending = ending.after(outcome, fruitless, reached, nowMs)
        more =
          if (state.job.isDefined) !config.maxRequestsPerTrigger.exists(requests >= _)
          else ending.end(outcome, reached, requests, nowMs, config).isEmpty
        if (more) {
          val idle = if (fruitless) Schedule.IdleMillis else 0L
          pause(nowMs + Seq(config.paging.intervalMs, idle, outcome.waitMs.getOrElse(0L)).max)
        }
      case Some(error) =>
        val (at, later) =
          earlier.next(error, nowMs, ThreadLocalRandom.current.nextDouble()).getOrElse(throw error.toException)
        pause(at)
        // With a page, the request that failed was that for the next one.
        if (page.isEmpty) retries = later
    }
  }

  private def nowMs: Long = clock.now().toEpochMilli

  /** This task is the whole query, so it may wait. Spark does not interrupt the thread of each task that it kills. */
  @tailrec private def pause(until: Long): Unit = {
    if (cancelled()) throw new TaskKilledException("cancelled while it waited for the API")
    val left = until - nowMs
    if (left > 0) {
      Thread.sleep(math.min(left, 100L))
      pause(until)
    }
  }

  private def closePage(p: PageFileReader): Unit = {
    p.close()
    page = None
    store.list(PageFile.Folder).foreach(name => store.delete(PageFile.path(name)))
  }

  override def get(): InternalRow = row

  override def close(): Unit = {
    page.foreach(_.close())
    if (Files.exists(folder)) {
      val paths = Files.walk(folder)
      try paths.sorted(Comparator.reverseOrder[Path]()).forEach(p => Files.delete(p))
      finally paths.close()
    }
  }
}
