// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.xml

import scala.collection.mutable

import io.github.sparkrest.config.records.XmlConfig
import io.github.sparkrest.json.QuotedText

/** A part of the content of an element. */
sealed private[xml] trait XmlNode
final private[xml] case class XmlText(text: String) extends XmlNode

/** An element in memory: a record, or a value next to the records. */
final private[xml] class XmlElement(val name: String, val attributes: Vector[(String, String)]) extends XmlNode {
  private val content = mutable.ArrayBuffer.empty[XmlNode]

  def +=(node: XmlNode): Unit = { content += node; () }

  /** The element as it was, with its text in one spelling: no CDATA, no comments. */
  def appendXml(out: java.lang.StringBuilder): Unit = {
    out.append('<').append(name)
    attributes.foreach { case (k, v) =>
      out.append(' ').append(k).append("=\"")
      XmlRecords.escape(out, v)
      out.append('"')
    }
    if (content.isEmpty) out.append("/>")
    else {
      out.append('>')
      content.foreach {
        case XmlText(text) => XmlRecords.escape(out, text)
        case e: XmlElement => e.appendXml(out)
      }
      out.append("</").append(name).append('>')
    }
    ()
  }

  /** The element as JSON, by the rules of Spark's parser: a text, or an object if it has attributes or elements. Elements of one
    * name are an array. All values are strings, because only a schema has types.
    */
  def appendJson(out: java.lang.StringBuilder, config: XmlConfig, withAttributes: Boolean): Unit =
    if (!content.exists(_.isInstanceOf[XmlElement]) && (!withAttributes || attributes.isEmpty))
      scalar(out, text(config), config)
    else appendObject(out, config, withAttributes)(_ => ())

  /** [[appendJson]], always as an object.
    *
    * @param last adds members; its argument says whether there are any before
    */
  def appendObject(out: java.lang.StringBuilder, config: XmlConfig, withAttributes: Boolean)(
      last: Boolean => Unit
  ): Unit = {
    var first = true
    def named(name: String): Unit = {
      out.append(if (first) '{' else ',')
      first = false
      QuotedText.append(out, name)
      out.append(':')
      ()
    }
    if (withAttributes) attributes.foreach { case (k, v) =>
      named(config.attributePrefix + XmlElement.nameOf(k, config))
      scalar(out, v, config)
    }
    val groups = mutable.LinkedHashMap.empty[String, mutable.ArrayBuffer[XmlElement]]
    content.foreach {
      case e: XmlElement => groups.getOrElseUpdate(XmlElement.nameOf(e.name, config), mutable.ArrayBuffer.empty) += e
      case XmlText(_)    => ()
    }
    groups.foreach { case (name, elements) =>
      named(name)
      if (elements.length > 1) out.append('[')
      elements.indices.foreach { i =>
        if (i > 0) out.append(',')
        elements(i).appendJson(out, config, withAttributes)
      }
      if (elements.length > 1) out.append(']')
    }
    val text = this.text(config)
    if (text.trim.nonEmpty) {
      named(config.valueTag)
      scalar(out, text, config)
    }
    if (first) out.append('{')
    last(!first)
    out.append('}')
    ()
  }

  private def text(config: XmlConfig): String = {
    val all = content.iterator.collect { case XmlText(t) => t }.mkString
    if (config.trims) all.trim else all
  }

  private def scalar(out: java.lang.StringBuilder, text: String, config: XmlConfig): Unit =
    if (text.isEmpty || config.nullValue.contains(text)) { out.append("null"); () }
    else QuotedText.append(out, text)
}

private[xml] object XmlElement {
  def nameOf(name: String, config: XmlConfig): String =
    if (config.ignoresNamespace) name.substring(name.lastIndexOf(':') + 1) else name

}
