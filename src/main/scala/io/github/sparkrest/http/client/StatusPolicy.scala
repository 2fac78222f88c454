// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.client

import java.time.Instant

import scala.util.Try

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.http.limits.ServerLimits
import io.github.sparkrest.http.{HttpResponse, RetryPolicy}
import io.github.sparkrest.secret.Redact

/** The meaning of a status code for the poll (RFC 9110 §15). */
object StatusPolicy {
  sealed trait Verdict
  case object Records extends Verdict
  case object Empty extends Verdict
  final case class Failed(error: RestError) extends Verdict

  /** With these the API itself invites a retry, whatever the method. */
  private val asked = Set(408, 429, 503)

  /** Precedence: `emptyStatusCodes`, then `retryStatusCodes`, then 2xx.
    *
    * @param ofOldToken the request has a page token that may have expired, or is for the records of such a job. A status by which the
    *   API refuses a token is not the end of the list then
    */
  def apply(
      response: HttpResponse,
      method: String,
      now: Instant,
      config: RestConfig,
      ofOldToken: Boolean = false
  ): Verdict = {
    val limits = config.limits
    val status = response.status
    lazy val quota = ServerLimits.of(response.headers, limits, now.toEpochMilli)
    lazy val retryAfter = ServerLimits.retryAfterMs(response.headers, now.toEpochMilli)
    def exhausted = status == 403 && (retryAfter.isDefined || quota.left.exists(_ <= 0))
    def waitMs = retryAfter.orElse(if (status == 429 || exhausted) quota.waitMs.orElse(quota.resetMs) else quota.waitMs)
    def isExpired = ofOldToken && config.paging.expiredStatuses.contains(status)
    if (status == 304 || config.emptyStatusCodes.contains(status) && !isExpired) Empty // guard: I1.82
    else if (limits.retryStatusCodes.contains(status) || exhausted)
      Failed(
        Condition.ApiError(
          s"${Redact.url(response.url)} answered with status $status.",
          RestError.Retried,
          waitMs,
          repeatable = RetryPolicy.isIdempotent(method) || limits.retryNamed || asked(status) ||
            exhausted || retryAfter.isDefined
        )
      )
    else if (status / 100 == 2) Records
    else {
      val head = headOf(response, if (limits.spentWhen.isDefined) MostBytes else SnippetBytes)
      if (limits.spentWhen.exists(_.holdsIn(head)))
        Failed(
          Condition.ApiError(
            s"${Redact.url(response.url)} answered with status $status, and reports a used-up quota (rateLimitWhen).",
            RestError.Retried,
            waitMs
          )
        )
      else
        Failed(
          Condition.ApiRefused(
            s"${Redact.url(response.url)} answered with status $status${snippetOf(head)}.",
            hint(status),
            waitMs
          )
        )
    }
  }

  private def hint(status: Int): String = status match {
    case 401               => "Check authType and its options."
    case 403               => "Check that these credentials may read this resource, and the API's quota."
    case 404               => "Check url."
    case 407               => "The proxy requires credentials: check proxyUser and proxyPassword."
    case s if s / 100 == 3 => "The redirect does not name a URL. Check url."
    case _                 => "Check url, params, headers and initialOffset against the API's documentation."
  }

  /** A longer body is not an error message. */
  private val MostBytes = 1 << 16
  private val SnippetBytes = 200

  private def headOf(response: HttpResponse, bytes: Int): Array[Byte] =
    Try(response.body.readNBytes(bytes)).getOrElse(Array.emptyByteArray)

  private def snippetOf(head: Array[Byte]): String =
    if (head.isEmpty) "" else s": ${Redact.snippet(head, math.min(head.length, SnippetBytes))}"
}
