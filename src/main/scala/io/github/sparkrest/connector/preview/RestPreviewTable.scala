// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.preview

import java.util

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow
import org.apache.spark.sql.connector.catalog.{SupportsRead, Table, TableCapability}
import org.apache.spark.sql.connector.read.{LocalScan, ScanBuilder}
import org.apache.spark.sql.types.{StringType, StructType}
import org.apache.spark.sql.util.CaseInsensitiveStringMap
import org.apache.spark.unsafe.types.UTF8String

/** `spark.read.format("rest-preview")`: one row that tells of an API, whose columns are the `text` to read, the `call` to paste,
  * and all of it as JSON, the `report`.
  */
final private[sparkrest] class RestPreviewTable(options: Map[String, String]) extends Table with SupportsRead {
  override def name(): String = "rest-preview"

  @deprecated("Spark's newer method is columns(), which falls back to this one", "Spark 3.4")
  override def schema(): StructType = RestPreviewTable.Columns
  override def capabilities(): util.Set[TableCapability] = util.EnumSet.of(TableCapability.BATCH_READ)

  /** Spark plans each query of it once, and the planning sends the requests. */
  override def newScanBuilder(options: CaseInsensitiveStringMap): ScanBuilder = () =>
    new RestPreviewTable.Scan(this.options)
}

private[sparkrest] object RestPreviewTable {
  val Columns: StructType = Seq("text", "call", "report").foldLeft(new StructType)(_.add(_, StringType, nullable = false))

  def apply(options: util.Map[String, String]): RestPreviewTable = new RestPreviewTable(options.asScala.toMap)

  final private class Scan(options: Map[String, String]) extends LocalScan {
    private lazy val row = {
      val report = new Preview(options, SparkSession.active).report()
      Seq(report.text, report.call, report.json.noSpaces).map(t => UTF8String.fromString(t): Any)
    }
    override def readSchema(): StructType = Columns
    override def description(): String = "rest-preview"
    override def rows(): Array[InternalRow] = Array(new GenericInternalRow(row.toArray))
  }
}
