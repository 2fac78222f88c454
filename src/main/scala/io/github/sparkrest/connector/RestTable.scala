// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.util

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.input.InputEndpoints
import io.github.sparkrest.connector.schema.Inferred
import io.github.sparkrest.connector.session.SourceName
import io.github.sparkrest.connector.tasks.{InputCalls, RestInputScanBuilder}
import io.github.sparkrest.rows.{FieldRules, RecordMetadata, RowShape}
import org.apache.spark.sql.connector.catalog._
import org.apache.spark.sql.connector.read.ScanBuilder
import org.apache.spark.sql.types.{DataType, StructType}
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
  override def schema(): StructType = RestTable.nullable(asked)

  override def capabilities(): util.Set[TableCapability] =
    util.EnumSet.of(TableCapability.BATCH_READ, TableCapability.MICRO_BATCH_READ)

  /** A call's result may be made of many responses, or of none. A column of the schema hides metadata columns of its name, and
    * those after it.
    */
  override def metadataColumns(): Array[MetadataColumn] = {
    val all = RestTable.Metadata +: (if (config.readChanges) RestTable.changes else Nil)
    if (calls.isDefined) Array.empty else all.takeWhile(c => !asked.fieldNames.contains(c.name())).toArray
  }

  /** The options are those of `load()`, which [[config]] was made from. */
  override def newScanBuilder(options: CaseInsensitiveStringMap): ScanBuilder = {
    val schema = RestTable.nullable(asked)
    calls.fold[ScanBuilder](new RestScanBuilder(schema, config, inferred, endpoints, fields))(
      new RestInputScanBuilder(config, _, schema, fields)
    )
  }
}

private object RestTable {
  val changes: Seq[MetadataColumn] = RecordMetadata.changeColumns.map { field =>
    new MetadataColumn {
      override def name(): String = field.name
      override def dataType(): DataType = field.dataType
      override def isNullable: Boolean = field.nullable
      override def comment(): String = "The change that the record stands for, or the commit that it belongs to"
    }
  }

  object Metadata extends MetadataColumn {
    override def name(): String = RecordMetadata.Column
    override def dataType(): DataType = RecordMetadata.schema
    override def isNullable: Boolean = false
    override def comment(): String = "The response that a record came with, and its place there"
  }

  def nullable(schema: StructType): StructType = RowShape.nullable(schema) match {
    case s: StructType => s
    case _             => schema
  }
}
