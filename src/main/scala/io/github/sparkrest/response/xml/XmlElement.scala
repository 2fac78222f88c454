// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.xml

import scala.collection.mutable

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.config.records.XmlConfig
import io.github.sparkrest.json.{FirstNames, Malformed, QuotedText}
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.options.values.FieldPath.{At, Each, Members, Name, Segment, Where}
import io.github.sparkrest.response.{Envelope, ReaderSettings}

/** A part of the content of an element. */
sealed private[sparkrest] trait XmlNode
final private[sparkrest] case class XmlText(text: String) extends XmlNode

/** An element in memory: a record, or a value next to the records. */
final private[sparkrest] class XmlElement(val name: String, val attributes: Vector[(String, String)]) extends XmlNode {
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

/** The elements of a response that are not records. Of these it keeps the ones to which a requested path leads.
  *
  * A path begins below the root element: `total` is an element in it, `_count` an attribute of it. An element that appears once
  * is also an array of one element, so that `link[_rel=next]._href` finds it in each response.
  */
final private[xml] class BesideRecords(config: XmlConfig, settings: ReaderSettings) {
  private val wanted = settings.outside.flatMap(p => BesideRecords.ways(p.segments.toList)).distinct
  private val names = new FirstNames(settings.rules.names)

  /** Open elements, the innermost first; `None`: the element is not kept. */
  private var open: List[(List[String], Option[XmlElement])] = Nil
  private var root = Option.empty[XmlElement]
  private var kept = 0L

  def open(element: XmlElement): Unit = {
    val name = XmlElement.nameOf(element.name, config)
    val path = open.headOption.fold(List.empty[String])(_._1 :+ name)
    if (path.lengthCompare(1) == 0) names += name
    val isKept = open.forall(_._2.isDefined) && wanted.exists(w => w.startsWith(path) || path.startsWith(w))
    if (isKept) {
      count(element.name + element.attributes.map { case (k, v) => k + v }.mkString)
      open.headOption.flatMap(_._2).foreach(_ += element)
      root = root.orElse(Some(element))
    }
    open = (path, if (isKept) Some(element) else None) :: open
  }

  def close(): Unit = open = open.tail

  def text(text: String): Unit = open.headOption.flatMap(_._2).foreach { e =>
    count(text)
    e += XmlText(text)
  }

  private def count(text: String): Unit = {
    kept += text.length
    val most = settings.rules.valueBytes
    if (kept > most) throw new Malformed(s"the values next to its records are longer than $most bytes") // guard: I4.64
  }

  def envelope: Envelope = {
    val out = new java.lang.StringBuilder
    root.foreach(_.appendObject(out, config, withAttributes = true)(_ => ()))
    val json = parse(out.toString).getOrElse(Json.obj())
    Envelope(
      settings.outside.toList.flatMap(p => BesideRecords.within(json, p.segments.toList).map(p -> _)),
      names.toList
    )
  }
}

private object BesideRecords {

  /** The names that lead to a value, and to the fields by which an element is chosen. */
  def ways(path: List[Segment]): Seq[List[String]] = {
    val choices = path.zipWithIndex.collect { case (Where(field, _), i) => namesOf(path.take(i)) :+ field }
    namesOf(path) +: choices
  }

  private def namesOf(path: List[Segment]): List[String] = path.collect { case Name(n) => n }

  def within(json: Json, path: List[Segment]): Option[Json] = path match {
    case Nil                                                  => Some(json)
    case (s @ (Where(_, _) | At(_))) :: rest if !json.isArray =>
      FieldPath.within(Json.arr(json), List(s)).flatMap(within(_, rest))
    case (s @ (Name(_) | Where(_, _) | At(_) | Each | Members)) :: rest =>
      FieldPath.within(json, List(s)).flatMap(within(_, rest))
  }
}
