// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.request

import io.circe.Json
import io.circe.parser.parse
import io.github.sparkrest.config.{AckConfig, RestConfig}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.HttpRequest
import io.github.sparkrest.options.values.JsonTemplate

/** Makes the requests that acknowledge records, from the values of their fields. */
final class AckTemplate(config: RestConfig, ack: AckConfig) {
  private val columns = config.inputColumns
  private val body = ack.template

  /** A request to `ackUrl` has the headers of any other request, and neither its parameters nor its page. */
  private val template = new RequestTemplate(
    config.copy(
      url = ack.url,
      method = ack.method,
      params = Nil,
      body = None,
      initialUrl = None,
      initialBody = None,
      paging = config.paging.copy(pageParam = None, pageSizeParam = None)
    )
  )

  /** Names of the fields of a record whose values a request needs. */
  val fields: Vector[String] = ack.fields(columns).toVector

  /** How many records one request acknowledges at most. */
  val most: Int = {
    val isField = fields.toSet
    val inUrl = ack.copy(body = None).fields(columns)
    if (inUrl.isEmpty && body.exists(_.repeats(isField))) ack.size else 1
  }

  /** @param records the values of each record: a JSON array in the order of [[fields]]; at least one
    * @param row of the endpoint, with an input
    */
  def render(records: Seq[String], row: InputRow): Either[RestError, HttpRequest] = {
    val rows = records.map(valuesOf(_, row)).toVector
    template.render(RequestValues(offset = "", input = rows.head)).map { request =>
      def values(row: InputRow) = JsonTemplate.Values(text(row), row(_).getOrElse(Json.Null))
      body.fold(request)(b => request.withBody("application/json", b.renderAll(rows.map(values))))
    }
  }

  private def valuesOf(record: String, row: InputRow): InputRow = {
    val values = parse(record).toOption.flatMap(_.asArray).getOrElse(Vector.empty)
    InputRow(fields.zip(values) ++ row.values)
  }

  private def text(values: InputRow)(name: String): String =
    config.references.get(name).fold(values.text(name).getOrElse(""))(_.reveal)
}
