// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.nio.charset.StandardCharsets.UTF_8

import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow
import org.apache.spark.sql.types._
import org.apache.spark.unsafe.types.UTF8String

/** Joins an input row with the result of its call.
  *
  * The name of a result column says what it holds: a column of the input, `output` or `error`. Without `output`, all other
  * columns are fields of the record. The parser skips fields that no column needs.
  *
  * @param schema of the result
  * @param inputSchema of the input rows
  * @param counted parse the record even if no column needs it, because the number of rows depends on it: see
  *   [[CallRows.oneRowEach]]
  */
final class CallRows(
    schema: StructType,
    inputSchema: StructType,
    settings: JsonRowSettings,
    counted: Boolean = false
) {
  import CallRows._

  private val columns: Array[Column] = schema.fields.map { f =>
    if (f.name == ErrorColumn) Error
    else if (inputSchema.fieldNames.contains(f.name)) Given(inputSchema.fieldIndex(f.name), f.dataType)
    else Parsed
  }
  private val asked = StructType(schema.fields.zip(columns).collect { case (f, Parsed) => f })
  private val wrapped = isWrapped(StructType(asked.filterNot(f => settings.fields.rescued.contains(f.name))))
  private val json =
    if (asked.isEmpty && !counted) None
    else if (!wrapped) Some(JsonRows(asked, settings))
    else Some(JsonRows(asked, settings.copy(fields = settings.fields.within(RowShape.Output))))

  /** To be called after the last row: see [[JsonRows.finish]]. */
  def finish(): Unit = json.foreach(_.finish())

  /** @param text of the record; `None`: the call returned no record */
  def rows(input: InternalRow, text: Option[Array[Byte]], error: Option[String]): Iterator[InternalRow] =
    text match {
      case Some(t) if json.isDefined => parsed(t).map(r => assembled(input, Some(r), error))
      case _                         => Iterator.single(assembled(input, None, error))
    }

  /** The row of the record in `[from, to)`, straight from its bytes; null: only [[rows]] knows. */
  def row(input: InternalRow, buf: Array[Byte], from: Int, to: Int): InternalRow =
    json match {
      case None               => assembled(input, None, None)
      case Some(_) if wrapped => null
      case Some(j)            =>
        val parsed = j.row(buf, from, to)
        if (parsed == null) null else assembled(input, Some(parsed), None)
    }

  /** The rows of the record in `[from, to)`. */
  def rows(input: InternalRow, buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow] =
    if (wrapped) rows(input, Some(java.util.Arrays.copyOfRange(buf, from, to)), None)
    else
      json.fold(Iterator.single(assembled(input, None, None)))(
        _.rows(buf, from, to).map(r => assembled(input, Some(r), None))
      )

  private def parsed(text: Array[Byte]): Iterator[InternalRow] = json.fold(Iterator.empty: Iterator[InternalRow]) { j =>
    val record = if (wrapped) Open ++ text ++ Close else text
    val row = j.row(record, 0, record.length)
    if (row == null) j.rows(record, 0, record.length) else Iterator.single(row)
  }

  private def assembled(input: InternalRow, parsed: Option[InternalRow], error: Option[String]): InternalRow = {
    val row = new GenericInternalRow(columns.length)
    var field = 0
    var i = 0
    while (i < columns.length) {
      columns(i) match {
        case Given(at, dataType) => row.update(i, input.get(at, dataType))
        case Error               => row.update(i, error.map(UTF8String.fromString).orNull)
        case Parsed              =>
          row.update(i, parsed.map(_.get(field, asked(field).dataType)).orNull)
          field += 1
      }
      i += 1
    }
    row
  }
}

object CallRows {
  val ErrorColumn = "error"

  sealed private trait Column
  final private case class Given(at: Int, dataType: DataType) extends Column
  private case object Error extends Column
  private case object Parsed extends Column

  private val Open = s"""{"${RowShape.Output}":""".getBytes(UTF_8)
  private val Close = "}".getBytes(UTF_8)

  /** Whether the record is wrapped in an object before parsing: Spark's parser makes rows from objects only. */
  private def isWrapped(ofRecord: StructType): Boolean =
    ofRecord.fieldNames.sameElements(Seq(RowShape.Output)) && RowShape.of(ofRecord).isInstanceOf[RowShape.Columns]

  /** Whether each record certainly becomes one row. Spark turns an array into one row per element, so `[]` has zero rows.
    * `mode=DROPMALFORMED` drops records that do not fit the schema.
    *
    * @param schema of the result, with all its columns
    */
  def oneRowEach(schema: StructType, inputSchema: StructType, settings: JsonRowSettings): Boolean = {
    val beside = inputSchema.fieldNames.toSet ++ settings.fields.rescued + ErrorColumn
    val ofRecord = StructType(schema.filterNot(f => beside(f.name)))
    !settings.dropsMalformed && (RowShape.of(ofRecord) match {
      case RowShape.Text | RowShape.Variant          => true
      case RowShape.Wrapped(_) | RowShape.Columns(_) => isWrapped(ofRecord)
    })
  }

  /** The schema when none is given. */
  def schema(input: StructType, output: DataType, withError: Boolean): StructType = StructType(
    input.fields ++ Seq(StructField(RowShape.Output, output)) ++
      (if (withError) Seq(StructField(ErrorColumn, StringType)) else Nil)
  )
}

/** Records to rows. An endpoint owns its records, and its columns are in their rows. */
trait OwnedRows {

  /** @param owner the columns of the endpoint, as a JSON object
    * @return the row of the record in `[from, to)`, straight from its bytes; null: only [[rows]] knows
    */
  def row(owner: String, buf: Array[Byte], from: Int, to: Int): InternalRow
  def rows(owner: String, buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow]

  /** To be called after the last row: see [[JsonRows.finish]]. */
  def finish(): Unit
}

/** The records of many endpoints, each with the columns of the input row that defines its endpoint.
  *
  * @param schema of the result
  * @param input columns of the input
  */
final class EndpointRows(schema: StructType, input: StructType, settings: JsonRowSettings) extends OwnedRows {
  private val beside = StructType(schema.fields.filter(f => input.fieldNames.contains(f.name)))
  private val records = new CallRows(schema, beside, settings)
  private val inputs =
    if (beside.isEmpty) None else Some(JsonRows(beside, settings.ofPlainJson))
  private var owner = ""
  private var columns: InternalRow = InternalRow.empty

  def finish(): Unit = records.finish()

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
