// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import io.github.sparkrest.schedule.{PollStatus, WaitMetrics}
import org.apache.spark.sql.connector.metric.{CustomMetric, CustomSumMetric, CustomTaskMetric}

/** The metrics of a stream: by name in `StreamingQueryProgress`, and as numbers in the UI at the scan of each batch.
  *
  * @param unread received records that are not yet in a batch
  */
private[sparkrest] object StreamMetrics {
  def of(
      status: PollStatus,
      waits: Option[WaitMetrics],
      endpoints: Int,
      unread: Long,
      now: Long
  ): Map[String, String] = {
    val counts = Map(
      "polls" -> status.polls,
      "requests" -> status.requests,
      "bytesReceived" -> status.bytes,
      "recordsReceived" -> status.records,
      "newRecords" -> status.newRecords,
      "failedPolls" -> status.failedPolls,
      "endpoints" -> endpoints.toLong,
      "failingEndpoints" -> status.failing.toLong,
      "unreadRecords" -> unread,
      "rateLimitWaitMs" -> waits.fold(0L)(_.totalMs(now)),
      "rateLimitWaitLeftMs" -> waits.fold(0L)(_.leftMs(now))
    ) ++ status.failures.map { case (name, n) => s"failedPolls.$name" -> n } ++
      status.quotaLeft.map("quotaLeft" -> _) ++
      status.oldestMs.map(ms => "lagSeconds" -> math.max(0L, now - ms) / 1000) ++
      status.polledAtMs.map(ms => "secondsSinceLastPoll" -> math.max(0L, now - ms) / 1000)
    counts.map { case (name, n) => name -> n.toString } ++ status.lastError.map("lastError" -> _)
  }

  /** All whose values are numbers and whose names do not depend on errors. */
  val numbers: Seq[String] = Seq(
    "polls",
    "requests",
    "bytesReceived",
    "recordsReceived",
    "newRecords",
    "failedPolls",
    "endpoints",
    "failingEndpoints",
    "unreadRecords",
    "rateLimitWaitMs",
    "rateLimitWaitLeftMs",
    "quotaLeft",
    "lagSeconds",
    "secondsSinceLastPoll"
  )

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
    new LagSeconds
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

  final class RecordsParsedBySpark extends CustomSumMetric {
    override def name(): String = "recordsParsedBySpark"
    override def description(): String = "records that only Spark's own JSON parser could read"
  }
}
