// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.json.{JsonBytes, JsonCursor}
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.{GenericInternalRow, SpecializedGetters}
import org.apache.spark.sql.catalyst.util.{ArrayData, DropMalformedMode, FailFastMode, MapData}
import org.apache.spark.sql.types._
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

/** The parts of a record that are missing from its row: fields that the schema lacks, and values that Spark's parser turned
  * into null.
  *
  * The result mirrors the record, and an object contains only the missing parts. An array or a map with a misfit is kept
  * whole, because a part of it would have lost its place.
  */
private[rows] object Misfits {

  /** A JSON object with values as the record spells them. `None`: everything fits, or every misfit is null.
    *
    * @param row that the parser made from the record
    */
  def of(buf: Array[Byte], from: Int, to: Int, record: StructType, row: InternalRow): Option[String] = {
    val out = new StringBuilder
    val whole = JsonCursor.members(buf, from, to) { at =>
      rescued(buf, at.from, at.to, record, JsonBytes.string(buf, at.nameFrom, at.nameTo), row).foreach { value =>
        out ++= (if (out.isEmpty) "{" else ",") ++= text(buf, at.nameFrom, at.nameTo) += ':' ++= value
      }
    }
    // Spark's parser accepts it, but it is not strict JSON.
    if (!whole) Some(text(buf, from, to)) else if (out.isEmpty) None else Some((out += '}').toString)
  }

  private def rescued(
      buf: Array[Byte],
      from: Int,
      to: Int,
      record: StructType,
      name: String,
      row: InternalRow
  ): Option[String] =
    if (buf(from) == 'n') None
    else
      index(record, name) match {
        case i if i < 0 || row.isNullAt(i) => Some(text(buf, from, to))
        case i                             =>
          record(i).dataType match {
            case s: StructType => of(buf, from, to, s, row.getStruct(i, s.length))
            case t             => if (fits(buf, from, to, t, row, i)) None else Some(text(buf, from, to))
          }
      }

  private def index(t: StructType, name: String): Int = t.fields.indexWhere(_.name == name)

  /** Whether the value at `i` holds all that the JSON does. */
  private def fits(buf: Array[Byte], from: Int, to: Int, t: DataType, data: SpecializedGetters, i: Int): Boolean =
    buf(from) == 'n' || i >= 0 && !data.isNullAt(i) && (t match {
      case s: StructType    => fitsStruct(buf, from, to, s, data.getStruct(i, s.length))
      case ArrayType(e, _)  => fitsArray(buf, from, to, e, data.getArray(i))
      case MapType(_, v, _) => fitsMap(buf, from, to, v, data.getMap(i))
      case _                => true
    })

  private def fitsStruct(buf: Array[Byte], from: Int, to: Int, t: StructType, row: InternalRow): Boolean = {
    var all = true
    val whole = JsonCursor.members(buf, from, to) { at =>
      val i = index(t, JsonBytes.string(buf, at.nameFrom, at.nameTo))
      all &&= (if (i < 0) buf(at.from) == 'n' else fits(buf, at.from, at.to, t(i).dataType, row, i))
    }
    whole && all
  }

  private def fitsArray(buf: Array[Byte], from: Int, to: Int, element: DataType, array: ArrayData): Boolean = {
    var all = true
    var n = 0
    val whole = JsonCursor.elements(buf, from, to) { at =>
      all &&= fits(buf, at.from, at.to, element, array, if (n < array.numElements()) n else -1)
      n += 1
    }
    whole && all
  }

  private def fitsMap(buf: Array[Byte], from: Int, to: Int, value: DataType, map: MapData): Boolean = {
    val keys =
      map.keyArray().toArray[Any](StringType).map { case k: UTF8String => k.toString; case k => String.valueOf(k) }
    var all = true
    val whole = JsonCursor.members(buf, from, to) { at =>
      val i = keys.indexOf(JsonBytes.string(buf, at.nameFrom, at.nameTo))
      all &&= fits(buf, at.from, at.to, value, map.valueArray(), i)
    }
    whole && all
  }

  private def text(buf: Array[Byte], from: Int, to: Int) = new String(buf, from, to - from, UTF_8)
}
