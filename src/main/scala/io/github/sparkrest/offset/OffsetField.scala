// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.github.sparkrest.options.FieldPath
import io.github.sparkrest.page.{Envelope, JsonBytes}

/** Reads the value of `offsetField`, from a record's bytes or from the envelope, as the API spelled it. */
final private[offset] class OffsetField(path: FieldPath) {
  private val names = path.names.map(_.getBytes(UTF_8))

  /** `None`: absent, null, or no scalar. */
  def in(buf: Array[Byte], from: Int, to: Int): Option[String] = {
    val span = JsonBytes.find(buf, from, to, names)
    if (span == JsonBytes.Absent) None else JsonBytes.scalar(buf, span).map(_._1)
  }

  /** Absent, null and `""` are all no value. */
  def in(envelope: Envelope): Option[String] =
    envelope(path).flatMap(text).filter(_.nonEmpty)

  def standsIn(envelope: Envelope): Boolean = envelope(path).isDefined

  private def text(json: Json): Option[String] =
    json.asString.orElse(if (json.isNumber || json.isBoolean) Some(json.noSpaces) else None)
}
