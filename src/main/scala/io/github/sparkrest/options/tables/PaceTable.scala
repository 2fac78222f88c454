// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values
import io.github.sparkrest.options.values.MaxRate

/** Rows of [[RestOptions]]: when to poll, how much to read, errors, limits of the API, and retries. */
private[sparkrest] trait PaceTable extends OptionTable {
  private val pace = new Section("Pace, errors, limits")

  val StreamingInterval: Opt[Long] = pace("streamingInterval", Duration(0), default = Some("10")) means
    "Seconds between two polls, also across a restart. With 0, a poll with records is followed by the next poll at once."
  val CatchUpInterval: Opt[Long] = pace("catchUpInterval", Duration(0), scope = Scope.Stream) means
    "Seconds until the next poll while the API shows that more records are waiting, also after `maxPagesPerPoll` pages. Default: `streamingInterval`, and no wait after `maxPagesPerPoll` pages."
  val BatchSize: Opt[Long] = pace("batchSize", Whole(0), default = Some("1000"), scope = Scope.Stream) means
    "Maximum number of records in a micro-batch; 0 means no limit. A larger page is split over several batches."
  val MaxBytesPerBatch: Opt[Long] =
    pace("maxBytesPerBatch", Bytes(1), default = Some("128m"), scope = Scope.Stream) means
      "Maximum number of bytes in a micro-batch. A record is never split."
  val MaxBufferedBytes: Opt[Long] = pace("maxBufferedBytes", Bytes(1), default = Some("256m")) means
    "Bytes that polling may read ahead of the query. Checked between pages."
  val RetainBatches: Opt[Long] = pace("retainBatches", Whole(0), default = Some("2"), scope = Scope.Stream) means
    "Number of consumed batches whose pages stay in the page log."
  val EndpointRetention: Opt[Long] =
    pace("endpointRetention", Duration(1), default = Some("30d"), scope = Scope.Stream) means
      "Seconds for which the progress of an endpoint is kept after it left the input. They count from the moment when the query first misses the endpoint: at a start, or with `inputRefresh` at a reading of the input. An endpoint that returns later begins at `initialOffset`."
  val PageLogLocation: Opt[String] = pace("pageLogLocation", NonEmpty, scope = Scope.Stream) means
    "Folder of the page log, on storage that driver and executors share. Each query needs a different folder. Default: the folder of the source in the checkpoint."
  val MaxRetries: Opt[Long] = pace("maxRetries", Whole(0), default = Some("3")) means
    "Number of retries in one poll, all its pages together. Retried are transient status codes (`retryStatusCodes`) and broken connections. A `POST` or `PATCH` is not retried within the poll if its connection broke after it was sent, except with `offsetType=queue`, and for the requests about a job."
  val RetryBackoff: Opt[Long] = pace("retryBackoff", Duration(1), default = Some("1")) means
    "Seconds of the first backoff. It doubles with each retry, with full jitter. `Retry-After` and rate-limit headers are respected."
  val OnError: Opt[values.ErrorAction] = pace("onError", OneOf(values.ErrorAction.all)) means
    "Action after a failed poll or call. Polls: `retry` (default) makes no batch, keeps the offset, and polls again after the interval; `fail` fails the query. Calls of a batch read with an input: `row` (default) makes a row with a null `output` and an `error`; `fail` fails the job."
  val MaxConsecutiveErrors: Opt[Long] = pace("maxConsecutiveErrors", Whole(1), scope = Scope.Stream) means
    "Number of polls that may fail in a row before the query fails. Default: no limit."
  val MaxRequestsPerTrigger: Opt[Long] = pace("maxRequestsPerTrigger", Whole(1)) means
    "Maximum number of requests, retries included, of one run with `Trigger.AvailableNow` or `Once`. The run then ends as if it had read all records, and the next run continues. Default: no limit."
  val MaxRequestRate: Opt[MaxRate] = pace("maxRequestRate", Rate) means
    "Maximum request rate, e.g. `100/h`, `5/s`, `100/3.6s`. It holds in any period of that length, over all executors and across restarts. Pages, retries and schema inference count. Default: no limit."
  val RateLimitRemainingHeader: Opt[String] = pace("rateLimitRemainingHeader", NonEmpty) means
    "Response header with the number of requests left, or with `used/limit`. At 0 the next request waits for the reset. Default: the usual names."
  val RateLimitResetHeader: Opt[String] = pace("rateLimitResetHeader", NonEmpty) means
    "Response header with the time at which requests are available again: epoch seconds or milliseconds, seconds from now, an ISO date or an HTTP date. Default: the usual names."
  val RateLimitMaxWait: Opt[Long] = pace("rateLimitMaxWait", Duration(0), default = Some("1h")) means
    "Longest wait, in seconds, that a response can impose by `Retry-After` or rate-limit headers."
  val RateLimitWhen: Opt[String] = pace("rateLimitWhen", NonEmpty) means
    "Condition for a response that reports a used-up quota in its body, whatever its status. Write `path=value`, e.g. `errors[0].extensions.code=THROTTLED`, as for `errorWhen`. The request is sent again later, a `POST` too."
  val RetryStatusCodes: Opt[String] = pace("retryStatusCodes", NonEmpty, default = Some("408,429,5xx")) means
    "Status codes that are transient, e.g. `404,5xx,!501`. If you do not set this option, a `POST` or `PATCH` is retried only after 408, 429, 503 or a `Retry-After`. A 403 with a `Retry-After` or an exhausted quota counts as 429."
  val ConditionalRequests: Opt[Boolean] = pace("conditionalRequests", Flag, default = Some("true")) means
    "Send the `ETag` (or `Last-Modified`) of a complete response when the same request is repeated. A 304 then means no new records. Every ten minutes a request is sent without it."
}
