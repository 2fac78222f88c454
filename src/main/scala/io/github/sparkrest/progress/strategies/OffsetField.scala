// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.progress.strategies

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.github.sparkrest.json.{JsonBytes, JsonCursor}
import io.github.sparkrest.options.values.{FieldPath, ValueSource}
import io.github.sparkrest.response.{Envelope, PageFacts}

/** Reads a value as the API spelled it, from the bytes of a record or from the fields next to the records. For one thread. */
final private[sparkrest] class OffsetField(source: ValueSource) {
  private val names = source match {
    case ValueSource.InBody(path) => path.names.map(_.getBytes(UTF_8))
    case _                        => Nil
  }
  private val members = new JsonCursor

  /** A scalar, to be compared. `None`: absent, null, an array or an object. */
  def in(buf: Array[Byte], from: Int, to: Int): Option[String] = {
    val value = find(buf, from, to)
    if (value == JsonBytes.Absent) None else JsonBytes.scalar(buf, value)
  }

  /** A value that is sent back and never compared: arrays and objects are JSON text. `None`: absent or null. */
  def token(buf: Array[Byte], from: Int, to: Int): Option[String] = {
    val value = find(buf, from, to)
    if (value == JsonBytes.Absent) None else JsonBytes.value(buf, value)
  }

  /** The value as JSON on one line. `None`: absent, null or empty. */
  def json(buf: Array[Byte], from: Int, to: Int): Option[String] = {
    val value = find(buf, from, to)
    if (value == JsonBytes.Absent) None
    else
      JsonBytes.value(buf, value).filter(_.nonEmpty).map { text =>
        if (buf(JsonBytes.from(value)) == '"') Json.fromString(text).noSpaces else text
      }
  }

  /** Where the value is. Nothing is allocated. */
  def find(buf: Array[Byte], from: Int, to: Int): JsonBytes.Span =
    if (names.isEmpty) JsonBytes.Absent else JsonBytes.find(buf, from, to, names, members)

  /** Whether the record has the field. Null counts, because it may become a value. An object or an array does not count.
    */
  def holds(buf: Array[Byte], from: Int, to: Int): Boolean = (1 to names.length).exists { n =>
    val span = JsonBytes.find(buf, from, to, names.take(n), members)
    span != JsonBytes.Absent && (buf(JsonBytes.from(span)) match {
      case 'n'       => true
      case '{' | '[' => false
      case _         => n == names.length
    })
  }

  /** Absent, null and `""` are all no value. */
  def in(facts: PageFacts): Option[String] = facts.text(source)

  def standsIn(envelope: Envelope): Boolean = source match {
    case ValueSource.InBody(path) => envelope(path).isDefined
    case _                        => true
  }
}

private[sparkrest] object OffsetField {
  def of(path: FieldPath): OffsetField = new OffsetField(ValueSource.InBody(path))
}
