// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.nio.charset.StandardCharsets.UTF_8

import scala.util.control.NonFatal

import io.github.sparkrest.json.{JsonBytes, JsonCursor}
import io.github.sparkrest.response.csv.CsvRecords
import org.apache.spark.SparkException
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.csv.{CSVOptions, UnivocityParser}
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow
import org.apache.spark.sql.catalyst.util.{DropMalformedMode, FailFastMode}
import org.apache.spark.sql.types.{DataType, StructType}
import org.apache.spark.unsafe.types.UTF8String

/** Rows of CSV, which are JSON objects of strings by now. Spark's parser of CSV converts the values, so that numbers, dates,
  * times and options mean the same as in `spark.read.csv`.
  *
  * `mode` applies to values that do not fit their type, and to rows with too few or too many values. The column for corrupt
  * records gets the text of such a row, and the JSON of a row with a value that does not fit.
  */
final private class CsvRows(schema: StructType, settings: JsonRowSettings) extends JsonRows {
  private val options = CsvRows.options(settings)
  private val corruptAt = schema.fields.indexWhere(_.name == options.columnNameOfCorruptRecord)
  private val converters: Array[String => Any] = {
    val parser = new UnivocityParser(schema, options)
    schema.fields.zipWithIndex.map { case (f, i) =>
      if (i == corruptAt) (_: String) => null else parser.makeConverter(f.name, f.dataType)
    }
  }
  private val names = schema.fields.map(_.name.getBytes(UTF_8))
  private val broken = CsvRecords.Broken.getBytes(UTF_8)
  private val result = new GenericInternalRow(schema.length)
  private val members = new JsonCursor

  /** Values are strings, which only [[rows]] converts. */
  def row(buf: Array[Byte], from: Int, to: Int): InternalRow = null

  def rows(buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow] = {
    var i = 0
    while (i < names.length) { result.update(i, null); i += 1 }
    var text = Option.empty[String]
    var problem = Option.empty[Throwable]
    // Most records have the columns in the order of the schema.
    var expected = 0
    members.openObject(buf, from, to)
    while (members.next()) {
      val value = JsonBytes.scalar(buf, JsonBytes.span(members.from, members.to))
      if (isNamed(buf, broken)) text = value
      else {
        val at = fieldFrom(expected, buf)
        if (at >= 0) {
          expected = at + 1
          value.foreach { v =>
            try result.update(at, converters(at)(v))
            catch {
              case e if CsvRows.isOfUpgrade(e) => throw e
              case NonFatal(e)                 => problem = problem.orElse(Some(e))
            }
          }
        }
      }
    }
    if (text.isEmpty && problem.isEmpty && !members.broken) Iterator.single(result)
    else bad(text.getOrElse(new String(buf, from, to - from, UTF_8)), problem)
  }

  private def bad(text: String, problem: Option[Throwable]): Iterator[InternalRow] = options.parseMode match {
    case DropMalformedMode => Iterator.empty
    case FailFastMode      =>
      throw new SparkException(
        s"[MALFORMED_RECORD_IN_PARSING] A row of CSV does not fit the schema, and mode is FAILFAST: ${text.take(CsvRows.Shown)}",
        problem.orNull
      )
    case _ =>
      if (corruptAt >= 0) result.update(corruptAt, UTF8String.fromString(text))
      Iterator.single(result)
  }

  private def isNamed(buf: Array[Byte], name: Array[Byte]): Boolean =
    JsonBytes.same(buf, members.nameFrom + 1, members.nameTo - 1, name)

  private def fieldFrom(expected: Int, buf: Array[Byte]): Int =
    if (expected < names.length && isNamed(buf, names(expected))) expected
    else {
      // A name with an escape is rare, and spelled as it is in the schema only when it is read.
      val name = JsonBytes.string(buf, members.nameFrom, members.nameTo)
      schema.fields.indexWhere(_.name == name)
    }
}

private[rows] object CsvRows {
  private val Shown = 200

  /** A format of time that an earlier Spark read in another way: Spark ends the query. The class is private to Spark. */
  private def isOfUpgrade(e: Throwable): Boolean = e.getClass.getSimpleName == "SparkUpgradeException"

  def options(settings: JsonRowSettings): CSVOptions =
    new CSVOptions(settings.csv.getOrElse(Map.empty), false, settings.timeZone, settings.corruptColumn)

  def withoutBroken(record: DataType): DataType = record match {
    case s: StructType => StructType(s.filterNot(_.name == CsvRecords.Broken))
    case other         => other
  }
}
