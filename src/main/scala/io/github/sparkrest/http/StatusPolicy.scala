// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.time.Instant

import scala.util.Try

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.StatusCodes

/** What a status code means for the poll (RFC 9110 §15). */
object StatusPolicy {
  sealed trait Verdict
  case object Records extends Verdict
  case object Empty extends Verdict
  final case class Failed(error: RestError) extends Verdict

  private val passing = Set(408, 429)

  /** @param empty codes that mean that there is nothing */
  def apply(response: HttpResponse, url: String, now: Instant, empty: StatusCodes): Verdict = response.status match {
    case s if s == 304 || empty.contains(s) => Empty
    case s if s / 100 == 2                  => Records
    case s if passing(s) || s / 100 == 5    =>
      Failed(
        RestError(
          Condition.ApiError,
          s"${Redact.url(url)} answered with status $s.",
          "It is asked again.",
          retryAfterMs(response, now)
        )
      )
    case s =>
      Failed(
        RestError(
          Condition.ApiRefused,
          s"${Redact.url(url)} answered with status $s${snippetOf(response)}.",
          hint(s),
          retryAfterMs(response, now)
        )
      )
  }

  private def hint(status: Int): String = status match {
    case 401               => "Check authType and its options."
    case 403               => "Check that these credentials may read this resource, and the API's quota."
    case 404               => "Check url."
    case s if s / 100 == 3 => "Redirects are not followed; give the address it leads to as url."
    case _                 => "Check url, params, headers and initialOffset against the API's documentation."
  }

  private def snippetOf(response: HttpResponse): String = Try {
    val head = response.body.readNBytes(200)
    if (head.isEmpty) "" else s": ${Redact.snippet(head, head.length)}"
  }.getOrElse("")

  /** RFC 9110 §10.2.3: seconds or an HTTP date; some servers send decimals. Milliseconds from `now`. */
  private def retryAfterMs(response: HttpResponse, now: Instant): Option[Long] =
    response.header("Retry-After").map(_.trim).flatMap { v =>
      Try((BigDecimal(v) * 1000).toLong).toOption
        .orElse(
          HttpDate.parse(v).map(_ - now.toEpochMilli)
        )
        .filter(_ >= 0)
    }
}
