// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

/** One row of the option table.
  *
  * @param section of the docs
  * @param default as a user would write it; `None`: no value unless given
  * @param secret printed as `***` everywhere
  * @param aliases names of the option in older sources
  */
final case class Opt[A](
    name: String,
    kind: OptType[A],
    section: String,
    doc: String,
    default: Option[String] = None,
    required: Boolean = false,
    secret: Boolean = false,
    scope: Scope = Scope.Both,
    aliases: Seq[String] = Nil
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

/** Rows of the option table: a call of a [[Section]] declares an option. */
private[sparkrest] trait OptionTable {
  private var declared = Vector.empty[Opt[_]]

  /** In the order in which they are declared: that of the docs and of the Python arguments. */
  def all: Seq[Opt[_]] = declared

  /** A section of the docs. */
  final protected class Section(title: String) {
    def options: Seq[Opt[_]] = declared.filter(_.section == title)

    /** Begins the row of an option, which [[Row.means]] ends. */
    def apply[A](
        name: String,
        kind: OptType[A],
        default: Option[String] = None,
        required: Boolean = false,
        secret: Boolean = false,
        scope: Scope = Scope.Both,
        aliases: Seq[String] = Nil
    ): Row[A] = new Row(Opt(name, kind, title, doc = "", default, required, secret, scope, aliases))
  }

  final protected class Row[A](option: Opt[A]) {
    def means(doc: String): Opt[A] = {
      val described = option.copy(doc = doc)
      declared :+= described
      described
    }
  }
}
