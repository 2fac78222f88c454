// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values

/** Rows of [[RestOptions]]: when to poll, how much, and what errors do. */
private[sparkrest] trait PaceTable {
  private val Schedule = Section("Pace, errors, limits")

  val StreamingInterval: Opt[Long] = Opt(
    "streamingInterval",
    Duration(0),
    Schedule,
    default = Some("10"),
    doc = "Seconds between two polls, also over a restart. With 0 a poll that brought records is followed by the next at once."
  )
  val CatchUpInterval: Opt[Long] = Opt(
    "catchUpInterval",
    Duration(0),
    Schedule,
    scope = Scope.Stream,
    doc = "Seconds to the next poll while the API shows that more is waiting, also after `maxPagesPerPoll` pages. Default: `streamingInterval`; after `maxPagesPerPoll` pages none."
  )
  val BatchSize: Opt[Long] = Opt(
    "batchSize",
    Whole(0),
    Schedule,
    scope = Scope.Stream,
    default = Some("1000"),
    doc = "Most records of a micro-batch, 0 for no limit. A larger page is delivered over several batches."
  )
  val MaxBytesPerBatch: Opt[Long] = Opt(
    "maxBytesPerBatch",
    Bytes(1),
    Schedule,
    scope = Scope.Stream,
    default = Some("128m"),
    doc = "Most bytes of a micro-batch; a record is never cut."
  )
  val MaxBufferedBytes: Opt[Long] = Opt(
    "maxBufferedBytes",
    Bytes(1),
    Schedule,
    default = Some("256m"),
    doc = "How far polling may run ahead of the query. Checked between pages."
  )
  val RetainBatches: Opt[Long] = Opt(
    "retainBatches",
    Whole(0),
    Schedule,
    scope = Scope.Stream,
    default = Some("2"),
    doc = "Consumed batches whose pages are kept in the page log."
  )
  val EndpointRetention: Opt[Long] = Opt(
    "endpointRetention",
    Duration(1),
    Schedule,
    scope = Scope.Stream,
    default = Some("30d"),
    doc = "Seconds for which the progress of an endpoint is kept after it left the input, counted from the first start of the query without it. If it comes back later, it begins at `initialOffset`."
  )
  val PageLogLocation: Opt[String] = Opt(
    "pageLogLocation",
    NonEmpty,
    Schedule,
    scope = Scope.Stream,
    doc = "Where the page log is kept, on storage that driver and executors share; default: the source's folder in the checkpoint. One folder for one query."
  )
  val MaxRetries: Opt[Long] = Opt(
    "maxRetries",
    Whole(0),
    Schedule,
    default = Some("3"),
    doc = "Further tries within a poll, all its pages together, after a status that may pass (`retryStatusCodes`) or a broken connection. A `POST` or `PATCH` whose connection broke after it was sent is not repeated within the poll."
  )
  val RetryBackoff: Opt[Long] = Opt(
    "retryBackoff",
    Duration(1),
    Schedule,
    default = Some("1"),
    doc = "Seconds of the first backoff; it doubles with each try, with full jitter. `Retry-After` and rate-limit headers are obeyed."
  )
  val OnError: Opt[values.ErrorAction] = Opt(
    "onError",
    OneOf(values.ErrorAction.all),
    Schedule,
    doc = "A failed poll: `retry` (default) makes no batch, keeps the offset, and polls again at the next interval; `fail` fails the query. A failed call of a batch read with an input: `row` (default) is a row with a null `output` and an `error`; `fail` fails the job."
  )
  val MaxConsecutiveErrors: Opt[Long] = Opt(
    "maxConsecutiveErrors",
    Whole(1),
    Schedule,
    scope = Scope.Stream,
    doc = "Polls that may fail in a row before the query fails; default: no limit."
  )
  val MaxRequestsPerTrigger: Opt[Long] = Opt(
    "maxRequestsPerTrigger",
    Whole(1),
    Schedule,
    doc = "Requests that `Trigger.AvailableNow` and `Once` may make, retries included, before they end as if all were there; the next run goes on. Default: no limit."
  )
}
