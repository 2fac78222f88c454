// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import io.github.sparkrest.connector.tasks.RestInputPartition
import io.github.sparkrest.pagelog.format.{PageFileReader, PageSlice}
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.rows.{EndpointRows, JsonRowSettings, JsonRows, OwnedRows}
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.connector.metric.CustomTaskMetric
import org.apache.spark.sql.connector.read.{InputPartition, PartitionReader, PartitionReaderFactory}
import org.apache.spark.sql.types.StructType
import org.apache.spark.util.SerializableConfiguration

/** @param settings by the format of the records
  * @param format for pages that do not name theirs
  */
final private[sparkrest] class RestPartitionReaderFactory(
    location: String,
    schema: StructType,
    settings: Map[String, JsonRowSettings],
    format: String,
    conf: Broadcast[SerializableConfiguration],
    input: Option[StructType],
    changes: Boolean
) extends PartitionReaderFactory {
  override def createReader(partition: InputPartition): PartitionReader[InternalRow] =
    new RestPartitionReader(
      LogStore.at(location, conf.value.value),
      partition.asInstanceOf[RestInputPartition].slices,
      new PageRows(
        polled => rows(settings(polled.getOrElse(format))),
        changes
      )
    )

  private def rows(settings: JsonRowSettings): OwnedRows =
    input.fold(PageRows.alone(JsonRows(schema, settings)))(new EndpointRows(schema, _, settings))
}

/** Page slices → records → rows. No HTTP here: a task that is run again reads the same bytes (I2). */
final private[sparkrest] class RestPartitionReader(store: => LogStore, slices: Seq[PageSlice], records: PageRows)
    extends PartitionReader[InternalRow] {
  private val pages = slices.iterator
  private var page: PageFileReader = _
  private var rows: Iterator[InternalRow] = Iterator.empty
  private var row: InternalRow = _

  override def next(): Boolean = {
    while (!rows.hasNext)
      if (page == null || !page.next()) {
        if (page != null) page.close()
        if (!pages.hasNext) { page = null; records.finish(); return false }
        val slice = pages.next()
        records.begin(slice)
        page = new PageFileReader(store, slice)
      } else {
        row = records.row(page)
        if (row != null) return true
        rows = records.rows(page)
      }
    row = rows.next()
    true
  }

  override def get(): InternalRow = row

  override def currentMetricsValues(): Array[CustomTaskMetric] = StreamMetrics.ofReader(records.parsedBySpark)

  override def close(): Unit = if (page != null) page.close()
}
