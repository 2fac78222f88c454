// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.config.records.XmlConfig
import io.github.sparkrest.json.{JsonBytes, JsonCursor}
import io.github.sparkrest.response.xml.{XmlElement, XmlRecords, XmlText}
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.types.StructType

/** Rows of XML. A record is a JSON object with its XML as the last member, of which Spark's parser makes the row, so that types,
  * attributes and options mean the same as in `spark.read.xml`.
  */
final private class XmlRows(schema: StructType, settings: JsonRowSettings, config: XmlConfig) extends JsonRows {
  private val parser = XmlRows.parser(settings, config).parser(schema)

  /** Only Spark's parser reads XML. */
  def row(buf: Array[Byte], from: Int, to: Int): InternalRow = null

  def rows(buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow] = parser(XmlRows.xmlOf(buf, from, to, config))
}

/** Rows of the JSON of records, without their XML. */
final private class WithoutXml(records: JsonRows) extends JsonRows {
  def row(buf: Array[Byte], from: Int, to: Int): InternalRow = {
    val json = XmlRows.jsonOf(buf, from, to)
    records.row(json, 0, json.length)
  }

  def rows(buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow] = {
    val json = XmlRows.jsonOf(buf, from, to)
    records.rows(json, 0, json.length)
  }
}

private[rows] object XmlRows {
  private val source = XmlRecords.Source.getBytes(UTF_8)

  def parser(settings: JsonRowSettings, config: XmlConfig): SparkXml =
    new SparkXml(settings.fromXml(config), settings.timeZone, settings.corruptColumn)

  /** The XML of a record. A delete has only the fields of its key. */
  def xmlOf(buf: Array[Byte], from: Int, to: Int, config: XmlConfig): String =
    xmlAt(buf, from, to)
      .flatMap { case (_, span) => JsonBytes.scalar(buf, span) }
      .getOrElse(ofKey(new String(buf, from, to - from, UTF_8), config))

  /** The record without its XML. */
  def jsonOf(buf: Array[Byte], from: Int, to: Int): Array[Byte] =
    xmlAt(buf, from, to).fold(java.util.Arrays.copyOfRange(buf, from, to)) { case (nameFrom, _) =>
      // The comma before the name, or the bracket that opens the record.
      val end = nameFrom - 1
      val json = java.util.Arrays.copyOfRange(buf, from, end + (if (buf(end) == '{') 2 else 1))
      json(json.length - 1) = '}'
      json
    }

  /** Where the name of the member with the XML begins, and its value. An element of the record may have the same name; the XML is
    * the last member.
    */
  private def xmlAt(buf: Array[Byte], from: Int, to: Int): Option[(Int, Long)] = {
    val members = new JsonCursor
    members.openObject(buf, from, to)
    Iterator
      .continually(members)
      .takeWhile(_.next())
      .filter(c => JsonBytes.same(buf, c.nameFrom + 1, c.nameTo - 1, source))
      .map(c => (c.nameFrom, JsonBytes.span(c.from, c.to)))
      .reduceOption((_, last) => last) // guard: I2.52
  }

  /** The XML of an object of texts. */
  private def ofKey(json: String, config: XmlConfig): String = {
    val out = new java.lang.StringBuilder
    parse(json).foreach(element(config.rowTag, _, config).appendXml(out))
    out.toString
  }

  private def element(name: String, json: Json, config: XmlConfig): XmlElement = {
    def text(value: Json) = value.asString.getOrElse("")
    def isAttribute(n: String) =
      config.attributePrefix.nonEmpty && n != config.valueTag && n.startsWith(config.attributePrefix)
    val members = json.asObject.fold(Vector(config.valueTag -> json))(_.toVector)
    val (attributes, content) = members.partition { case (n, _) => isAttribute(n) }
    val result =
      new XmlElement(name, attributes.map { case (n, v) => n.stripPrefix(config.attributePrefix) -> text(v) })
    content.foreach { case (n, v) =>
      result += (if (n == config.valueTag) XmlText(text(v)) else element(n, v, config))
    }
    result
  }
}
