// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import java.nio.charset.StandardCharsets.UTF_8

import io.github.sparkrest.options.{FieldPath, ValueSource}
import io.github.sparkrest.page.{Envelope, JsonBytes, PageFacts}

/** Reads a value, from a record's bytes or from what stands beside the records, as the API spelled it. */
final private[offset] class OffsetField(source: ValueSource) {
  private val names = source match {
    case ValueSource.InBody(path) => path.names.map(_.getBytes(UTF_8))
    case _                        => Nil
  }

  /** `None`: absent or null. Arrays and objects are JSON text. */
  def in(buf: Array[Byte], from: Int, to: Int): Option[String] =
    if (names.isEmpty) None
    else {
      val span = JsonBytes.find(buf, from, to, names)
      if (span == JsonBytes.Absent) None else JsonBytes.scalar(buf, span).map(_._1)
    }

  /** Absent, null and `""` are all no value. */
  def in(facts: PageFacts): Option[String] = facts.text(source)

  def standsIn(envelope: Envelope): Boolean = source match {
    case ValueSource.InBody(path) => envelope(path).isDefined
    case _                        => true
  }
}

private[offset] object OffsetField {
  def of(path: FieldPath): OffsetField = new OffsetField(ValueSource.InBody(path))
}
