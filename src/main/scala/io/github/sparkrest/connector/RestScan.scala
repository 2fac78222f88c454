// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import io.github.sparkrest.http.Sample
import io.github.sparkrest.options.RestConfig
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream
import org.apache.spark.sql.connector.read.{Batch, Scan}
import org.apache.spark.sql.types.StructType

final private[connector] class RestScan(schema: StructType, config: RestConfig, sample: Option[Sample]) extends Scan {
  override def readSchema(): StructType = schema
  override def description(): String = SourceName(config)

  override def toBatch(): Batch = RestBatch(config, schema)

  /** Called once a run, on the query's thread. The folder may not exist yet; its path is taken as it is. */
  override def toMicroBatchStream(checkpointLocation: String): MicroBatchStream =
    new RestMicroBatchStream(config, schema, checkpointLocation, sample, SparkSession.active)
}
