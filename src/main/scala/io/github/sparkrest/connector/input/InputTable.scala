// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.input

import scala.jdk.CollectionConverters._

import io.circe.Json
import io.github.sparkrest.config.InputConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.request.InputRow
import org.apache.spark.sql.catalyst.plans.logical.View
import org.apache.spark.sql.catalyst.{CatalystTypeConverters, InternalRow}
import org.apache.spark.sql.execution.datasources.{HadoopFsRelation, LogicalRelation}
import org.apache.spark.sql.functions._
import org.apache.spark.sql.types._
import org.apache.spark.sql.{AnalysisException, Column, DataFrame, Encoders, SparkSession}

/** Rows of an input, as the driver reads them.
  *
  * @param rows as they appear in the result
  * @param json the same as JSON objects, for requests
  */
final private[sparkrest] case class InputRows(rows: Array[InternalRow], json: Array[String]) {
  def length: Int = rows.length
  def slice(from: Int, until: Int): InputRows = InputRows(rows.slice(from, until), json.slice(from, until))
  def take(n: Int): InputRows = slice(0, n)

  /** In order, in parts of about equal length; none is empty. */
  def split(parts: Int): Seq[InputRows] = {
    val n = math.max(1, math.min(parts, length)).toLong
    (0L until n).map(p => slice((length * p / n).toInt, (length * (p + 1) / n).toInt)).filter(_.length > 0)
  }

  def requests(columns: Seq[String]): Iterator[InputRow] = json.iterator.map(InputRow.of(columns, _))
}

/** What `inputData` or `input` gives, on the driver. */
final private[sparkrest] class InputTable(input: InputConfig, session: SparkSession) {
  private lazy val frame: DataFrame = input.rows.fold(InputTable.view(input.view.getOrElse(""), session))(inline)

  /** Types as `spark.read.json` infers them, or those of the view. */
  lazy val schema: StructType = frame.schema

  /** Whether the rows are those that a streaming query had written when a view was made. Spark reads the list of these files once
    * for a view, and again for a table whose files were refreshed.
    */
  def isFixed: Boolean = {
    val inViews = frame.queryExecution.analyzed.collect { case view: View => view.collectLeaves() }.flatten
    inViews.collect { case r: LogicalRelation => r.relation }.exists {
      // Spark lines have this class in different packages.
      case files: HadoopFsRelation => files.location.getClass.getSimpleName == "MetadataLogFileIndex"
      case _                       => false
    }
  }

  /** Reads the input again: a view may have other rows now. */
  def read(): InputRows = {
    val found = frame.select(columns :+ json(zone = None).as("json"): _*).collect()
    val convert = CatalystTypeConverters.createToCatalystConverter(schema)
    InputRows(
      found.map(r => convert(org.apache.spark.sql.Row.fromSeq(r.toSeq.init)).asInstanceOf[InternalRow]),
      found.map(_.getString(schema.length))
    )
  }

  /** The rows as JSON objects for requests, and with times in UTC, which identify a row in each session. */
  def readIdentified(): Seq[(String, String)] = {
    val zones = if (InputTimes.hasTimes(schema)) Seq(None, Some("UTC")) else Seq(None)
    frame.select(zones.map(json): _*).collect().toSeq.map(r => (r.getString(0), r.getString(zones.length - 1)))
  }

  /** @param zone of its times; `None`: that of the session */
  private def json(zone: Option[String]): Column = {
    val exact = schema.fields.toSeq.map(f => InputTimes.exact(InputTable.column(f.name), f.dataType, zone).as(f.name))
    to_json(struct(exact: _*), java.util.Collections.singletonMap("ignoreNullFields", "false"))
  }

  private def columns = schema.fieldNames.toVector.map(InputTable.column)

  private def inline(rows: Vector[Vector[Json]]): DataFrame = {
    val texts = rows.map(r => Json.fromFields(input.columns.zip(r)).noSpaces)
    session.read
      .json(session.createDataset(texts)(Encoders.STRING))
      .select(input.columns.map(InputTable.column): _*)
  }
}

private[sparkrest] object InputTable {

  /** Names of the columns of the view that `input` names, if it is given. */
  def viewColumns(options: Map[String, String], session: => SparkSession): Seq[String] =
    options
      .collectFirst { case (k, name) if k.equalsIgnoreCase("input") => view(name, session).columns.toSeq }
      .getOrElse(Nil)

  private def column(name: String) = col(s"`${name.replace("`", "``")}`")

  private def view(name: String, session: SparkSession): DataFrame =
    try session.table(name)
    catch {
      case e: AnalysisException =>
        RestError.refuse(
          s"input: this session cannot read a view or table $name.",
          s"Make one with createOrReplaceTempView, or give the rows as inputData. Spark says: ${e.getMessage.linesIterator.next()}"
        )
    }
}

/** Times of an input as the text that requests send: as `to_json` writes them, but whole. It would cut them to milliseconds, and
  * its option for more digits would write zeros to all.
  */
private[sparkrest] object InputTimes {
  private val digits = Map(
    "timestampFormat" -> "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "timestampNTZFormat" -> "yyyy-MM-dd'T'HH:mm:ss.SSSSSS"
  )

  /** The column with its times, at any depth, as texts. */
  def exact(column: Column, dataType: DataType, zone: Option[String]): Column = dataType match {
    case TimestampType | TimestampNTZType           => when(column.isNotNull, text(column, zone))
    case ArrayType(element, _) if hasTimes(element) => transform(column, exact(_, element, zone))
    case MapType(_, value, _) if hasTimes(value)    => transform_values(column, (_, v) => exact(v, value, zone))
    case StructType(fields) if hasTimes(dataType)   =>
      val parts = fields.toSeq.map(f => exact(column.getField(f.name), f.dataType, zone).as(f.name))
      when(column.isNotNull, struct(parts: _*))
    case _ => column
  }

  /** `to_csv` writes a single value by the same formatters as `to_json`, without quotes. */
  private def text(time: Column, zone: Option[String]): Column = {
    val options = digits ++ zone.map("timeZone" -> _)
    regexp_replace(to_csv(struct(time), options.asJava), "(\\.\\d{3})000(Z|[+-][\\d:]+)?$", "$1$2")
  }

  def hasTimes(dataType: DataType): Boolean = dataType match {
    case TimestampType | TimestampNTZType => true
    case ArrayType(element, _)            => hasTimes(element)
    case MapType(_, value, _)             => hasTimes(value)
    case StructType(fields)               => fields.exists(f => hasTimes(f.dataType))
    case _                                => false
  }
}
