// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector.schema

import java.nio.charset.StandardCharsets.UTF_8

import scala.annotation.tailrec
import scala.util.Try
import scala.util.control.NonFatal

import io.github.sparkrest.config.RestConfig
import io.github.sparkrest.connector.session.HadoopConf
import io.github.sparkrest.error.{Condition, RestError, RestException}
import io.github.sparkrest.options.values.SchemaEvolution
import io.github.sparkrest.pagelog.store.LogStore
import io.github.sparkrest.rows.{FieldRules, NewFields, RowShape, SchemaChange, SchemaHints, WatchedSchema}
import org.apache.hadoop.conf.Configuration
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.types.{DataType, StringType, StructType}
import org.apache.spark.util.SerializableConfiguration

/** A schema as it is kept, without hints: those are options, which may change. */
final private[sparkrest] case class StoredSchema(version: Int, recordType: DataType)

/** `schemaLocation`: the versions of an inferred schema, `schemas/<n>.json`. A version is written once, whole, and never changes.
  * A writer that loses the race for a number reads the version of the winner. Runs on the driver, and in tasks that find new
  * fields.
  */
final private[sparkrest] class SchemaStore(store: LogStore) {
  import SchemaStore._

  def newest(): Option[StoredSchema] =
    store.list(Folder).collect { case Name(n) => n.toInt }.reduceOption(math.max(_, _)).map { n =>
      val bytes = store.read(path(n)).getOrElse(throw unusable(s"${path(n)} went away.").toException)
      StoredSchema(n, decode(bytes).fold(why => throw unusable(s"${path(n)} $why.").toException, identity))
    }

  /** The first version, unless there is one. */
  def keep(inferred: DataType): StoredSchema = newest().getOrElse {
    if (write(0, inferred)) StoredSchema(0, inferred)
    else newest().getOrElse(throw unusable("schemas/0.json went away.").toException)
  }

  /** Adds fields. Many tasks may do so at once: each field is added once, in as many versions as it takes.
    *
    * @param known that the caller has seen: if it is not there, these are other files
    */
  @tailrec def add(found: DataType, known: Int): StoredSchema = {
    val old = newest().filter(_.version >= known).getOrElse(throw notShared(known).toException)
    val next = StoredSchema(old.version + 1, NewFields.add(old.recordType, found))
    if (next.recordType == old.recordType) old
    else if (write(next.version, next.recordType)) next
    else add(found, known)
  }

  private def write(version: Int, t: DataType) = store.writeIfAbsent(path(version), encode(t))

  private def unusable(what: String) = Condition.SchemaLocationUnusable(
    s"schemaLocation: ${store.location}: $what",
    "Use another folder, or delete this folder to infer the schema again."
  )

  private def notShared(version: Int) = Condition.SchemaLocationUnusable(
    s"schemaLocation: an executor does not see ${path(version)} in ${store.location}, which the driver read.",
    "Give a folder on storage that driver and executors share."
  )
}

private[sparkrest] object SchemaStore {
  private val Folder = "schemas"
  private val Name = """(\d{1,9})\.json""".r
  private val Version = 1
  private def path(version: Int) = s"$Folder/$version.json"

  /** @param location a path or URI; without a scheme the default file system's */
  def at(location: String, conf: Configuration): SchemaStore =
    try new SchemaStore(LogStore.at(location, conf))
    catch {
      case e: RestException => throw e
      case NonFatal(e)      =>
        RestError.refuse(
          s"""schemaLocation: "$location" cannot be used: ${e.getMessage}""",
          "Allowed: a folder, as a path or as the URI of a Hadoop file system."
        )
    }

  def encode(t: DataType): Array[Byte] = s"""{"version":$Version,"type":${t.json}}""".getBytes(UTF_8)

  /** Left: the error in it. */
  def decode(bytes: Array[Byte]): Either[String, DataType] = for {
    json <- io.circe.parser.parse(new String(bytes, UTF_8)).left.map(_ => "is no JSON")
    version <- json.hcursor.get[Int]("version").left.map(_ => "has no version")
    _ <- Either.cond(version == Version, (), s"is of version $version, and this spark-rest knows $Version")
    text <- json.hcursor.downField("type").focus.toRight("has no type")
    t <- Try(DataType.fromJson(text.noSpaces)).toEither.left
      .map(e => s"has a type that this Spark does not know: ${e.getMessage}")
  } yield t
}

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
      case (Some(SchemaEvolution.AddNewColumns), Some(location), Some(s)) =>
        watched(new AddNewColumns(location, s, HadoopConf.in(session)))
      case (Some(SchemaEvolution.FailOnNewColumns), _, _) => watched(new FailOnNewColumns(record))
      case (None, _, _) if rescued.isEmpty && inferred    => FieldRules(warned = Some(SchemaHints.on(record, hints)))
      case _                                              => FieldRules(rescued)
    }
  }

  def error(known: DataType, found: DataType, what: String, hint: String): RuntimeException = {
    val names = NewFields.names(known, found)
    val shown = names.take(MostShown).mkString(", ") + (if (names.length > MostShown) ", …" else "")
    Condition.SchemaChanged.exception(s"Records have fields that the schema lacks: $shown. $what", hint)
  }
}

/** The rescued data column in the schema of a table: last, unless the user's own schema has it elsewhere. */
private[sparkrest] object RescuedColumn {

  /** @param inputs columns of the input: no field of the record
    * @throws RestException it cannot be added
    */
  def in(asked: StructType, column: Option[String], inputs: Seq[String]): StructType = column.fold(asked) { name =>
    val others = StructType(asked.filterNot(f => f.name == name || inputs.contains(f.name)))
    val shape = RowShape.of(others)
    if (inputs.contains(name))
      RestError.refuse(s"rescuedDataColumn: $name is a column of the input.", "Give another name.")
    if (shape == RowShape.Text || shape == RowShape.Variant)
      RestError.refuse(
        s"rescuedDataColumn: output is ${others.head.dataType.sql}, which holds all of a record.",
        "Leave it out, or read the record as STRUCT or as columns."
      )
    asked.find(_.name == name) match {
      case None                                => asked.add(name, StringType)
      case Some(f) if f.dataType == StringType => asked
      case Some(f)                             =>
        RestError.refuse(
          s"rescuedDataColumn: $name is ${f.dataType.sql} in the schema.",
          "Give another name, or make it STRING."
        )
    }
  }
}
