// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.schema

import io.github.sparkrest.config.{EvolutionMode, RestConfig}
import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.rows.{FieldRules, NewFields, SchemaChange, SchemaHints, WatchedSchema}
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.types.DataType
import org.apache.spark.util.SerializableConfiguration

/** `addNewColumns`: stores the schema with the new fields, and fails. A task that is run again finds them stored. */
final private[sparkrest] class AddNewColumns(
    location: String,
    stored: StoredSchema,
    conf: Broadcast[SerializableConfiguration]
) extends SchemaChange {
  def apply(found: DataType): Nothing = {
    val now = SchemaStore.at(location, conf.value.value).add(found, stored.version)
    throw SchemaChanges.error(
      stored.recordType,
      found,
      s"The schema with them is stored as version ${now.version} in schemaLocation.",
      "Start the query again: it goes on from the same records, with the new columns."
    )
  }
}

final private[sparkrest] class FailOnNewColumns(known: DataType) extends SchemaChange {
  def apply(found: DataType): Nothing = throw SchemaChanges.error(
    known,
    found,
    "schemaEvolutionMode is failOnNewColumns.",
    "Add them by .schema(...) or schemaHints, or set schemaEvolutionMode to addNewColumns, rescue or none."
  )
}

private[sparkrest] object SchemaChanges {
  private val MostShown = 20

  /** @param stored if there is a `schemaLocation`
    * @param record what records are read as, without hints
    * @param inferred and not given by the user
    */
  def rules(
      config: RestConfig,
      record: DataType,
      inferred: Boolean,
      stored: Option[StoredSchema],
      session: SparkSession
  ): FieldRules = {
    val rescued = config.evolution.rescuedColumn
    val hints = if (inferred) config.schemaHints else None
    def watched(change: SchemaChange) = FieldRules(rescued, Some(WatchedSchema(record, hints, change)))
    (config.evolution.mode, config.evolution.location, stored) match {
      case (EvolutionMode.AddNewColumns, Some(location), Some(s)) =>
        val context = session.sparkContext
        val conf = context.broadcast(new SerializableConfiguration(context.hadoopConfiguration))
        watched(new AddNewColumns(location, s, conf))
      case (EvolutionMode.FailOnNewColumns, _, _)                    => watched(new FailOnNewColumns(record))
      case (EvolutionMode.Warn, _, _) if rescued.isEmpty && inferred =>
        FieldRules(warned = Some(SchemaHints.on(record, hints)))
      case _ => FieldRules(rescued)
    }
  }

  def error(known: DataType, found: DataType, what: String, hint: String): RuntimeException = {
    val names = NewFields.names(known, found)
    val shown = names.take(MostShown).mkString(", ") + (if (names.length > MostShown) ", …" else "")
    RestError(Condition.SchemaChanged, s"Records have fields that the schema lacks: $shown. $what", hint).toException
  }
}
