// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.values

import io.circe.Json
import io.github.sparkrest.options.values.JsonTemplate._

/** JSON with placeholders, some of which are optional. A property or an element with an empty optional placeholder is left out.
  *
  * `{"after": "{cursor?}"}` becomes `{}` without a cursor. Within quotes a placeholder is text; without quotes it is a value.
  */
final class JsonTemplate private (root: Part) {

  /** @param text value of a placeholder, as text
    * @param value value of a placeholder without quotes
    */
  def render(text: String => String, value: String => Json): String =
    filled(root, text, value).getOrElse(Json.Null).noSpaces
}

object JsonTemplate {
  sealed private trait Part
  final private case class Constant(json: Json) extends Part
  final private case class Text(template: Template) extends Part
  final private case class Value(hole: Template.Hole) extends Part
  final private case class Elements(parts: Vector[Part]) extends Part
  final private case class Members(parts: Vector[(Template, Part)]) extends Part

  /** `None`: the text is not JSON when values replace its placeholders. */
  def parse(text: String, known: String => Boolean): Option[JsonTemplate] = {
    val template = Template.parse(text, known)
    val holes = template.parts.collect { case h: Template.Hole => h }.toVector
    // Each placeholder becomes a mark that JSON text does not contain: its number between two private characters.
    val free = (Begin to End).find(c => !text.contains(c.toChar)).map(_.toChar)
    free.flatMap { mark =>
      val (marked, _, _) = template.parts.foldLeft(("", 0, false)) {
        case ((done, n, quoted), Template.Literal(t)) => (done + t, n, endsInString(t, quoted))
        case ((done, n, quoted), _)                   =>
          (done + (if (quoted) s"$mark$n$mark" else "\"" + s"$mark$n$mark$mark" + "\""), n + 1, quoted)
      }
      io.circe.parser.parse(marked).toOption.map(json => new JsonTemplate(part(json, mark, holes)))
    }
  }

  private def part(json: Json, mark: Char, holes: Vector[Template.Hole]): Part = json.fold(
    Constant(json),
    _ => Constant(json),
    _ => Constant(json),
    text =>
      if (text.endsWith(s"$mark$mark")) Value(holes(text.filter(_ != mark).toInt))
      else Text(textOf(text, mark, holes)),
    elements => Elements(elements.map(part(_, mark, holes))),
    members => Members(members.toVector.map { case (name, value) => (textOf(name, mark, holes), part(value, mark, holes)) })
  )

  /** Every second piece between marks is the number of a placeholder. */
  private def textOf(text: String, mark: Char, holes: Vector[Template.Hole]): Template =
    Template(text.split(mark.toString, -1).toList.zipWithIndex.collect {
      case (number, i) if i % 2 == 1     => holes(number.toInt)
      case (literal, _) if literal != "" => Template.Literal(literal)
    })

  private def filled(part: Part, text: String => String, value: String => Json): Option[Json] = part match {
    case Constant(json)                                 => Some(json)
    case Text(t) if t.isLeftOut(text)                   => None
    case Text(t)                                        => Some(Json.fromString(t.render(text, identity)))
    case Value(h) if h.optional && text(h.name).isEmpty => None
    case Value(h)                                       => Some(value(h.name))
    case Elements(parts)                                => Some(Json.fromValues(parts.flatMap(filled(_, text, value))))
    case Members(parts)                                 =>
      Some(Json.fromFields(parts.flatMap { case (name, p) =>
        filled(p, text, value).map(name.render(text, identity) -> _)
      }))
  }

  /** Whether a JSON string is open after `text`, if `before` says whether one was open before it. */
  def endsInString(text: String, before: Boolean): Boolean = {
    var in = before
    var i = 0
    while (i < text.length) {
      val c = text.charAt(i)
      if (c == '\\' && in) i += 1
      else if (c == '"') in = !in
      i += 1
    }
    in
  }

  /** Characters for private use (Unicode). */
  private val Begin = 0xe000
  private val End = 0xf8ff
}
