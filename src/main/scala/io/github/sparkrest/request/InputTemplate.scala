// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import io.circe.Json
import io.github.sparkrest.config.{InputConfig, RestConfig}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.Headers._
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.options.values.HttpMethod

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
      else request.copy(url = withQuery(request.url, row.values.filterNot(_._2.isNull)))
    }

  private def withBody(request: HttpRequest, row: InputRow): HttpRequest = {
    val (contentType, body) =
      if (input.formBody)
        ("application/x-www-form-urlencoded", row.values.filterNot(_._2.isNull).map(pair).mkString("&"))
      else ("application/json", Json.fromFields(row.values).noSpaces)
    val named = request.headers.has("Content-Type")
    request.copy(
      headers = if (named) request.headers else request.headers :+ ("Content-Type" -> contentType),
      body = Some(body)
    )
  }

  private def withQuery(url: String, values: Vector[(String, Json)]): String =
    if (values.isEmpty) url
    else url + (if (url.contains('?')) "&" else "?") + values.map(pair).mkString("&")

  private def pair(column: (String, Json)): String =
    RequestTemplate.parameter(column._1, InputRow.text(column._2))
}
