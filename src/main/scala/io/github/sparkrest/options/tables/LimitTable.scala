// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values.MaxRate

/** Rows of [[RestOptions]]: the API's limits, and what is asked for again. */
private[sparkrest] trait LimitTable {
  private val Schedule = Section("Pace, errors, limits")

  val MaxRequestRate: Opt[MaxRate] = Opt(
    "maxRequestRate",
    Rate,
    Schedule,
    doc = "Most requests in any stretch of time, e.g. `100/h`, `5/s`, `100/3.6s`: pages, retries and schema inference included, over all executors and over restarts. Default: no limit."
  )
  val RateLimitRemainingHeader: Opt[String] = Opt(
    "rateLimitRemainingHeader",
    NonEmpty,
    Schedule,
    doc = "Response header with the number of requests that are left; `used/limit` is understood. At 0 the next request waits for the reset. Default: the usual names."
  )
  val RateLimitResetHeader: Opt[String] = Opt(
    "rateLimitResetHeader",
    NonEmpty,
    Schedule,
    doc = "Response header that tells when there are requests again: epoch seconds or milliseconds, seconds from now, an ISO or an HTTP date. Default: the usual names."
  )
  val RateLimitMaxWait: Opt[Long] = Opt(
    "rateLimitMaxWait",
    Duration(0),
    Schedule,
    default = Some("1h"),
    doc = "The longest wait, in seconds, that a response can ask for, by `Retry-After` or otherwise."
  )
  val RetryStatusCodes: Opt[String] = Opt(
    "retryStatusCodes",
    NonEmpty,
    Schedule,
    default = Some("408,429,5xx"),
    doc = "Status codes that may pass, such as `404,5xx,!501`. Without this option a `POST` or `PATCH` is repeated only after 408, 429, 503 or a `Retry-After`. A 403 with a `Retry-After` or an exhausted quota counts as 429."
  )
  val ConditionalRequests: Opt[Boolean] = Opt(
    "conditionalRequests",
    Flag,
    Schedule,
    default = Some("true"),
    doc = "Sends the `ETag` (or `Last-Modified`) of a complete answer back when the same is asked again; 304 then means nothing new. Asked in full every ten minutes all the same."
  )
}
