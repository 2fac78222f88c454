// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import java.net.URLDecoder

import scala.util.Try

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.values.{Origin, Template}
import io.github.sparkrest.request.RequestTemplate.{parameter, percentEncode}

/** A URL with placeholders, and its parameters.
  *
  * @param params further parameters; the text around their placeholders is encoded too
  */
final private[request] class UrlTemplate(config: RestConfig, url: String, params: Seq[(String, String)]) {
  private val (path, query) = url.indexOf('?') match {
    case -1 => (url, Nil)
    case i  => (url.substring(0, i), url.substring(i + 1).split("&", -1).toList.filter(_.nonEmpty))
  }
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

private object UrlTemplate {
  def decoded(name: String): String =
    Try(URLDecoder.decode(name.stripSuffix("="), "UTF-8")).getOrElse(name)

  /** `params` are plain text. */
  def escapeLiteral(template: Template): Template = Template(template.parts.map {
    case Template.Literal(t) => Template.Literal(percentEncode(t))
    case h: Template.Hole    => h
  })
}
