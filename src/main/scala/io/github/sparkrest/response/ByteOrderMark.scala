// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.io.{InputStream, InputStreamReader, Reader}
import java.nio.charset.Charset
import java.nio.charset.StandardCharsets.{UTF_16BE, UTF_16LE, UTF_8}

import scala.util.Try

import io.github.sparkrest.http.FirstBytes
import io.github.sparkrest.json.Malformed

/** The charset of a text: a byte order mark (BOM) has precedence over every name. */
private[response] object ByteOrderMark {
  private val marks = Seq(UTF_8 -> Seq(0xef, 0xbb, 0xbf), UTF_16BE -> Seq(0xfe, 0xff), UTF_16LE -> Seq(0xff, 0xfe))
  private val Longest = 3

  /** @param charset of a text without a mark */
  def reader(in: InputStream, charset: Charset): Reader = {
    val source = new FirstBytes(in, Longest)
    val found = marks.find { case (_, mark) => source.beginsWith(mark: _*) }
    found.foreach { case (_, mark) => source.readNBytes(mark.length) }
    new InputStreamReader(source, found.fold(charset)(_._1))
  }

  /** @param name from an option or a header */
  def charset(name: String): Charset =
    Try(Charset.forName(name)).getOrElse(throw new Malformed(s"its charset $name is unknown to Java"))
}
