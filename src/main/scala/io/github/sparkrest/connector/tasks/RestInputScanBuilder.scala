// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.tasks

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.input.InputProblems
import io.github.sparkrest.connector.session.SourceName
import io.github.sparkrest.rows.{CallRows, FieldRules, JsonRowSettings}
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.connector.read._
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream
import org.apache.spark.sql.types.StructType

/** With an input: takes from Spark which columns and how many rows a query needs, so that no other is parsed or called for.
  * Called once for each scan in a query, before its batch is planned.
  */
final private[sparkrest] class RestInputScanBuilder(
    config: RestConfig,
    calls: InputCalls,
    schema: StructType,
    fields: FieldRules
) extends ScanBuilder
    with SupportsPushDownRequiredColumns
    with SupportsPushDownLimit {
  private var required = schema
  private var limit: Option[Int] = None
  private val settings = JsonRowSettings.in(SparkSession.active, config, fields)
  private val oneRowEach = CallRows.oneRowEach(schema, calls.inputSchema, settings)

  override def pruneColumns(asked: StructType): Unit = if (settings.mayDropColumns(schema)) required = asked

  /** Only if each call certainly returns a row. Otherwise each task stops when Spark stops reading, so it makes no more calls
    * than are already in flight.
    */
  override def pushLimit(n: Int): Boolean = {
    val pushed = config.dataField.isEmpty && oneRowEach
    if (pushed) limit = Some(n)
    pushed
  }

  /** Each task keeps to the limit by itself, so Spark has to apply it to all of them. */
  override def isPartiallyPushed(): Boolean = true

  override def build(): Scan = new Scan {
    override def readSchema(): StructType = required
    override def description(): String = s"${SourceName(config)}, a call per input row"
    override def toBatch(): Batch =
      new RestInputBatch(config, calls, RowsOfCalls(required, calls.inputSchema, settings, counted = !oneRowEach), limit)
    override def toMicroBatchStream(checkpointLocation: String): MicroBatchStream =
      throw InputProblems.streaming.toException
  }
}
