// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import java.util

import io.github.sparkrest.http.Sample
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.rows.RowShape
import org.apache.spark.sql.connector.catalog.{SupportsRead, Table, TableCapability}
import org.apache.spark.sql.connector.read.{Scan, ScanBuilder}
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.util.CaseInsensitiveStringMap

/** An API as a table that can be read and streamed.
  *
  * @param sample what the schema was inferred from, used as the first poll of a stream; each batch read asks anew, for it wants what is there then
  */
final private[connector] class RestTable(asked: StructType, config: RestConfig, sample: Option[Sample])
    extends Table
    with SupportsRead {
  override def name(): String = SourceName(config)

  @deprecated("Spark's newer method is columns(), which falls back to this one", "Spark 3.4")
  override def schema(): StructType = RestTable.nullable(asked)

  override def capabilities(): util.Set[TableCapability] =
    util.EnumSet.of(TableCapability.BATCH_READ, TableCapability.MICRO_BATCH_READ)

  /** The options are those of `load()`, which [[config]] was made from. */
  override def newScanBuilder(options: CaseInsensitiveStringMap): ScanBuilder = new ScanBuilder {
    override def build(): Scan = new RestScan(RestTable.nullable(asked), config, sample)
  }
}

private object RestTable {
  def nullable(schema: StructType): StructType = RowShape.nullable(schema) match {
    case s: StructType => s
    case _             => schema
  }
}
