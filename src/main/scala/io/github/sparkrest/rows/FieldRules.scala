// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import org.apache.spark.sql.types.{DataType, StructType}

/** How tasks treat fields that the schema lacks, and values that do not fit it.
  *
  * @param rescued the column that receives them
  * @param watch the query fails at a new field
  * @param warned new fields only cause a warning: the type that records are read as
  */
final case class FieldRules(
    rescued: Option[String] = None,
    watch: Option[WatchedSchema] = None,
    warned: Option[DataType] = None
) {

  /** Whether rows may be made of some columns alone. */
  def isOff: Boolean = rescued.isEmpty && watch.isEmpty

  /** For records that lie in an object, as its one field. */
  def within(name: String): FieldRules =
    copy(watch = watch.map(_.within(name)), warned = warned.map(new StructType().add(name, _)))
}

/** A schema that new fields of records change.
  *
  * @param stored without hints
  * @param changed ends the task, with the type of the records that have new fields
  */
final case class WatchedSchema(stored: DataType, hints: Option[String], changed: SchemaChange) {

  /** As the query uses it. */
  def known: DataType = SchemaHints.on(stored, hints)

  /** Whether there is a column to be added: hints may say otherwise. */
  def lacks(found: DataType): Boolean = SchemaHints.on(NewFields.add(stored, found), hints) != known

  private[rows] def within(name: String): WatchedSchema = {
    def opened(t: DataType) = t match {
      case s: StructType => s.fields.find(_.name == name).fold[DataType](s)(_.dataType)
      case other         => other
    }
    WatchedSchema(new StructType().add(name, stored), None, found => changed(opened(found)))
  }
}

/** In a task: a function that never returns. */
trait SchemaChange extends Serializable {
  def apply(found: DataType): Nothing
}
