// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows.parser

import org.apache.spark.sql.catalyst.expressions.GenericInternalRow
import org.apache.spark.sql.types.DataType

/** A struct of a record. Values of fixed width lie in `bits` and are not boxed until somebody asks for an object.
  *
  * @param types of the fields
  */
final private[parser] class ParsedRow(types: Array[ValueParser]) extends GenericInternalRow(new Array[Any](types.length)) {
  import ParsedRow.InBits
  private val bits = new Array[Long](types.length)

  def clear(): Unit = java.util.Arrays.fill(values.asInstanceOf[Array[AnyRef]], null)

  def put(field: Int, value: Long): Unit = {
    bits(field) = value
    values(field) = InBits
  }

  override def isNullAt(field: Int): Boolean = values(field) == null

  override protected def genericGet(field: Int): Any = {
    val value = values(field)
    if (value.asInstanceOf[AnyRef] eq InBits) types(field).boxed(bits(field)) else value
  }

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

  /** In place of a value that lies in `bits`. */
  private val InBits = new Object
}
