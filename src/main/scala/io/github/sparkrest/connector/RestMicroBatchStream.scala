// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.util
import java.util.Optional

import scala.jdk.CollectionConverters._

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.checkpoint.SourceFolders
import io.github.sparkrest.connector.input.InputEndpoints
import io.github.sparkrest.connector.schema.Inferred
import io.github.sparkrest.connector.session.{HadoopConf, PageLogLocation, SourceName}
import io.github.sparkrest.connector.tasks.{RestInputPartition, SparkPollRunner}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.client.ApiClient
import io.github.sparkrest.http.{Clock, DaemonThreads}
import io.github.sparkrest.pagelog.format.RunRecords
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.pagelog.{Endpoint, LogOffset, LogPosition, PageLog, Resumption, SourceIdentity}
import io.github.sparkrest.rows.{FieldRules, JsonRowSettings}
import io.github.sparkrest.schedule.backfill.BackfillLanes
import io.github.sparkrest.schedule.{PollStatus, Poller, PollerFailure, SlowLimits}
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.connector.read.streaming._
import org.apache.spark.sql.connector.read.{InputPartition, PartitionReaderFactory}
import org.apache.spark.sql.types.StructType

/** The stream: a batch is a range of the page log. Everything that takes long is elsewhere: the [[Poller]] fills the log ahead
  * of the query, tasks read it.
  *
  * Spark calls all methods but `metrics` from the query's thread: `initialOffset` at each trigger until a batch has an offset of
  * this source; then, for each batch, `latestOffset` (every 10 ms while nothing is new), `planInputPartitions` (twice), and
  * `commit` of a batch after the offset of the next one is logged. After a crash a batch whose end was logged is planned again
  * with the same two offsets, before `latestOffset` is called: it reads the same bytes from the log.
  */
final private[sparkrest] class RestMicroBatchStream(
    config: RestConfig,
    schema: StructType,
    checkpointLocation: String,
    inferred: Option[Inferred],
    input: Option[InputEndpoints],
    session: SparkSession,
    fields: FieldRules
) extends MicroBatchStream
    with SupportsTriggerAvailableNow
    with ReportsSourceMetrics {
  import RestMicroBatchStream._

  private val identity = SourceIdentity.of(config)
  private val location = config.pageLogLocation.fold(checkpointLocation)(PageLogLocation.of(_, checkpointLocation))
  private lazy val hadoopConf = HadoopConf.in(session)

  private val folders =
    new SourceFolders(checkpointLocation, config.pageLogLocation, session.sparkContext.hadoopConfiguration)

  /** Opens the log and claims it before Spark reads its offset log, so that later entries there belong to this run. */
  private val log =
    PageLog.open(LogStore.at(location, session.sparkContext.hadoopConfiguration), config.retainBatches)

  private val endpoints = input.fold(Vector(Endpoint.Only))(_.read(schema.fieldNames.toSet, log.isKnown))
  log.records = RunRecords(Some(config.records.rowFormat), Endpoint.shownOf(endpoints))
  private val clock = Clock.steady()
  private var availableNow = false
  @volatile private var polling: Option[(Poller, Thread)] = None
  private var unpublish: () => Unit = () => ()

  /** Where the newest batch ends, and the one before it. */
  @volatile private var recent: List[RestStreamOffset] = Nil
  private var planned: Option[(Offset, Offset, Array[InputPartition])] = None

  /** Spark calls it at each trigger until a batch has an offset of this source. The check reads many files of the checkpoint. */
  override def initialOffset(): Offset = {
    isNew
    RestStreamOffset(offsetAt(LogPosition.Start))
  }
  private lazy val isNew: Unit = folders.requireNew(log, identity)

  private def offsetAt(position: LogPosition): LogOffset = {
    def named = endpoints.map(_.key -> None).toMap ++ log.offsetsAt(position)
    // With `inputRefresh` there may be more endpoints than at the start.
    val refreshes = config.input.exists(_.refreshMs.isDefined)
    val grows = refreshes || config.offset.backfill.isDefined
    if (endpoints.length > LogOffset.MaxNamed || grows && named.size > LogOffset.MaxNamed)
      LogOffset(position, Map.empty, identity, Some(log.statesSeq), Some(folders.logPlace))
    else LogOffset(position, named, identity, log = Some(folders.logPlace))
  }

  /** Called for each offset found in the checkpoint, after a restart; and for both ends of each batch. */
  override def deserializeOffset(json: String): Offset = recent.find(_.json == json).getOrElse(parsed(json))

  private def parsed(json: String): RestStreamOffset = {
    val offset = RestError.orThrow(LogOffset.parse(json))
    val changed = identity.differences(offset.source)
    if (changed.nonEmpty)
      throw Condition.SourceChanged.exception(
        s"The checkpoint was made with another ${changed.mkString(" and ")}.",
        "Use a new checkpoint for another source, or put the option back."
      )
    RestStreamOffset(offset)
  }

  override def prepareForTriggerAvailableNow(): Unit = availableNow = true

  override def getDefaultReadLimit: ReadLimit =
    ReadLimit.maxRows(if (config.batchSize == 0) Long.MaxValue else config.batchSize)

  override def latestOffset(): Offset = throw new UnsupportedOperationException(
    "Spark calls latestOffset(Offset, ReadLimit)"
  )

  /** Never waits for the network, but under `AvailableNow` and `Once`, where a trigger without a batch ends the query.
    *
    * @return exactly `start` if nothing is new (`null` on the very first batch): Spark then makes no batch
    */
  override def latestOffset(start: Offset, limit: ReadLimit): Offset = {
    val from = offset(start)
    // Only Trigger.Once ignores the default limit: one batch takes all.
    val once = limit.isInstanceOf[ReadAllAvailable]
    val poller = startPolling(from, mustComplete = availableNow || once, bounded = !once)
    val (rows, bytes) = limit match {
      case m: ReadMaxRows => (m.maxRows(), config.maxBytesPerBatch)
      case _              => (Long.MaxValue, Long.MaxValue)
    }
    def failure = PollerFailure.of(poller, polling.exists(_._2.isAlive))
    def runs = failure.isEmpty && !poller.complete
    def full = log.isFull(from.position, rows, bytes)
    if (once) log.awaitWhile(() => runs, Long.MaxValue)
    else if (availableNow)
      log.awaitWhile(() => runs && !full && (poller.catchingUp || log.unreadRecords(from.position) == 0), Long.MaxValue)
    else {
      log.awaitWhile(() => runs && log.unreadRecords(from.position) == 0, IdleWaitMillis)
      log.awaitWhile(() => runs && !full && poller.catchingUp, FillWaitMillis)
    }
    failure.foreach(throw _)
    val end = log.take(from.position, rows, bytes, whole = config.readChanges)
    if (end > from.position) {
      val reached = RestStreamOffset(offsetAt(end))
      recent = reached :: recent.take(1)
      reached
    } else if (from.position == LogPosition.Start) null
    else start
  }

  /** Called twice a batch; and again for the same range after a crash. */
  override def planInputPartitions(start: Offset, end: Offset): Array[InputPartition] = {
    if (!planned.exists { case (s, e, _) => s == start && e == end }) {
      if (polling.isEmpty) folders.requireInPlace(log, offset(end).position, identity, offset(end).log)
      val slices = log.slices(offset(start).position, offset(end).position)
      // Their deletes would look like any other record.
      if (!config.readChanges && slices.exists(_.pages.exists(_.changes))) throw changesOff.toException
      val partitions = RestInputPartition.plan(slices, session.sparkContext.defaultParallelism)
      planned = Some((start, end, partitions.toArray[InputPartition]))
    }
    planned.fold(Array.empty[InputPartition])(_._3)
  }

  override def createReaderFactory(): PartitionReaderFactory =
    new RestPartitionReaderFactory(
      location,
      schema,
      JsonRowSettings.byFormat(session, config, fields),
      config.records.rowFormat,
      hadoopConf,
      input.map(_.schema),
      config.readChanges
    )

  override def commit(end: Offset): Unit = log.commit(offset(end).position)

  /** Returns within a second: every wait of the poller can be interrupted, that for a job included. */
  override def stop(): Unit = {
    polling.foreach { case (poller, thread) =>
      poller.stop()
      thread.interrupt()
      thread.join(StopWaitMillis)
    }
    unpublish()
    ApiClient.closeIdleConnections()
  }

  /** For `StreamingQueryProgress`, from the thread that reports it. */
  override def metrics(latestConsumed: Optional[Offset]): util.Map[String, String] = metricsNow.asJava

  private[sparkrest] def metricsNow: Map[String, String] = StreamMetrics(
    polling.fold(PollStatus())(_._1.status),
    polling.map(_._1.waits),
    polling.fold(endpoints.length)(_._1.endpointCount),
    recent.headOption.fold(0L)(o => log.unreadRecords(o.value.position)),
    clock.now().toEpochMilli
  ).byName

  /** Shown in the query's status. */
  override def toString: String = SourceName(config)

  /** Before the first call nothing is polled. */
  private def startPolling(from: LogOffset, mustComplete: Boolean, bounded: Boolean): Poller = polling.fold {
    folders.requireInPlace(log, from.position, identity, from.log)
    // A batch that takes all waits for the last poll: then nothing would make room.
    val limits = if (bounded) config else config.copy(maxBufferedBytes = Long.MaxValue, batchSize = 0) // guard: I10.41
    if (input.isDefined)
      log.dropLeft(Endpoint.keysOf(endpoints), System.currentTimeMillis(), config.endpointRetentionMs)
    val resumption = log.resume(from.position, from.endpoints)
    val sample = inferred.filter(_ => resumption.fresh).flatMap {
      _.firstPoll(config, mustComplete, System.currentTimeMillis())
    }
    val jobs = new SparkPollRunner(config, session, log.epoch, location, sample)
    val lanes = new BackfillLanes(config, resumption)
    val slow = SlowLimits.within(session.sparkContext.defaultParallelism)
    val poller = new Poller(
      limits,
      lanes.of(endpoints),
      log,
      paced(resumption),
      mustComplete,
      jobs,
      clock,
      slow,
      readInput = () => lanes.of(input.fold(endpoints)(_.readAgain(schema.fieldNames.toSet, log.isKnown)))
    )
    val thread = new DaemonThreads(s"spark-rest poller of ${SourceName(config)}").newThread(poller)
    thread.start()
    polling = Some((poller, thread))
    unpublish = PublishedMetrics.start(session, checkpointLocation)(metricsNow)
    poller
  }(_._1)

  /** The requests that inferred the schema count for pacing: the next poll keeps its distance from the last of them. On a new
    * checkpoint they do not count, because the response either becomes the first poll or is too old for that.
    */
  private def paced(resumption: Resumption): Resumption = {
    val asked = inferred.toList.flatMap(_.askedAtMs)
    val pace = resumption.pace
    resumption.copy(
      polledAtMs =
        if (resumption.fresh) None
        else
          (resumption.lastPollMs(config.streamingIntervalMs, clock.now().toEpochMilli) ++ asked)
            .reduceOption(math.max(_, _)),
      pace = if (config.limits.rate.isEmpty) pace else pace.copy(used = pace.used ++ asked.map(_ -> 1)),
      inferred = inferred.isDefined
    )
  }

  private def offset(o: Offset): LogOffset = o match {
    case RestStreamOffset(value) => value
    case other                   => parsed(other.json()).value
  }
}

private object RestMicroBatchStream {
  private val changesOff = Condition.SourceChanged(
    "readChanges was true when the records of this batch were polled.",
    "Set readChanges=true, or start with a new checkpoint."
  )

  /** Spark calls again every 10 ms, which costs a fifth of a core. */
  val IdleWaitMillis = 100L

  /** For pages that are on their way, while a batch is not full: fewer, larger batches when there is a backlog. */
  val FillWaitMillis = 100L
  val StopWaitMillis = 500L
}
