// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values

/** Rows of [[RestOptions]]: one call per row of an input, in batch reads. Older REST sources use the same names. */
private[sparkrest] trait BatchTable extends OptionTable {
  private val calls = new Section("One call, or one endpoint of a stream, per input row")

  val InputData: Opt[String] = calls("inputData", JsonRows, secret = true) means
    "Input rows as JSON: an array of objects, or an object of arrays. A batch read makes one call per row and returns each row with its result. With `streaming=true`, each row is an endpoint that is polled with a separate offset."
  val Input: Opt[String] = calls("input", View) means
    "Input rows: name of a temporary view or table, in Python also a DataFrame. They pass through the driver. A stream reads them when its query starts, and again with `inputRefresh`."
  val InputRefresh: Opt[Long] = calls("inputRefresh", Duration(1), scope = Scope.Stream) means
    "Seconds between two readings of `input` while a stream runs. A new row is a new endpoint. A row that is gone is no longer polled; its progress is kept for `endpointRetention`, and it continues there if it comes back. The input may be empty at first. Default: the input is read when the query starts."
  val InputVersion: Opt[String] = calls("inputVersion", NonEmpty, scope = Scope.Stream) means
    "Column of the input whose value changes when an endpoint may have new records, such as `updated_at` of a parent. An endpoint is then polled only after its value changed. The value does not identify the endpoint, and of rows that differ only in it the greatest counts."
  val Partitions: Opt[Long] = calls("partitions", Whole(1), default = Some("2"), aliases = Seq("inputPartitions")) means
    "Number of tasks that make the calls or poll the endpoints."
  val Concurrency: Opt[Long] = calls("concurrency", Whole(1, 1000)) means
    "Concurrent requests in each task. Default: `8`, and `64` in a stream."
  val QueryType: Opt[values.QueryType] = calls("queryType", OneOf(values.QueryType.all), scope = Scope.Batch) means
    "How the input columns get into a request without a body. `querystring` appends each column as a parameter; `inline` only fills placeholders such as `{id}`. Default: `inline` if a placeholder names an input column, `querystring` otherwise."
  val PostInputFormat: Opt[values.BodyFormat] =
    calls("postInputFormat", OneOf(values.BodyFormat.all), default = Some("json"), scope = Scope.Batch) means
      "Format in which the input columns become the body of POST, PUT and PATCH: a JSON object or a form. No effect if there is a `body`."
  val Cookie: Opt[String] = calls("cookie", NonEmpty, secret = true) means
    "Value of the header `Cookie`: `name=value`, several separated by `; `."
  val IncludeInputsInOutput: Opt[Boolean] = calls("includeInputsInOutput", YesNo, default = Some("Y")) means
    "Whether the result has the input columns, before `output`."
  val CallStrictlyOnce: Opt[Boolean] = calls("callStrictlyOnce", YesNo, default = Some("N"), scope = Scope.Batch) means
    "Whether each row is called at most once. With `Y`, no row is called again for the schema, for later actions, or if a task is lost or runs twice. The results are kept on the driver. A call whose result was lost with its task has an `error`."
  val SchemaSamplePcnt: Opt[Long] =
    calls("schemaSamplePcnt", Whole(1, 100), default = Some("30"), scope = Scope.Batch) means
      "Percentage of the input rows that are called to infer the schema: at least 3 rows, at most 100."
}
