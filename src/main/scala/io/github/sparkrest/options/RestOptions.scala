// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options

import io.github.sparkrest.options.tables.{
  AckTable,
  AuthTable,
  BatchTable,
  ChangesTable,
  JobTable,
  LimitTable,
  OffsetTable,
  Opt,
  PaceTable,
  PagingTable,
  RecordTable,
  RequestTable,
  ShapeTable,
  TlsTable
}

/** The option table: the only source of names, types, defaults and descriptions. The parser, error messages, `docs/options.md`
  * and the arguments of Python's `read_rest_stream` use it.
  */
object RestOptions
    extends RequestTable
    with RecordTable
    with OffsetTable
    with ChangesTable
    with AckTable
    with JobTable
    with PagingTable
    with PaceTable
    with LimitTable
    with AuthTable
    with BatchTable
    with TlsTable
    with ShapeTable {

  /** In the order of the docs and of the Python arguments. */
  // format: off
  val all: Seq[Opt[_]] = Seq(
    Url, Method, Headers, Params, Body, BodyFormat, GraphqlQuery, GraphqlVariables, InitialUrl, InitialBody,
    ConnectTimeout, ReadTimeout, ResponseTimeout, Proxy, ProxyUser, ProxyPassword,
    DataField, ResponseFormat, SaveTo, RecordFields, AddedFields, EmptyStatusCodes, EmptyWhen, ErrorWhen,
    MaxResponseBytes, Streaming
  ) ++ offsets ++ changes ++ acks ++ jobs ++ Seq(
    Pagination, NextField, HasMoreField, TotalField, PageParam, PageSizeParam, PageSize, StartPage, ExpiredStatusCodes, ExpiredOffsetField,
    MaxPagesPerPoll, ReanchorAfter, PageInterval, PagesInFlight, AllowedHosts, AllowPrivateHosts,
    StreamingInterval, CatchUpInterval, BatchSize, MaxBytesPerBatch,
    MaxBufferedBytes, RetainBatches, EndpointRetention, PageLogLocation, MaxRetries, RetryBackoff, OnError, MaxConsecutiveErrors,
    MaxRequestsPerTrigger,
    MaxRequestRate, RateLimitRemainingHeader, RateLimitResetHeader, RateLimitMaxWait, RateLimitWhen, RetryStatusCodes, ConditionalRequests
  ) ++ authentication ++ Seq(
    TlsCaFile, TlsCertFile, TlsKeyFile, TlsKeyPassword, TlsKeyStore, TlsKeyStorePassword, TlsKeyStoreType,
    TlsTrustStore, TlsTrustStorePassword, TlsTrustStoreType,
    InferSchema, OutputType, SchemaHints, SchemaLocation, SchemaEvolutionMode, RescuedDataColumn,
    InputData, Input, InputRefresh, InputVersion, Partitions, Concurrency, QueryType, PostInputFormat, Cookie, IncludeInputsInOutput,
    CallStrictlyOnce, SchemaSamplePcnt
  )
  // format: on

  /** Options of `spark.read.json` with the same meaning here. Spark's parser reads them. */
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

  /** Options of `spark.read.csv` that have the same meaning here, in addition to those that [[json]] has too: `mode`,
    * `dateFormat` and others. Only `header` has another default.
    */
  val csv: Seq[String] = Seq(
    "sep",
    "delimiter",
    "header",
    "quote",
    "escape",
    "charToEscapeQuoteEscaping",
    "comment",
    "nullValue",
    "emptyValue",
    "nanValue",
    "positiveInf",
    "negativeInf",
    "ignoreLeadingWhiteSpace",
    "ignoreTrailingWhiteSpace",
    "lineSep",
    "encoding",
    "charset",
    "maxColumns",
    "maxCharsPerColumn",
    "unescapedQuoteHandling"
  )

  /** Options of `spark.read.xml` that have the same meaning here, in addition to those that [[json]] has too. */
  val xml: Seq[String] = Seq(
    "rowTag",
    "attributePrefix",
    "valueTag",
    "excludeAttribute",
    "ignoreSurroundingSpaces",
    "ignoreNamespace",
    "wildcardColName",
    "nullValue",
    "encoding",
    "charset"
  )
}
