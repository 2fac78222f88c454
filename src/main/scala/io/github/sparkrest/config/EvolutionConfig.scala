// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.config

import io.github.sparkrest.options.values.SchemaEvolution
import io.github.sparkrest.options.{OptionReader, RestOptions, values}

/** How a read treats fields that the schema lacks, and values that do not fit their types.
  *
  * @param location the folder of the stored schema
  * @param mode given by `schemaEvolutionMode`, otherwise derived from `location`
  * @param rescuedColumn name of the rescued data column, if the result has such a column
  */
final case class EvolutionConfig(location: Option[String], mode: EvolutionMode, rescuedColumn: Option[String])

/** The modes of Databricks Auto Loader. `rescue` is [[EvolutionMode.Ignore]] with a rescued column. [[EvolutionMode.Warn]] is
  * [[EvolutionMode.Ignore]] that the user did not choose.
  */
sealed trait EvolutionMode
object EvolutionMode {
  case object AddNewColumns extends EvolutionMode
  case object FailOnNewColumns extends EvolutionMode
  case object Ignore extends EvolutionMode
  case object Warn extends EvolutionMode
}

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
      for (name <- Seq(SchemaLocation, SchemaEvolutionMode, RescuedDataColumn).filter(read.isGiven).map(_.name))
        read.problem(s"$name: needs outputType=struct, and outputType is $outputType")
    rescued.filter(InputConfig.Reserved.contains).foreach { name =>
      read.problem(s"rescuedDataColumn: $name is a column of the result; give another name")
    }
    EvolutionConfig(
      location,
      mode match {
        case Some(SchemaEvolution.AddNewColumns)                         => EvolutionMode.AddNewColumns
        case Some(SchemaEvolution.FailOnNewColumns)                      => EvolutionMode.FailOnNewColumns
        case Some(SchemaEvolution.Rescue) | Some(SchemaEvolution.Ignore) => EvolutionMode.Ignore
        case None if location.isDefined                                  => EvolutionMode.AddNewColumns
        case None                                                        => EvolutionMode.Warn
      },
      rescued
    )
  }
}
