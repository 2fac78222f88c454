// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.github.sparkrest.json.JsonCursor

/** Converts records that are arrays to objects (`recordFields`): with the names a and b, `["x",1]` becomes
  * `{"a":"x","b":1}`. Extra elements are dropped, and so are extra names. Any other record passes unchanged.
  */
final class NamedFields(names: Seq[String], sink: RecordSink) extends RecordSink {
  private val labels = names.map(n => (Json.fromString(n).noSpaces + ":").getBytes(UTF_8)).toArray
  private val elements = new JsonCursor
  private val out = new ByteText

  def record(buf: Array[Byte], from: Int, to: Int): Unit =
    if (buf(from) == '[' && fill(buf, from, to)) sink.record(out.bytes, 0, out.length) else sink.record(buf, from, to)

  override def maybeLast(buf: Array[Byte], from: Int, to: Int): Unit =
    if (buf(from) == '[' && fill(buf, from, to)) sink.maybeLast(out.bytes, 0, out.length)
    else sink.maybeLast(buf, from, to)

  def restart(): Unit = sink.restart()

  /** Fills `out`. False if the array is malformed: the parser of the rows must then get the original bytes. */
  private def fill(buf: Array[Byte], from: Int, to: Int): Boolean = {
    out.clear()
    out += '{'
    var field = 0
    elements.openArray(buf, from, to)
    while (field < labels.length && elements.next()) {
      if (field > 0) out += ','
      out += labels(field)
      out += (buf, elements.from, elements.to)
      field += 1
    }
    out += '}'
    !elements.broken
  }
}

/** Bytes that grow. */
final private[response] class ByteText {
  var bytes = new Array[Byte](1 << 10)
  var length = 0

  def clear(): Unit = length = 0

  def +=(c: Char): Unit = {
    room(1)
    bytes(length) = c.toByte
    length += 1
  }

  def +=(more: Array[Byte]): Unit = this.+=(more, 0, more.length)

  def +=(more: Array[Byte], from: Int, to: Int): Unit = {
    room(to - from)
    System.arraycopy(more, from, bytes, length, to - from)
    length += to - from
  }

  private def room(n: Int): Unit =
    if (length + n > bytes.length) bytes = java.util.Arrays.copyOf(bytes, math.max(bytes.length * 2, length + n))
}
