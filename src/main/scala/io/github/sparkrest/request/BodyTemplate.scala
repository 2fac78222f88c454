// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.options.tables.OptType
import io.github.sparkrest.options.values.{JsonTemplate, Template}

/** A request body with placeholders. Other braces stay: GraphQL and JSON are full of them. */
final private[request] class BodyTemplate(text: String, config: RestConfig) {
  private val known = config.placeholders.toSet ++ config.references.values.keySet
  private val fields = if (config.formBody) OptType.JsonMap.read(text).getOrElse(Nil) else Nil
  private val template = Template.parse(text, known)

  /** Only if something may be left out: otherwise the body stays as the user wrote it, blanks included. */
  private val tree = if (template.isOptional) JsonTemplate.parse(text, known) else None

  def render(values: String => String, input: InputRow = InputRow.Empty): String = {
    def value(name: String): String = config.references.get(name).fold(values(name))(_.reveal)
    if (config.formBody) form(value)
    else {
      def json(name: String) = input(name).fold(BodyTemplate.asValue(value(name)))(_.noSpaces)
      tree.fold(asWritten(value, json))(_.render(value, name => parse(json(name)).getOrElse(Json.Null)))
    }
  }

  /** `application/x-www-form-urlencoded`; fields are left out as in a query. */
  private def form(value: String => String): String = fields
    .map { case (k, v) => k -> Template.parse(v, known) }
    .filterNot { case (_, t) => t.isLeftOutOfPairs(value) }
    .map { case (k, t) =>
      RequestTemplate.parameter(k, t.render(value, identity))
    }
    .mkString("&")

  private def asWritten(value: String => String, json: String => String): String = {
    val out = new StringBuilder
    var quoted = false
    template.parts.foreach {
      case Template.Literal(t) =>
        out ++= t
        quoted = JsonTemplate.endsInString(t, quoted)
      case h: Template.Hole =>
        out ++= (if (quoted) BodyTemplate.escaped(value(h.name)) else json(h.name))
    }
    out.result()
  }
}

private[request] object BodyTemplate {
  private def escaped(value: String): String = Json.fromString(value).noSpaces.drop(1).dropRight(1)

  private def asValue(value: String): String =
    if (value.isEmpty) "null" else parse(value).fold(_ => Json.fromString(value).noSpaces, _ => value)
}
