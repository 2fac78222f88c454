// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.poll

import java.io.{FilterInputStream, InputStream}
import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.pagelog.PageSink
import io.github.sparkrest.progress.strategies.OffsetField
import io.github.sparkrest.progress.{PageOutcome, PageReader}
import io.github.sparkrest.request.AckTemplate
import io.github.sparkrest.response.{PageFacts, RecordSink}

/** Passes on the records that are new.
  *
  * @param acks of a queue
  */
final private class NewRecords(begin: PageReader, sink: PageSink, acks: Option[AckValues]) extends RecordSink {
  private var step = begin
  private val values = acks.orNull // without a closure, which would be made for each record

  def record(buf: Array[Byte], from: Int, to: Int): Unit = received(buf, from, to, maybeLast = false)
  override def maybeLast(buf: Array[Byte], from: Int, to: Int): Unit = received(buf, from, to, maybeLast = true)

  private def received(buf: Array[Byte], from: Int, to: Int, maybeLast: Boolean): Unit = {
    // A record that comes again is acknowledged again: the queue may have forgotten, or given it a new id.
    if (values != null) values.note(buf, from, to) // guard: I9.2
    if (step.keep(buf, from, to, maybeLast)) append(buf, from, to)
  }

  private def append(buf: Array[Byte], from: Int, to: Int): Unit = step.change(buf, from, to) match {
    case Some(change) => sink.append(buf, from, to, change)
    case None         => sink.append(buf, from, to)
  }

  def restart(): Unit = {
    step = step.restart()
    sink.discardPage()
    acks.foreach(_.discardPage())
  }

  def finish(facts: PageFacts): Either[RestError, PageOutcome] =
    acks.flatMap(_.problem).toLeft(()).flatMap(_ => step.finish(facts))
}

/** Writes the values that acknowledge each record of a poll.
  *
  * @param fields of a record
  * @param sink takes a JSON array for each record
  */
final private class AckValues(fields: Vector[String], sink: PageSink) {
  private val places = fields.flatMap(FieldPath.parse(_)).map(OffsetField.of)

  /** Why a record of the page cannot be acknowledged. */
  var problem: Option[RestError] = None

  def note(buf: Array[Byte], from: Int, to: Int): Unit = {
    val values = places.map(_.json(buf, from, to))
    val missing = values.indexWhere(_.isEmpty)
    if (missing < 0) {
      val bytes = values.flatten.mkString("[", ",", "]").getBytes(UTF_8)
      sink.append(bytes, 0, bytes.length)
    } else if (problem.isEmpty) problem = Some(AckValues.without(fields(missing)))
  }

  def endPage(): Unit = sink.endPage(None, None)

  def discardPage(): Unit = {
    sink.discardPage()
    problem = None
  }
}

private object AckValues {
  def of(config: RestConfig, sink: PageSink): Option[AckValues] =
    config.offset.ack.map(ack => new AckValues(new AckTemplate(config, ack).fields, sink))

  private def without(field: String) = Condition.RecordKeyUnusable(
    s"A record has no $field, so it cannot be acknowledged.",
    "Name in ackUrl and ackBody fields that each record has."
  )
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
