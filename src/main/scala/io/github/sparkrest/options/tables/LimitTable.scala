// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values.MaxRate

/** Rows of [[RestOptions]]: limits of the API, and retries. */
private[sparkrest] trait LimitTable {
  private val Schedule = Section("Pace, errors, limits")

  val MaxRequestRate: Opt[MaxRate] = Opt(
    "maxRequestRate",
    Rate,
    Schedule,
    doc = "Maximum request rate, e.g. `100/h`, `5/s`, `100/3.6s`. It holds in any period of that length, over all executors and across restarts. Pages, retries and schema inference count. Default: no limit."
  )
  val RateLimitRemainingHeader: Opt[String] = Opt(
    "rateLimitRemainingHeader",
    NonEmpty,
    Schedule,
    doc = "Response header with the number of requests left, or with `used/limit`. At 0 the next request waits for the reset. Default: the usual names."
  )
  val RateLimitResetHeader: Opt[String] = Opt(
    "rateLimitResetHeader",
    NonEmpty,
    Schedule,
    doc = "Response header with the time at which requests are available again: epoch seconds or milliseconds, seconds from now, an ISO date or an HTTP date. Default: the usual names."
  )
  val RateLimitMaxWait: Opt[Long] = Opt(
    "rateLimitMaxWait",
    Duration(0),
    Schedule,
    default = Some("1h"),
    doc = "Longest wait, in seconds, that a response can impose by `Retry-After` or rate-limit headers."
  )
  val RateLimitWhen: Opt[String] = Opt(
    "rateLimitWhen",
    NonEmpty,
    Schedule,
    doc = "Condition for a response that reports a used-up quota in its body, whatever its status. Write `path=value`, e.g. `errors[0].extensions.code=THROTTLED`, as for `errorWhen`. The request is sent again later, a `POST` too."
  )
  val RetryStatusCodes: Opt[String] = Opt(
    "retryStatusCodes",
    NonEmpty,
    Schedule,
    default = Some("408,429,5xx"),
    doc = "Status codes that are transient, e.g. `404,5xx,!501`. If you do not set this option, a `POST` or `PATCH` is retried only after 408, 429, 503 or a `Retry-After`. A 403 with a `Retry-After` or an exhausted quota counts as 429."
  )
  val ConditionalRequests: Opt[Boolean] = Opt(
    "conditionalRequests",
    Flag,
    Schedule,
    default = Some("true"),
    doc = "Send the `ETag` (or `Last-Modified`) of a complete response when the same request is repeated. A 304 then means no new records. Every ten minutes a request is sent without it."
  )
}
