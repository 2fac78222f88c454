// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.util.concurrent.ConcurrentHashMap

import io.github.sparkrest.error.Printable
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.types.DataType
import org.slf4j.LoggerFactory

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

  /** A batch read may have pages without end before it. */
  private val mostAhead = 10000

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
      if (ahead == mostAhead) finish()
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

/** Rows, with a warning in the log for each field that an inferred schema lacks: once in each JVM. It looks at the first records
  * of a task and then at a few, so that it costs next to nothing.
  */
final private class WarnedRows(rows: JsonRows, known: KnownFields, infer: (Array[Byte], Int, Int) => DataType)
    extends JsonRows {
  import WarnedRows._
  private var seen = 0L

  def row(buf: Array[Byte], from: Int, to: Int): InternalRow = {
    val row = rows.row(buf, from, to)
    if (row != null) {
      if (isSampled && !known.coverRead(rows, buf, from, to)) look(buf, from, to)
      seen += 1
    }
    row
  }

  def rows(buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow] = {
    if (isSampled && !known.cover(buf, from, to)) look(buf, from, to)
    seen += 1
    rows.rows(buf, from, to)
  }

  private def isSampled = seen < First || seen % Each == 0

  private def look(buf: Array[Byte], from: Int, to: Int): Unit = {
    val found = NewFields.informative(infer(buf, from, to))
    val fields = found.toSeq.flatMap(NewFields.names(known.record, _)).filter(f => told.size < MostTold && told.add(f))
    if (fields.nonEmpty)
      logger.warn(
        s"Records have fields that the inferred schema lacks, and they are ignored: ${Printable(fields.mkString(", "))}. " +
          "Set schemaLocation to let the schema grow, rescuedDataColumn to keep the fields, or schemaEvolutionMode=none to silence this warning."
      )
  }
}

private object WarnedRows {
  private val logger = LoggerFactory.getLogger("io.github.sparkrest.Fields")
  private val First = 100L
  private val Each = 64L
  private val MostTold = 1000
  private val told = ConcurrentHashMap.newKeySet[String]()
}
