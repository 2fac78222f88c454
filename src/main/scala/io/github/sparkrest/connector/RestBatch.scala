// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.nio.file.{Files, Path}
import java.util.Comparator
import java.util.concurrent.ThreadLocalRandom

import scala.annotation.tailrec

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http._
import io.github.sparkrest.offset.{EndpointState, OffsetTime}
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.pagelog.{LocalLogStore, PageFileReader, PageFileWriter, PageSlice}
import io.github.sparkrest.poll._
import io.github.sparkrest.rows.{JsonRowSettings, JsonRows}
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.connector.read._
import org.apache.spark.sql.types.StructType

/** `spark.read`: all pages of one address, in one task, because each page says where the next one is.
  *
  * Called by Spark when the query runs. A task that is run again asks for all pages anew; Spark takes the rows of one attempt.
  */
final private[connector] class RestBatch(
    config: RestConfig,
    schema: StructType,
    session: SparkSession
) extends Batch {
  override def planInputPartitions(): Array[InputPartition] = Array(RestBatchPartition)

  override def createReaderFactory(): PartitionReaderFactory = {
    val settings = JsonRowSettings(
      config.jsonOptions,
      session.conf.get("spark.sql.session.timeZone"),
      session.conf.get("spark.sql.columnNameOfCorruptRecord")
    )
    new RestBatchReaderFactory(config.options, schema, settings)
  }
}

private[connector] object RestBatch {

  /** `streaming=true` belongs to `readStream`. */
  def apply(config: RestConfig, schema: StructType): RestBatch =
    if (config.streaming)
      throw RestError(
        Condition.InvalidOptions,
        "1 option is wrong:\n  - streaming: true, but this is spark.read.",
        "Use spark.readStream, or leave streaming out."
      ).toException
    else new RestBatch(config, schema, SparkSession.active)
}

private[connector] case object RestBatchPartition extends InputPartition

final private[connector] class RestBatchReaderFactory(
    options: RestConfig.OptionMap,
    schema: StructType,
    settings: JsonRowSettings
) extends PartitionReaderFactory {
  override def createReader(partition: InputPartition): PartitionReader[InternalRow] = {
    val config = PollTask.parsed(options)
    new RestBatchReader(config, SttpClient(config, PollTask.cancellation()), JsonRows(schema, settings))
  }
}

/** Polls some pages into a temporary file of this machine, reads them, polls on: memory stays bounded, whatever the API sends. */
final private[connector] class RestBatchReader(config: RestConfig, client: HttpClient, json: JsonRows)
    extends PartitionReader[InternalRow] {
  private val folder = Files.createTempDirectory("spark-rest-")
  private val store = new LocalLogStore(folder)
  private val pipeline = new PollPipeline(config, client, Clock.System)
  private val pace = new Pace(config)
  private val time = new OffsetTime(config.offset)
  private var state = EndpointState.Initial
  private var ending = AvailableNow(System.currentTimeMillis)
  private var requests = 0L
  private var more = true
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
          rows = json.rows(p.block.bytes, p.block.from(p.i), p.block.to(p.i))
          next()
        case Some(p)      => closePage(p); next()
        case None if more => poll(tries = 1); next()
        case None         => false
      }

  @tailrec private def poll(tries: Int): Unit = {
    val writer = new PageFileWriter(store, epoch = 0, location = "")
    val limits =
      PollLimits.within(config.maxBufferedBytes, config.maxRequestsPerTrigger.fold(Long.MaxValue)(_ - requests))
    val outcome =
      try {
        val o = pipeline.run(state, limits, writer)
        page = writer.close().map(f => new PageFileReader(store, PageSlice(f.name, 0, f.records, f.records, f.bytes, "")))
        o
      } finally writer.abandon()
    state = outcome.state
    requests += outcome.requests
    outcome.error match {
      case None =>
        ending = ending.after(outcome)
        val reached = state.offset.flatMap(time.momentOf).map(_.toEpochMilli)
        more = ending.end(outcome, reached, requests, System.currentTimeMillis, config).isEmpty
        if (more && config.paging.intervalMs > 0) Thread.sleep(config.paging.intervalMs)
      case Some(error) =>
        val now = System.currentTimeMillis
        pace.retry(error, tries, now, ThreadLocalRandom.current.nextDouble()) match {
          case Some(at) => Thread.sleep(math.max(0, at - now)); if (page.isEmpty) poll(tries + 1)
          case None     => throw error.toException
        }
    }
  }

  private def closePage(p: PageFileReader): Unit = {
    p.close()
    page = None
    PathTree.deleteFilesIn(folder)
  }

  override def get(): InternalRow = row

  override def close(): Unit = {
    page.foreach(_.close())
    PathTree.delete(folder)
  }
}

private object PathTree {
  def delete(root: Path): Unit = if (Files.exists(root)) walk(root)(Files.delete)
  def deleteFilesIn(root: Path): Unit = walk(root)(p => if (Files.isRegularFile(p)) Files.delete(p))

  private def walk(root: Path)(each: Path => Unit): Unit = {
    val paths = Files.walk(root)
    try paths.sorted(Comparator.reverseOrder[Path]()).forEach(p => each(p))
    finally paths.close()
  }
}
