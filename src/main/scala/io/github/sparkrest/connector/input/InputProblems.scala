// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.input

import io.github.sparkrest.config.InputConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.rows.{CallRows, RowShape}
import org.apache.spark.sql.types.{StringType, StructField, StructType}

/** Errors in an input that its options alone do not reveal. */
private[sparkrest] object InputProblems {
  val streaming: RestError = RestError.wrongOptions(
    Seq("inputData, input: without streaming=true a call per input row is a batch read, and this is readStream."),
    """Add .option("streaming", "true") for a stream with one endpoint per row, or use spark.read."""
  )

  def fixed(view: String): RestError = RestError.wrongOptions(
    Seq(
      s"inputRefresh: the view $view reads the files of a streaming query. Spark lists these files when the view is made, so the view never grows."
    ),
    "Append the rows to a table in foreachBatch, and name the table in input. Or leave out inputRefresh."
  )

  /** The result's columns by name: those of the input keep their types, `error` is text. */
  def inSchema(
      asked: StructType,
      columns: StructType,
      input: InputConfig,
      rescued: Option[String]
  ): Option[RestError] = {
    val ofInput = for {
      f <- asked.fields.toSeq
      g <- columns.fields if g.name == f.name && g.dataType != f.dataType
    } yield s"${f.name} is ${f.dataType.sql} in the schema, but ${g.dataType.sql} in the input"
    val ofError = asked.fields.toSeq.collect {
      case StructField(CallRows.ErrorColumn, t, _, _) if t != StringType =>
        s"error is ${t.sql} in the schema, but must be STRING"
    }
    val both = asked.fieldNames.contains(RowShape.Output) && asked.fieldNames.exists { n =>
      n != RowShape.Output && n != CallRows.ErrorColumn && !input.columns.contains(n) && !rescued.contains(n)
    }
    val problems = ofInput ++ ofError ++
      (if (both) Seq("next to output, the schema may contain only columns of the input and error") else Nil)
    problems.headOption.map(_ =>
      RestError(
        Condition.InvalidOptions,
        s"The schema does not fit the input: ${problems.mkString("; ")}.",
        s"Columns of the input: ${columns.toDDL}."
      )
    )
  }
}
