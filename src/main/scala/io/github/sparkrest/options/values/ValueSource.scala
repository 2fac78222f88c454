// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

import java.nio.ByteBuffer

import io.circe.Json
import io.circe.jawn.parseByteBuffer

/** The place of a value in a response. */
sealed trait ValueSource {

  /** `None`: the value is not in the body. */
  def inBody: Option[FieldPath] = None
}

object ValueSource {

  /** In the body: next to the records, or within them. */
  final case class InBody(path: FieldPath) extends ValueSource {
    override def inBody: Option[FieldPath] = Some(path)
  }
  final case class InHeader(name: String) extends ValueSource

  /** The URL of a `Link` header (RFC 8288). */
  final case class InLink(rel: String) extends ValueSource

  /** `header:<Name>`, `link:<rel>` or a path; `None` for other text. */
  def parse(text: String): Option[ValueSource] = text.trim.split(":", 2) match {
    case Array("header", name) if HeaderName.isValid(name.trim) => Some(InHeader(name.trim))
    case Array("link", rel) if rel.trim.nonEmpty                => Some(InLink(rel.trim))
    case _                                                      => FieldPath.parse(text).map(InBody(_))
  }
}

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
