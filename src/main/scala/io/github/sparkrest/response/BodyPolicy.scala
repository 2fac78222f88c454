// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.RetryPolicy
import io.github.sparkrest.options.values.FieldPath
import io.github.sparkrest.secret.Redact

/** Recognizes successful responses that report an error (`errorWhen`) or the absence of records (`emptyWhen`). */
final private[sparkrest] class BodyPolicy(config: RestConfig) {

  /** The fields that both options read. */
  val paths: Seq[FieldPath] = (config.errorWhen ++ config.emptyWhen).map(_.path).toSeq

  def isEmpty(envelope: Envelope): Boolean = config.emptyWhen.exists(c => c.holds(envelope(c.path)))

  private def snippet(text: Array[Byte]) = Redact.snippet(text, text.length)

  def error(envelope: Envelope): Option[RestError] = config.errorWhen
    .filter(c => c.holds(envelope(c.path)))
    .map { c =>
      val value = envelope.values.collectFirst {
        case (p, j) if p == c.path => snippet(j.noSpaces.getBytes("UTF-8"))
      }
      RestError(
        Condition.ApiReportedError,
        s"the response reports an error (errorWhen=${config.options.toMap
            .collectFirst { case (k, v) if k.equalsIgnoreCase("errorWhen") => v }
            .getOrElse("")}): ${c.path} is ${value.getOrElse("")}.",
        "The request will be retried.",
        repeatable = RetryPolicy.isIdempotent(config.method)
      )
    }
}
