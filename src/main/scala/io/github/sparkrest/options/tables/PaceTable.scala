// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values

/** Rows of [[RestOptions]]: when to poll, how much to read, and errors. */
private[sparkrest] trait PaceTable {
  private val Schedule = Section("Pace, errors, limits")

  val StreamingInterval: Opt[Long] = Opt(
    "streamingInterval",
    Duration(0),
    Schedule,
    default = Some("10"),
    doc = "Seconds between two polls, also across a restart. With 0, a poll with records is followed by the next poll at once."
  )
  val CatchUpInterval: Opt[Long] = Opt(
    "catchUpInterval",
    Duration(0),
    Schedule,
    scope = Scope.Stream,
    doc = "Seconds until the next poll while the API shows that more records are waiting, also after `maxPagesPerPoll` pages. Default: `streamingInterval`, and no wait after `maxPagesPerPoll` pages."
  )
  val BatchSize: Opt[Long] = Opt(
    "batchSize",
    Whole(0),
    Schedule,
    scope = Scope.Stream,
    default = Some("1000"),
    doc = "Maximum number of records in a micro-batch; 0 means no limit. A larger page is split over several batches."
  )
  val MaxBytesPerBatch: Opt[Long] = Opt(
    "maxBytesPerBatch",
    Bytes(1),
    Schedule,
    scope = Scope.Stream,
    default = Some("128m"),
    doc = "Maximum number of bytes in a micro-batch. A record is never split."
  )
  val MaxBufferedBytes: Opt[Long] = Opt(
    "maxBufferedBytes",
    Bytes(1),
    Schedule,
    default = Some("256m"),
    doc = "Bytes that polling may read ahead of the query. Checked between pages."
  )
  val RetainBatches: Opt[Long] = Opt(
    "retainBatches",
    Whole(0),
    Schedule,
    scope = Scope.Stream,
    default = Some("2"),
    doc = "Number of consumed batches whose pages stay in the page log."
  )
  val EndpointRetention: Opt[Long] = Opt(
    "endpointRetention",
    Duration(1),
    Schedule,
    scope = Scope.Stream,
    default = Some("30d"),
    doc = "Seconds for which the progress of an endpoint is kept after it left the input. They count from the moment when the query first misses the endpoint: at a start, or with `inputRefresh` at a reading of the input. An endpoint that returns later begins at `initialOffset`."
  )
  val PageLogLocation: Opt[String] = Opt(
    "pageLogLocation",
    NonEmpty,
    Schedule,
    scope = Scope.Stream,
    doc = "Folder of the page log, on storage that driver and executors share. Each query needs a different folder. Default: the folder of the source in the checkpoint."
  )
  val MaxRetries: Opt[Long] = Opt(
    "maxRetries",
    Whole(0),
    Schedule,
    default = Some("3"),
    doc = "Number of retries in one poll, all its pages together. Retried are transient status codes (`retryStatusCodes`) and broken connections. A `POST` or `PATCH` is not retried within the poll if its connection broke after it was sent."
  )
  val RetryBackoff: Opt[Long] = Opt(
    "retryBackoff",
    Duration(1),
    Schedule,
    default = Some("1"),
    doc = "Seconds of the first backoff. It doubles with each retry, with full jitter. `Retry-After` and rate-limit headers are respected."
  )
  val OnError: Opt[values.ErrorAction] = Opt(
    "onError",
    OneOf(values.ErrorAction.all),
    Schedule,
    doc = "Action after a failed poll or call. Polls: `retry` (default) makes no batch, keeps the offset, and polls again after the interval; `fail` fails the query. Calls of a batch read with an input: `row` (default) makes a row with a null `output` and an `error`; `fail` fails the job."
  )
  val MaxConsecutiveErrors: Opt[Long] = Opt(
    "maxConsecutiveErrors",
    Whole(1),
    Schedule,
    scope = Scope.Stream,
    doc = "Number of polls that may fail in a row before the query fails. Default: no limit."
  )
  val MaxRequestsPerTrigger: Opt[Long] = Opt(
    "maxRequestsPerTrigger",
    Whole(1),
    Schedule,
    doc = "Maximum number of requests, retries included, of one run with `Trigger.AvailableNow` or `Once`. The run then ends as if it had read all records, and the next run continues. Default: no limit."
  )
}
