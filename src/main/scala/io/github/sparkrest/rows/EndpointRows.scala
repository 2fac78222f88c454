// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.nio.charset.StandardCharsets.UTF_8

import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.types.StructType

/** The records of many endpoints, each with the columns of the input row that defines its endpoint.
  *
  * @param schema of the result
  * @param input columns of the input
  */
final class EndpointRows(schema: StructType, input: StructType, settings: JsonRowSettings) {
  private val beside = StructType(schema.fields.filter(f => input.fieldNames.contains(f.name)))
  private val records = new CallRows(schema, beside, settings)
  private val inputs =
    if (beside.isEmpty) None else Some(JsonRows(beside, settings.ofPlainJson))
  private var owner = ""
  private var columns: InternalRow = InternalRow.empty

  /** To be called after the last row: see [[JsonRows.finish]]. */
  def finish(): Unit = records.finish()

  /** @param of the endpoint's columns, as a JSON object
    * @return the row of the record in `[from, to)`, straight from its bytes; null: only [[rows]] knows
    */
  def row(of: String, buf: Array[Byte], from: Int, to: Int): InternalRow = {
    setOwner(of)
    records.row(columns, buf, from, to)
  }

  def rows(of: String, buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow] = {
    setOwner(of)
    records.rows(columns, buf, from, to)
  }

  private def setOwner(of: String): Unit =
    if (owner != of) {
      val json = of.getBytes(UTF_8)
      columns = inputs.flatMap(_.rows(json, 0, json.length).map(_.copy()).toList.headOption).getOrElse(InternalRow.empty)
      owner = of
    }
}
