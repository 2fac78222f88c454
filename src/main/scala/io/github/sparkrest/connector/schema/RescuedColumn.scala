// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.schema

import io.github.sparkrest.error.RestError
import io.github.sparkrest.rows.RowShape
import org.apache.spark.sql.types.{StringType, StructType}

/** The rescued data column in the schema of a table: last, unless the user's own schema has it elsewhere. */
private[sparkrest] object RescuedColumn {

  /** @param inputs columns of the input: no field of the record
    * @throws RestException it cannot be added
    */
  def in(asked: StructType, column: Option[String], inputs: Seq[String]): StructType = column.fold(asked) { name =>
    val others = StructType(asked.filterNot(f => f.name == name || inputs.contains(f.name)))
    val shape = RowShape.of(others)
    if (inputs.contains(name)) refuse(s"rescuedDataColumn: $name is a column of the input", "Give another name.")
    if (shape == RowShape.Text || shape == RowShape.Variant)
      refuse(
        s"rescuedDataColumn: output is ${others.head.dataType.sql}, which holds all of a record",
        "Leave it out, or read the record as STRUCT or as columns."
      )
    asked.find(_.name == name) match {
      case None                                => asked.add(name, StringType)
      case Some(f) if f.dataType == StringType => asked
      case Some(f)                             =>
        refuse(s"rescuedDataColumn: $name is ${f.dataType.sql} in the schema", "Give another name, or make it STRING.")
    }
  }

  private def refuse(problem: String, hint: String): Nothing =
    throw RestError.wrongOptions(Seq(problem + "."), hint).toException
}
