// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.preview

import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.{HttpClient, HttpRequest, HttpResponse}
import io.github.sparkrest.pagelog.{PageOrigin, PageSink}

/** Keeps the records of a response as text, even if the response ends early: a sample may be cut short. */
final private[sparkrest] class SampledRecords extends PageSink {
  private var texts, discarded = Vector.empty[String]

  /** The records of the response. If it failed, the records before the failure. */
  def received: Vector[String] = if (texts.isEmpty) discarded else texts

  def append(buf: Array[Byte], from: Int, to: Int): Unit = texts :+= new String(buf, from, to - from, UTF_8)

  /** The records were in the wrong field, or the response failed. A failure is the last call. */
  def discardPage(): Unit = {
    discarded = texts
    texts = Vector.empty
  }
  def endPage(offsetBefore: Option[String], origin: Option[PageOrigin]): Unit = discarded = Vector.empty
  def bytes: Long = 0
}

/** A sample answers one request, and no other request is sent. */
private[sparkrest] object NoNetwork extends HttpClient {
  def send[A](request: HttpRequest)(use: HttpResponse => Either[RestError, A]): Either[RestError, A] =
    throw new IllegalStateException("the sample answers the first request")
}
