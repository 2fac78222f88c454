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
    filled(root, Vector(JsonTemplate.Values(text, value))).getOrElse(Json.Null).noSpaces

  /** The same for several rows of values: an element with a placeholder appears once for each row.
    *
    * @param rows at least one; a placeholder outside of an array gets its value from the first one
    */
  def renderAll(rows: Vector[JsonTemplate.Values]): String = filled(root, rows).getOrElse(Json.Null).noSpaces

  /** Whether each placeholder that counts is in an array. */
  def repeats(counts: String => Boolean): Boolean = !outside(root).exists(counts)
}

object JsonTemplate {

  /** @param text value of a placeholder, as text
    * @param value value of a placeholder without quotes
    */
  final case class Values(text: String => String, value: String => Json)

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

  private def filled(part: Part, rows: Vector[Values]): Option[Json] = {
    val Values(text, value) = rows.head
    part match {
      case Constant(json)                                 => Some(json)
      case Text(t) if t.isLeftOut(text)                   => None
      case Text(t)                                        => Some(Json.fromString(t.render(text, identity)))
      case Value(h) if h.optional && text(h.name).isEmpty => None
      case Value(h)                                       => Some(value(h.name))
      case Elements(parts)                                =>
        Some(Json.fromValues(parts.flatMap { p =>
          (if (names(p).isEmpty) rows.take(1) else rows).flatMap(row => filled(p, Vector(row)))
        }))
      case Members(parts) =>
        Some(Json.fromFields(parts.flatMap { case (name, p) =>
          filled(p, rows).map(name.render(text, identity) -> _)
        }))
    }
  }

  /** Names of all placeholders in the part. */
  private def names(part: Part): Seq[String] = part match {
    case Elements(parts) => parts.flatMap(names)
    case Members(parts)  => parts.flatMap { case (name, p) => name.names ++ names(p) }
    case other           => outside(other)
  }

  /** The names of the placeholders outside arrays. */
  private def outside(part: Part): Seq[String] = part match {
    case Constant(_) | Elements(_) => Nil
    case Text(t)                   => t.names
    case Value(h)                  => Seq(h.name)
    case Members(parts)            => parts.flatMap { case (name, p) => name.names ++ outside(p) }
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
