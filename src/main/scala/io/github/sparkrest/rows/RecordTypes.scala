// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.nio.charset.StandardCharsets.UTF_8

import scala.collection.mutable
import scala.jdk.CollectionConverters._

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.json.{JsonBytes, JsonCursor}
import io.github.sparkrest.response.csv.CsvRecords
import org.apache.spark.sql.catalyst.csv.CSVInferSchema
import org.apache.spark.sql.types.{ArrayType, DataType, MapType, NullType, StructType}
import org.apache.spark.sql.{Encoders, SparkSession}

/** The types of records, as `spark.read.json`, `spark.read.csv` or `spark.read.xml` infers them. */
object RecordTypes {
  def of(records: Seq[String], config: RestConfig, session: SparkSession): StructType =
    if (config.records.isCsv) ofCsv(records, config, session)
    else if (config.records.isXml) ofXml(records, config, session)
    else if (config.records.isBinary) if (config.records.saveTo.isDefined) ofSaved else ofBinary
    else ofJson(records, config, session)

  /** The type of a column that holds a record. `None`: no records came. */
  def ofOutput(records: Seq[String], config: RestConfig, session: SparkSession): Option[DataType] =
    if (records.isEmpty) None
    else if (config.records.isCsv || config.records.isXml || config.records.isBinary) Some(of(records, config, session))
    else
      ofJson(records.map(r => s"""{"${RowShape.Output}":$r}"""), config, session).fields
        .find(_.name == RowShape.Output)
        .map(_.dataType)

  /** Inference takes Base64 for a text. */
  private val ofBinary = StructType.fromDDL("content BINARY, contentType STRING, length BIGINT")
  private val ofSaved = StructType.fromDDL("path STRING, contentType STRING, length BIGINT, sha256 STRING")

  /** A value of CSV is a text, so that no row could have a nested value. Spark would say so in each task. A record of XML is not a
    * list.
    */
  def problem(record: DataType, config: RestConfig): Option[RestError] = {
    def isNested(t: DataType) = t match {
      case _: StructType | _: ArrayType | _: MapType => true
      case _                                         => false
    }
    val nested = record match {
      case StructType(fields) => fields.toSeq.filter(f => isNested(f.dataType)).map(f => s"${f.name} ${f.dataType.sql}")
      case t if isNested(t)   => Seq(s"${RowShape.Output} ${t.sql}")
      case _                  => Nil
    }
    if (config.records.isXml && !record.isInstanceOf[StructType] && nested.nonEmpty)
      Some(RestError.wrongOption(s"schema: ${nested.mkString}: a record of XML is a struct.", "Use STRUCT or STRING."))
    else if (!config.records.isCsv || nested.isEmpty) None
    else
      Some(
        RestError.wrongOption(
          s"schema: ${nested.mkString(", ")}: a value of CSV cannot be nested.",
          "Use STRING, and from_json if the text is JSON."
        )
      )
  }

  private def ofJson(records: Seq[String], config: RestConfig, session: SparkSession): StructType =
    session.read.options(config.jsonOptions).json(session.createDataset(records.asJava)(Encoders.STRING)).schema

  private def ofXml(records: Seq[String], config: RestConfig, session: SparkSession): StructType = {
    val xml = records.map(_.getBytes(UTF_8)).map(r => XmlRows.xmlOf(r, 0, r.length, config.records.xml))
    SparkXml.schemaOf(xml, JsonRowSettings.in(session, config).fromXml(config.records.xml), session)
  }

  private def ofCsv(records: Seq[String], config: RestConfig, session: SparkSession): StructType = {
    val inference = new CSVInferSchema(CsvRows.options(JsonRowSettings.in(session, config)))
    val types = mutable.LinkedHashMap.empty[String, DataType]
    records.map(_.getBytes(UTF_8)).foreach { r =>
      JsonCursor.members(r, 0, r.length) { m =>
        val name = JsonBytes.string(r, m.nameFrom, m.nameTo)
        val soFar = types.getOrElse(name, NullType)
        val value = JsonBytes.scalar(r, JsonBytes.span(m.from, m.to))
        if (name != CsvRecords.Broken) types(name) = value.fold(soFar)(inference.inferField(soFar, _))
      }
    }
    StructType(inference.toStructFields(types.values.toArray, types.keys.toArray))
  }
}
