// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.{GenericInternalRow, JoinedRow}
import org.apache.spark.sql.types._
import org.apache.spark.unsafe.types.UTF8String

/** The hidden column `_metadata`: the origin of a record.
  *
  * Spark puts metadata columns after all others, and does not tell a stream's scan whether a query selects them
  * (`SupportsMetadataColumns`). So each row has it as an additional last field. Spark ignores the field if no query selects it.
  */
final class RecordMetadata {
  private val fields = new GenericInternalRow(RecordMetadata.schema.length)
  private val outer = new GenericInternalRow(Array[Any](fields))
  private val joined = new JoinedRow

  /** The records that follow are of this page; times are epoch milliseconds. */
  def page(url: String, status: Int, atMs: Long, number: Long, offset: Option[String]): Unit = {
    fields.update(0, UTF8String.fromString(url))
    fields.update(1, status)
    fields.update(2, atMs * 1000)
    fields.update(3, number)
    fields.update(5, offset.map(UTF8String.fromString).orNull)
  }

  /** The records that follow are of a page of which only the offset is known. */
  def unknown(offset: Option[String]): Unit = {
    (0 to 3).foreach(fields.setNullAt)
    fields.update(5, offset.map(UTF8String.fromString).orNull)
  }

  /** @param record its number in the page; used again by the next call */
  def beside(row: InternalRow, record: Long): InternalRow = {
    fields.update(4, record)
    joined(row, outer)
  }
}

object RecordMetadata {
  val Column = "_metadata"

  val schema: StructType = new StructType()
    .add("url", StringType)
    .add("status", IntegerType)
    .add("polled_at", TimestampType)
    .add("page", LongType)
    .add("record", LongType)
    .add("offset", StringType)
}
