// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.util
import java.util.Optional

import scala.jdk.CollectionConverters._

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.{Clock, Sample}
import io.github.sparkrest.offset.{Position, RestOffset, SourceIdentity}
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.pagelog.{LogStore, PageLog}
import io.github.sparkrest.poll.{PollStatus, Poller, Resumption}
import io.github.sparkrest.rows.JsonRowSettings
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.connector.read.streaming._
import org.apache.spark.sql.connector.read.{InputPartition, PartitionReaderFactory}
import org.apache.spark.sql.types.StructType
import org.apache.spark.util.SerializableConfiguration

/** The stream: a batch is a range of the page log. Everything that takes long is elsewhere: the [[Poller]] fills the log ahead
  * of the query, tasks read it.
  *
  * Spark calls all methods but `metrics` from the query's thread: `initialOffset` once on a new checkpoint; then, a batch,
  * `latestOffset` (every 10 ms while nothing is new), `planInputPartitions` (twice), and `commit` of a batch after the
  * offset of the next one is logged. After a crash a batch whose end was logged is planned again with the same two offsets,
  * before `latestOffset` is called: it reads the same bytes from the log.
  */
final private[connector] class RestMicroBatchStream(
    config: RestConfig,
    schema: StructType,
    checkpointLocation: String,
    sample: Option[Sample],
    session: SparkSession
) extends MicroBatchStream
    with SupportsTriggerAvailableNow
    with ReportsSourceMetrics {
  import RestMicroBatchStream._
  import RestOffset.OnlyEndpoint

  private val identity = SourceIdentity.of(config)
  private val location = config.pageLogLocation.fold(checkpointLocation)(PageLogLocation.of(_, checkpointLocation))
  private val jobs = new ExecutorJobs(session, SourceName(config))
  private lazy val hadoopConf =
    session.sparkContext.broadcast(new SerializableConfiguration(session.sparkContext.hadoopConfiguration))
  private lazy val log =
    PageLog.open(LogStore.at(location, session.sparkContext.hadoopConfiguration), config.retainBatches)

  private var availableNow = false
  private var polling: Option[(Poller, Thread)] = None
  @volatile private var latest: Option[RestOffset] = None

  override def initialOffset(): Offset = RestStreamOffset(RestOffset(Position.Start, Map(OnlyEndpoint -> None), identity))

  /** Called for each offset found in the checkpoint, after a restart. */
  override def deserializeOffset(json: String): Offset = {
    val offset = RestOffset.parse(json).fold(e => throw e.toException, o => o)
    val changed = identity.differences(offset.source)
    if (changed.nonEmpty)
      throw RestError(
        Condition.SourceChanged,
        s"The checkpoint was made with another ${changed.mkString(" and ")}.",
        "Use a new checkpoint for another source, or put the option back."
      ).toException
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
    def runs = poller.failure.isEmpty && !poller.complete
    def full = log.isFull(from.position, rows, bytes)
    if (once) log.awaitWhile(() => runs, Long.MaxValue)
    else if (availableNow)
      log.awaitWhile(() => runs && !full && (poller.catchingUp || log.unreadRecords(from.position) == 0), Long.MaxValue)
    else {
      log.awaitWhile(() => runs && log.unreadRecords(from.position) == 0, IdleWaitMillis)
      log.awaitWhile(() => runs && !full && poller.catchingUp, FillWaitMillis)
    }
    poller.failure.foreach(e => throw Poller.asException(e))
    val end = log.take(from.position, rows, bytes)
    if (end > from.position) {
      val reached = RestOffset(end, Map(OnlyEndpoint -> log.offsetAt(end, OnlyEndpoint).flatten), identity)
      latest = Some(reached)
      RestStreamOffset(reached)
    } else if (from.position == Position.Start) null
    else start
  }

  /** Called twice a batch; and again for the same range after a crash. */
  override def planInputPartitions(start: Offset, end: Offset): Array[InputPartition] =
    RestInputPartition
      .plan(log.slices(offset(start).position, offset(end).position), session.sparkContext.defaultParallelism)
      .toArray[InputPartition]

  override def createReaderFactory(): PartitionReaderFactory = {
    val timeZone = session.conf.get("spark.sql.session.timeZone")
    val corruptColumn = session.conf.get("spark.sql.columnNameOfCorruptRecord")
    new RestPartitionReaderFactory(
      location,
      schema,
      JsonRowSettings(config.jsonOptions, timeZone, corruptColumn),
      hadoopConf
    )
  }

  override def commit(end: Offset): Unit = log.commit(offset(end).position)

  /** Returns within a second: every wait of the poller can be interrupted, that for a job included. */
  override def stop(): Unit = polling.foreach { case (_, thread) =>
    thread.interrupt()
    thread.join(StopWaitMillis)
  }

  /** For `StreamingQueryProgress`, from the thread that reports it. */
  override def metrics(latestConsumed: Optional[Offset]): util.Map[String, String] = {
    val status = polling.fold(PollStatus.Start)(_._1.status)
    val unread = latest.fold(0L)(o => log.unreadRecords(o.position))
    (Map(
      "polls" -> status.polls,
      "requests" -> status.requests,
      "recordsReceived" -> status.records,
      "newRecords" -> status.newRecords,
      "failedPolls" -> status.failedPolls,
      "unreadRecords" -> unread
    ).map { case (k, v) => k -> v.toString } ++ status.lastError.map("lastError" -> _)).asJava
  }

  /** Shown in the query's status. */
  override def toString: String = SourceName(config)

  /** Before the first call nothing is polled. */
  private def startPolling(from: RestOffset, mustComplete: Boolean, bounded: Boolean): Poller = polling.fold {
    // A batch that takes all waits for the last poll: then nothing would make room.
    val limits = if (bounded) config else config.copy(maxBufferedBytes = Long.MaxValue)
    val resumption = log.resume(from.position, OnlyEndpoint, from.endpoints.get(OnlyEndpoint).flatten)
    val poller = new Poller(
      limits,
      OnlyEndpoint,
      log,
      paced(resumption),
      mustComplete,
      pollOnExecutor(resumption.fresh),
      Clock.System
    )
    val thread = new Thread(poller, s"spark-rest poller of ${SourceName(config)}")
    thread.setDaemon(true)
    thread.start()
    polling = Some((poller, thread))
    poller
  }(_._1)

  /** The request that inferred the schema counts for pacing: it is the first poll itself on a new checkpoint, else the next
    * poll keeps its distance from it.
    */
  private def paced(resumption: Resumption): Resumption =
    if (resumption.fresh && sample.isDefined) resumption.copy(polledAtMs = None)
    else resumption.copy(polledAtMs = (resumption.polledAtMs ++ sample.map(_.atMs)).reduceOption(math.max(_, _)))

  private def pollOnExecutor(fresh: Boolean) = {
    var first = if (fresh) sample else None
    (state: io.github.sparkrest.offset.EndpointState, limits: io.github.sparkrest.poll.PollLimits) => {
      val task = PollTask(config.options, state, limits, log.epoch, location, first)
      first = None
      jobs.poll(task)
    }
  }

  private def offset(o: Offset): RestOffset = o match {
    case RestStreamOffset(value) => value
    case other                   => deserializeOffset(other.json()).asInstanceOf[RestStreamOffset].value
  }
}

private object RestMicroBatchStream {

  /** Spark asks again every 10 ms, which costs a fifth of a core. */
  val IdleWaitMillis = 100L

  /** For pages that are on their way, while a batch is not full: fewer, larger batches when there is a backlog. */
  val FillWaitMillis = 100L
  val StopWaitMillis = 500L
}
