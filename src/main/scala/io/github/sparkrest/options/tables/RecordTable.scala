// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values

/** Rows of [[RestOptions]]: where the records are in a response. */
private[sparkrest] trait RecordTable {
  private val Records = Section("Where the records are")

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
    doc = "A larger response, as it is after decoding (`Content-Encoding`), fails the query. Memory does not grow with the response; a single record may take an eighth of the JVM's memory."
  )
  val ResponseFormat: Opt[values.ResponseFormat] = Opt(
    "responseFormat",
    OneOf(values.ResponseFormat.all),
    Records,
    default = Some("auto"),
    doc = "`auto` goes by `Content-Type`; `ndjson`: records one after the other, a line each."
  )
  val RecordFields: Opt[Seq[String]] = Opt(
    "recordFields",
    Names,
    Records,
    doc = "Names for the elements of records that are arrays, e.g. `icao24,callsign`: they become objects."
  )
  val EmptyStatusCodes: Opt[String] = Opt(
    "emptyStatusCodes",
    NonEmpty,
    Records,
    default = Some("204,304"),
    doc = "Status codes that mean that there is nothing, such as `204,404`."
  )
  val EmptyWhen: Opt[String] = Opt(
    "emptyWhen",
    NonEmpty,
    Records,
    doc = "A response without `dataField` that means that there are no records, as `path=value`, e.g. `meta.result_count=0`, or as a path alone: it exists and is not null."
  )
  val ErrorWhen: Opt[String] = Opt(
    "errorWhen",
    NonEmpty,
    Records,
    doc = "A successful response that is an error, as `path=value`, e.g. `ok=false`; a path alone: if it is there and not null."
  )
}
