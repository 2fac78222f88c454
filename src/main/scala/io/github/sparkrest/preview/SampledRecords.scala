// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.preview

import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.pagelog.{PageOrigin, PageSink}

/** Keeps the records of a response as text, also of one that ends in the middle: a sample may be cut short. */
final private[sparkrest] class SampledRecords extends PageSink {
  private var texts, discarded = Vector.empty[String]

  /** Those of the whole response, or else those that came before it failed. */
  def received: Vector[String] = if (texts.isEmpty) discarded else texts

  def append(buf: Array[Byte], from: Int, to: Int): Unit = texts :+= new String(buf, from, to - from, UTF_8)

  /** They were no records after all, or the response failed: then this is the last call. */
  def discardPage(): Unit = {
    discarded = texts
    texts = Vector.empty
  }
  def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = discarded = Vector.empty
  def bytes: Long = 0
}
