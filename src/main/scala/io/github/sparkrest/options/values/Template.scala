// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

/** Text with placeholders: `since={timestamp}` is `Literal("since=")`, `Hole("timestamp")`.
  *
  * `{timestamp?}` is an optional placeholder: if its value is empty, the parameter, header or property with it is left out.
  */
final case class Template(parts: List[Template.Part]) {
  import Template._

  def names: List[String] = parts.collect { case h: Hole => h.name }

  def isOptional: Boolean = parts.exists { case h: Hole => h.optional; case _: Literal => false }

  /** @param encode encodes a value for its place in the request */
  def render(values: String => String, encode: String => String): String = parts.map {
    case Literal(t) => t
    case h: Hole    => encode(values(h.name))
  }.mkString

  /** Whether an optional placeholder is empty. */
  def isLeftOut(values: String => String): Boolean = parts.exists {
    case h: Hole    => h.optional && values(h.name).isEmpty
    case _: Literal => false
  }

  /** [[isLeftOut]], or the template is one placeholder, which is empty. `?since=` is a 400 on real servers. */
  def isLeftOutOfPairs(values: String => String): Boolean = isLeftOut(values) || (parts match {
    case List(h: Hole) => values(h.name).isEmpty
    case _             => false
  })
}

object Template {
  sealed trait Part
  final case class Literal(text: String) extends Part
  final case class Hole(name: String, optional: Boolean = false) extends Part

  private val hole = """\{([^{}]*?)(\??)\}""".r
  private val holeOrBrace = s"""\\{\\{|\\}\\}|$hole""".r
  private val path = """^(?:\{[^{}]*\}|[^?])*+""".r

  /** The URL without its query. A `?` in braces does not begin a query. */
  def beforeQuery(url: String): String = path.findFirstIn(url).getOrElse("")

  /** Each name in braces is a placeholder. A literal brace is written twice. */
  def parse(text: String): Template = template(
    text,
    holeOrBrace.findAllMatchIn(text).map { m =>
      (m.start, m.end, if (m.group(1) == null) Literal(m.matched.take(1)) else Hole(m.group(1), m.group(2).nonEmpty))
    }
  )

  /** @param known whether a name in braces is a placeholder; other braces stay as they are */
  def parse(text: String, known: String => Boolean): Template = template(
    text,
    hole.findAllMatchIn(text).filter(m => known(m.group(1))).map { m =>
      (m.start, m.end, Hole(m.group(1), m.group(2).nonEmpty))
    }
  )

  /** @param found start and end of a part in `text`, and the part */
  private def template(text: String, found: Iterator[(Int, Int, Part)]): Template = {
    val (parts, rest) = found.foldLeft((List.empty[Part], 0)) { case ((done, from), (start, end, part)) =>
      (part :: Literal(text.substring(from, start)) :: done, end)
    }
    Template((Literal(text.substring(rest)) :: parts).reverse.filter(_ != Literal("")))
  }
}
