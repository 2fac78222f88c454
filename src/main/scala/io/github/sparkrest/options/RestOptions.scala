// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import io.github.sparkrest.options.OptType._

/** The option table: the single source of names, types, defaults and texts. Parsing, error messages, `docs/options.md` and
  * the arguments of Python's `read_rest_stream` come from it.
  */
object RestOptions {
  private val Request = Section("Request")
  private val Records = Section("Where the records are")
  private val Offsets = Section("Offsets")
  private val Pace = Section("Pace, errors, limits")
  private val Authentication = Section("Authentication")
  private val Shape = Section("What the DataFrame looks like")

  val Url: Opt[String] = Opt(
    "url",
    NonEmpty,
    Request,
    required = true,
    doc = "The address, with placeholders: `{<offsetField>}` or `{offset}` stands for the offset, percent-encoded. A query parameter that is an empty placeholder alone is left out."
  )
  val Method: Opt[String] = Opt(
    "method",
    OneOf(Seq("GET", "POST", "PUT", "PATCH")),
    Request,
    default = Some("GET"),
    doc = "The HTTP method."
  )
  val Headers: Opt[Seq[(String, String)]] = Opt(
    "headers",
    JsonMap,
    Request,
    secret = true,
    doc = "Request headers as a JSON object; values may hold placeholders."
  )
  val Params: Opt[Seq[(String, String)]] = Opt(
    "params",
    JsonMap,
    Request,
    secret = true,
    doc = "Query parameters as a JSON object, appended to `url`; values may hold placeholders."
  )
  val ConnectTimeout: Opt[Long] =
    Opt("connectTimeout", Duration(1), Request, default = Some("10"), doc = "Seconds to wait for a connection.")
  val ReadTimeout: Opt[Long] = Opt(
    "readTimeout",
    Duration(1),
    Request,
    default = Some("60"),
    doc = "Seconds to wait for the head of a response, and for each next piece of its body."
  )

  val DataField: Opt[String] = Opt(
    "dataField",
    NonEmpty,
    Records,
    default = Some("data"),
    doc = "Path of the records, e.g. `data` or `result.items`, names with dots in double quotes. A root array needs none. If it is not given and `data` is absent, a response that holds exactly one array of objects uses that array."
  )
  val MaxResponseBytes: Opt[Long] = Opt(
    "maxResponseBytes",
    Bytes(1),
    Records,
    default = Some("1g"),
    doc = "A larger response fails the query. Memory does not grow with the response."
  )

  val Streaming: Opt[Boolean] =
    Opt("streaming", Flag, Offsets, doc = "`true` is accepted on `readStream`, and not needed there.")
  val OffsetType: Opt[String] = Opt(
    "offsetType",
    OneOf(Seq("timestamp", "cursor", "incremental", "max_field")),
    Offsets,
    default = Some("timestamp"),
    doc = "`timestamp`: the value stands in the response, or else it is the maximum over the records. `cursor`: it stands in the response, or else in the last record. `incremental`: the maximum over the records; the next request carries it plus 1. `max_field`: the maximum over the records; numbers, instants and other text are each compared as such."
  )
  val OffsetField: Opt[String] = Opt(
    "offsetField",
    NonEmpty,
    Offsets,
    default = Some("timestamp"),
    doc = "Path of the field that progress is tracked by."
  )
  val InitialOffset: Opt[String] = Opt(
    "initialOffset",
    Scalar,
    Offsets,
    doc = "The value of the very first request; default `0`, for `cursor` the empty text. It is sent, never compared with values of records."
  )
  val Boundary: Opt[String] = Opt(
    "boundary",
    OneOf(Seq("auto", "inclusive", "exclusive")),
    Offsets,
    default = Some("auto"),
    doc = "Does the API send the record at the offset again? `auto` and `inclusive` drop records that were delivered at the boundary and come again with the same content, and only those. `exclusive` drops none, and `incremental` then sends the maximum itself."
  )

  val StreamingInterval: Opt[Long] = Opt(
    "streamingInterval",
    Duration(0),
    Pace,
    default = Some("10"),
    doc = "Seconds between two polls, also over a restart. With 0 a poll that brought records is followed by the next at once."
  )
  val BatchSize: Opt[Long] = Opt(
    "batchSize",
    Whole(0),
    Pace,
    default = Some("1000"),
    doc = "Most records of a micro-batch, 0 for no limit. A larger page is delivered over several batches."
  )
  val MaxBytesPerBatch: Opt[Long] = Opt(
    "maxBytesPerBatch",
    Bytes(1),
    Pace,
    default = Some("128m"),
    doc = "Most bytes of a micro-batch; a record is never cut."
  )
  val MaxBufferedBytes: Opt[Long] = Opt(
    "maxBufferedBytes",
    Bytes(1),
    Pace,
    default = Some("256m"),
    doc = "How far polling may run ahead of the query. Checked between pages."
  )
  val RetainBatches: Opt[Long] = Opt(
    "retainBatches",
    Whole(0),
    Pace,
    default = Some("2"),
    doc = "Consumed batches whose pages are kept in the page log."
  )
  val PageLogLocation: Opt[String] = Opt(
    "pageLogLocation",
    NonEmpty,
    Pace,
    doc = "Where the page log is kept, on storage that driver and executors share; default: the source's folder in the checkpoint. One folder for one query."
  )
  val MaxRetries: Opt[Long] = Opt(
    "maxRetries",
    Whole(0),
    Pace,
    default = Some("3"),
    doc = "Further tries within a poll after 408, 429, 5xx or a broken connection."
  )
  val RetryBackoff: Opt[Long] = Opt(
    "retryBackoff",
    Duration(1),
    Pace,
    default = Some("1"),
    doc = "Seconds of the first backoff; it doubles with each try, with full jitter. `Retry-After` is obeyed."
  )
  val OnError: Opt[String] = Opt(
    "onError",
    OneOf(Seq("retry", "fail")),
    Pace,
    default = Some("retry"),
    doc = "A failed poll: `retry` makes no batch, keeps the offset, and polls again at the next interval; `fail` fails the query."
  )
  val MaxConsecutiveErrors: Opt[Long] = Opt(
    "maxConsecutiveErrors",
    Whole(1),
    Pace,
    doc = "Polls that may fail in a row before the query fails; default: no limit."
  )

  val MaxRequestsPerTrigger: Opt[Long] = Opt(
    "maxRequestsPerTrigger",
    Whole(1),
    Pace,
    doc = "Requests that `Trigger.AvailableNow` and `Once` may make, retries included, before they end as if all were there; the next run goes on. Default: no limit."
  )

  val AuthType: Opt[String] = Opt(
    "authType",
    OneOf(Seq("None", "Basic", "Bearer")),
    Authentication,
    default = Some("None"),
    doc = "How requests are authenticated."
  )
  val UserId: Opt[String] = Opt("userId", Text, Authentication, doc = "User of `Basic`.")
  val UserPassword: Opt[String] =
    Opt("userPassword", Text, Authentication, secret = true, doc = "Password of `Basic`; may be empty.")
  val OauthToken: Opt[String] = Opt("oauthToken", NonEmpty, Authentication, secret = true, doc = "Token of `Bearer`.")
  val AuthScheme: Opt[String] = Opt(
    "authScheme",
    NonEmpty,
    Authentication,
    default = Some("Bearer"),
    doc = "The word before the token, e.g. `SSWS` or `Token`."
  )

  val InferSchema: Opt[Boolean] = Opt(
    "inferSchema",
    Flag,
    Shape,
    default = Some("true"),
    doc = "`true`: a column `output STRUCT<…>` inferred from one response. `false`: `output STRING`, the record's own JSON text. A schema of your own wins over both."
  )

  /** In the order of the docs and of the Python arguments. */
  // format: off
  val all: Seq[Opt[_]] = Seq(
    Url, Method, Headers, Params, ConnectTimeout, ReadTimeout, DataField, MaxResponseBytes, Streaming,
    OffsetType, OffsetField, InitialOffset, Boundary, StreamingInterval, BatchSize, MaxBytesPerBatch,
    MaxBufferedBytes, RetainBatches, PageLogLocation, MaxRetries, RetryBackoff, OnError, MaxConsecutiveErrors,
    MaxRequestsPerTrigger, AuthType, UserId, UserPassword, OauthToken, AuthScheme, InferSchema
  )
  // format: on

  /** Options of `spark.read.json` that mean the same here; Spark's own parser reads them. */
  val json: Seq[String] = Seq(
    "mode",
    "columnNameOfCorruptRecord",
    "primitivesAsString",
    "prefersDecimal",
    "allowComments",
    "allowUnquotedFieldNames",
    "allowSingleQuotes",
    "allowNumericLeadingZeros",
    "allowBackslashEscapingAnyCharacter",
    "allowNonNumericNumbers",
    "allowUnquotedControlChars",
    "dropFieldIfAllNull",
    "ignoreNullFields",
    "dateFormat",
    "timestampFormat",
    "timestampNTZFormat",
    "enableDateTimeParsingFallback",
    "locale",
    "timeZone",
    "inferTimestamp",
    "preferDate",
    "samplingRatio"
  )
}
