// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.util

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.input.InputEndpoints
import io.github.sparkrest.connector.schema.Inferred
import io.github.sparkrest.connector.session.{SessionJars, SourceName}
import io.github.sparkrest.connector.tasks.{InputCalls, RestInputScanBuilder}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.rows.{FieldRules, JsonRowSettings, RecordMetadata, RowShape}
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.connector.catalog._
import org.apache.spark.sql.connector.metric.{CustomMetric, CustomTaskMetric}
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream
import org.apache.spark.sql.connector.read.{Batch, Scan, ScanBuilder, SupportsPushDownRequiredColumns}
import org.apache.spark.sql.types.{DataType, StructField, StructType}
import org.apache.spark.sql.util.CaseInsensitiveStringMap

/** An API as a table that can be read and streamed.
  *
  * @param calls of a batch read with an input: one per input row
  * @param endpoints of a stream with an input: one per input row
  * @param fields how to treat fields that the schema lacks
  * @param inferred the response that the schema was inferred from. A stream uses it as its first poll. A batch read sends a
  *   new request, because it must return the current data
  */
final private[sparkrest] class RestTable(
    asked: StructType,
    config: RestConfig,
    inferred: Option[Inferred],
    calls: Option[InputCalls],
    endpoints: Option[InputEndpoints],
    fields: FieldRules
) extends Table
    with SupportsRead
    with SupportsMetadataColumns {
  override def name(): String = SourceName(config)

  @deprecated("Spark's newer method is columns(), which falls back to this one", "Spark 3.4")
  override def schema(): StructType = RowShape.nullable(asked)

  override def capabilities(): util.Set[TableCapability] =
    util.EnumSet.of(TableCapability.BATCH_READ, TableCapability.MICRO_BATCH_READ)

  /** A call's result may be made of many responses, or of none. A column of the schema hides metadata columns of its name, and
    * those after it.
    */
  override def metadataColumns(): Array[MetadataColumn] = {
    val all = if (calls.isDefined) Nil else RestScan.metadataFields(config)
    all.takeWhile(f => !asked.fieldNames.contains(f.name)).map(new RestTable.Hidden(_): MetadataColumn).toArray
  }

  /** The options are those of `load()`, which [[config]] was made from. */
  override def newScanBuilder(options: CaseInsensitiveStringMap): ScanBuilder = {
    val schema = RowShape.nullable(asked)
    calls.fold[ScanBuilder](new RestScanBuilder(schema, config, inferred, endpoints, fields))(
      new RestInputScanBuilder(config, _, schema, fields)
    )
  }
}

private object RestTable {
  final class Hidden(field: StructField) extends MetadataColumn {
    override def name(): String = field.name
    override def dataType(): DataType = field.dataType
    override def isNullable: Boolean = field.nullable
    override def comment(): String =
      if (field.name == RecordMetadata.Column) "The response that a record came with, and its place there"
      else "The change that the record stands for, or the commit that it belongs to"
  }
}

/** Takes from Spark which columns a batch read needs. Spark calls it once for each scan in a query. For a stream, Spark 4.3 calls
  * it with all columns, and older versions do not call it (ADR 26).
  */
final private[sparkrest] class RestScanBuilder(
    schema: StructType,
    config: RestConfig,
    inferred: Option[Inferred],
    endpoints: Option[InputEndpoints],
    fields: FieldRules
) extends ScanBuilder
    with SupportsPushDownRequiredColumns {
  private var required = schema
  private var withMetadata = false
  private val settings = JsonRowSettings.in(SparkSession.active, config, fields)

  override def pruneColumns(asked: StructType): Unit =
    if (!schema.fieldNames.exists(RestScan.metadata(config).contains)) {
      val columns = StructType(asked.filterNot(f => RestScan.metadata(config).contains(f.name)))
      withMetadata = columns.length < asked.length
      if (settings.canPrune(schema, columns)) required = columns
    }

  override def build(): Scan = new RestScan(required, withMetadata, config, inferred, endpoints, fields)
}

/** @param schema of the records
  * @param withMetadata whether the metadata column follows; it is in each row in any case
  * @param endpoints of a stream with an input
  */
final private[sparkrest] class RestScan(
    schema: StructType,
    withMetadata: Boolean,
    config: RestConfig,
    inferred: Option[Inferred],
    endpoints: Option[InputEndpoints],
    fields: FieldRules
) extends Scan {

  /** Spark may need only a part of the metadata. All of it costs no more. */
  override def readSchema(): StructType =
    if (withMetadata) StructType(schema ++ RestScan.metadataFields(config)) else schema
  override def description(): String = SourceName(config)

  override def toBatch(): Batch = RestBatch(config.forBatch, schema, inferred.fold(0)(_.askedAtMs.length), fields)

  /** Called once a run, on the query's thread. The folder may not exist yet; its path is taken as it is. */
  override def toMicroBatchStream(checkpointLocation: String): MicroBatchStream = {
    if (config.readChanges) RestScan.requireMetadata()
    val stream =
      new RestMicroBatchStream(config, schema, checkpointLocation, inferred, endpoints, SparkSession.active, fields)
    running = Some(stream)
    stream
  }

  @volatile private var running: Option[RestMicroBatchStream] = None

  /** Spark's UI makes them by name, in a thread that started with the application. It does not find a class of a jar that was
    * added later, and would log an error for each of them.
    */
  override def supportedCustomMetrics(): Array[CustomMetric] =
    if (showsMetrics) StreamMetrics.shown :+ StreamMetrics.ofReaders else Array.empty
  private def showsMetrics = !SessionJars.isLoaderOf(getClass)

  /** For the UI, called once a batch. A metric that is not supported fails the query. */
  override def reportDriverMetrics(): Array[CustomTaskMetric] =
    running.filter(_ => showsMetrics).fold(Array.empty[CustomTaskMetric])(s => StreamMetrics.values(s.metricsNow))
}

private object RestScan {

  /** The metadata columns, in the order in which they follow the columns of the schema in each row. */
  def metadataFields(config: RestConfig): Seq[StructField] =
    StructField(RecordMetadata.Column, RecordMetadata.schema, nullable = false) +:
      (if (config.readChanges) RecordMetadata.changeColumns else Nil)

  def metadata(config: RestConfig): Set[String] = metadataFields(config).map(_.name).toSet

  /** Without them nobody could tell a delete from an insert. */
  def requireMetadata(): Unit =
    if (org.apache.spark.SPARK_VERSION.takeWhile(_ != '.').toInt < 4)
      RestError.refuse(
        s"readChanges: needs the metadata columns that streams have from Spark 4.0 on, and this is Spark ${org.apache.spark.SPARK_VERSION}.",
        "Use Spark 4, or leave readChanges out."
      )
}
