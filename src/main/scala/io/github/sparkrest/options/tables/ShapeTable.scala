// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values

/** Rows of [[RestOptions]]: columns of the DataFrame. */
private[sparkrest] trait ShapeTable {
  private val Shape = Section("Columns of the DataFrame")

  val InferSchema: Opt[Boolean] = Opt(
    "inferSchema",
    Flag,
    Shape,
    default = Some("true"),
    doc = "Whether the schema is inferred. `true`: a column `output STRUCT<…>`, inferred from one response. `false`: `output STRING`, the JSON text of the record. A schema that you pass overrides both."
  )
  val OutputType: Opt[values.OutputType] = Opt(
    "outputType",
    OneOf(values.OutputType.all),
    Shape,
    doc = "Type of the column `output`: `struct` is inferred, `string` is the JSON text of the record, `variant` needs Spark 4. Only `struct` sends a request at `load()`. Default: `struct`, and `string` with `inferSchema=false`."
  )
  val SchemaHints: Opt[String] = Opt(
    "schemaHints",
    NonEmpty,
    Shape,
    doc = "Types for inference to use, as paths within the record: `id BIGINT, user.born DATE, tags MAP<STRING, STRING>`. Use `element`, `key` and `value` for the parts of arrays and maps. A field that inference did not find is added."
  )
  val SchemaLocation: Opt[String] = Opt(
    "schemaLocation",
    NonEmpty,
    Shape,
    doc = "Folder for the inferred schema, on storage that driver and executors share. Once it holds a schema, `load()` sends no request. Each stream needs a different folder."
  )
  val SchemaEvolutionMode: Opt[values.SchemaEvolution] = Opt(
    "schemaEvolutionMode",
    OneOf(values.SchemaEvolution.all),
    Shape,
    doc = "What happens when a record has a field that the schema lacks. `addNewColumns`: the new schema is stored in `schemaLocation` and the query fails; after a restart the query continues with the new schema, at the same records. `rescue`: the field goes to the rescued data column. `failOnNewColumns`: the query fails. `none`: the field is ignored. Default: `addNewColumns` with `schemaLocation`, `none` otherwise."
  )
  val RescuedDataColumn: Opt[String] = Opt(
    "rescuedDataColumn",
    NonEmpty,
    Shape,
    doc = "Name of a column for a JSON object with the fields of a record that the schema lacks or whose values do not fit their types. It is null without such fields. The column is next to `output`, or next to the columns of your schema. Default: no such column, and `_rescued_data` with `schemaEvolutionMode=rescue`."
  )
}
