// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import io.github.sparkrest.progress.Change
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.{GenericInternalRow, JoinedRow}
import org.apache.spark.sql.types._
import org.apache.spark.unsafe.types.UTF8String

/** The hidden columns of a record: `_metadata` with its origin, and with `readChanges` the change that it stands for.
  *
  * Spark puts metadata columns after all others, and does not tell a stream's scan whether a query selects them
  * (`SupportsMetadataColumns`). So each row has them as additional last fields. Spark ignores them if no query selects one.
  */
final class RecordMetadata(changes: Boolean = false) {
  private val fields = new GenericInternalRow(RecordMetadata.schema.length)
  private val outer = new GenericInternalRow(if (changes) Array[Any](fields, null, null, null) else Array[Any](fields))
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

  /** The records that follow are of this commit. A record without a mark was polled before `readChanges` was on. */
  def commit(version: Long, atMs: Option[Long]): Unit = if (changes) {
    outer.update(1, RecordMetadata.inserted)
    outer.update(2, version)
    outer.update(3, atMs.fold[Any](null)(ms => ms * 1000))
  }

  /** @param mark in front of the record */
  def change(mark: Byte): Unit = if (changes)
    outer.update(1, RecordMetadata.changes.getOrElse(mark, RecordMetadata.inserted))

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

  /** The columns of `readChanges`, in the order in which they follow [[Column]]. */
  val changeColumns: Seq[StructField] = Seq(
    StructField("_change_type", StringType, nullable = false),
    StructField("_commit_version", LongType, nullable = false),
    StructField("_commit_timestamp", TimestampType)
  )

  private val changes = Change.all.map(c => c.mark -> UTF8String.fromString(c.text)).toMap
  private val inserted = UTF8String.fromString(Change.Insert.text)
}
