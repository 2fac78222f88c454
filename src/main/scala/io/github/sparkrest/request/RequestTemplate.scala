// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import java.net.URLDecoder
import java.nio.charset.StandardCharsets.UTF_8

import scala.util.Try

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.options.values.{Origin, Template}

/** Makes a request from options and an offset. The values of placeholders are encoded for their position. */
final class RequestTemplate(config: RestConfig) {
  import RequestTemplate._

  private val paging = config.paging
  private val params = config.params.map { case (k, v) =>
    (percentEncode(k) + "=", escapeLiteral(config.references.template(v)))
  }
  private val address = new Address(config.url)
  private val initialAddress = config.initialUrl.fold(address)(new Address(_))
  private val headers = config.headers.map { case (k, v) => (k, config.references.template(v)) }
  private val body = config.body.map(new BodyTemplate(_, config))
  private val initialBody = config.initialBody.map(new BodyTemplate(_, config)).orElse(body)
  private val nextUrl = new NextUrl(config)

  /** Left: the API returned a next URL that must not be followed, or a value does not fit its position. */
  def render(values: RequestValues): Either[RestError, HttpRequest] = {
    val value = valueOf(values) _
    val content = (if (values.initial) initialBody else body).map(_.render(value, values.input))
    for {
      filled <- filledHeaders(value, values.input)
      plain = filled ++ contentType ++ cookie
      request <- linked(values) match {
        case Some(url) =>
          val first = if (address.isTemplated) Some(address.render(value, Nil)) else None
          nextUrl.follow(url, content.isDefined, first).map { case (complete, trusted) =>
            HttpRequest(config.method.text, complete, if (trusted) plain else Nil, content, trusted)
          }
        case None =>
          val from = if (values.initial) initialAddress else address
          from.checked(value, pageParameters(values)).map(HttpRequest(config.method.text, _, plain, content))
      }
    } yield request
  }

  private def filledHeaders(value: String => String, row: InputRow): Either[RestError, Seq[(String, String)]] = {
    val sent = headers.filterNot { case (_, t) => t.isLeftOut(value) }
    val wrong = sent.flatMap { case (k, t) => PlacedValues.inHeader(k, t, value, row(_).isDefined) }
    wrong.headOption.toLeft(sent.map { case (k, t) => (k, t.render(value, identity)) })
  }

  private def linked(values: RequestValues): Option[String] = values.page match {
    case Some(PageToken.Address(url))                                             => Some(url)
    case None if config.followsLinks && !values.initial && values.offset.nonEmpty => Some(values.offset)
    case _                                                                        => None
  }

  private def valueOf(values: RequestValues)(name: String): String =
    values.input.text(name).getOrElse(standing(values, name))

  private def standing(values: RequestValues, name: String): String = name match {
    case n if n == config.offset.name && n != paging.kind.text => values.offset
    case "now"                                                 => values.now
    case "windowStart"                                         => values.window._1
    case "windowEnd"                                           => values.window._2
    case "pageSize"                                            => paging.pageSize.fold("")(_.toString)
    case "page"                                                => values.page.fold(paging.start.toString)(_.text)
    case "cursor"                                              => pageOf(values)
    case _                                                     => values.offset
  }

  private def pageOf(values: RequestValues): String =
    values.page.fold(paging.first.render(_ => values.offset, identity))(_.text)

  private def pageParameters(values: RequestValues): List[(String, String)] = {
    val page = paging.pageParam.map(_ -> pageOf(values)).filter(_._2.nonEmpty)
    val size = for (p <- paging.pageSizeParam; n <- paging.pageSize) yield p -> n.toString
    page.toList ++ size
  }

  private def contentType: Seq[(String, String)] =
    if (body.isEmpty || config.headers.has("Content-Type")) Nil
    else Seq("Content-Type" -> (if (config.formBody) "application/x-www-form-urlencoded" else "application/json"))

  private val cookie = config.cookie.map(c => "Cookie" -> c.reveal)

  /** A URL with placeholders, and its parameters. */
  final private class Address(url: String) {
    private val (path, query) = url.indexOf('?') match {
      case -1 => (url, Nil)
      case i  => (url.substring(0, i), url.substring(i + 1).split("&", -1).toList.filter(_.nonEmpty))
    }
    private val pathTemplate = config.references.placed(path, percentEncode)
    private val parameters = query.map { p =>
      val eq = p.indexOf('=')
      (p.substring(0, eq + 1), config.references.placed(p.substring(eq + 1), percentEncode))
    } ++ params

    val isTemplated: Boolean = Origin.isTemplated(url)

    def checked(value: String => String, more: List[(String, String)]): Either[RestError, String] =
      PlacedValues.inPath(pathTemplate, value).toLeft(render(value, more)).flatMap { rendered =>
        if (isTemplated) PlacedValues.inHost(rendered, config.paging.allowedHosts).toLeft(rendered) else Right(rendered)
      }

    def render(value: String => String, more: List[(String, String)]): String = {
      // `url` may contain a page parameter too: the parameter of this page wins.
      val replaced = more.map(_._1).toSet
      val kept = parameters.filterNot { case (name, t) => t.isLeftOutOfPairs(value) || replaced(decoded(name)) }
      val all = kept.map { case (name, t) => name + t.render(value, percentEncode) } ++ more.map { case (name, v) =>
        parameter(name, v)
      }
      pathTemplate.render(value, percentEncode) + (if (all.isEmpty) "" else all.mkString("?", "&", ""))
    }
  }
}

object RequestTemplate {
  private val unreserved = (('a' to 'z') ++ ('A' to 'Z') ++ ('0' to '9') ++ "-._~").map(_.toByte).toSet

  private def decoded(name: String): String =
    Try(URLDecoder.decode(name.stripSuffix("="), "UTF-8")).getOrElse(name)

  /** RFC 3986 §2: encodes all but unreserved characters, as UTF-8. */
  def percentEncode(text: String): String =
    text.getBytes(UTF_8).map(b => if (unreserved(b)) b.toChar.toString else f"%%${b & 0xff}%02X").mkString

  /** For a query or a form. They differ only in the blank, and both accept `%20`. */
  def parameter(name: String, value: String): String = s"${percentEncode(name)}=${percentEncode(value)}"

  /** `params` are plain text: the text around their placeholders is encoded too. */
  private def escapeLiteral(template: Template): Template = Template(template.parts.map {
    case Template.Literal(t) => Template.Literal(percentEncode(t))
    case h: Template.Hole    => h
  })
}
