// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows

import io.github.sparkrest.json.FieldNames
import org.apache.spark.sql.types._

/** The fields of a record that a type lacks. Pure.
  *
  * A name that differs from a known name only in case is not a new field, because a table cannot have both. The types of
  * known fields never change.
  */
object NewFields {

  /** The known type with the new fields of the found one, each behind those of its struct. */
  def add(known: DataType, found: DataType): DataType = (known, found) match {
    case (StructType(old), StructType(seen)) =>
      val kept = old.map(f => seen.find(_.name == f.name).fold(f)(s => f.copy(dataType = add(f.dataType, s.dataType))))
      StructType(kept ++ seen.filterNot(s => old.exists(_.name.equalsIgnoreCase(s.name))))
    case (ArrayType(e, n), ArrayType(f, _))   => ArrayType(add(e, f), n)
    case (MapType(k, v, n), StructType(seen)) => MapType(k, seen.map(_.dataType).foldLeft(v)(add), n)
    case (other, _)                           => other
  }

  /** What [[add]] adds, as paths and types: `user.born STRING`. */
  def names(known: DataType, found: DataType, path: Seq[String] = Nil): Seq[String] = (known, found) match {
    case (StructType(old), StructType(seen)) =>
      seen.toSeq.flatMap { s =>
        old.find(_.name.equalsIgnoreCase(s.name)) match {
          case Some(f) if f.name == s.name => names(f.dataType, s.dataType, path :+ s.name)
          case Some(_)                     => Nil
          case None                        => Seq(s"${(path :+ s.name).mkString(".")} ${s.dataType.sql}")
        }
      }
    case (ArrayType(e, _), ArrayType(f, _))   => names(e, f, path :+ "element")
    case (MapType(_, v, _), StructType(seen)) => seen.toSeq.flatMap(s => names(v, s.dataType, path :+ "value")).distinct
    case _                                    => Nil
  }

  /** Without fields that were null, `[]` or `{}` wherever they were seen: they tell no type. */
  def informative(found: DataType): Option[DataType] = found match {
    case NullType            => None
    case ArrayType(e, n)     => informative(e).map(ArrayType(_, n))
    case StructType(Array()) => None
    case StructType(fields)  =>
      val known = fields.flatMap(f => informative(f.dataType).map(t => f.copy(dataType = t)))
      if (known.isEmpty) None else Some(StructType(known))
    case other => Some(other)
  }

  /** For telling from bytes whether a record may have a field that `known` lacks. */
  def filter(known: DataType): FieldNames = new FieldNames(level(known))

  private def level(t: DataType): FieldNames.Level = t match {
    case StructType(fields) => new FieldNames.Fields(fields.toSeq.map(f => f.name -> level(f.dataType)))
    case ArrayType(e, _)    => level(e)
    case MapType(_, v, _)   => FieldNames.Values(level(v))
    case _                  => FieldNames.Anything
  }
}

/** Decides for each record whether a type has all its fields.
  *
  * @param record the type
  * @param read the type that rows are made with: if it is the same, the parser of the row has seen it already
  */
final private[rows] class KnownFields(val record: DataType, read: DataType) {
  private lazy val names = NewFields.filter(record)
  private val isRead = RowShape.nullable(record) == RowShape.nullable(read)

  def cover(buf: Array[Byte], from: Int, to: Int): Boolean = names.cover(buf, from, to)

  /** Of the record that `rows.row` has just read. */
  def coverRead(rows: JsonRows, buf: Array[Byte], from: Int, to: Int): Boolean =
    if (isRead) rows.coversRecord else cover(buf, from, to)
}

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
