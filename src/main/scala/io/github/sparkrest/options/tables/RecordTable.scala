// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.tables.{ResponseFormat => Format}
import io.github.sparkrest.options.values.Choice

sealed abstract class ResponseFormat(val text: String) extends Choice
object ResponseFormat {
  case object Auto extends ResponseFormat("auto")
  case object Json extends ResponseFormat("json")
  case object Ndjson extends ResponseFormat("ndjson")
  case object Columns extends ResponseFormat("columns")
  case object Csv extends ResponseFormat("csv")
  case object Xml extends ResponseFormat("xml")
  case object Binary extends ResponseFormat("binary")
  val all: Seq[ResponseFormat] = Seq(Auto, Json, Ndjson, Columns, Csv, Xml, Binary)
}

/** Rows of [[RestOptions]]: records of a response. */
private[sparkrest] trait RecordTable {
  private val Records = Section("Where the records are")

  val DataField: Opt[Seq[String]] = Opt(
    "dataField",
    Paths,
    Records,
    default = Some("data"),
    doc = "Path of the records, e.g. `data` or `result.items`, or several paths with commas between them. `rates.*` leads to each member of an object. Put names with dots in double quotes. A response that is an array needs no path. If you do not set this option and `data` is absent, a response with exactly one array of objects uses that array."
  )
  val MaxResponseBytes: Opt[Long] = Opt(
    "maxResponseBytes",
    Bytes(1),
    Records,
    default = Some("1g"),
    doc = "Maximum size of a response after decoding (`Content-Encoding`). A larger response fails the query. Memory does not grow with the response, but a single record may take at most an eighth of the JVM's memory."
  )
  val ResponseFormat: Opt[Format] = Opt(
    "responseFormat",
    OneOf(Format.all),
    Records,
    default = Some("auto"),
    doc = "Format of responses. `auto` is JSON, or NDJSON by `Content-Type`. `ndjson` is one record per line. `columns` is JSON with an object of arrays at `dataField`, one array per column. `csv` takes the options of `spark.read.csv`. `xml` takes those of `spark.read.xml`, with `rowTag`, and needs Spark 4. `binary` makes one record of the body: `content BINARY`, `contentType STRING`, `length BIGINT`."
  )
  val SaveTo: Opt[String] = Opt(
    "saveTo",
    NonEmpty,
    Records,
    doc = "Folder for the bodies of `responseFormat=binary`, as a URL with its scheme, e.g. `s3a://bucket/files`. The executors write each body to a file there, and its row has `path STRING`, `contentType STRING`, `length BIGINT` and `sha256 STRING` in place of the content. A body may then be larger than the memory. The name of a file is its SHA-256."
  )
  val RecordFields: Opt[Seq[String]] = Opt(
    "recordFields",
    Names,
    Records,
    doc = "Names for the elements of records that are arrays, e.g. `icao24,callsign`. The records become objects. With `responseFormat=csv`: the names of the columns."
  )
  val AddedFields: Opt[Seq[(String, String)]] = Opt(
    "addedFields",
    JsonMap,
    Records,
    doc = "Fields to add to each record, as a JSON object of names and paths, e.g. `{\"city\": \"cities[].name\"}`. A path begins at the root of the response, and follows `dataField` to the element that contains the record. `{key}` is the name that a `*` in `dataField` stands for. `{path}` is the path in `dataField` that led to the record. A record that is not an object becomes the field `value`."
  )
  val EmptyStatusCodes: Opt[String] = Opt(
    "emptyStatusCodes",
    NonEmpty,
    Records,
    default = Some("204,304"),
    doc = "Status codes of responses without records, e.g. `204,404`."
  )
  val EmptyWhen: Opt[String] = Opt(
    "emptyWhen",
    NonEmpty,
    Records,
    doc = "Condition for a response without `dataField` that has no records. Write `path=value`, e.g. `meta.result_count=0`. A path alone means that its value exists and is not null."
  )
  val ErrorWhen: Opt[String] = Opt(
    "errorWhen",
    NonEmpty,
    Records,
    doc = "Condition for a successful response that is an error. Write `path=value`, e.g. `ok=false`. A path alone means that its value exists and is not null."
  )
}
