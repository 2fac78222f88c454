// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

/** The place of a value in a response. */
sealed trait ValueSource

object ValueSource {

  /** In the body: next to the records, or within them. */
  final case class InBody(path: FieldPath) extends ValueSource
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
