// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.preview

import io.circe.Json
import io.circe.syntax._
import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.http.auth.KnownSecrets
import io.github.sparkrest.secret.Redact

/** The result of a preview, as text for people and as JSON for programs. Both without secrets.
  *
  * @param schema of the records, as DDL
  * @param bound the field and the value of the request for the bound, and its result
  * @param secondPage the number of its records that the first page did not have; `None`: no second page came
  * @param secrets to remove
  */
final case class PreviewReport(
    config: RestConfig,
    findings: Findings,
    schema: String,
    bound: Option[(String, String, ObservedBound)],
    secondPage: Option[Either[RestError, Int]],
    requests: Int,
    suggestion: Suggestion,
    secrets: KnownSecrets
) {
  import PreviewReport._

  private val page = findings.page
  private val sample = page.sample
  private def url = Redact.url(sample.request.url)
  private def where = config.records.paths ++ page.path match {
    case _ if config.records.isCsv => "rows of CSV"
    case _ if config.records.isXml => s"elements ${config.records.xml.rowTag} of XML"
    case Nil   => if (page.body.exists(_.isArray)) "the response itself" else "found without dataField"
    case paths => paths.distinct.mkString("in ", ", ", "")
  }
  private def headers = sample.headers.filterNot { case (name, _) => silent(name.toLowerCase) }
  private def first =
    (if (config.records.isXml) page.parsed.headOption.map(_.noSpaces) else page.records.headOption)
      .map(Redact.snippet(_: String))

  def call: String = secrets.hide(suggestion.python)

  def text: String = secrets.hide(
    sections
      .collect { case (title, lines) if lines.nonEmpty => (title +: lines.map("  " + _)).mkString("\n") }
      .mkString("\n\n") + "\n"
  )

  private def sections: Seq[(String, Seq[String])] = Seq(
    "Request" -> (s"${sample.request.method} $url" +: sample.request.headers.map { case (k, _) => s"$k: ***" }),
    "Response" -> (s"status ${sample.status}, ${sample.body.length} bytes" +: headers.map { case (k, v) =>
      s"$k: ${v.take(Wide)}"
    }),
    "Records" -> (s"${page.records.length}, $where" +: first.toSeq),
    "Schema" -> Seq(schema),
    "Fields to track progress by, the best first" -> findings.offsets.take(Shown).map(described),
    "Bound" -> bound.toSeq.map { case (field, value, b) => s"""requested with $field = "$value": ${b.text}""" },
    "Pages" -> pages,
    "Limits of the API" -> findings.limitHeaders.map { case (k, v) => s"$k: $v" },
    "Good to know" -> suggestion.notes,
    s"To paste ($requests request${if (requests == 1) "" else "s"} made)" -> suggestion.python.split("\n").toSeq
  )

  private def described(c: OffsetCandidate): String = {
    val values = c.profile.fold(s"""now "${c.example}"""") { p =>
      val order = p.order match {
        case ValueOrder.Ascending  => "ascending"
        case ValueOrder.Descending => "descending: newest first"
        case ValueOrder.Equal      => "all equal"
        case ValueOrder.Mixed      => "in no order"
      }
      s""""${p.values.head}" to "${p.values.last}", $order${if (p.isUnique) ", all different" else ""}"""
    }
    s"${c.field}: offsetType=${c.offsetType} (${c.why}); $values"
  }

  private def pages: Seq[String] = findings.pages.toSeq.map { p =>
    val how = s"pagination=${p.kind}${p.field.fold("")(f => s", nextField=$f")}"
    val second = secondPage.fold("")(
      _.fold(
        e => s": the request for the second page failed. ${e.text}",
        n => s": the second page had $n records that the first page did not have"
      )
    )
    how + second
  }

  def json: Json = Json.obj(
    "request" -> Json.obj("method" -> sample.request.method.asJson, "url" -> hidden(url)),
    "response" -> Json.obj(
      "status" -> sample.status.asJson,
      "bytes" -> sample.body.length.asJson,
      "headers" -> Json.fromFields(headers.map { case (k, v) => k -> hidden(v) })
    ),
    "records" -> Json.obj("count" -> page.records.length.asJson, "dataField" -> page.path.map(_.toString).asJson),
    "schema" -> schema.asJson,
    "offsets" -> findings.offsets
      .map(c =>
        Json.obj(
          "field" -> c.field.asJson,
          "offsetType" -> c.offsetType.text.asJson,
          "in" -> (if (c.profile.isDefined) "records" else "response").asJson,
          "order" -> c.profile.map(_.order.text).asJson,
          "unique" -> c.profile.map(_.isUnique).asJson
        )
      )
      .asJson,
    "bound" -> bound.map(_._3.toString.toLowerCase).asJson,
    "pagination" -> findings.pages.map(_.kind.text).asJson,
    "nextField" -> findings.pages.flatMap(_.field).asJson,
    "newOnSecondPage" -> secondPage.flatMap(_.toOption).asJson,
    "limits" -> Json.fromFields(findings.limitHeaders.map { case (k, v) => k -> hidden(v) }),
    "notes" -> suggestion.notes.map(secrets.hide).asJson,
    "options" -> Json.fromFields(suggestion.options.map { case (k, v) => k -> hidden(v) })
  )

  private def hidden(text: String): Json = secrets.hide(text).asJson
}

object PreviewReport {
  private val Shown = 6
  private val Wide = 120

  /** Headers that say nothing about the API, or contain secrets. */
  private val silent = Set(
    "date",
    "server",
    "connection",
    "keep-alive",
    "set-cookie",
    "vary",
    "strict-transport-security",
    "content-security-policy"
  )
}
