// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import scala.util.Try
import scala.util.control.NonFatal

import io.github.sparkrest.http._
import io.github.sparkrest.offset.EndpointState
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.pagelog.{LogStore, PageFileWriter, PageLog}
import io.github.sparkrest.poll._
import org.apache.hadoop.conf.Configuration
import org.apache.spark.{SparkEnv, TaskContext}

/** A poll as it is sent to an executor.
  *
  * @param location of the page log
  * @param sample answers the first request, if it is the same
  */
final case class PollTask(
    options: RestConfig.OptionMap,
    state: EndpointState,
    limits: PollLimits,
    epoch: Long,
    location: String,
    sample: Option[Sample]
) {

  /** Polls, writes a page file if there are records, and tells what came of it as JSON text (see `PollCodec`).
    *
    * HTTP errors are part of the report: if the task threw them, Spark's retry policy would stand in for ours. What it
    * does throw is trouble with the page log's storage. May run several times for one poll: each attempt writes a file of
    * its own, and the driver's manifest names one of them.
    */
  def run(conf: Configuration): String = {
    val store = LogStore.at(location, conf)
    val report = refused(store).getOrElse {
      try polled(store)
      catch {
        // A newer run sweeps what this one is still writing. What the store makes of that says nothing: on HDFS, that all
        // data nodes are bad.
        case NonFatal(e) => Try(refused(store)).toOption.flatten.getOrElse(throw e)
      }
    }
    PollCodec.encode(report)
  }

  private def refused(store: LogStore): Option[PollReport] =
    PageLog
      .obstacle(store, epoch)
      .map(e => PollReport(PollOutcome(state, 0, 0, more = false, Some(e), None, 0), None))

  private def polled(store: LogStore): PollReport = {
    val config = PollTask.parsed(options)
    val network = SttpClient(config, PollTask.cancellation())
    val client = sample.fold[HttpClient](network)(new SampledClient(_, network))
    val writer = new PageFileWriter(store, epoch, PollTask.executorLocation)
    try {
      val outcome = new PollPipeline(config, client, Clock.System).run(state, limits, writer)
      PollReport(outcome, writer.close())
    } finally writer.abandon()
  }
}

object PollTask {

  /** The driver has checked them. */
  private[connector] def parsed(options: RestConfig.OptionMap): RestConfig =
    RestConfig.parse(options.toMap).fold(e => throw e.toException, identity)

  /** Whether the running task was killed, for any thread to ask. */
  def cancellation(): () => Boolean = {
    val context = TaskContext.get()
    () => context.isInterrupted()
  }

  /** In Spark's form of a task location, so that a batch is read where its pages are cached. */
  private def executorLocation: String = {
    val id = SparkEnv.get.blockManager.blockManagerId
    if (id.executorId == "driver") "" else s"executor_${id.host}_${id.executorId}"
  }
}
