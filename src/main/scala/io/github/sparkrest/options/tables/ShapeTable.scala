// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.options.tables

import io.github.sparkrest.options.tables.OptType._
import io.github.sparkrest.options.values

/** Rows of [[RestOptions]]: what the DataFrame looks like. */
private[sparkrest] trait ShapeTable {
  private val Shape = Section("What the DataFrame looks like")

  val InferSchema: Opt[Boolean] = Opt(
    "inferSchema",
    Flag,
    Shape,
    default = Some("true"),
    doc = "`true`: a column `output STRUCT<…>` inferred from one response. `false`: `output STRING`, the record's own JSON text. A schema of your own wins over both."
  )
  val OutputType: Opt[values.OutputType] = Opt(
    "outputType",
    OneOf(values.OutputType.all),
    Shape,
    doc = "Type of the column `output`: `struct` is inferred, `string` is the record's own JSON text, `variant` needs Spark 4. Nothing is asked for at `load()` but for `struct`. Default: `struct`, or `string` with `inferSchema=false`."
  )
  val SchemaHints: Opt[String] = Opt(
    "schemaHints",
    NonEmpty,
    Shape,
    doc = "Types that inference is told, paths within the record first: `id BIGINT, user.born DATE, tags MAP<STRING, STRING>`; `element`, `key` and `value` lead into arrays and maps. A field that was not found is added."
  )
  val SchemaLocation: Opt[String] = Opt(
    "schemaLocation",
    NonEmpty,
    Shape,
    doc = "A folder, on storage that driver and executors share, where an inferred schema is kept: with it nothing is asked for at the next `load()`. One for each stream."
  )
  val SchemaEvolutionMode: Opt[values.SchemaEvolution] = Opt(
    "schemaEvolutionMode",
    OneOf(values.SchemaEvolution.all),
    Shape,
    doc = "What happens when a record has a field that the schema lacks. `addNewColumns`: the query fails once the schema with it is stored in `schemaLocation`, and goes on with it when it is started again, from the same records; `rescue`: it goes to the rescued data column; `failOnNewColumns`: the query fails; `none`: it is ignored. Default: `addNewColumns` with `schemaLocation`, else `none`."
  )
  val RescuedDataColumn: Opt[String] = Opt(
    "rescuedDataColumn",
    NonEmpty,
    Shape,
    doc = "A column of this name gets a JSON object with those fields of a record that the schema lacks or whose value does not fit its type; null if there are none. It stands beside `output`, or beside the columns of your schema. Default: none; `_rescued_data` with `schemaEvolutionMode=rescue`."
  )
}
