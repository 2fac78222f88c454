// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import scala.util.Try

import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.values.OutputType
import org.apache.spark.sql.types._

/** What a record becomes under the requested schema. */
sealed trait RowShape
object RowShape {

  /** `output STRING`: the record's own JSON text. */
  case object Text extends RowShape

  /** `output STRUCT<…>`: the record as one column. */
  final case class Wrapped(record: StructType) extends RowShape

  /** `output VARIANT` (Spark 4). */
  case object Variant extends RowShape

  /** Any other schema: the record's fields as columns. */
  final case class Columns(record: StructType) extends RowShape

  val Output = "output"

  /** The type of `output` when no schema is inferred: `string` or `variant`.
    *
    * @throws RestException this Spark has no such type
    */
  def plain(outputType: OutputType): DataType =
    if (outputType == OutputType.Text) StringType
    else
      Try(DataType.fromDDL(outputType.text)).getOrElse(
        RestError.refuse(
          s"outputType: $outputType needs Spark 4, and this is Spark ${org.apache.spark.SPARK_VERSION}.",
          "Use outputType=string and from_json, or give a schema by .schema(...)."
        )
      )

  def of(schema: StructType): RowShape = schema.fields match {
    case Array(StructField(Output, StringType, _, _))                           => Text
    case Array(StructField(Output, record: StructType, _, _))                   => Wrapped(record)
    case Array(StructField(Output, other, _, _)) if other.typeName == "variant" => Variant
    case _                                                                      => Columns(schema)
  }

  /** As `spark.read.json` does: a field that a record lacks is null, whatever the schema says. */
  def nullable(schema: StructType): StructType =
    StructType(schema.fields.map(f => f.copy(dataType = nullable(f.dataType), nullable = true)))

  def nullable(t: DataType): DataType = t match {
    case record: StructType    => nullable(record)
    case ArrayType(element, _) => ArrayType(nullable(element), containsNull = true)
    case MapType(k, v, _)      => MapType(nullable(k), nullable(v), valueContainsNull = true)
    case other                 => other
  }
}
