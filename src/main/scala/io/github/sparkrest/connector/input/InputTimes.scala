// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.input

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.Column
import org.apache.spark.sql.functions._
import org.apache.spark.sql.types._

/** Times of an input as the text that requests send: as `to_json` writes them, but whole. It would cut them to milliseconds, and
  * its option for more digits would write zeros to all.
  */
private[sparkrest] object InputTimes {
  private val digits = Map(
    "timestampFormat" -> "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "timestampNTZFormat" -> "yyyy-MM-dd'T'HH:mm:ss.SSSSSS"
  )

  /** The column with its times, at any depth, as texts. */
  def exact(column: Column, dataType: DataType): Column = dataType match {
    case TimestampType | TimestampNTZType           => when(column.isNotNull, text(column))
    case ArrayType(element, _) if hasTimes(element) => transform(column, exact(_, element))
    case MapType(_, value, _) if hasTimes(value)    => transform_values(column, (_, v) => exact(v, value))
    case StructType(fields) if hasTimes(dataType)   =>
      val parts = fields.toSeq.map(f => exact(column.getField(f.name), f.dataType).as(f.name))
      when(column.isNotNull, struct(parts: _*))
    case _ => column
  }

  /** `to_csv` writes a single value by the same formatters as `to_json`, without quotes. */
  private def text(time: Column): Column =
    regexp_replace(to_csv(struct(time), digits.asJava), "(\\.\\d{3})000(Z|[+-][\\d:]+)?$", "$1$2")

  private def hasTimes(dataType: DataType): Boolean = dataType match {
    case TimestampType | TimestampNTZType => true
    case ArrayType(element, _)            => hasTimes(element)
    case MapType(_, value, _)             => hasTimes(value)
    case StructType(fields)               => fields.exists(f => hasTimes(f.dataType))
    case _                                => false
  }
}
