// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.util.FailureSafeParser
import org.apache.spark.sql.catalyst.xml.{StaxXmlParser, XmlInferSchema, XmlOptions}
import org.apache.spark.sql.types.{DataType, NullType, StructType}
import org.apache.spark.sql.{Encoders, SparkSession}

/** Spark's own parser of XML, which Spark 4 has. */
final private[rows] class SparkXml(options: Map[String, String], timeZone: String, corruptColumn: String) {
  private val parsed: XmlOptions = {
    // From Spark 4.3 on it has an additional flag at the end.
    val make =
      classOf[XmlOptions].getConstructors.filter(_.getParameterTypes.headOption.contains(classOf[Map[_, _]])).head
    val flags = Seq.fill(make.getParameterCount - 3)(java.lang.Boolean.FALSE)
    make.newInstance(Seq[AnyRef](options, timeZone, corruptColumn) ++ flags: _*).asInstanceOf[XmlOptions]
  }
  private lazy val inference = new XmlInferSchema(parsed, true)

  /** The column for corrupt records: from the option, otherwise from the session. */
  def corrupt: String = parsed.columnNameOfCorruptRecord

  /** XML of a record → its row, or none if `mode` drops it. As Spark reads files of XML. */
  def parser(schema: StructType): String => Iterator[InternalRow] = {
    val parser = new StaxXmlParser(StructType(schema.filterNot(_.name == corrupt)), parsed)
    val safe = new FailureSafeParser[String](
      xml => parser.doParseColumn(xml, parsed.parseMode, None),
      parsed.parseMode,
      schema,
      corrupt
    )
    safe.parse(_)
  }

  /** The type of one record; `NullType` for XML that is broken. */
  def infer(xml: String): DataType = inference.infer(xml, None).getOrElse(NullType)
}

private[rows] object SparkXml {
  def schemaOf(xml: Seq[String], options: Map[String, String], session: SparkSession): StructType =
    session.read.options(options).xml(session.createDataset(xml.asJava)(Encoders.STRING)).schema
}
