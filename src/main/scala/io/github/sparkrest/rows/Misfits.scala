// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.json.{JsonBytes, JsonCursor}
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters
import org.apache.spark.sql.catalyst.util.{ArrayData, MapData}
import org.apache.spark.sql.types._
import org.apache.spark.unsafe.types.UTF8String

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
