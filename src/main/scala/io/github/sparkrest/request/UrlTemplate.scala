// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import java.net.{URI, URLDecoder}

import scala.util.Try

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.tables.OptType
import io.github.sparkrest.options.values.{HeaderValue, JsonTemplate, Origin, Template}
import io.github.sparkrest.request.RequestTemplate.{parameter, percentEncode}

/** A URL with placeholders, and its parameters.
  *
  * @param params further parameters; the text around their placeholders is encoded too
  */
final private[request] class UrlTemplate(config: RestConfig, url: String, params: Seq[(String, String)]) {
  private val (path, query) = UrlTemplate.parted(url)
  private val pathTemplate = config.references.placed(path, percentEncode)
  private val parameters = query.map { p =>
    val eq = p.indexOf('=')
    (p.substring(0, eq + 1), config.references.placed(p.substring(eq + 1), percentEncode))
  } ++ params.map { case (k, v) =>
    (percentEncode(k) + "=", UrlTemplate.escapeLiteral(config.references.template(v)))
  }

  val isTemplated: Boolean = Origin.isTemplated(url)

  /** @param more parameters of this request. `url` may contain them too: then these win */
  def checked(value: String => String, more: List[(String, String)]): Either[RestError, String] =
    PlacedValues.inPath(pathTemplate, value).toLeft(render(value, more)).flatMap { rendered =>
      if (isTemplated) PlacedValues.inHost(rendered, config.paging.allowedHosts).toLeft(rendered) else Right(rendered)
    }

  def render(value: String => String, more: List[(String, String)]): String = {
    val replaced = more.map(_._1).toSet
    val kept = parameters.filterNot { case (name, t) =>
      t.isLeftOutOfPairs(value) || replaced(UrlTemplate.decoded(name))
    }
    val all = kept.map { case (name, t) => name + t.render(value, percentEncode) } ++ more.map { case (name, v) =>
      parameter(name, v)
    }
    pathTemplate.render(value, percentEncode) + (if (all.isEmpty) "" else all.mkString("?", "&", ""))
  }
}

private[sparkrest] object UrlTemplate {

  /** What is before the query, and the parameters as they are in the URL. */
  def parted(url: String): (String, List[String]) = url.indexOf('?') match {
    case -1 => (url, Nil)
    case i  => (url.substring(0, i), url.substring(i + 1).split("&", -1).toList.filter(_.nonEmpty))
  }

  def decoded(name: String): String =
    Try(URLDecoder.decode(name.stripSuffix("="), "UTF-8")).getOrElse(name)

  /** `params` are plain text. */
  def escapeLiteral(template: Template): Template = Template(template.parts.map {
    case Template.Literal(t) => Template.Literal(percentEncode(t))
    case h: Template.Hole    => h
  })
}

/** Values that their placeholder's position does not allow, and that encoding cannot fix. Messages do not quote values, which may be
  * secret.
  */
private[request] object PlacedValues {

  /** `DELETE /users/{id}/orders` without an id would delete the wrong things, and `..` leads out of a folder.
    *
    * @param path from the scheme on
    */
  def inPath(path: Template, value: String => String): Option[RestError] = {
    // A client or a server that normalizes the path takes %2e for a dot.
    def moves = path
      .render(value, RequestTemplate.percentEncode)
      .split("/")
      .map(encodedDot.matcher(_).replaceAll("."))
      .exists(s => s == "." || s == "..")
    path.names.find(value(_).isEmpty).map(refused(_, "the path of the URL", "is null or empty")).orElse {
      path.names.find(n => isDots(value(n)) && moves).map(refused(_, "the path of the URL", "is . or .."))
    }
  }
  private val encodedDot = "(?i)%2e".r.pattern
  private def isDots(text: String) = text.nonEmpty && text.forall(_ == '.')

  /** @param isColumn whether a placeholder stands for a value of an input row: there a semicolon could add a parameter */
  def inHeader(
      header: String,
      template: Template,
      value: String => String,
      isColumn: String => Boolean
  ): Option[RestError] =
    template.names.flatMap { n =>
      val text = value(n)
      if (!HeaderValue.isValid(text))
        Some(refused(n, s"the header $header", "holds a line break or another control character"))
      else if (text.contains(';') && (isColumn(n) || header.equalsIgnoreCase("Cookie")))
        Some(refused(n, s"the header $header", "holds a semicolon"))
      else None
    }.headOption

  /** The request carries credentials, so the user names the hosts. Without the option it carries none (`TrustChecks`). */
  def inHost(rendered: String, allowed: Seq[String]): Option[RestError] = {
    val known =
      Try(new URI(rendered)).toOption.exists(u => u.getHost != null && (allowed.isEmpty || Origin.isAmong(allowed, u))) // guard: I6.4
    if (known) None
    else
      Some(
        Condition.ValueRefused(
          "The input row names a host that is not in allowedHosts, or no host.",
          "Nothing was sent. Add the host to allowedHosts, or remove the row.",
          repeatable = false
        )
      )
  }

  private def refused(name: String, place: String, why: String) = Condition.ValueRefused(
    s"The value of {$name} $why, and its placeholder is in $place.",
    "Nothing was sent. Correct or remove the input row; for the first offset use initialUrl or initialOffset.",
    repeatable = false
  )
}

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
