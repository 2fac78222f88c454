// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.tables.{ResponseFormat => Format}
import io.github.sparkrest.options.values
import io.github.sparkrest.options.values.Choice

/** Format of responses.
  *
  * @param hasPaths a path leads to the records (`dataField`)
  * @param isOnlyRecords responses hold records and nothing else
  */
sealed abstract class ResponseFormat(
    val text: String,
    val hasPaths: Boolean = true,
    val isOnlyRecords: Boolean = false
) extends Choice
object ResponseFormat {
  case object Auto extends ResponseFormat("auto")
  case object Json extends ResponseFormat("json")
  case object Ndjson extends ResponseFormat("ndjson", isOnlyRecords = true)
  case object Columns extends ResponseFormat("columns")
  case object Csv extends ResponseFormat("csv", hasPaths = false, isOnlyRecords = true)
  case object Xml extends ResponseFormat("xml", hasPaths = false)
  case object Binary extends ResponseFormat("binary", hasPaths = false, isOnlyRecords = true)
  val all: Seq[ResponseFormat] = Seq(Auto, Json, Ndjson, Columns, Csv, Xml, Binary)
}

/** Rows of [[RestOptions]]: records of a response. */
private[sparkrest] trait RecordTable extends OptionTable {
  private val record = new Section("Where the records are")

  val DataField: Opt[Seq[String]] = record("dataField", Paths, default = Some("data")) means
    "Path of the records, e.g. `data` or `result.items`, or several paths with commas between them. `rates.*` leads to each member of an object. Put names with dots in double quotes. A response that is an array needs no path. If you do not set this option and `data` is absent, a response with exactly one array of objects uses that array."
  val ResponseFormat: Opt[Format] = record("responseFormat", OneOf(Format.all), default = Some("auto")) means
    "Format of responses. `auto` is JSON, or NDJSON by `Content-Type`. `ndjson` is one record per line. `columns` is JSON with an object of arrays at `dataField`, one array per column. `csv` takes the options of `spark.read.csv`. `xml` takes those of `spark.read.xml`, with `rowTag`, and needs Spark 4. `binary` makes one record of the body: `content BINARY`, `contentType STRING`, `length BIGINT`."
  val SaveTo: Opt[String] = record("saveTo", NonEmpty) means
    "Folder for the bodies of `responseFormat=binary`, as a URL with its scheme, e.g. `s3a://bucket/files`. The executors write each body to a file there, and its row has `path STRING`, `contentType STRING`, `length BIGINT` and `sha256 STRING` in place of the content. A body may then be larger than the memory. The name of a file is its SHA-256."
  val RecordFields: Opt[Seq[String]] = record("recordFields", Names) means
    "Names for the elements of records that are arrays, e.g. `icao24,callsign`. The records become objects. With `responseFormat=csv`: the names of the columns."
  val AddedFields: Opt[Seq[(String, String)]] = record("addedFields", JsonMap) means
    "Fields to add to each record, as a JSON object of names and paths, e.g. `{\"city\": \"cities[].name\"}`. A path begins at the root of the response, and follows `dataField` to the element that contains the record. `{key}` is the name that a `*` in `dataField` stands for. `{path}` is the path in `dataField` that led to the record. A record that is not an object becomes the field `value`."
  val EmptyStatusCodes: Opt[String] = record("emptyStatusCodes", NonEmpty, default = Some("204,304")) means
    "Status codes of responses without records, e.g. `204,404`."
  val EmptyWhen: Opt[String] = record("emptyWhen", NonEmpty) means
    "Condition for a response without `dataField` that has no records. Write `path=value`, e.g. `meta.result_count=0`. A path alone means that its value exists and is not null."
  val ErrorWhen: Opt[String] = record("errorWhen", NonEmpty) means
    "Condition for a successful response that is an error. Write `path=value`, e.g. `ok=false`. A path alone means that its value exists and is not null."
  val MaxResponseBytes: Opt[Long] = record("maxResponseBytes", Bytes(1), default = Some("1g")) means
    "Maximum size of a response after decoding (`Content-Encoding`). A larger response fails the query. Memory does not grow with the response, but a single record may take at most an eighth of the JVM's memory."
}

/** Rows of [[RestOptions]]: columns of the DataFrame. */
private[sparkrest] trait ShapeTable extends OptionTable {
  private val shape = new Section("Columns of the DataFrame")

  val InferSchema: Opt[Boolean] = shape("inferSchema", Flag, default = Some("true")) means
    "Whether the schema is inferred. `true`: a column `output STRUCT<…>`, inferred from one response. `false`: `output STRING`, the JSON text of the record. A schema that you pass overrides both."
  val OutputType: Opt[values.OutputType] = shape("outputType", OneOf(values.OutputType.all)) means
    "Type of the column `output`: `struct` is inferred, `string` is the JSON text of the record, `variant` needs Spark 4. Only `struct` sends a request at `load()`. Default: `struct`, and `string` with `inferSchema=false`."
  val SchemaHints: Opt[String] = shape("schemaHints", NonEmpty) means
    "Types for inference to use, as paths within the record: `id BIGINT, user.born DATE, tags MAP<STRING, STRING>`. Use `element`, `key` and `value` for the parts of arrays and maps. A field that inference did not find is added."
  val SchemaLocation: Opt[String] = shape("schemaLocation", NonEmpty) means
    "Folder for the inferred schema, on storage that driver and executors share. Once it holds a schema, `load()` sends no request. Each stream needs a different folder."
  val SchemaEvolutionMode: Opt[values.SchemaEvolution] =
    shape("schemaEvolutionMode", OneOf(values.SchemaEvolution.all)) means
      "What happens when a record has a field that the schema lacks. `addNewColumns`: the new schema is stored in `schemaLocation` and the query fails; after a restart the query continues with the new schema, at the same records. `rescue`: the field goes to the rescued data column. `failOnNewColumns`: the query fails. `none`: the field is ignored. Default: `addNewColumns` with `schemaLocation`, `none` otherwise."
  val RescuedDataColumn: Opt[String] = shape("rescuedDataColumn", NonEmpty) means
    "Name of a column for a JSON object with the fields of a record that the schema lacks or whose values do not fit their types. It is null without such fields. The column is next to `output`, or next to the columns of your schema. Default: no such column, and `_rescued_data` with `schemaEvolutionMode=rescue`."
}
