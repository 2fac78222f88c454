// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.util.function.DoubleSupplier

import scala.jdk.CollectionConverters._

import io.github.sparkrest.connector.session.DriverGauges
import io.github.sparkrest.schedule.{PollStatus, WaitMetrics}
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.connector.metric.{CustomMetric, CustomSumMetric, CustomTaskMetric}

/** The metrics of a stream: by name in `StreamingQueryProgress`, and as numbers in the UI at the scan of each batch.
  *
  * @param unread received records that are not yet in a batch
  */
final private[sparkrest] case class StreamMetrics(
    status: PollStatus,
    waits: Option[WaitMetrics],
    endpoints: Int,
    unread: Long,
    now: Long
) {
  def byName: Map[String, String] = {
    val counts = StreamMetrics.table.flatMap { case (name, read) => read(this).map(name -> _) } ++
      status.failures.map { case (name, n) => s"failedPolls.$name" -> n }
    counts.map { case (name, n) => name -> n.toString }.toMap ++ status.lastError.map("lastError" -> _)
  }

  private def secondsSince(ms: Long): Long = math.max(0L, now - ms) / 1000
}

private[sparkrest] object StreamMetrics {

  /** `None`: not known. */
  private val table: Seq[(String, StreamMetrics => Option[Long])] = Seq(
    "polls" -> (s => Some(s.status.polls)),
    "requests" -> (s => Some(s.status.requests)),
    "bytesReceived" -> (s => Some(s.status.bytes)),
    "recordsReceived" -> (s => Some(s.status.records)),
    "newRecords" -> (s => Some(s.status.newRecords)),
    "failedPolls" -> (s => Some(s.status.failedPolls)),
    "endpoints" -> (s => Some(s.endpoints.toLong)),
    "failingEndpoints" -> (s => Some(s.status.failing.toLong)),
    "unreadRecords" -> (s => Some(s.unread)),
    "rateLimitWaitMs" -> (s => Some(s.waits.fold(0L)(_.totalMs(s.now)))),
    "rateLimitWaitLeftMs" -> (s => Some(s.waits.fold(0L)(_.leftMs(s.now)))),
    "quotaLeft" -> (_.status.quotaLeft),
    "lagSeconds" -> (s => s.status.oldestMs.map(s.secondsSince)),
    "secondsSinceLastPoll" -> (s => s.status.polledAtMs.map(s.secondsSince)),
    "backfillPercent" -> (_.status.backfill.map(_.percent)),
    "backfillSecondsLeft" -> (s => s.status.backfill.flatMap(_.secondsLeft(s.now)))
  )

  /** All whose values are numbers and whose names do not depend on errors. */
  val numbers: Seq[String] = table.map(_._1)

  /** Those of them that the UI shows. */
  val shown: Array[CustomMetric] = Array(
    new Polls,
    new Requests,
    new BytesReceived,
    new RecordsReceived,
    new FailedPolls,
    new UnreadRecords,
    new RateLimitWaitMs,
    new QuotaLeft,
    new LagSeconds,
    new BackfillPercent
  )

  def values(metrics: collection.Map[String, String]): Array[CustomTaskMetric] =
    shown.flatMap(m => metrics.get(m.name()).map(v => new Value(m.name(), v.toLong): CustomTaskMetric))

  /** In the UI too, but counted by the tasks that make rows. */
  val ofReaders: CustomMetric = new RecordsParsedBySpark

  def ofReader(parsedBySpark: Long): Array[CustomTaskMetric] = Array(new Value(ofReaders.name(), parsedBySpark))

  final private class Value(metric: String, number: Long) extends CustomTaskMetric {
    override def name(): String = metric
    override def value(): Long = number
  }

  /** Spark's UI makes one by its class name, without arguments. The driver reports one value for each batch: nothing is added up. */
  sealed abstract class Metric(metric: String, text: String) extends CustomMetric {
    override def name(): String = metric
    override def description(): String = text
    override def aggregateTaskMetrics(values: Array[Long]): String = values.lastOption.fold("")(_.toString)
  }
  final class Polls extends Metric("polls", "polls since the start")
  final class Requests extends Metric("requests", "requests since the start, retries included")
  final class BytesReceived extends Metric("bytesReceived", "bytes received since the start")
  final class RecordsReceived extends Metric("recordsReceived", "records received since the start")
  final class FailedPolls extends Metric("failedPolls", "polls that failed since the start")
  final class UnreadRecords extends Metric("unreadRecords", "records received and in no batch yet")
  final class RateLimitWaitMs extends Metric("rateLimitWaitMs", "milliseconds waited for limits since the start")
  final class QuotaLeft extends Metric("quotaLeft", "requests that the API says are left")
  final class LagSeconds extends Metric("lagSeconds", "seconds that the offset is behind now")
  final class BackfillPercent extends Metric("backfillPercent", "percent of the backfill's time that was read")

  final class RecordsParsedBySpark extends CustomSumMetric {
    override def name(): String = "recordsParsedBySpark"
    override def description(): String = "records that only Spark's own JSON parser could read"
  }
}

/** The numbers of a stream for Spark's metrics sinks, such as Prometheus, under the same setting as Spark's own numbers of
  * streams. They are current at each scrape, even if a batch or the API hangs and the query reports no progress.
  */
private[connector] object PublishedMetrics {
  private val Setting = "spark.sql.streaming.metricsEnabled"

  /** Called on the thread of the query, which knows the query's id.
    *
    * @param checkpointLocation of the source; ends with the number of the source
    * @param metrics the current ones by name
    * @return removes them
    */
  def start(session: SparkSession, checkpointLocation: String)(metrics: => Map[String, String]): () => Unit =
    if (!session.conf.getOption(Setting).exists(_.equalsIgnoreCase("true"))) () => ()
    else {
      def number(name: String): DoubleSupplier = () => metrics.get(name).fold(Double.NaN)(_.toDouble)
      val query = Option(session.sparkContext.getLocalProperty("sql.streaming.queryId")).getOrElse("unknown")
      val source = checkpointLocation.split('/').lastOption.getOrElse("0")
      val numbers = StreamMetrics.numbers.map(n => n -> number(n)).toMap.asJava
      val removal = DriverGauges.register(s"spark_rest.$query.$source", numbers)
      () => removal.run()
    }
}
