// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.github.sparkrest.options.values.Template
import io.github.sparkrest.secret.Secret

/** The secrets that a request refers to, by the text of the reference: `env:NAME`. It is a whole value of `headers` or `params`,
  * or a placeholder.
  */
final case class References(values: Map[String, Secret]) {

  def get(reference: String): Option[Secret] = values.get(reference)

  /** The template of a header or parameter. The value of a reference is literal text, braces included. */
  def template(text: String): Template =
    get(text).fold(placed(text, identity))(s => Template(List(Template.Literal(s.reveal))))

  /** The template of a part of a request, in which `{env:NAME}` is literal text.
    *
    * @param encode encodes a secret for its place in the request
    */
  def placed(text: String, encode: String => String): Template = Template(Template.parse(text).parts.map {
    case Template.Hole(name, _) if values.contains(name) => Template.Literal(encode(values(name).reveal))
    case part                                            => part
  })

  /** Whether `text` contains a secret. */
  def areIn(text: String): Boolean = values.contains(text) || Template.parse(text).names.exists(values.contains)

  /** Whether `text` contains a secret, and no placeholder for another value. */
  def fill(text: String): Boolean = areIn(text) && template(text).names.isEmpty
}
