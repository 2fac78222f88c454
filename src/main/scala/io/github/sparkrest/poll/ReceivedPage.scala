// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.io.{FilterInputStream, InputStream}

import io.github.sparkrest.error.RestError
import io.github.sparkrest.pagelog.PageSink
import io.github.sparkrest.progress.{PageOutcome, PageReader}
import io.github.sparkrest.response.{PageFacts, RecordSink}

/** Passes on the records that are new. */
final private class NewRecords(begin: PageReader, sink: PageSink) extends RecordSink {
  private var step = begin

  def record(buf: Array[Byte], from: Int, to: Int): Unit =
    if (step.keep(buf, from, to, maybeLast = false)) append(buf, from, to)

  override def maybeLast(buf: Array[Byte], from: Int, to: Int): Unit =
    if (step.keep(buf, from, to, maybeLast = true)) append(buf, from, to)

  private def append(buf: Array[Byte], from: Int, to: Int): Unit = step.change(buf, from, to) match {
    case Some(change) => sink.append(buf, from, to, change)
    case None         => sink.append(buf, from, to)
  }

  def restart(): Unit = {
    step = step.restart()
    sink.discardPage()
  }

  def finish(facts: PageFacts): Either[RestError, PageOutcome] = step.finish(facts)
}

/** Counts the decoded bytes that are read from the body of a response. */
final private class CountedBody(body: InputStream) extends FilterInputStream(body) {
  var bytes = 0L

  override def read(): Int = {
    val b = super.read()
    if (b >= 0) bytes += 1
    b
  }
  override def read(buf: Array[Byte], from: Int, length: Int): Int = {
    val n = super.read(buf, from, length)
    if (n > 0) bytes += n
    n
  }
}
