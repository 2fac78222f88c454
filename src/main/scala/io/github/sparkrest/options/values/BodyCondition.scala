// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

import java.nio.ByteBuffer

import io.circe.Json
import io.circe.jawn.parseByteBuffer

/** A condition on the body of a response: `path=value`, or a path alone.
  *
  * @param value `None`: any value except null
  */
final case class BodyCondition(path: FieldPath, value: Option[String]) {

  /** @param found value at the path */
  def holds(found: Option[Json]): Boolean = {
    val json = found.filterNot(_.isNull)
    value.fold(json.isDefined)(v => json.exists(j => j.asString.getOrElse(j.noSpaces) == v))
  }

  /** @param body of a response; only JSON can fulfil a condition */
  def holdsIn(body: Array[Byte]): Boolean =
    parseByteBuffer(ByteBuffer.wrap(body)).exists(json => holds(path.valueIn(json)))
}

object BodyCondition {
  def parse(text: String): Option[BodyCondition] = text.lastIndexOf('=') match {
    case -1 => FieldPath.parse(text).map(BodyCondition(_, None))
    case i  => FieldPath.parse(text.substring(0, i)).map(BodyCondition(_, Some(text.substring(i + 1).trim)))
  }
}
