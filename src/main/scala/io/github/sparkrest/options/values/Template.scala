// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

/** Text with placeholders: `since={timestamp}` is `Literal("since=")`, `Hole("timestamp")`. */
final case class Template(parts: List[Template.Part]) {
  def names: List[String] = parts.collect { case Template.Hole(n) => n }

  /** @param encode encodes a value for its place in the request */
  def render(values: String => String, encode: String => String): String = parts.map {
    case Template.Literal(t) => t
    case Template.Hole(n)    => encode(values(n))
  }.mkString

  /** The name of the placeholder, if the template has nothing else. */
  def onlyHole: Option[String] = parts match {
    case List(Template.Hole(n)) => Some(n)
    case _                      => None
  }
}

object Template {
  sealed trait Part
  final case class Literal(text: String) extends Part
  final case class Hole(name: String) extends Part

  private val hole = """\{([^{}]*)\}""".r

  def parse(text: String): Template = parse(text, _ => true)

  /** @param known whether a name in braces is a placeholder; other braces stay as they are */
  def parse(text: String, known: String => Boolean): Template = {
    val holes = hole.findAllMatchIn(text).filter(m => known(m.group(1))).toList
    val (parts, rest) = holes.foldLeft((List.empty[Part], 0)) { case ((done, from), m) =>
      (Hole(m.group(1)) :: Literal(text.substring(from, m.start)) :: done, m.end)
    }
    Template((Literal(text.substring(rest)) :: parts).reverse.filter(_ != Literal("")))
  }
}
