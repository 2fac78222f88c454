// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.forms

import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.json.{JsonBytes, JsonCursor}
import io.github.sparkrest.response.{ByteText, RecordSink}

/** Adds fields to records (`addedFields`), before the fields of the record. A record that is not an object becomes the field
  * `value` of a new object.
  *
  * @param labels `"name":` for each field
  */
final private[response] class AddedFields(labels: Vector[Array[Byte]], sink: RecordSink) extends RecordSink {
  import AddedFields._
  private val names = labels.map(l => java.util.Arrays.copyOf(l, l.length - 1))
  private val members = new JsonCursor
  private val out = new ByteText

  /** JSON values in the order of the labels, for the next records. */
  var values: Vector[Array[Byte]] = Vector.empty

  def record(buf: Array[Byte], from: Int, to: Int): Unit = {
    fill(buf, from, to)
    sink.record(out.bytes, 0, out.length)
  }

  override def maybeLast(buf: Array[Byte], from: Int, to: Int): Unit = {
    fill(buf, from, to)
    sink.maybeLast(out.bytes, 0, out.length)
  }

  def restart(): Unit = sink.restart()

  private def fill(buf: Array[Byte], from: Int, to: Int): Unit = {
    out.clear()
    var separator = '{'
    labels.indices.foreach { i =>
      out += separator
      out += labels(i)
      out += values(i)
      separator = ','
    }
    if (buf(from) == '{') {
      members.openObject(buf, from, to)
      while (members.next()) refuseTaken(buf, members.nameFrom, members.nameTo)
      // A broken record stays broken: the parser of the rows decides about it.
      val inside = JsonCursor.blank(buf, from + 1, to)
      if (inside == to || buf(inside) != '}') out += ','
      out += (buf, inside, to)
    } else {
      refuseTaken(Value, 0, Value.length - 1)
      out += ','
      out += Value
      out += (buf, from, to)
      out += '}'
    }
  }

  /** Two fields of one name: every reader would see only one of them. */
  private def refuseTaken(buf: Array[Byte], from: Int, to: Int): Unit = {
    var escaped, taken = false
    var i = from
    while (i < to && !escaped) { escaped = buf(i) == '\\'; i += 1 }
    if (escaped) {
      val name = JsonBytes.string(buf, from, to)
      taken = names.exists(n => JsonBytes.string(n, 0, n.length) == name)
    } else taken = names.exists(JsonBytes.same(buf, from, to, _))
    if (taken) {
      val name = JsonBytes.string(buf, from, to)
      throw Misshapen(
        s"A record already has a field named $name, which addedFields adds.",
        "Give the added field another name."
      )
    }
  }
}

private object AddedFields {
  private val Value = "\"value\":".getBytes(UTF_8)
}
