// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.xml

import java.nio.charset.StandardCharsets.UTF_8
import javax.xml.stream.XMLStreamConstants._
import javax.xml.stream.XMLStreamReader

import scala.collection.mutable

import io.github.sparkrest.config.records.XmlConfig
import io.github.sparkrest.json.{FirstNames, Malformed, QuotedText, TooLarge}
import io.github.sparkrest.response.{Envelope, GuardedBody, ReaderSettings, RecordSink}

/** One pass through one response: records go to the sink, requested values next to them to the envelope. Memory is that of the
  * longest record.
  */
final private[xml] class XmlPass(
    in: XMLStreamReader,
    config: XmlConfig,
    settings: ReaderSettings,
    body: GuardedBody,
    mostOfRecord: Long,
    sink: RecordSink
) {
  private val beside = new BesideRecords(config, settings)
  private val json, xml = new java.lang.StringBuilder
  private var depth = 0
  private var weight = 0L

  /** The parser is one record ahead, to know which record is the last one. */
  private var waiting = Option.empty[Array[Byte]]

  def run(): Envelope = {
    while (in.hasNext) {
      in.next() match {
        case START_ELEMENT if isRecord => record()
        case START_ELEMENT             => entered(); beside.open(started())
        case END_ELEMENT               => depth -= 1; beside.close()
        case CHARACTERS | CDATA        => beside.text(in.getText)
        case other                     => refuseEntity(other)
      }
      weight = 0
      body.rowRead()
    }
    waiting.foreach(b => sink.maybeLast(b, 0, b.length))
    beside.envelope
  }

  private def isRecord: Boolean =
    XmlElement.nameOf(in.getLocalName, config) == config.rowTag || in.getLocalName == config.rowTag

  private def record(): Unit = {
    val bytes = text(element())
    waiting.foreach(b => sink.record(b, 0, b.length))
    waiting = Some(bytes)
  }

  private def element(): XmlElement = {
    val root = started()
    val open = mutable.Stack(root)
    entered()
    while (open.nonEmpty) in.next() match {
      case START_ELEMENT =>
        val child = started()
        entered()
        open.top += child
        open.push(child)
      case END_ELEMENT        => depth -= 1; open.pop()
      case CHARACTERS | CDATA => open.top += XmlText(weighed(in.getText))
      case other              => refuseEntity(other)
    }
    root
  }

  private def text(element: XmlElement): Array[Byte] = {
    json.setLength(0)
    xml.setLength(0)
    element.appendXml(xml)
    element.appendObject(json, config, !config.excludesAttributes) { follows =>
      if (follows) json.append(',')
      QuotedText.append(json, XmlRecords.Source)
      json.append(':')
      QuotedText.append(json, xml.toString)
    }
    json.toString.getBytes(UTF_8)
  }

  private def started(): XmlElement = {
    val attributes = Vector.tabulate(in.getAttributeCount)(i => weighed(attribute(i)) -> weighed(in.getAttributeValue(i)))
    new XmlElement(weighed(in.getLocalName), attributes)
  }

  /** The parser does not split off the prefix of elements. */
  private def attribute(i: Int): String = {
    val prefix = in.getAttributePrefix(i)
    if (prefix == null || prefix.isEmpty) in.getAttributeLocalName(i) else s"$prefix:${in.getAttributeLocalName(i)}"
  }

  private def entered(): Unit = {
    if (depth == 0 && in.getLocalName.equalsIgnoreCase("html") && config.rowTag != in.getLocalName)
      throw new Malformed("it is HTML, perhaps a login or error page")
    depth += 1
    // Elements are walked through by recursion.
    if (depth > XmlPass.Deepest) throw new Malformed(s"its elements are nested more than ${XmlPass.Deepest} levels deep") // guard: I4.62
  }

  /** An element without text takes more memory than its bytes. */
  private def weighed(text: String): String = {
    weight += text.length + XmlPass.Overhead
    if (weight > XmlPass.Growth * mostOfRecord) throw new TooLarge(mostOfRecord, ofRecord = true) // guard: I4.63
    text
  }

  private def refuseEntity(event: Int): Unit =
    if (event == ENTITY_REFERENCE) throw new Malformed(s"the entity ${FirstNames.shown(in.getLocalName)} is not known")
}

private object XmlPass {

  /** Each level takes about a kilobyte of the thread's stack, here and in Spark's parser. */
  val Deepest = 200

  /** Bytes of an object in memory, next to its text. */
  private val Overhead = 64

  /** A record may take twice as much memory as the bytes that it may have. */
  private val Growth = 2
}
