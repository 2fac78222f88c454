// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values

/** Rows of [[RestOptions]]: one call per row of an input, in batch reads. The names are those of older REST sources. */
private[sparkrest] trait BatchTable {
  private val Calls = Section("One call, or one endpoint of a stream, per input row")

  val InputData: Opt[String] = Opt(
    "inputData",
    JsonRows,
    Calls,
    secret = true,
    doc = "The input rows as JSON: an array of objects, or an object of arrays. A batch read makes one call per row, and each row comes back beside its own result; with `streaming=true` each row is an endpoint that is polled with an offset of its own."
  )
  val Input: Opt[String] = Opt(
    "input",
    View,
    Calls,
    doc = "The input rows: name of a temporary view or table; in Python a DataFrame too. They pass through the driver; a stream reads them when its query starts."
  )
  val Partitions: Opt[Long] = Opt(
    "partitions",
    Whole(1),
    Calls,
    default = Some("2"),
    aliases = Seq("inputPartitions"),
    doc = "Tasks that make the calls, or poll the endpoints."
  )
  val Concurrency: Opt[Long] = Opt(
    "concurrency",
    Whole(1, 1000),
    Calls,
    doc = "Requests in flight at once, in each task. Default: `8`, in a stream `64`."
  )
  val QueryType: Opt[values.QueryType] = Opt(
    "queryType",
    OneOf(values.QueryType.all),
    Calls,
    scope = Scope.Batch,
    doc = "How the input columns get into a request without a body: `querystring` appends each as a parameter, `inline` fills placeholders such as `{id}` only. Default: `inline` if a placeholder names an input column, else `querystring`."
  )
  val PostInputFormat: Opt[values.BodyFormat] = Opt(
    "postInputFormat",
    OneOf(values.BodyFormat.all),
    Calls,
    default = Some("json"),
    scope = Scope.Batch,
    doc = "How the input columns become the body of POST, PUT and PATCH, unless there is a `body`: a JSON object, or a form."
  )
  val Cookie: Opt[String] = Opt(
    "cookie",
    NonEmpty,
    Calls,
    secret = true,
    doc = "Sent as the header `Cookie`: `name=value`, several with `; ` between them."
  )
  val IncludeInputsInOutput: Opt[Boolean] = Opt(
    "includeInputsInOutput",
    YesNo,
    Calls,
    default = Some("Y"),
    doc = "Whether the input columns stand before `output`."
  )
  val CallStrictlyOnce: Opt[Boolean] = Opt(
    "callStrictlyOnce",
    YesNo,
    Calls,
    default = Some("N"),
    scope = Scope.Batch,
    doc = "`Y`: each row is called once and never again, for the schema, for later actions, and if a task is lost or runs twice; the results are kept on the driver. A call whose result was lost with its task has an `error`."
  )
  val SchemaSamplePcnt: Opt[Long] = Opt(
    "schemaSamplePcnt",
    Whole(1, 100),
    Calls,
    default = Some("30"),
    scope = Scope.Batch,
    doc = "Percent of the input rows that are called to infer the schema: at least 3, at most 100 rows."
  )
}
