// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.github.sparkrest.options.values.SchemaEvolution
import io.github.sparkrest.options.{OptionReader, RestOptions, values}

/** How a read treats fields that the schema lacks, and values that do not fit their types.
  *
  * @param location the folder of the stored schema
  * @param mode a mode of Databricks Auto Loader, given by `schemaEvolutionMode` or derived from `location`. `None`: new fields
  *   are ignored, with a warning
  * @param rescuedColumn name of the rescued data column, if the result has such a column
  */
final case class EvolutionConfig(location: Option[String], mode: Option[SchemaEvolution], rescuedColumn: Option[String])

object EvolutionConfig {
  val DefaultRescuedColumn = "_rescued_data"

  private[sparkrest] def read(read: OptionReader, outputType: values.OutputType): EvolutionConfig = {
    import RestOptions._
    val location = read.opt(SchemaLocation)
    val mode = read.opt(SchemaEvolutionMode)
    val rescued =
      read.opt(RescuedDataColumn).orElse(mode.filter(_ == SchemaEvolution.Rescue).map(_ => DefaultRescuedColumn))
    if (mode.contains(SchemaEvolution.AddNewColumns) && location.isEmpty)
      read.problem("schemaEvolutionMode: addNewColumns needs schemaLocation, where the new schema is stored")
    if (outputType != values.OutputType.Struct)
      read.refuse(
        Seq(SchemaLocation, SchemaEvolutionMode, RescuedDataColumn),
        s"needs outputType=struct, and outputType is $outputType"
      )
    rescued.filter(InputConfig.Reserved.contains).foreach { name =>
      read.problem(s"rescuedDataColumn: $name is a column of the result; give another name")
    }
    EvolutionConfig(location, mode.orElse(location.map(_ => SchemaEvolution.AddNewColumns)), rescued)
  }
}
