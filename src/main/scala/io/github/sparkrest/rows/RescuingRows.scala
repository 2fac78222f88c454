// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.nio.charset.StandardCharsets.UTF_8

import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow
import org.apache.spark.sql.catalyst.util.{DropMalformedMode, FailFastMode}
import org.apache.spark.sql.types.{StringType, StructType}
import org.apache.spark.unsafe.types.UTF8String

/** Rows with a column for rescued data, as in Databricks Auto Loader: a value that does not fit its type is rescued, and its
  * record is neither corrupt nor dropped, and causes no failure. `mode` applies to records that are not JSON objects.
  *
  * @param schema with the rescue column
  * @param wrapped true: the other column holds the whole record; false: the other columns are fields of the record
  */
final private class RescuingRows(
    schema: StructType,
    column: String,
    record: StructType,
    wrapped: Boolean,
    settings: JsonRowSettings
) extends JsonRows {
  private val json = new SparkJson(settings)
  private val mode = json.mode
  private lazy val failing = JsonRows.parsed(record, settings)

  // Whether a record is bad is seen by the text that Spark keeps of bad ones: in the user's column, or in one of our own.
  private val askedAt = record.fields.indexWhere(_.name == json.corruptColumn)
  private val asked = askedAt >= 0
  private val hidden = s"$column, for bad records"
  private val seen = if (asked) record else record.add(hidden, StringType)
  private val badAt = if (asked) askedAt else record.length
  private val permissive = JsonRows.parsed(
    seen,
    settings
      .`with`("mode", "PERMISSIVE")
      .`with`("columnNameOfCorruptRecord", if (asked) json.corruptColumn else hidden)
  )

  private val names = NewFields.filter(StructType(record.filterNot(_.name == json.corruptColumn)))
  private val at = schema.fieldIndex(column)
  private val others = schema.indices.filterNot(_ == at).toArray
  private val inner = new GenericInternalRow(record.length)
  private val outer = new GenericInternalRow(schema.length)

  def row(buf: Array[Byte], from: Int, to: Int): InternalRow = {
    val parsed = permissive.row(buf, from, to)
    if (parsed == null) null
    else if (permissive.coversRecord) filled(parsed, None, keepBad = false)
    else filled(parsed, misfits(buf, from, to, parsed, bad = false), keepBad = false)
  }
  override def coversRecord: Boolean = permissive.coversRecord

  def rows(buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow] = {
    val covered = names.cover(buf, from, to)
    permissive.rows(buf, from, to).flatMap { parsed =>
      val bad = !parsed.isNullAt(badAt)
      if (bad && isCorrupt(buf, from, to)) corrupt(buf, from, to, parsed)
      else {
        val rescued = if (covered && !bad) None else misfits(buf, from, to, parsed, bad)
        Iterator.single(filled(parsed, rescued, keepBad = false))
      }
    }
  }

  private def isCorrupt(buf: Array[Byte], from: Int, to: Int) =
    begin(buf, from, to) != '{' || !json.isJson(buf, from, to)

  private def corrupt(buf: Array[Byte], from: Int, to: Int, parsed: InternalRow): Iterator[InternalRow] =
    if (mode == DropMalformedMode) Iterator.empty
    else if (mode == FailFastMode) failing.rows(buf, from, to)
    else Iterator.single(filled(parsed, None, keepBad = true))

  /** Bad for a reason that does not show, for instance one of two values of the same name: all of it is kept. */
  private def misfits(buf: Array[Byte], from: Int, to: Int, parsed: InternalRow, bad: Boolean): Option[String] = {
    def all = new String(buf, from, to - from, UTF_8)
    if (begin(buf, from, to) != '{') Some(all)
    else Misfits.of(buf, from, to, record, parsed).orElse(if (bad) Some(all) else None)
  }

  private def begin(buf: Array[Byte], from: Int, to: Int): Int = {
    var i = from
    while (i < to && buf(i) <= ' ') i += 1
    if (i < to) buf(i).toInt else 0
  }

  private def filled(parsed: InternalRow, rescued: Option[String], keepBad: Boolean): InternalRow = {
    var i = 0
    while (i < record.length) {
      val value = if (i == askedAt && !keepBad) null else parsed.get(i, record(i).dataType)
      if (wrapped) inner.update(i, value) else outer.update(others(i), value)
      i += 1
    }
    if (wrapped) outer.update(others(0), inner)
    outer.update(at, rescued.map(UTF8String.fromString).orNull)
    outer
  }
}
