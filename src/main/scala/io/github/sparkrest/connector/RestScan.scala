// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.input.InputEndpoints
import io.github.sparkrest.connector.schema.Inferred
import io.github.sparkrest.connector.session.SourceName
import io.github.sparkrest.rows.FieldRules
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.connector.metric.{CustomMetric, CustomTaskMetric}
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream
import org.apache.spark.sql.connector.read.{Batch, Scan}
import org.apache.spark.sql.types.StructType

/** @param endpoints of a stream with an input */
final private[sparkrest] class RestScan(
    schema: StructType,
    config: RestConfig,
    inferred: Option[Inferred],
    endpoints: Option[InputEndpoints],
    fields: FieldRules
) extends Scan {
  override def readSchema(): StructType = schema
  override def description(): String = SourceName(config)

  override def toBatch(): Batch = RestBatch(config.forBatch, schema, inferred.fold(0)(_.askedAtMs.length), fields)

  /** Called once a run, on the query's thread. The folder may not exist yet; its path is taken as it is. */
  override def toMicroBatchStream(checkpointLocation: String): MicroBatchStream = {
    val stream =
      new RestMicroBatchStream(config, schema, checkpointLocation, inferred, endpoints, SparkSession.active, fields)
    running = Some(stream)
    stream
  }

  @volatile private var running: Option[RestMicroBatchStream] = None

  override def supportedCustomMetrics(): Array[CustomMetric] = StreamMetrics.shown :+ StreamMetrics.ofReaders

  /** For the UI, called once a batch. */
  override def reportDriverMetrics(): Array[CustomTaskMetric] =
    running.fold(Array.empty[CustomTaskMetric])(s => StreamMetrics.values(s.metricsNow))
}
