// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.github.sparkrest.config.jobs.JobConfig
import io.github.sparkrest.config.{InputConfig, RestConfig}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.options.values.HttpMethod

/** Makes a request from options and an offset. The values of placeholders are encoded for their position. */
final class RequestTemplate(config: RestConfig) {
  private val paging = config.paging
  private val address = new UrlTemplate(config, config.url, config.params)
  private val initialAddress = config.initialUrl.fold(address)(new UrlTemplate(config, _, config.params))
  private val headers = config.headers.map { case (k, v) => (k, config.references.template(v)) }
  private val body = config.body.map(new BodyTemplate(_, config))
  private val initialBody = config.initialBody.map(new BodyTemplate(_, config)).orElse(body)
  private val nextUrl = new NextUrl(config)

  /** Left: the API returned a next URL that must not be followed, or a value does not fit its position. */
  def render(values: RequestValues): Either[RestError, HttpRequest] = {
    val value = valueOf(values) _
    val content = (if (values.initial) initialBody else body).map(_.render(value, values.input))
    link(values) match {
      case Some(url) => linked(config.method.text, url, values, content)
      case None      =>
        for {
          plain <- headersOf(values, content)
          from = if (values.initial) initialAddress else address
          url <- from.checked(value, pageParameters(values))
        } yield HttpRequest(config.method.text, url, plain, content)
    }
  }

  /** A request to a URL that the API may have named. */
  private[request] def linked(
      method: String,
      url: String,
      values: RequestValues,
      content: Option[String]
  ): Either[RestError, HttpRequest] = for {
    plain <- headersOf(values, content)
    first = if (address.isTemplated) Some(address.render(valueOf(values), Nil)) else None
    followed <- nextUrl.follow(url, content.isDefined, first)
  } yield {
    val (complete, trusted) = followed
    HttpRequest(method, complete, if (trusted) plain else Nil, content, trusted)
  }

  private def headersOf(values: RequestValues, content: Option[String]): Either[RestError, Seq[(String, String)]] =
    filledHeaders(valueOf(values), values.input).map(_ ++ contentType(content) ++ cookie)

  private def filledHeaders(value: String => String, row: InputRow): Either[RestError, Seq[(String, String)]] = {
    val sent = headers.filterNot { case (_, t) => t.isLeftOut(value) }
    val wrong = sent.flatMap { case (k, t) => PlacedValues.inHeader(k, t, value, row(_).isDefined) }
    wrong.headOption.toLeft(sent.map { case (k, t) => (k, t.render(value, identity)) })
  }

  private def link(values: RequestValues): Option[String] = values.page match {
    case Some(PageToken.Address(url))                                             => Some(url)
    case None if values.file.isDefined                                            => values.file
    case None if config.followsLinks && !values.initial && values.offset.nonEmpty => Some(values.offset)
    case _                                                                        => None
  }

  private[request] def valueOf(values: RequestValues)(name: String): String =
    values.input.text(name).getOrElse(standing(values, name))

  private def standing(values: RequestValues, name: String): String = name match {
    case n if n == config.offset.name && n != paging.kind.text => values.offset
    case "now"                                                 => values.now
    case JobConfig.Placeholder if config.job.isDefined         => values.job.getOrElse("")
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

  private def contentType(content: Option[String]): Seq[(String, String)] =
    if (content.isEmpty || config.headers.has("Content-Type")) Nil
    else Seq("Content-Type" -> (if (config.formBody) "application/x-www-form-urlencoded" else "application/json"))

  private val cookie = config.cookie.map(c => "Cookie" -> c.reveal)
}

object RequestTemplate {
  private def isUnreserved(c: Int): Boolean =
    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
  private val Digits = "0123456789ABCDEF"

  /** RFC 3986 §2: encodes all but unreserved characters, as UTF-8. Called several times for each request. */
  def percentEncode(text: String): String = if (text.forall(isUnreserved(_))) text
  else {
    val out = new StringBuilder(text.length + 16)
    text.getBytes(UTF_8).foreach { b =>
      if (isUnreserved(b.toInt)) out += b.toChar
      else out += '%' += Digits.charAt((b >> 4) & 0xf) += Digits.charAt(b & 0xf)
    }
    out.result()
  }

  /** For a query or a form. They differ only in the blank, and both accept `%20`. */
  def parameter(name: String, value: String): String = s"${percentEncode(name)}=${percentEncode(value)}"
}

/** The request for one input row. Placeholders take the values of their columns. Without placeholders the columns go where older
  * REST sources put them: all into the body of a POST, or each into a parameter of a GET.
  */
final class InputTemplate(config: RestConfig, input: InputConfig) {
  private val template = new RequestTemplate(config)
  private val takesBody = Set[HttpMethod](HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch)(config.method)

  /** @param now the present, as sent */
  def render(row: InputRow, now: String): Either[RestError, HttpRequest] =
    template.render(RequestValues(config.offset.initial, initial = true, input = row, now = now)).map { request =>
      if (config.body.isDefined) request
      else if (takesBody) withBody(request, row)
      else if (input.inline) request
      else request.copy(url = withQuery(request.url, pairs(row)))
    }

  private def withBody(request: HttpRequest, row: InputRow): HttpRequest =
    if (input.formBody) request.withBody("application/x-www-form-urlencoded", pairs(row).mkString("&"))
    else request.withBody("application/json", Json.fromFields(row.values).noSpaces)

  private def withQuery(url: String, pairs: Seq[String]): String =
    if (pairs.isEmpty) url else pairs.mkString(url + (if (url.contains('?')) "&" else "?"), "&", "")

  private def pairs(row: InputRow): Seq[String] =
    row.values.collect { case (name, value) if !value.isNull => RequestTemplate.parameter(name, InputRow.text(value)) }
}
