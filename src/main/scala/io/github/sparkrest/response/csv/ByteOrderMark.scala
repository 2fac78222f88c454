// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.csv

import java.io.{InputStream, InputStreamReader, PushbackInputStream, Reader}
import java.nio.charset.Charset
import java.nio.charset.StandardCharsets.{UTF_16BE, UTF_16LE, UTF_8}

/** The first bytes of a text that name its charset. */
private[csv] object ByteOrderMark {
  private val marks = Seq(UTF_8 -> Seq(0xef, 0xbb, 0xbf), UTF_16BE -> Seq(0xfe, 0xff), UTF_16LE -> Seq(0xff, 0xfe))
  private val Longest = 3

  /** @param charset of a text without a mark */
  def reader(in: InputStream, charset: Charset): Reader = {
    val source = new PushbackInputStream(in, Longest)
    val head = source.readNBytes(Longest)
    val found = marks.find { case (_, mark) => head.toSeq.map(_ & 0xff).startsWith(mark) }
    source.unread(head, found.fold(0)(_._2.length), head.length - found.fold(0)(_._2.length))
    new InputStreamReader(source, found.fold(charset)(_._1))
  }
}
