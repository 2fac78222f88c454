// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows.parser

import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.BaseGenericInternalRow
import org.apache.spark.sql.types.DataType
import org.apache.spark.unsafe.types.UTF8String

/** A struct of a record. Values of fixed width and the places of strings lie in `bits`: objects for them are made only when
  * somebody asks, and then the compiler can mostly do without.
  *
  * @param types of the fields
  */
final private[parser] class ParsedRow(types: Array[ValueParser]) extends InternalRow with BaseGenericInternalRow {
  import ParsedRow._

  /** The record whose slices the strings are. */
  private var record: Array[Byte] = StrictJson.Empty

  /** What each field holds: [[Null]], [[Bits]], [[Slice]] or [[Object]]. */
  private val holds = new Array[Byte](types.length)
  private val bits = new Array[Long](types.length)
  private var objects: Array[Any] = _

  def begin(of: Array[Byte]): Unit = record = of

  def clear(): Unit = java.util.Arrays.fill(holds, Null)

  def put(field: Int, value: Long): Unit = {
    bits(field) = value
    holds(field) = Bits
  }

  /** A string: the bytes `[from, to)` of the record. */
  def putSlice(field: Int, from: Int, to: Int): Unit = {
    bits(field) = from.toLong << 32 | (to - from)
    holds(field) = Slice
  }

  override def update(field: Int, value: Any): Unit = {
    if (objects == null) objects = new Array[Any](types.length)
    objects(field) = value
    holds(field) = if (value == null) Null else Object
  }

  override def setNullAt(field: Int): Unit = holds(field) = Null
  override def numFields: Int = types.length
  override def isNullAt(field: Int): Boolean = holds(field) == Null

  override protected def genericGet(field: Int): Any = holds(field) match {
    case Null  => null
    case Bits  => types(field).boxed(bits(field))
    case Slice => slice(field)
    case _     => objects(field)
  }

  private def slice(field: Int) = {
    val place = bits(field)
    UTF8String.fromBytes(record, (place >>> 32).toInt, place.toInt)
  }

  override def getUTF8String(field: Int): UTF8String =
    if (holds(field) == Slice) slice(field) else genericGet(field).asInstanceOf[UTF8String]

  override def toSeq(fieldTypes: Seq[DataType]): Seq[Any] = types.indices.map(genericGet)

  override def getBoolean(field: Int): Boolean = bits(field) != 0
  override def getByte(field: Int): Byte = bits(field).toByte
  override def getShort(field: Int): Short = bits(field).toShort
  override def getInt(field: Int): Int = bits(field).toInt
  override def getLong(field: Int): Long = bits(field)
  override def getFloat(field: Int): Float = java.lang.Float.intBitsToFloat(bits(field).toInt)
  override def getDouble(field: Int): Double = java.lang.Double.longBitsToDouble(bits(field))
}

private object ParsedRow {
  final val Null = 0: Byte
  final val Bits = 1: Byte
  final val Slice = 2: Byte
  final val Object = 3: Byte
}
