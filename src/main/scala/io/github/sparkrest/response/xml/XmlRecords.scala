// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.xml

import java.io.InputStream
import javax.xml.stream.{XMLInputFactory, XMLStreamException, XMLStreamReader}

import io.github.sparkrest.config.records.XmlConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.response._

/** XML: the elements of `rowTag` are records. Each becomes a JSON object of texts, by which offsets and keys are found, with the
  * element's XML as its last member ([[XmlRecords.Source]]), of which Spark's parser makes the row. See ADR 31.
  *
  * No external entity and no DTD is read, and no entity of a DTD is known.
  *
  * @param declared the charset that the response names
  * @param mostOfRecord bytes that one record may have
  */
final class XmlRecords(
    config: XmlConfig,
    declared: Option[String],
    settings: ReaderSettings,
    mostOfRecord: Long = GuardedBody.MostOfRow
) extends RecordReader {
  import XmlRecords._

  def read(body: InputStream, sink: RecordSink, recognized: Option[String] = None): Either[RestError, Envelope] = {
    val guarded = new GuardedBody(body, settings.maxBytes, mostOfRecord, ReadAhead)
    guarded.parsed(errors, { case e: XMLStreamException => reasonOf(e) }) {
      val envelope = new XmlPass(opened(guarded), config, settings, guarded, mostOfRecord, sink).run()
      settings.refused(envelope).toLeft(envelope)
    }
  }

  private def opened(body: InputStream): XMLStreamReader = {
    val charset = config.charset.orElse(declared).map(ByteOrderMark.charset)
    // Without a charset the parser finds it: from a byte order mark or the XML declaration.
    charset.fold(factory.createXMLStreamReader(body))(c => factory.createXMLStreamReader(ByteOrderMark.reader(body, c)))
  }
}

object XmlRecords {

  /** The member of a record that has its XML. No element or attribute may have such a name: XML reserves those that begin with
    * `xml`.
    */
  val Source: String = "_xml"

  /** Text as content of an element or an attribute. A parser would change line breaks and tabs of attributes, and `\r` anywhere. */
  private[xml] def escape(out: java.lang.StringBuilder, text: String): Unit = {
    var i = 0
    while (i < text.length) {
      text.charAt(i) match {
        case '&'                      => out.append("&amp;")
        case '<'                      => out.append("&lt;")
        case '>'                      => out.append("&gt;")
        case '"'                      => out.append("&quot;")
        case c @ ('\r' | '\n' | '\t') => out.append("&#").append(c.toInt).append(';')
        case c                        => out.append(c)
      }
      i += 1
    }
  }

  /** What the parser may have read behind the current record. */
  private val ReadAhead = 1L << 17

  /** That of the JDK, because the first one on the class path may be any. */
  private lazy val factory: XMLInputFactory = {
    val f = XMLInputFactory.newDefaultFactory()
    // As Spark's parser: a record that is cut out of its document has lost the declarations of its prefixes.
    f.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false)
    f.setProperty(XMLInputFactory.SUPPORT_DTD, false) // guard: I4.61
    f.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false)
    f
  }

  private val errors = FormatErrors(
    "XML",
    limit => s"One record of the response is larger than $limit bytes.",
    "Check rowTag, or give the executors more memory."
  )

  /** The parser writes the place into a first line. */
  private def reasonOf(e: XMLStreamException): String = {
    val text = Option(e.getMessage).fold(e.getClass.getSimpleName)(_.linesIterator.toSeq.lastOption.getOrElse(""))
    val at = Option(e.getLocation).filter(_.getLineNumber > 0).fold("")(l => s" (line ${l.getLineNumber})")
    text.stripPrefix("Message: ").take(200).stripSuffix(".") + at
  }
}
