// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.options.tables.OptType
import io.github.sparkrest.options.values.Template

/** A request body with placeholders. Other braces stay: GraphQL and JSON are full of them. */
final private[request] class BodyTemplate(text: String, config: RestConfig) {
  private val known =
    (RestConfig.offsetPlaceholders(
      config.offset.name
    ) ++ RestConfig.WindowPlaceholders ++ RestConfig.PagePlaceholders ++ config.input.toList.flatMap(_.columns)).toSet
  private val fields = if (config.formBody) OptType.JsonMap.read(text).getOrElse(Nil) else Nil
  private val parts = Template.parse(text, known).parts

  def render(value: String => String, input: InputRow = InputRow.Empty): String =
    if (config.formBody) form(value) else json(value, input)

  /** `application/x-www-form-urlencoded`; a field that consists of one empty placeholder is left out, as in a query. */
  private def form(value: String => String): String = fields
    .map { case (k, v) => k -> Template.parse(v, known) }
    .filterNot { case (_, t) => t.onlyHole.exists(value(_).isEmpty) }
    .map { case (k, t) =>
      RequestTemplate.parameter(k, t.render(value, identity))
    }
    .mkString("&")

  private def json(value: String => String, input: InputRow): String = {
    val out = new StringBuilder
    var quoted = false
    parts.foreach {
      case Template.Literal(t) =>
        out ++= t
        quoted = BodyTemplate.endsInString(t, quoted)
      case Template.Hole(n) =>
        out ++= (if (quoted) BodyTemplate.escaped(value(n))
                 else input(n).fold(BodyTemplate.asValue(value(n)))(_.noSpaces))
    }
    out.result()
  }
}

private[request] object BodyTemplate {

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

  private def escaped(value: String): String = Json.fromString(value).noSpaces.drop(1).dropRight(1)

  private def asValue(value: String): String =
    if (value.isEmpty) "null" else parse(value).fold(_ => Json.fromString(value).noSpaces, _ => value)
}
