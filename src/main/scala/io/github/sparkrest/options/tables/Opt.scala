// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

/** One row of the option table.
  *
  * @param default as a user would write it; `None`: no value unless given
  * @param secret printed as `***` everywhere
  * @param aliases names of the option in older sources
  */
final case class Opt[A](
    name: String,
    kind: OptType[A],
    section: Section,
    doc: String,
    default: Option[String] = None,
    required: Boolean = false,
    secret: Boolean = false,
    scope: Scope = Scope.Both,
    aliases: Seq[String] = Nil,
    since: String = "0.1.0"
) {

  /** `streamingInterval` as Python writes it: `streaming_interval`. */
  def pythonName: String = name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase
}

/** Which reads an option belongs to. */
sealed trait Scope
object Scope {
  case object Stream extends Scope
  case object Batch extends Scope
  case object Both extends Scope
}

/** A section of the docs. */
final case class Section(title: String)
