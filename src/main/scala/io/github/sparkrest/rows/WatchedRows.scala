// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.types.DataType

/** Rows, until a record has a field that the schema lacks. From then on the task returns no rows: it only collects the types of
  * new fields from the remaining records, so that a single failure reports all columns that the task can find. Then it ends.
  */
final private class WatchedRows(
    rows: JsonRows,
    schema: WatchedSchema,
    known: KnownFields,
    infer: (Array[Byte], Int, Int) => DataType
) extends JsonRows {
  private var found: Option[DataType] = None
  private var ahead = 0

  def row(buf: Array[Byte], from: Int, to: Int): InternalRow =
    if (found.isDefined) null
    else {
      val row = rows.row(buf, from, to)
      if (row != null && !known.coverRead(rows, buf, from, to)) look(buf, from, to)
      if (found.isDefined) null else row
    }

  def rows(buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow] = {
    if (!known.cover(buf, from, to)) look(buf, from, to)
    if (found.isEmpty) rows.rows(buf, from, to)
    else {
      ahead += 1
      if (ahead == WatchedRows.MostAhead) finish()
      Iterator.empty
    }
  }

  private def look(buf: Array[Byte], from: Int, to: Int): Unit =
    NewFields
      .informative(infer(buf, from, to))
      .filter(schema.lacks)
      .foreach(t => found = Some(found.fold(t)(SparkJson.compatible(_, t))))

  override def finish(): Unit = {
    found.foreach(t => schema.changed(t))
    rows.finish()
  }
}

private object WatchedRows {

  /** A batch read may have pages without end before it. */
  val MostAhead = 10000
}
